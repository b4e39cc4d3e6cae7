import { describe, expect, test } from 'vitest'
import type { Run } from '../../scenarios/run.ts'
import type { Step } from '../../scenarios/scenario.ts'
import type { Fault } from '../../twins/faults.ts'
import { totals } from '../../twins/money.ts'
import type { Program } from './support/puppet.ts'
import { call, fault, pass, place, play, scenario, shop } from './support/stories.ts'

const types = (run: Run): readonly string[] => run.trace.map(({ type }) => type)

test('a request goes through the subject to the twin and back, and is billed to its step', async () => {
  const run = await play(scenario([call('buy', '/buy')]))
  expect(run.ending.kind).toBe('horizon')
  expect(run.answers.buy).toMatchObject({ status: 201, body: { amount: 5 } })
  expect(run.states.ledger).toMatchObject({ entries: [{ amount: 5 }] })
  expect(run.bill.lines.map(({ step, amount }) => [step, amount])).toEqual([['buy', '0.1']])
  expect(types(run)).toEqual([
    'app.request',
    'ledger.entries.create',
    'cost.line',
    'ledger.entry.booked',
    'ledger.answer',
    'call.answered',
    'app.answer',
  ])
})

test('the same seed gives the same hash, another seed another, and the decision log needs no seed', async () => {
  const story = scenario([call('buy', '/buy')])
  const [a, b, c] = [await play(story), await play(story), await play(story, shop, '2')]
  expect(a.hash).toBe(b.hash)
  expect(a.hash).not.toBe(c.hash)
  const told = await play(story, shop, '2', a.decisions)
  expect(told.answers.buy?.answeredAtMs).toBe(a.answers.buy?.answeredAtMs)
})

test('the boundary of the horizon belongs to the run, and what is unfinished there is pending', async () => {
  const run = await play(scenario([call('wait', '/never'), call('after', '/buy')], { horizonMs: 5000 }))
  expect(run.endedAtMs - run.startsAtMs).toBe(5000)
  expect(run.pending.map(({ what, step }) => [what, step])).toEqual([
    ['POST /never', 'wait'],
    ['step after was never reached', 'after'],
  ])
})

describe('faults', () => {
  const attempts = (run: Run): number => types(run).filter((type) => type === 'ledger.entries.create').length
  const entries = (run: Run): number => types(run).filter((type) => type === 'ledger.entry.booked').length
  test.each([
    ['request-lost', { kind: 'request-lost', nth: 1 }, 2, 1, 201],
    ['answer-lost: the effect is done, the retry does it again', { kind: 'answer-lost', nth: 1 }, 2, 2, 201],
    ['reset', { kind: 'reset', times: 2 }, 3, 1, 201],
    ['refused', { kind: 'refused' }, 3, 0, 503],
    ['status', { kind: 'status', status: 500 }, 3, 0, 503],
    ['rate-limit', { kind: 'rate-limit', times: 1, retryAfterMs: 5000 }, 2, 1, 201],
    ['duplicate', { kind: 'duplicate' }, 1, 2, 201],
    ['slow', { kind: 'slow', byMs: 60_000 }, 1, 1, 201],
    ['a rate of zero', { kind: 'reset', rate: 0 }, 1, 1, 201],
    ['a rate of one', { kind: 'reset', rate: 1 }, 3, 0, 503],
    ['an end in time', { kind: 'reset', untilMs: Date.parse('2030-01-01T00:00:01Z') }, 2, 1, 201],
    ['where does not match', { kind: 'reset', where: { amount: 6 } }, 1, 1, 201],
    ['where matches', { kind: 'reset', where: { amount: 5 } }, 3, 0, 503],
  ] as const)('%s', async (_, more, calls, effects, status) => {
    const run = await play(scenario([fault({ on: 'ledger.entries.create', ...more }), call('buy', '/buy')]))
    expect([attempts(run), entries(run), run.answers.buy?.status]).toEqual([calls, effects, status])
  })
  test('silence is pending at the horizon', async () => {
    const run = await play(scenario([fault({ on: 'ledger', kind: 'timeout' }), call('buy', '/buy')]))
    expect(run.pending.map(({ what }) => what)).toEqual(['POST /buy', 'call buy/ledger.entries.create#1'])
  })
  test('heal ends a fault', async () => {
    const heal: Step = { kind: 'heal', id: 'h', atMs: undefined, place, on: 'ledger' }
    const run = await play(scenario([fault({ on: 'ledger.entries.create', kind: 'reset' }), heal, call('buy', '/buy')]))
    expect(attempts(run)).toBe(1)
  })
})

describe('webhooks', () => {
  const given = { ledger: { webhook: 'https://shop.test/hook' } }
  const hooks = (run: Run): readonly number[] =>
    run.trace
      .filter(({ type, fields }) => type === 'app.request' && fields.path === '/hook')
      .map(({ atMs }) => atMs - run.startsAtMs)
  test('a delivery belongs to the request that led to it', async () => {
    const run = await play(scenario([call('buy', '/buy')], { given }))
    expect(hooks(run)).toHaveLength(1)
    const [step] = Object.keys(run.causes)
    expect(step).toMatch(/^buy\/ledger\.webhook\/en_/)
    expect(Object.values(run.causes)).toEqual(['buy'])
  })
  test('a lost delivery comes again on the schedule, a duplicate twice, a dropped one after a retry, a late one later', async () => {
    const with_ = (kind: Fault['kind']): Promise<Run> =>
      play(scenario([fault({ on: 'ledger.webhook', kind, nth: 1 }), call('buy', '/buy')], { given }))
    expect(hooks(await with_('duplicate'))).toHaveLength(2)
    expect(hooks(await with_('answer-lost'))).toHaveLength(2)
    const [again] = hooks(await with_('drop'))
    expect(again).toBeGreaterThan(60_000)
    const [late] = hooks(await with_('reorder'))
    expect(late).toBeGreaterThan(60_000)
  })
  test('nobody at the address: the vendor gives up after its schedule', async () => {
    const run = await play(
      scenario([call('buy', '/buy')], { given: { ledger: { webhook: 'https://elsewhere.test/hook' } } }),
    )
    expect(run.trace.filter(({ type }) => type === 'delivery.failed')).toHaveLength(3)
  })
})

describe('steps', () => {
  test('captures and templates carry values from answer to request', async () => {
    const seen: string[] = []
    const echo: Program = {
      boot: (strings) => strings.listen(80),
      serve: (_, request, reply) => {
        seen.push(`${request.target} ${Buffer.from(request.body).toString()}`)
        reply(200, '{"order":{"id":7}}')
      },
    }
    const body = { json: { n: '{{order}}', text: 'order {{a.body.order.id}}' } }
    await play(
      scenario([call('a', '/a', { capture: { order: 'body.order.id' } }), call('b', '/b/{{order}}', { body })]),
      echo,
    )
    expect(seen[1]).toBe('/b/7 {"n":7,"text":"order 7"}')
  })
  test('a template without a value ends the run and says what was there', async () => {
    const run = await play(scenario([call('a', '/buy'), call('b', '/b/{{a.body.nope}}')]))
    expect(run.ending).toMatchObject({
      kind: 'unresolved',
      message: '{{a.body.nope}}: the answer of "a" (status 201) has no body.nope.',
    })
  })
  test('calls together start at one instant, in an order that hangs on the seed', async () => {
    const together: Step = {
      kind: 'together',
      id: 't',
      atMs: undefined,
      place,
      calls: [call('x', '/buy'), call('y', '/buy'), call('z', '/buy')],
    }
    const orders = new Set<string>()
    for (let seed = 0; seed < 20; seed++) {
      const run = await play(scenario([together, call('last', '/buy')]), shop, `${seed}`)
      const asked = run.trace.filter(({ type }) => type === 'app.request')
      expect(new Set(asked.slice(0, 3).map(({ atMs }) => atMs)).size).toBe(1)
      expect(asked[3]?.fields.id).toBe('last')
      orders.add(asked.map(({ fields }) => fields.id).join())
    }
    expect(orders.size).toBeGreaterThan(3)
  })
  test('time passes; a step with a time waits for it even when the one before hangs', async () => {
    const run = await play(
      scenario([call('a', '/buy'), pass(60_000), call('b', '/never'), call('c', '/buy', { atMs: 1_800_000 })]),
    )
    const at = (id: string): number =>
      (run.trace.find(({ type, fields }) => type === 'app.request' && fields.id === id)?.atMs ?? 0) - run.startsAtMs
    expect(at('b')).toBe((run.answers.a?.answeredAtMs ?? 0) - run.startsAtMs + 60_000)
    expect(at('c')).toBe(1_800_000)
  })
  test('what happens at a twin happens on account of its step', async () => {
    const event: Step = {
      kind: 'event',
      id: 'audit',
      atMs: 1000,
      place,
      twin: 'ledger',
      event: 'audit',
      fields: { by: 'x' },
    }
    const run = await play(scenario([event]))
    expect(run.trace.find(({ type }) => type === 'ledger.audited')).toMatchObject({
      step: 'audit',
      fields: { fields: { by: 'x' } },
    })
  })
  test('after a signal the service may go; later requests are refused, and that is no crash', async () => {
    const stop: Step = { kind: 'signal', id: 's', atMs: undefined, place, signal: 'SIGTERM' }
    const run = await play(scenario([stop, call('late', '/buy')]))
    expect(run.ending.kind).toBe('horizon')
    expect(run.answers.late).toMatchObject({
      status: 0,
      error: 'the connection was refused: the service does not listen',
    })
  })
})

test.each([
  [{}, 'https'],
  [{ 'X-Forwarded-Proto': 'http' }, 'http'],
])('what comes by https says so, as a proxy that ends TLS does, unless the step does: %j', async (headers, proto) => {
  const seen: (string | undefined)[] = []
  const program: Program = {
    boot: shop.boot,
    serve(strings, request, reply) {
      seen.push(request.headers.find(([name]) => name.toLowerCase() === 'x-forwarded-proto')?.[1])
      shop.serve(strings, request, reply)
    },
  }
  const story = scenario([{ ...call('buy', '/buy'), headers }], {
    given: { ledger: { webhook: 'https://shop.test/hook' } },
  })
  await play(story, program)
  expect(seen).toEqual([proto, 'https'])
})

describe('endings', () => {
  const broken = (boot: Program['boot'], serve: Program['serve'] = shop.serve): Program => ({ boot, serve })
  test.each([
    [
      'exits at once',
      broken((s) => s.effect({ kind: 'exited', code: 0, error: undefined })),
      'exited',
      'the service exited with code 0 before it listened on a port',
    ],
    [
      'crashes',
      broken((s) => s.effect({ kind: 'exited', code: 1, error: 'Error: no key\n  at x' })),
      'exited',
      'the service crashed: Error: no key\n  at x',
    ],
    [
      'has a mistake of syntax, whose name comes after the line',
      broken((s) =>
        s.effect({
          kind: 'exited',
          code: 1,
          error: '/app/a.ts:1\nimport x from "y"\n^^^^^^\n\nSyntaxError: no\n  at y',
        }),
      ),
      'exited',
      'the service crashed: SyntaxError: no\n/app/a.ts:1\nimport x from "y"\n^^^^^^',
    ],
    [
      'listens nowhere',
      broken(() => undefined),
      'not-listening',
      'the service listens on no port after 60 virtual seconds',
    ],
  ] as const)('a subject that %s', async (_, program, kind, message) => {
    expect((await play(scenario([call('buy', '/buy')]), program)).ending).toMatchObject({ kind, message })
  })
  test('an unmodelled request is loud, never a 404', async () => {
    const run = await play(scenario([call('buy', '/reverse')]))
    expect(run.ending).toMatchObject({ kind: 'not-modelled' })
    expect(run.ending.message).toContain('A ledger only grows. "npx backlot twins ledger"')
  })
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  test('a WebSocket to a twin is not modelled, rather than a connection that breaks', async () => {
    const run = await play(
      scenario([call('buy', '/live')]),
      broken(shop.boot, (s, { step }, reply) => {
        s.effect({ kind: 'connect', id: 'w1', host: 'ledger.test', port: 443, tls: true, step })
        const head = 'GET /live HTTP/1.1\r\nHost: ledger.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
        s.effect({ kind: 'data', id: 'w1', step, bytes: bytes(head) })
        s.after(1000, () => reply(502, '{}'))
      }),
    )
    expect(run.ending).toMatchObject({
      kind: 'not-modelled',
      message: expect.stringMatching(
        /^twin "ledger" does not model .*an upgrade to websocket, at https:\/\/ledger.test/,
      ),
    })
  })
  test('a step that a service answers with a WebSocket is not modelled', async () => {
    const run = await play(
      scenario([call('watch', '/live')]),
      broken(shop.boot, (s, { step }) => {
        const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
        s.effect({ kind: 'data', id: 'in1', step, bytes: bytes(head) })
      }),
    )
    expect(run.ending).toMatchObject({
      kind: 'not-modelled',
      message: expect.stringMatching(
        /^the client of a scenario does not model .*step watch: .*an upgrade to websocket/,
      ),
    })
  })
  test('what cannot happen at a twin as it is, is told with its place, and is no bug of ours', async () => {
    const fields = { entry: 'le_9' }
    const audit: Step = { kind: 'event', id: 'audit', atMs: 1000, place, twin: 'ledger', event: 'audit', fields }
    const { ending } = await play(scenario([audit]))
    expect(ending).toMatchObject({
      kind: 'unresolved',
      message: `step ${audit.id} (${place.file}:${place.line}:${place.column}): ledger audit: expected an entry le_9, got none.`,
    })
  })
  test('a stranger is refused and recorded as an escape', async () => {
    const run = await play(scenario([call('buy', '/stranger')]))
    expect(run.answers.buy?.status).toBe(502)
    expect(run.escapes).toMatchObject([{ what: 'a connection to https://stranger.test, where no twin stands' }])
  })
  test('a step that no one opened is not believed', async () => {
    const liar = broken(shop.boot, (strings, request, reply) => {
      strings.log('holdout-7', 'hello')
      shop.serve(strings, request, reply)
    })
    const run = await play(scenario([call('buy', '/buy')]), liar)
    expect(run.escapes[0]?.what).toContain('on account of "holdout-7"')
    expect(run.trace.find(({ type }) => type === 'app.log')?.step).toBe('boot')
  })
  test('an act without a price is on the bill as unpriced', async () => {
    const run = await play(scenario([call('gift', '/gift')]))
    expect(run.bill.unpriced).toMatchObject([{ twin: 'ledger', sku: 'gift', step: 'gift' }])
    expect(totals(run.bill.lines)).toEqual({})
  })
  test('a loop of instants is stopped', async () => {
    const loop = broken(shop.boot, (strings) => {
      const again = (): void =>
        strings.after(0, () => {
          strings.log('boot', 'x')
          again()
        })
      again()
    })
    expect((await play(scenario([call('buy', '/buy')]), loop)).ending.kind).toBe('hung')
  }, 120_000)
})
