/** SQLSTATE of the word that a replaced `pg_sleep` leaves in the answer. */
export const SLEPT = 'BKLOT'

/** Puts a function in the place of a built-in one. The old one steps aside: the server calls built-in functions by number, whatever their row says. */
export const replaced = (name: string, signature: string, definition: string): readonly string[] => [
  `update pg_catalog.pg_proc set proname = 'backlot_real_' || proname where oid = 'pg_catalog.${name}(${signature})'::regprocedure`,
  `create function pg_catalog.${name}(${signature}) ${definition}`,
]

/** `pg_sleep` that does not sleep but says how long it would have; `INFO` reaches the client whatever it has asked for. */
export const SLEEP: readonly string[] = replaced(
  'pg_sleep',
  'double precision',
  `returns void language plpgsql volatile strict as
  $$ begin raise info using errcode = '${SLEPT}', message = $1::text; end $$`,
)
