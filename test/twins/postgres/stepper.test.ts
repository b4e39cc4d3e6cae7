import { expect, test } from 'vitest'
import { fieldsOf, message, messagesIn, query } from '../../../twins/postgres/wire.ts'
import { codeIn, openDatabase, typesIn } from './client.ts'
import { serverMissing } from './support.ts'

const withServer = test.skipIf(serverMissing)
const server = {
  engine: 'server',
  sql: 'create table t (id int primary key, v int); insert into t values (1, 0), (2, 0)',
} as const
const q = (sql: string): Uint8Array => query(sql)

withServer('whoever waits for a lock gets it in the order of waiting, however many wake at once', async () => {
  const database = openDatabase(server)
  const holder = await database.client()
  const waiters = [await database.client(), await database.client(), await database.client(), await database.client()]
  await holder.say(q('begin; insert into t values (7, 0)'))
  // All of them wait for the same transaction: a rollback frees them in one moment.
  for (const [at, waiter] of waiters.entries())
    expect(await waiter.say(q(`insert into t values (7, ${at})`))).toHaveLength(0)
  expect(typesIn(await holder.say(q('rollback')))).toBe('CZ')
  const codes = waiters.map((waiter) => codeIn(waiter.take()))
  expect(codes).toEqual([undefined, '23505', '23505', '23505'])
  expect(await holder.rows('select v from t where id = 7')).toEqual([{ v: '0' }])
  const locked = database.world.trace.events.filter(({ type }) => type === 'postgres.locked')
  expect(locked.map(({ fields }) => fields.connection)).toEqual(['2', '3', '4', '5'])
})

withServer('a deadlock ends with the one who closes the circle, and names no process of this machine', async () => {
  const database = openDatabase(server)
  const [one, two] = [await database.client(), await database.client()]
  await one.say(q('begin; update t set v = 1 where id = 1'))
  await two.say(q('begin; update t set v = 2 where id = 2'))
  expect(await one.say(q('update t set v = 1 where id = 2'))).toHaveLength(0)
  const error = messagesIn(await two.say(q('update t set v = 2 where id = 1'))).find(({ type }) => type === 'E')
  const { C: code, D: detail = '' } = fieldsOf(error?.body ?? Buffer.alloc(0))
  expect(code).toBe('40P01')
  expect(detail).toMatch(/^Process 2 waits for ShareLock on transaction \d+; blocked by process 1\./)
  expect(typesIn(one.take())).toBe('CZ')
})

withServer('a connection that goes away sets its waiters free, whether it waits itself or not', async () => {
  const database = openDatabase(server)
  const [one, two, three] = [await database.client(), await database.client(), await database.client()]
  await one.say(q('begin; update t set v = 1 where id = 1'))
  await two.say(q('begin; update t set v = 2 where id = 2'))
  await two.say(q('update t set v = 2 where id = 1'))
  await three.say(q('update t set v = 3 where id = 2'))
  two.end.closed()
  await database.world.clock.advance(100)
  expect(typesIn(three.take())).toBe('CZ')
  one.end.closed()
  expect(await three.rows('select v from t order by id')).toEqual([{ v: '0' }, { v: '3' }])
})

withServer('NOTIFY reaches those that listen, after COMMIT and not before', async () => {
  const database = openDatabase(server)
  const [one, two, three] = [await database.client(), await database.client(), await database.client()]
  await one.say(q('listen jobs'))
  await two.say(q("begin; notify jobs, 'first'"))
  expect(one.take()).toHaveLength(0)
  await two.say(q('commit'))
  const [told] = messagesIn(one.take())
  expect([told?.type, told?.body.readInt32BE(0), told?.body.toString('utf8', 4)]).toEqual(['A', 2, 'jobs\0first\0'])
  expect(three.take()).toHaveLength(0)
})

withServer.each([
  ['lock_timeout', '55P03'],
  ['statement_timeout', '57014'],
])('%s runs in virtual time, and ends the wait', async (name, code) => {
  const database = openDatabase(server)
  const one = await database.client()
  const two = await database.client({ [name]: '2s' })
  await one.say(q('begin; update t set v = 1 where id = 1'))
  expect(await two.say(q('update t set v = 2 where id = 1'), 1999)).toHaveLength(0)
  await database.world.clock.advance(30)
  expect(codeIn(two.take())).toBe(code)
  expect(await two.rows('select v from t where id = 1')).toEqual([{ v: '0' }])
})

withServer.each([
  ['a SET', "set lock_timeout = '2s'; begin", true],
  ['a SET LOCAL', 'begin; set local lock_timeout to 2000', true],
  ['a SET of a transaction that is taken back', 'begin; set lock_timeout = 2000; rollback; begin', false],
  ['a SET LOCAL of a transaction that is over', 'begin; set local lock_timeout = 2000; commit; begin', false],
])('%s in the middle of a session runs in virtual time, for as long as it holds', async (_, sql, holds) => {
  const database = openDatabase(server)
  const [one, two] = [await database.client(), await database.client()]
  await one.say(q('begin; update t set v = 1 where id = 1'))
  for (const statement of sql.split('; ')) await two.say(q(statement))
  await two.say(q('update t set v = 2 where id = 1'), 1999)
  await database.world.clock.advance(30)
  expect(codeIn(two.take())).toBe(holds ? '55P03' : undefined)
})

withServer('limits of a text of several statements are its own, and the server hears of none', async () => {
  const database = openDatabase(server)
  const [one, two] = [await database.client(), await database.client()]
  await one.say(q('begin; lock table t'))
  await two.say(
    q("begin; set local lock_timeout = 30000; set local statement_timeout to '1min'; lock table t; commit"),
    29_000,
  )
  expect(two.take()).toHaveLength(0)
  await database.world.clock.advance(1100)
  expect(codeIn(two.take())).toBe('55P03')
  await two.say(q('rollback; set lock_timeout = 100'))
  expect(await two.rows('show lock_timeout')).toEqual([{ lock_timeout: '0' }])
})

withServer('a client can cancel what waits', async () => {
  const database = openDatabase(server)
  const [one, two] = [await database.client(), await database.client()]
  await one.say(q('begin; update t set v = 1 where id = 1'))
  await two.say(q('update t set v = 2 where id = 1'))
  const cancel = message('', 80_877_102, 2, 2).subarray(1)
  const peer = { name: '9', send: () => undefined, end: () => undefined, reset: () => undefined }
  await database.twin.connect?.(peer, 'test')?.data(cancel, 'test')
  await database.world.clock.advance(100)
  expect(codeIn(two.take())).toBe('57014')
})
