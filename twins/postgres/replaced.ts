/** SQLSTATE of the word that a replaced `pg_sleep` leaves in the answer. */
export const SLEPT = 'BKLOT'

/** Puts a function in the place of a built-in one. The old one steps aside: the server calls built-in functions by number, whatever their row says. */
export const replaced = (name: string, signature: string, definition: string): readonly string[] => [
  `update pg_catalog.pg_proc set proname = 'backlot_real_' || proname where oid = 'pg_catalog.${name}(${signature})'::regprocedure`,
  `create function pg_catalog.${name}(${signature}) ${definition}`,
]

const SECONDS = (of: string): string => `select pg_catalog.pg_sleep(extract(epoch from ${of})::double precision)`

/**
 * `pg_sleep` that does not sleep but says how long it would have; `INFO` reaches the client whatever it has asked for. Its two
 * relatives are bound to the old one, so they are replaced as well.
 */
export const SLEEP: readonly string[] = [
  ...replaced(
    'pg_sleep',
    'double precision',
    `returns void language plpgsql volatile strict as
  $$ begin raise info using errcode = '${SLEPT}', message = $1::text; end $$`,
  ),
  ...replaced('pg_sleep_for', 'interval', `returns void language sql volatile strict as $$ ${SECONDS('$1')} $$`),
  ...replaced(
    'pg_sleep_until',
    'timestamptz',
    `returns void language sql volatile strict as $$ ${SECONDS('$1 - pg_catalog.clock_timestamp()')} $$`,
  ),
]
