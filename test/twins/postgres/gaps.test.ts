import { expect, test } from 'vitest'
import { postgres } from '../../../twins/postgres/index.ts'
import { message, query, SYNC } from '../../../twins/postgres/wire.ts'
import { NotModelled } from '../../../twins/twin.ts'
import { type Client, codeIn, type Database, openDatabase } from './client.ts'
import { ENGINES, serverMissing } from './support.ts'

type Act = (one: Client, two: Client, database: Database) => Promise<unknown>
const q = (sql: string): Uint8Array => query(sql)
const bind = message('B', '', '', Buffer.alloc(6))

/** What each gap is run into by. */
const PGLITE: Readonly<Record<string, readonly Act[]>> = {
  'two transactions at once on PGlite': [
    async (one, two) => [await one.say(q('begin')), await two.say(q('select 1'))],
    async (one, two) => [await one.say(q('begin')), await one.say(q('select 1 / 0')), await two.say(q('begin'))],
  ],
  'advisory locks of two connections on PGlite': [
    async (one, two) => [
      await one.say(q('select pg_try_advisory_lock(1)')),
      await two.say(q('select pg_try_advisory_lock(1)')),
    ],
  ],
  'LISTEN and NOTIFY on PGlite': [
    (one) => one.say(q('listen jobs')),
    (one) => one.say(q("select pg_notify('jobs', '1')")),
  ],
  'session state that PGlite would share between connections': [
    (one) => one.say(q('create temp table t (id int)')),
    (one) => one.say(q('prepare p as select 1')),
    (one) => one.say(q('discard all')),
    (one) => one.say(q('set role nobody')),
    (one) => one.say(q('select pg_backend_pid()')),
    (one) => one.say(q('declare c cursor with hold for select 1')),
  ],
  'an unnamed statement of another connection on PGlite': [
    async (one, two) => {
      const parse = (sql: string): Uint8Array => Buffer.concat([message('P', '', sql, Buffer.alloc(2)), SYNC])
      await one.say(parse('select 1'))
      await two.say(parse('select 2'))
      await one.say(Buffer.concat([bind, message('E', '', 0), SYNC]))
    },
  ],
  'a snapshot in the middle of a transaction on PGlite': [
    async (one, _, { twin }) => [await one.say(q('begin')), twin.snapshot(), await one.say(q('commit'))],
    async (one, _, { twin }) => [await one.say(q('begin')), twin.restore({}), await one.say(q('commit'))],
  ],
  'timeouts of statements, locks and sessions': [
    (one) => one.say(q("set transaction_timeout = '5s'")),
    (one) => one.say(q("select set_config('lock_timeout', 100::text, false)")),
    (one) =>
      one.say(q("select set_config('lock_timeout', '100', true), set_config('transaction_timeout', '5s', true)")),
    (_, __, database) => database.client({ idle_session_timeout: '5s' }),
    async (_, __, database) => (await database.client({ statement_timeout: '100' })).say(q('select pg_sleep(1)')),
  ],
  'other databases': [(one) => one.say(q('create database other'))],
  'COPY FROM STDIN': [(one) => one.say(q('copy t from stdin')), (one) => one.say(message('d', Buffer.from('1\n')))],
  'replication connections': [(_, __, database) => database.client({ replication: 'database' })],
  'row security': [
    (one) => one.say(q('create policy p on t')),
    (one) => one.say(q('alter table t force row level security')),
  ],
  'extensions that are not installed': [
    (one) => one.say(q('create extension vector')),
    (one) => one.say(q('create extension if not exists "postgis"')),
  ],
  'two-phase commit': [(one) => one.say(q("prepare transaction 'x'"))],
  HTTP: [async (_, __, { twin }) => twin.fetch(new Request('http://db.internal:5432/'))],
  'cancelling a statement that does not wait for a lock': [
    async (one, _, database) => {
      await one.say(q('select 1'), 0)
      const cancel = Buffer.alloc(16)
      cancel.writeInt32BE(16, 0)
      cancel.writeInt32BE(80_877_102, 4)
      cancel.writeInt32BE(1, 8)
      cancel.writeInt32BE(1, 12)
      const peer = { name: '9', send: () => undefined, end: () => undefined, reset: () => undefined }
      await database.twin.connect?.(peer, 'test')?.data(cancel, 'test')
    },
  ],
}
const SERVER: Readonly<Record<string, readonly Act[]>> = {
  'words for the present inside texts': [(one) => one.say(q("select 'now'::timestamptz"))],
  'functions with chance or time of their own': [(one) => one.say(q('select gen_random_bytes(4)'))],
  'functions that act on other connections': [(one) => one.say(q('select pg_terminate_backend(1)'))],
}

async function run(engine: 'pglite' | 'server', what: string, act: Act): Promise<void> {
  const database = openDatabase({ engine })
  const clients = [await database.client(), await database.client()] as const
  const outcome: unknown = await (async () => act(...clients, database))().catch((error: unknown) => error)
  expect(outcome, what).toBeInstanceOf(NotModelled)
  expect(String(outcome)).toContain(`does not model ${what}. `)
}

test('every gap is run into, or is a stated assumption', () => {
  const open = postgres.gaps.filter(({ why }) => !why.startsWith('Assumed:')).map(({ what }) => what)
  expect([...Object.keys(PGLITE), ...Object.keys(SERVER)].sort()).toEqual([...open].sort())
})

test.each(Object.keys(PGLITE))('%s is loud', async (what) => {
  for (const act of PGLITE[what] ?? []) await run('pglite', what, act)
})

test.skipIf(serverMissing).each(Object.keys(SERVER))('%s is loud on a server', async (what) => {
  for (const act of SERVER[what] ?? []) await run('server', what, act)
})

test('what is safe on one backend goes on: locks of a transaction, of one connection alone, and turns', async () => {
  const database = openDatabase({ sql: 'create table t (id int)' })
  const [one, two] = [await database.client(), await database.client()]
  for (const client of [one, two, one]) {
    await client.say(q('begin'))
    expect(await client.rows('select pg_advisory_xact_lock(1) is null as locked')).toEqual([{ locked: 'f' }])
    await client.say(q('insert into t values (1)'))
    await client.say(q('commit'))
  }
  expect(await one.rows('select pg_try_advisory_lock(1) as mine')).toEqual([{ mine: 't' }])
  await one.say(message('X'))
  // Whoever held it is gone, and the lock with him.
  expect(await two.rows('select pg_try_advisory_lock(1) as mine')).toEqual([{ mine: 't' }])
  expect(await two.rows('select count(*) from t')).toEqual([{ count: '3' }])
})

test('who does nothing in a transaction for too long loses it', async () => {
  const database = openDatabase({ sql: 'create table t (id int)' })
  const client = await database.client({ idle_in_transaction_session_timeout: '10s' })
  await client.say(q('begin'), 9_000)
  await client.say(q('insert into t values (1)'), 9_000)
  expect(client.over()).toBeUndefined()
  await database.world.clock.advance(2_000)
  expect([codeIn(client.take()), client.over()]).toEqual(['25P03', 'end'])
  expect(await (await database.client()).rows('select count(*) from t')).toEqual([{ count: '0' }])
})

test('a limit that set_config names in texts is one', async () => {
  const database = openDatabase({})
  const client = await database.client()
  const set = "with set_limit as (select set_config('idle_in_transaction_session_timeout', '10s', false) as it)"
  await client.say(q(`${set} select pg_advisory_lock(1) from set_limit`))
  expect([codeIn(await client.say(q('begin'), 11_000)), client.over()]).toEqual(['25P03', 'end'])
})

test.each(ENGINES)('%s: the database is called as the first connection calls it', async (engine) => {
  const database = openDatabase({ engine })
  const name = "select current_database() as name, (select count(*) from pg_database where datname = 'it''s') as rows"
  for (const asked of ["it's", 'other']) {
    const client = await database.client({ database: asked })
    expect(await client.rows(name)).toEqual([{ name: "it's", rows: '1' }])
  }
})

test('row security that is turned on stops no owner', async () => {
  const client = await openDatabase({ sql: 'create table t (id int); insert into t values (1)' }).client()
  expect(await client.error('alter table t enable row level security')).toBeUndefined()
  expect(await client.rows('select id from t')).toEqual([{ id: '1' }])
})

test('a restart is told nothing, and says so when the scenario is read', () => {
  const shape = postgres.happeningFields?.['server.restarted']
  expect([shape?.safeParse({}).success, shape?.safeParse({ after: '5s' }).success]).toEqual([true, false])
})
