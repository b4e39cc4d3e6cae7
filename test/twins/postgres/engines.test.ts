import { afterAll, describe, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Scenario, Step } from '../../../scenarios/scenario.ts'
import type { Json } from '../../../twins/trace.ts'
import { fault, pass, place } from '../../scenarios/support/stories.ts'
import { ask, bodies, ENGINES, onOne, post, serverMissing, stageWith, story } from './support.ts'

const stage = stageWith('sql.mjs')
const bank = stageWith('bank.mjs')
afterAll(() => {
  stage.close()
  bank.close()
})
if (serverMissing) console.warn('skipped on a server: none is here (apt-get install postgresql)')

const SCHEMA =
  'create table items (id serial primary key, name text unique, price numeric, made timestamptz default now(), tag uuid default gen_random_uuid())'
const answers = (run: Run): Readonly<Record<string, Json>> => {
  expect(run.ending.message).toBe('the horizon is reached')
  expect(run.escapes).toEqual([])
  return bodies(run)
}

describe.each(ENGINES)('%s', (engine) => {
  const given = { engine, sql: SCHEMA, tables: { items: [{ name: 'cup', price: '4.50' }] } } as const
  const play = (steps: readonly Step[], seed = '1', more: Partial<Scenario> = {}): Promise<Run> =>
    stage.run(story(given, steps, more), { seed })

  test('pg, postgres and drizzle reach it unmodified, with TLS or without', async () => {
    const select = 'select id, name from items'
    const steps = [
      ask('pg', select),
      ask('postgres', select, { client: 'postgres' }),
      ask('drizzle', select, { client: 'drizzle' }),
      ask('values', 'select $1::int + 1 as n', { values: [41] }),
      ask('prepared', 'select $1::int + 1 as n', { client: 'postgres', values: [41] }),
    ]
    const rows = { rows: [{ id: 1, name: 'cup' }] }
    const n = { rows: [{ n: 42 }] }
    const expected = { pg: rows, postgres: rows, drizzle: rows, values: n, prepared: n }
    expect(answers(await play(steps))).toEqual(expected)
    const secure = stageWith('sql.mjs', { SSL: '1' })
    const run = await secure.run(story(given, steps.slice(0, 2)), { seed: '1' })
    secure.close()
    expect(answers(run)).toEqual({ pg: rows, postgres: rows })
  })

  test('time is virtual, and stands still in a transaction as now() does', async () => {
    const times =
      'select now(), clock_timestamp() as clock, current_date::text as day, current_timestamp(0) as fine, localtime::text as t'
    const run = await play(
      [
        ask('first', times),
        pass(86_400_000),
        post('held', '/', { client: 'hold', sql: "insert into items (name) values ('held')", ms: 60_000 }),
        ask('made', "select extract(epoch from now() - made)::int as s from items where name = 'held'"),
        ask('bound', "select count(*)::int as n from items where made < now() - interval '30 s'"),
      ],
      '1',
      { horizonMs: 2 * 86_400_000 },
    )
    const { first, made, bound } = answers(run) as Record<string, { rows: { [key: string]: Json }[] }>
    const at = run.trace.find(({ type }) => type === 'postgres.select')?.atMs ?? 0
    const iso = new Date(at).toISOString()
    expect(first?.rows[0]).toEqual({
      now: iso,
      clock: iso,
      day: '2030-01-01',
      fine: `${iso.slice(0, 19)}.000Z`,
      t: iso.slice(11, 23).replace(/0+$/, '').replace(/\.$/, ''),
    })
    // The default was evaluated in a transaction that had begun a minute before.
    expect(made).toEqual({ rows: [{ s: 60 }] })
    expect(bound?.rows).toEqual([{ n: 2 }])
  })

  test('chance follows from the seed', async () => {
    const draw = [ask('draw', 'select random() as r, gen_random_uuid() as u, tag from items')]
    const [one, again, other] = [await play(draw), await play(draw), await play(draw, '2')]
    const of = (run: Run): { r: number; u: string; tag: string } | undefined =>
      (answers(run).draw as { rows: { r: number; u: string; tag: string }[] }).rows[0]
    expect(of(again)).toEqual(of(one))
    expect(again.hash).toBe(one.hash)
    expect(of(other)?.r).not.toBe(of(one)?.r)
    expect(of(other)?.u).not.toBe(of(one)?.u)
    expect(of(one)?.u).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('pg_sleep takes virtual time and no other', async () => {
    const run = await play([ask('slept', "select pg_sleep(90), pg_sleep_for('30 min')")])
    const { answeredAtMs = 0, askedAtMs = 0, status } = run.answers.slept ?? {}
    expect(status).toBe(200)
    expect(Math.floor((answeredAtMs - askedAtMs) / 1000)).toBe(90 + 30 * 60)
  })

  test('each run begins where the scenario says, and ends as rows that can be looked at', async () => {
    const insert = ask('more', "insert into items (name, price) values ('tea', 12345678901234567890.5) returning id")
    for (let at = 0; at < 2; at++) {
      const run = await play([insert, ask('schema', 'create table extra (id int)')])
      expect(answers(run).more).toEqual({ rows: [{ id: 2 }] })
      expect(run.states.postgres).toMatchObject({
        items: [
          { id: 1, name: 'cup', price: 4.5 },
          { id: 2, name: 'tea', price: '12345678901234567890.5' },
        ],
        extra: [],
        $sequences: { 'public.items_id_seq': '2' },
      })
    }
  })

  test('errors are the server’s own, and nobody’s process has a number', async () => {
    const run = await play([
      ask('twice', "insert into items (name) values ('cup')"),
      ask('nothing', 'select * from nowhere'),
      ask('zero', 'select 1 / 0'),
    ])
    expect(answers(run)).toMatchObject({
      twice: { code: '23505', constraint: 'items_name_key', detail: 'Key (name)=(cup) already exists.' },
      nothing: { code: '42P01' },
      zero: { code: '22012' },
    })
  })

  test('what one connection sets, prepares or breaks is its own', async () => {
    const both = { kind: 'together' as const, id: 't', atMs: undefined, place }
    const show = "select current_setting('application_name') as name, current_setting('timezone') as zone"
    const run = await play([
      onOne('one', "set application_name = 'one'", "set timezone = 'Asia/Tokyo'", show),
      {
        ...both,
        calls: [post('a', '/', { client: 'one', statements: [show] }), ask('b', show, { client: 'postgres' })],
      },
      ask('p', 'select 1 as n where $1::int > 0', { client: 'postgres', values: [1] }),
    ])
    const [, , [mine] = []] = (answers(run).one as { rows: Json[][] }).rows
    expect(mine).toEqual({ name: 'one', zone: 'Asia/Tokyo' })
    expect(answers(run).b).toMatchObject({ rows: [{ zone: 'UTC' }] })
    // The pool of `pg` hands the same connection out again, and it keeps what it has set.
    expect(answers(run).a).toEqual({ rows: [[{ name: 'one', zone: 'Asia/Tokyo' }]] })
  })

  test.each([
    ['a refused connection', fault({ on: 'postgres.connect', kind: 'refused', nth: 1 }), { code: 'ECONNREFUSED' }],
    ['too many clients', fault({ on: 'postgres.connect', kind: 'error', code: '53300', nth: 1 }), { code: '53300' }],
    ['a server that goes down', fault({ on: 'postgres.insert', kind: 'error', code: '57P01' }), { code: '57P01' }],
    ['a statement that never arrives', fault({ on: 'postgres.insert', kind: 'request-lost' }), {}],
    ['a serialization failure', fault({ on: 'postgres.insert', kind: 'error', code: '40001' }), { code: '40001' }],
    ['a deadlock', fault({ on: 'postgres.insert', kind: 'error', code: '40P01', where: { values: [] } }), undefined],
  ])('%s is injected', async (_, one, error) => {
    const run = await play([
      one,
      ask('in', "insert into items (name) values ('tea')"),
      ask('out', 'select count(*)::int as n from items'),
    ])
    if (error === undefined) expect(answers(run).in).toEqual({ rows: [] })
    else {
      expect(run.answers.in?.status).toBe(500)
      expect(answers(run).in).toMatchObject(error)
    }
    expect(answers(run).out).toEqual({ rows: [{ n: error === undefined ? 2 : 1 }] })
  })

  test.each([
    ['before', 'request-lost', 1],
    ['after', 'answer-lost', 2],
  ] as const)('a connection is cut %s COMMIT takes effect', async (_, kind, count) => {
    const run = await play([
      fault({ on: 'postgres.commit', kind }),
      post('in', '/', { client: 'hold', sql: "insert into items (name) values ('tea')", ms: 1 }),
      ask('out', 'select count(*)::int as n from items'),
    ])
    expect(run.answers.in?.status).toBe(500)
    expect(answers(run).out).toEqual({ rows: [{ n: count }] })
  })

  test('an error at COMMIT undoes the transaction, one within leaves it failed', async () => {
    const run = await play([
      fault({ on: 'postgres.commit', kind: 'error', code: '40001', nth: 1 }),
      post('in', '/', { client: 'hold', sql: "insert into items (name) values ('tea')", ms: 1 }),
      fault({ on: 'postgres.select', kind: 'error', code: '40P01', nth: 1 }),
      onOne('failed', 'begin', 'select 1'),
      onOne('still', 'select 2'),
      onOne('over', 'rollback', 'select count(*)::int as n from items'),
    ])
    expect(answers(run)).toMatchObject({
      in: { code: '40001' },
      failed: { code: '40P01' },
      still: { code: '25P02' },
      over: { rows: [[], [{ n: 1 }]] },
    })
  })

  test('a slow statement is late, and a restart ends every connection', async () => {
    const restart: Step = {
      kind: 'event',
      id: 'r',
      atMs: undefined,
      place,
      twin: 'postgres',
      event: 'server.restarted',
      fields: {},
    }
    const run = await play([
      fault({ on: 'postgres.select', kind: 'slow', byMs: 7000, nth: 1 }),
      ask('slow', 'select 1 as n'),
      restart,
      ask('again', 'select 2 as n'),
    ])
    expect(answers(run)).toMatchObject({ slow: { rows: [{ n: 1 }] }, again: { rows: [{ n: 2 }] } })
    expect((run.answers.slow?.answeredAtMs ?? 0) - (run.answers.slow?.askedAtMs ?? 0)).toBeGreaterThan(7000)
    expect(run.trace.filter(({ type }) => type === 'postgres.session.ended')).toHaveLength(1)
    expect(
      run.trace.filter(({ type, fields }) => type === 'app.log' && String(fields.text).includes('57P01')),
    ).toHaveLength(1)
  })

  test('a service with migrations, transactions and retries earns its certificate', async () => {
    const s = story({ engine }, [
      post('a', '/accounts', { id: 'a', balance: 10 }),
      post('d', '/deposit', { id: 'a', amount: 5 }),
      post('o', '/orders', { numbers: ['1'] }),
      post('p', '/orders', { numbers: ['1', '2'] }),
    ])
    const run = await bank.run(s, { seed: '1' })
    expect(answers(run)).toMatchObject({ o: { number: '1' }, p: { number: '2' } })
    expect(run.trace.filter(({ fields }) => fields.error === '23505')).toHaveLength(1)
    expect(run.states.postgres).toMatchObject({ accounts: [{ id: 'a', balance: 15 }], migrations: { length: 4 } })
    const certificate = await certify(s, '1', bank, () =>
      stageWith('bank.mjs', { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }, 'fresh'),
    )
    expect(certificate).toMatchObject({ holds: true, divergence: undefined })
  })
})
