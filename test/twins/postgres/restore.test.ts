import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { message, query, rowsIn, SYNC } from '../../../twins/postgres/wire.ts'
import { canonical, type Json } from '../../../twins/trace.ts'
import { openDatabase } from './client.ts'
import { ENGINES } from './support.ts'

const SQL = `
  create schema audit;
  create table owners (id bigint generated always as identity primary key, name text not null, likes jsonb, seen timestamptz default now());
  create table pets (id serial primary key, owner bigint references owners, name text, upper text generated always as (upper(name)) stored, weight numeric(30, 10));
  create table audit.log (at timestamptz, what text[]);
  create table "Odd ""name" ("a b" int);
`
const ROWS = `
  insert into owners (name, likes) values ('ann', '{"a": [1, 2.50]}'), ('bob', null);
  insert into pets (owner, name, weight) values (2, 'rex', 12345678901.0123456789), (1, 'tom', 1.5);
  insert into audit.log values (now(), array['x', null]);
  insert into "Odd ""name" values (7);
  delete from owners where name = 'nobody';
`

describe.each(ENGINES)('%s', (engine) => {
  test('a state is plain data, and goes back into the same tables', async () => {
    const first = openDatabase({ engine, sql: SQL })
    const client = await first.client()
    expect(await client.error(ROWS)).toBeUndefined()
    const state = first.twin.snapshot()
    const text = canonical(state)
    expect(state).toMatchObject({
      owners: [{ id: 1, name: 'ann', likes: { a: [1, 2.5] } }, { id: 2 }],
      pets: [{ upper: 'REX', weight: '12345678901.0123456789' }, { weight: 1.5 }],
      audit: { log: [{ what: ['x', null] }] },
      'Odd "name': [{ 'a b': 7 }],
      $sequences: { 'public.owners_id_seq': '2' },
    })
    const second = openDatabase({ engine, sql: SQL })
    expect(canonical(second.twin.snapshot())).not.toBe(text)
    second.twin.restore(JSON.parse(JSON.stringify(state)) as Json)
    expect(canonical(second.twin.snapshot())).toBe(text)
    const other = await second.client()
    // Sequences go on where they stood.
    expect(await other.rows("insert into owners (name) values ('eve') returning id")).toEqual([{ id: '3' }])
    expect(() => second.twin.restore({ nowhere: [{ a: 1 }] })).toThrow('expected the table public.nowhere, got none')
  })
})

type Command = {
  readonly who: 0 | 1
  readonly key: number
  readonly value: number
  readonly how: 'commit' | 'rollback' | 'auto'
  readonly what: 'put' | 'remove' | 'twice'
}
const command: fc.Arbitrary<Command> = fc.record({
  who: fc.constantFrom(0 as const, 1 as const),
  key: fc.integer({ min: 0, max: 4 }),
  value: fc.integer({ min: 0, max: 9 }),
  how: fc.constantFrom('commit' as const, 'rollback' as const, 'auto' as const),
  what: fc.constantFrom('put' as const, 'remove' as const, 'twice' as const),
})

test('whatever two clients do in turn, the table holds what a map would', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
      const database = openDatabase({ sql: 'create table kv (k int primary key, v int)' })
      const clients = [await database.client(), await database.client({ application_name: 'two' })]
      const model = new Map<number, number>()
      for (const { who, key, value, how, what } of commands) {
        const client = clients[who]
        if (client === undefined) throw new Error('expected a client')
        const sql = {
          put: `insert into kv values (${key}, ${value}) on conflict (k) do update set v = excluded.v`,
          remove: `delete from kv where k = ${key}`,
          // The second insert of a key fails, and takes what is around it along.
          twice: `insert into kv values (${key}, ${value})`,
        }[what]
        const fails = what === 'twice' && model.has(key)
        if (how !== 'auto') await client.say(query('begin'))
        expect(await client.error(sql)).toBe(fails ? '23505' : undefined)
        if (how !== 'auto') await client.say(query(how))
        if (fails || how === 'rollback') continue
        if (what === 'remove') model.delete(key)
        else model.set(key, value)
      }
      const rows = [...model].sort(([a], [b]) => a - b).map(([k, v]) => ({ k, v }))
      expect(database.twin.snapshot()).toEqual({ kv: rows })
    }),
    { numRuns: 25, seed: 7 },
  )
})

test('what is no snapshot of tables is refused, and changes nothing', async () => {
  const { twin, client } = openDatabase({ sql: 'create table kv (k int primary key); insert into kv values (1)' })
  await client()
  for (const [strange, message] of [
    ['rows', 'expected rows by table, got no tables'],
    [{ kv: 'none' }, 'expected rows under kv'],
    [{ kv: [1] }, 'expected rows under kv'],
    [{ audit: { log: 7 } }, 'expected rows under audit.log'],
  ] as const) {
    expect(() => twin.restore(strange)).toThrow(message)
    expect(twin.snapshot()).toEqual({ kv: [{ k: 1 }] })
  }
})

describe('a large database', () => {
  const LARGE = `create table entries (id int primary key, body text, extra jsonb);
    create unique index on entries (body);
    create table small (n serial);
    insert into entries select n, 'a\tb\\' || n, '{"list": [1, null]}' from generate_series(1, 16000) n`
  const size = (state: Json): number => (state as { entries: readonly Json[] }).entries.length

  test('is kept as it is, read as it was, and taken back whole', async () => {
    const { twin, client } = openDatabase({ sql: LARGE })
    const one = await client()
    await one.say(Buffer.concat([message('P', 'count', 'select count(*) from entries', Buffer.alloc(2)), SYNC]))
    const before = twin.snapshot()
    const getter = Object.getOwnPropertyDescriptor(before, 'entries')?.get
    expect([typeof getter, Object.isFrozen(before)]).toEqual(['function', true])
    const later = Buffer.concat([message('P', 'later', 'select 7 as n', Buffer.alloc(2)), SYNC])
    await one.say(later)
    await one.rows("delete from entries where id > 10; insert into small default values; set timezone = 'Asia/Tokyo'")
    const after = twin.snapshot()
    // The first is read after the database has gone on, and the database stays where it is.
    expect([size(before), size(after)]).toEqual([16_000, 10])
    expect((before as { entries: readonly Json[] }).entries[0]).toEqual({
      id: 1,
      body: 'a\tb\\1',
      extra: { list: [1, null] },
    })
    expect(await one.rows('select count(*) from entries')).toEqual([{ count: '10' }])
    twin.restore(before)
    expect(await one.rows('select count(*) from entries')).toEqual([{ count: '16000' }])
    expect(await one.rows("insert into small default values returning n, current_setting('timezone') as zone")).toEqual(
      [{ n: '1', zone: 'Asia/Tokyo' }],
    )
    // What the session prepared before and after is still its own.
    const run = (name: string): Buffer =>
      Buffer.concat([
        message('B', '', name, Buffer.alloc(6)),
        message('D', Buffer.from('P'), ''),
        message('E', '', 0),
        SYNC,
      ])
    expect(rowsIn(await one.say(run('count')))).toEqual([{ count: '16000' }])
    expect(rowsIn(await one.say(run('later')))).toEqual([{ n: '7' }])
    expect(canonical(twin.snapshot())).toContain('"small":[{"n":1}]')
  })

  test('goes back from text too, indexes and all, and into another world', async () => {
    const first = openDatabase({ sql: LARGE })
    const state = first.twin.snapshot()
    const text = canonical(state)
    const second = openDatabase({ sql: LARGE })
    const other = await second.client()
    await other.rows('delete from entries')
    second.twin.restore(JSON.parse(text) as Json)
    expect(await other.error("insert into entries values (5, 'x')")).toBe('23505')
    expect(canonical(second.twin.snapshot())).toBe(text)
    await other.rows('delete from entries')
    second.twin.restore(state)
    expect(await other.rows('select count(*) from entries')).toEqual([{ count: '16000' }])
    // What does not fit is refused, and leaves everything as it was.
    const strange = {
      ...(JSON.parse(text) as object),
      entries: [
        { id: 1, body: 'x' },
        { id: 1, body: 'y' },
      ],
    }
    expect(() => second.twin.restore(strange)).toThrow('entries_pkey')
    expect(await other.rows('select count(*) from entries')).toEqual([{ count: '16000' }])
  })

  test('goes back as rows where tables have changed since, and where a lock is held', async () => {
    const { twin, client } = openDatabase({ sql: LARGE })
    const one = await client()
    const state = twin.snapshot()
    await one.rows('create table since (id int); insert into since values (1); delete from entries')
    twin.restore(state)
    expect(await one.rows('select (select count(*) from entries) as old, (select count(*) from since) as new')).toEqual(
      [{ old: '16000', new: '0' }],
    )
    await one.rows('select pg_advisory_lock(1)')
    expect(Object.isFrozen(twin.snapshot())).toBe(false)
  })

  test('is read before the engine lets it go', async () => {
    const { twin, client } = openDatabase({ sql: LARGE })
    const one = await client()
    const states: Json[] = []
    for (let left = 16_000; left > 15_994; left--) {
      states.push(twin.snapshot())
      await one.rows(`delete from entries where id = ${left}`)
    }
    expect(states.map(size)).toEqual([16_000, 15_999, 15_998, 15_997, 15_996, 15_995])
    twin.restore(states[0] ?? null)
    expect(await one.rows('select count(*) from entries')).toEqual([{ count: '16000' }])
  })
})

test('cells go back as they are, whatever stands in them', async () => {
  const sql = `create domain money2 as numeric check (value > 0); create type pair as (a int, b text);
    create table cells (id int primary key, t text, j json, d money2, b bytea, l text[], p pair, r int4range, f float8, v bool, twice int generated always as (id * 2) stored);
    insert into cells values (1, E'tab\\tback\\\\new\\nreturn\\r\\\\N', '"text"', 1.50, '\\x00ff', '{a,"b,c",null}', '(1,x)', '[1,5)', 'Infinity', true),
      (2, null, '[1.10]', null, null, null, null, null, -0.0, false), (3, '', '"\\\\."', 2, '', '{}', '(,)', 'empty', 1e300, null)`
  for (const engine of ENGINES) {
    const { twin } = openDatabase({ engine, sql })
    const text = canonical(twin.snapshot())
    twin.restore({ cells: [] })
    expect(canonical(twin.snapshot())).toContain('"cells":[]')
    twin.restore(JSON.parse(text) as Json)
    expect(canonical(twin.snapshot())).toBe(text)
  }
})
