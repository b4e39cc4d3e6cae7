import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { query } from '../../../twins/postgres/wire.ts'
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
