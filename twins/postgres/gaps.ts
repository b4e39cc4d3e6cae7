import type { Gap } from '../twin.ts'

/** The way out of what one backend cannot show. */
const SERVER = 'Say `engine: server` under given.postgres.'

/** What this twin does not model. A statement that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  {
    what: 'two transactions at once on PGlite',
    why: `Its one backend cannot let two connections race, so a green run would prove nothing about locks, isolation and lost updates. ${SERVER}`,
  },
  {
    what: 'advisory locks of two connections on PGlite',
    why: `Its one backend would give the lock to both. ${SERVER}`,
  },
  {
    what: 'LISTEN and NOTIFY on PGlite',
    why: `Its one backend tells no other connection. ${SERVER}`,
  },
  {
    what: 'session state that PGlite would share between connections',
    why: `Temporary tables, PREPARE, cursors WITH HOLD, DISCARD, SET ROLE and process ids belong to one connection. ${SERVER}`,
  },
  {
    what: 'an unnamed statement of another connection on PGlite',
    why: `Parse, Bind and Execute have to come together. ${SERVER}`,
  },
  {
    what: 'a snapshot in the middle of a transaction on PGlite',
    why: `What is not committed had to be rolled back to take it. ${SERVER}`,
  },
  {
    what: 'timeouts of statements, locks and sessions',
    why: 'Those that a connection begins with, or a SET or set_config names in plain texts, run in virtual time; set_config of anything else, transaction_timeout, idle_session_timeout and a pg_sleep beyond the limit do not.',
  },
  { what: 'other databases', why: 'There is one; it has the name that the first connection calls it.' },
  { what: 'COPY FROM STDIN', why: 'Insert the rows instead.' },
  { what: 'replication connections', why: 'There is one server and nobody to copy it.' },
  {
    what: 'row security',
    why: 'Every connection is the owner of the database, whom no policy stops: policies, and FORCE, would prove nothing.',
  },
  {
    what: 'extensions that are not installed',
    why: 'PGlite has uuid-ossp, pgcrypto, citext, hstore, ltree, pg_trgm, unaccent, fuzzystrmatch, btree_gin, btree_gist, intarray and tablefunc; a server has what this machine has: install it here, and say `engine: server` under given.postgres.',
  },
  { what: 'two-phase commit', why: 'There is one database.' },
  {
    what: 'cancelling a statement that does not wait for a lock',
    why: 'A statement takes no time but that of its answer: there is nothing to cancel.',
  },
  {
    what: 'words for the present inside texts',
    why: "A text such as 'now' would be read by the real clock of the server. Write now() or current_date.",
  },
  {
    what: 'functions with chance or time of their own',
    why: 'gen_random_bytes, gen_salt, uuid_generate_v1 and v4 draw from the real world on a server. Use gen_random_uuid().',
  },
  {
    what: 'functions that act on other connections',
    why: 'pg_cancel_backend and the like name processes, which differ from run to run. Use the event postgres.server.restarted, or a fault.',
  },
  {
    what: 'HTTP',
    why: 'PostgreSQL speaks its own protocol, at port 5432.',
  },
  {
    what: 'a single statement',
    why: 'Assumed: it is done in an instant; two of them never overlap, only transactions do.',
  },
  {
    what: 'passwords',
    why: 'Assumed: every user and every database that a connection names exists, and all of them are one.',
  },
  {
    what: 'pg_sleep',
    why: 'Assumed: only the answer is late; clock_timestamp() after it in the same statement is not.',
  },
]
