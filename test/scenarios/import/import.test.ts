import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ImportOptions } from '../../../scenarios/import/import.ts'
import type { CallStep, FaultStep, Scenario } from '../../../scenarios/scenario.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import { ledger } from '../support/ledger.ts'
import { play } from '../support/stories.ts'
import { entry, har, importTexts, storyOf } from './support.ts'

const ORDER = { id: 'o-1', amount: 5, email: 'ada@corp.example' }
const buy = (atMs: number, status: number, more: Parameters<typeof entry>[5] = {}): object =>
  entry(
    atMs,
    'POST https://shop.test/orders',
    ORDER,
    status,
    { id: 'o-1', amount: 5, status: status < 300 ? 'paid' : 'failed' },
    { tookMs: 4_000, ...more },
  )
const book = (atMs: number, status: number, more: Parameters<typeof entry>[5] = {}): object =>
  entry(
    atMs,
    'POST https://ledger.test/entries',
    { amount: 5 },
    status,
    { id: 'en_a1b2c3d4', amount: 5 },
    { tookMs: 20, ...more },
  )

const faultsOf = (scenario: Scenario | undefined): readonly object[] =>
  (scenario?.when ?? []).flatMap((step) => (step.kind === 'fault' ? [(step as FaultStep).fault] : []))
const callsOf = (scenario: Scenario | undefined): readonly CallStep[] =>
  (scenario?.when ?? []).flatMap((step) => (step.kind === 'call' ? [step] : []))

test('what came in is sent again, what broke outside is a fault before it, what must hold follows from what was seen', async () => {
  const { scenarios, ledger: told } = await importTexts([
    har(buy(0, 502), book(100, 503), book(600, 503), buy(9_000, 201), book(9_100, 201)),
  ])
  const [scenario] = scenarios
  expect(scenarios).toHaveLength(1)
  expect(faultsOf(scenario)).toEqual([{ on: 'ledger.entries.create', kind: 'status', times: 2, status: 503 }])
  expect(scenario?.when.map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ['fault', 250],
    ['call', 250],
    ['call', 9_250],
  ])
  expect(scenario?.then).toMatchObject([
    { kind: 'answer', step: 'a1-post-orders', status: 201 },
    { kind: 'answer', step: 'a1-post-orders-2', status: 201, body: { amount: 5, status: 'paid' } },
    { kind: 'state', path: 'ledger.entries', count: { min: 0, max: 1 } },
  ])
  expect(scenario).toMatchObject({ clock: '2026-05-04T21:59:58Z', evidence: { source: 'har', redaction: 'v1' } })
  expect(told.sums.observed).toBeGreaterThan(5)
})

test('a call that nobody answered keeps both readings, and they replay', async () => {
  const { scenarios, ledger: told } = await importTexts([har(buy(0, 201), book(100, 0), book(1_200, 201))])
  expect(scenarios.map(({ id }) => id)).toEqual(['night-answer-lost', 'night-request-lost'])
  expect(scenarios.flatMap(faultsOf)).toEqual([
    { on: 'ledger.entries.create', kind: 'answer-lost', times: 1 },
    { on: 'ledger.entries.create', kind: 'request-lost', times: 1 },
  ])
  expect(told.cannotProve.join()).toContain('whether the requests of one failure arrived')
  const entries = await Promise.all(
    scenarios.map(async (scenario) => {
      const run = await play(scenario)
      return [run.ending.kind, (run.states as { ledger: { entries: unknown[] } }).ledger.entries.length]
    }),
  )
  // The shop of these tests tries again without a key: the lost answer books twice, the lost request once.
  expect(entries).toEqual([
    ['horizon', 2],
    ['horizon', 1],
  ])
})

test.each([
  ['ECONNREFUSED', { on: 'ledger.connect', kind: 'refused', times: 1 }],
  ['connect timed out', { on: 'ledger.entries.create', kind: 'timeout', silent: true, times: 1 }],
])('%s tells which of the two it was', async (error, expected) => {
  const { scenarios } = await importTexts([har(buy(0, 201), book(100, 0, { error }), book(1_200, 201))])
  expect(scenarios.map(faultsOf)).toEqual([[expected]])
})

test('a timeout in silence is open: the effect was, or was not', async () => {
  const { scenarios } = await importTexts([
    har(buy(0, 201), book(100, 0, { error: 'The operation was aborted due to timeout' })),
  ])
  expect(scenarios.flatMap(faultsOf)).toEqual([
    { on: 'ledger.entries.create', kind: 'answer-lost', silent: true, times: 1 },
    { on: 'ledger.entries.create', kind: 'timeout', times: 1 },
  ])
})

test('an answer that says it was done already closes the question', async () => {
  const key = { headers: { 'Idempotency-Key': 'k-1' } }
  const { scenarios } = await importTexts([
    har(buy(0, 201), book(100, 0, key), book(1_200, 201, { ...key, answerHeaders: { 'Idempotent-Replayed': 'true' } })),
  ])
  expect(scenarios.map(faultsOf)).toEqual([[{ on: 'ledger.entries.create', kind: 'answer-lost', times: 1 }]])
})

test('an outage over several requests ends when the first call works again; a limit says how long to wait', async () => {
  const { scenarios } = await importTexts([
    har(
      buy(0, 502),
      book(100, 429, { answerHeaders: { 'Retry-After': '7' } }),
      buy(20_000, 502),
      book(20_100, 429, { answerHeaders: { 'Retry-After': '7' } }),
      buy(60_000, 201),
      book(60_100, 201),
    ),
  ])
  const startMs = Date.parse('2026-05-04T21:59:58Z')
  expect(faultsOf(scenarios[0])).toEqual([
    { on: 'ledger.entries.create', kind: 'rate-limit', retryAfterMs: 7_000, untilMs: startMs + 60_350 },
  ])
})

test('a failure after a good call of the same request hits the attempt it hit', async () => {
  const { scenarios } = await importTexts([har(buy(0, 502), book(100, 201), book(600, 500), book(900, 201))])
  expect(faultsOf(scenarios[0])).toEqual([
    { on: 'ledger.entries.create', kind: 'status', status: 500, attempt: 2, times: 1 },
  ])
})

test('an answer that took far longer than others is slow', async () => {
  const { scenarios } = await importTexts([
    har(buy(0, 201), book(100, 201), book(600, 201), book(900, 201, { tookMs: 25_000 })),
  ])
  expect(faultsOf(scenarios[0])).toMatchObject([{ kind: 'slow', byMs: 24_980, attempt: 3 }])
})

const LOGIN = entry(
  0,
  'POST https://shop.test/login',
  { user: 'ada', password: 'hunter2-x' },
  200,
  { token: 'tok-9f8e7d6c5b4a', user: { id: 42 } },
  { answerHeaders: { 'Set-Cookie': 'sid=8f14e45fceea167a; Path=/; HttpOnly' } },
)
test('values that an answer gave are templates in what follows: tokens, cookies, ids in paths and bodies', async () => {
  const made = entry(
    1_000,
    'POST https://shop.test/carts',
    {},
    201,
    { id: 'cart-77aa88bb' },
    { headers: { Authorization: 'Bearer tok-9f8e7d6c5b4a' } },
  )
  const used = entry(
    2_000,
    'POST https://shop.test/carts/cart-77aa88bb/lines?by=cart-77aa88bb',
    { cart: 'cart-77aa88bb', owner: 'x' },
    201,
    {},
    { headers: { Cookie: 'theme=dark; sid=8f14e45fceea167a' } },
  )
  const { scenarios } = await importTexts([har(LOGIN, made, used)])
  const [, carts, lines] = callsOf(scenarios[0])
  expect(carts?.headers).toEqual({ authorization: 'Bearer {{a1-post-login.body.token}}' })
  expect(lines?.path).toMatch(/^\/carts\/\{\{a\d-post-carts\.body\.id\}\}\/lines\?by=\{\{a\d-post-carts\.body\.id\}\}$/)
  expect(lines?.headers.cookie).toContain('; {{a1-post-login.headers.set-cookie}}')
  expect(lines?.body).toMatchObject({ json: { cart: expect.stringMatching(/^\{\{.*body\.id\}\}$/) } })
})

test('callers are told apart by credential, session and address, and one stays one when a session begins', async () => {
  const get = (atMs: number, headers: Readonly<Record<string, string>>, answerHeaders = {}): object =>
    entry(atMs, 'GET https://shop.test/me', undefined, 200, {}, { headers, answerHeaders })
  const { ledger: told } = await importTexts([
    har(
      get(0, { Authorization: 'Bearer a-1' }),
      get(1_000, { Authorization: 'Bearer b-2' }),
      get(2_000, { Authorization: 'Bearer a-1' }),
      get(3_000, {}, { 'Set-Cookie': 'session=c-3-abcdefgh; Path=/' }),
      get(4_000, { Cookie: 'theme=dark; session=c-3-abcdefgh' }),
      get(5_000, { 'X-Forwarded-For': '203.0.113.7, 10.0.0.1' }),
    ),
  ])
  expect(told.actors).toEqual({
    a1: ['a1-get-me', 'a1-get-me-2'],
    a2: ['a2-get-me'],
    a3: ['a3-get-me', 'a3-get-me-2'],
    a4: ['a4-get-me'],
  })
})

test('where nothing is replayable it says so, and writes nothing', async () => {
  const { nothing, scenarios, outputs } = await importTexts([har(book(0, 201))])
  expect(nothing).toContain('no call to it: there is nothing to start with')
  expect([scenarios, outputs]).toEqual([[], []])
  expect((await importTexts(['{"log":{"entries":[]}}'])).nothing).toBe('the evidence holds no HTTP call')
})

const options = (more: Partial<ImportOptions>): Partial<ImportOptions> => more
test("without bodies one of the project's own scenarios serves, and the ledger says that it is assumed", async () => {
  const log = '1.2.3.4 - - [04/May/2026:21:59:58 +0000] "POST /orders HTTP/1.1" 201 5\n'
  const example: Scenario = {
    schema: 1,
    id: 'x',
    covers: [],
    title: '',
    clock: '2026-01-01T00:00:00Z',
    zone: undefined,
    seeds: undefined,
    horizonMs: 1,
    given: {},
    then: [],
    place: { file: 'x', line: 1, column: 1 },
    when: [
      {
        kind: 'call',
        id: 'c',
        atMs: 0,
        place: { file: 'x', line: 1, column: 1 },
        method: 'POST',
        path: '/orders',
        headers: {},
        body: { json: { amount: 7 } },
        capture: {},
      },
    ],
  }
  const assumed = await importTexts([log], options({ examples: [example] }))
  expect(callsOf(assumed.scenarios[0])[0]?.body).toEqual({ json: { amount: 7 } })
  expect(assumed.ledger.fields).toContainEqual(
    expect.objectContaining({ at: 'when.0.body.amount', origin: 'synthesised' }),
  )
  const missing = await importTexts([log])
  expect(missing.ledger.fields).toContainEqual(expect.objectContaining({ at: 'when.0.body', origin: 'missing' }))
  expect(missing.ledger.cannotProve.join()).toContain('their bodies are absent')
})

test('timing: recorded gaps, only what follows from what, or the order of what overlapped left open', async () => {
  const text = har(buy(0, 201), buy(100, 201), buy(60_000, 201))
  const kinds = async (timing: ImportOptions['timing']): Promise<readonly unknown[]> =>
    (await importTexts([text], { timing })).scenarios[0]?.when.map(({ kind, atMs }) => `${kind} ${atMs ?? 'then'}`) ??
    []
  expect(await kinds('time')).toEqual(['call 250', 'call 350', 'call 60250'])
  expect(await kinds('causal')).toEqual(['call then', 'call then', 'call then'])
  expect(await kinds('explore')).toEqual(['together 250', 'call 60250'])
})

test('lines out of order are put in order, and that is told', async () => {
  const { scenarios, ledger: told } = await importTexts([har(buy(5_000, 201), buy(0, 201))])
  expect(scenarios[0]?.when.map(({ atMs }) => atMs)).toEqual([250, 5_250])
  expect(told.cannotProve.join()).toContain('1 calls stood out of order')
})

test('a trace and a recording of the same calls are one story: causes from one, bodies from the other', async () => {
  const at = (ms: number): string => `${BigInt(Date.parse('2026-05-04T21:59:58.250Z') + ms) * 1_000_000n}`
  const span = (id: string, parent: string, kind: number, url: string, startMs: number, more: object[]): object => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: id,
    parentSpanId: parent,
    kind,
    startTimeUnixNano: at(startMs),
    endTimeUnixNano: at(startMs + 500),
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'POST' } },
      { key: 'url.full', value: { stringValue: url } },
      ...more,
    ],
  })
  const status = (code: number): object => ({ key: 'http.response.status_code', value: { intValue: String(code) } })
  const trace = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [
          {
            spans: [
              span('aaaaaaaaaaaaaaa1', '', 2, 'https://shop.test/orders', 0, [status(502)]),
              span('aaaaaaaaaaaaaaa2', 'aaaaaaaaaaaaaaa1', 3, 'https://ledger.test/entries', 100, [
                { key: 'error.type', value: { stringValue: 'ECONNRESET' } },
              ]),
            ],
          },
        ],
      },
    ],
  })
  const proxy = har(
    buy(40, 502),
    // Another time, and no status in common: only the header ties it to the span. The proxy saw the answer, the program did not.
    book(30_000, 201, { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-aaaaaaaaaaaaaaa2-01' } }),
  )
  const { scenarios, ledger: told } = await importTexts([trace, proxy])
  expect(scenarios.map(faultsOf)).toEqual([[{ on: 'ledger.entries.create', kind: 'answer-lost', times: 1 }]])
  expect(callsOf(scenarios[0])).toHaveLength(1)
  expect(callsOf(scenarios[0])[0]?.body).toMatchObject({ json: { amount: 5 } })
  expect(told.evidence.map(({ kind }) => kind)).toEqual(['otlp', 'har'])
})

test("what was read before anything made it was there: rows find their place in a twin's starting state", async () => {
  const read = entry(100, 'GET https://api.stripe.com/v1/customers/cus_Nf4k2Lq9Xw01', undefined, 200, {
    id: 'cus_Nf4k2Lq9Xw01',
    object: 'customer',
    email: 'ada@corp.example',
    name: 'Ada Lovelace',
    balance: 0,
    livemode: false,
  })
  const made = entry(200, 'POST https://api.stripe.com/v1/customers', 'email=b%40corp.example', 200, {
    id: 'cus_Made0000001',
    object: 'customer',
  })
  const readMade = entry(300, 'GET https://api.stripe.com/v1/customers/cus_Made0000001', undefined, 200, {
    id: 'cus_Made0000001',
    object: 'customer',
  })
  const { scenarios, ledger: told } = await importTexts([har(buy(0, 201), read, made, readMade)])
  const { customers } = (scenarios[0]?.given.stripe ?? {}) as { customers: { id: string; email: string }[] }
  expect(customers).toHaveLength(1)
  expect(customers[0]?.id).toMatch(/^cus_/)
  expect(customers[0]?.email).toMatch(/example\.test$/)
  expect(told.fields).toContainEqual(expect.objectContaining({ at: 'given.stripe', origin: 'derived' }))
})

const WEBHOOK = {
  id: 'evt_1A2b3C4d',
  type: 'charge.refund.updated',
  data: { object: { id: 're_9Z8y7X6w', reason: 'fraudulent' } },
}
test("a webhook is signed anew for what is sent and when, under the project's secret", async () => {
  const hook = entry(
    2_000,
    'POST https://shop.test/webhooks/stripe',
    WEBHOOK,
    200,
    {},
    { headers: { 'Stripe-Signature': 't=1,v1=aa' } },
  )
  const { scenarios } = await importTexts([har(hook)], {
    defaults: { stripe: { webhooks: [{ url: 'x', secret: 'whsec_own' }] } },
  })
  const [step] = callsOf(scenarios[0])
  const body = step?.body !== undefined && 'text' in step.body ? step.body.text : ''
  const [, seconds = '', signature] = /^t=(\d+),v1=(.*)$/.exec(step?.headers['stripe-signature'] ?? '') ?? []
  expect(Number(seconds)).toBe(Date.parse('2026-05-04T22:00:00Z') / 1000)
  expect(signature).toBe(createHmac('sha256', 'whsec_own').update(`${seconds}.${body}`).digest('hex'))
  expect(body).not.toContain('evt_1A2b3C4d')
})

test("a webhook that nobody can sign says so; one of what the service made is the twin's own to send", async () => {
  const headers = { headers: { 'Stripe-Signature': 't=1,v1=aa' } }
  const hook = entry(2_000, 'POST https://shop.test/webhooks/stripe', WEBHOOK, 200, {}, headers)
  expect((await importTexts([har(hook)])).ledger.cannotProve.join()).toContain('cannot be signed anew')
  const intent = entry(100, 'POST https://api.stripe.com/v1/payment_intents', 'amount=5', 200, {
    id: 'pi_3Abc123DEF456',
    metadata: { order: 'o-1' },
  })
  const paid = entry(
    2_000,
    'POST https://shop.test/webhooks/stripe',
    { type: 'payment_intent.succeeded', data: { object: { id: 'pi_3Abc123DEF456' } } },
    200,
    {},
    headers,
  )
  const disputed = entry(
    3_000,
    'POST https://shop.test/webhooks/stripe',
    {
      type: 'charge.dispute.created',
      data: { object: { id: 'dp_1', payment_intent: 'pi_3Abc123DEF456', reason: 'fraudulent' } },
    },
    200,
    {},
    headers,
  )
  const { scenarios, ledger: told } = await importTexts([har(buy(0, 201), intent, paid, disputed)])
  expect(told.cannotProve.join()).toContain('1 webhooks are left out')
  expect(
    scenarios[0]?.when.map((step) => (step.kind === 'event' ? [step.twin, step.event, step.fields] : step.kind)),
  ).toEqual([
    'call',
    [
      'stripe',
      'dispute.created',
      { where: { 'metadata.order': expect.stringMatching(/^[a-z]-\d$/) }, reason: 'fraudulent' },
    ],
  ])
})

test('the same event twice is a fault where it had been taken, and a retry where it had not', async () => {
  const headers = { headers: { 'Stripe-Signature': 't=1,v1=aa' } }
  const intent = entry(100, 'POST https://api.stripe.com/v1/payment_intents', 'amount=5', 200, {
    id: 'pi_3Abc123DEF456',
    metadata: { order: 'o-1' },
  })
  const hook = (atMs: number, status: number): object =>
    entry(
      atMs,
      'POST https://shop.test/hooks',
      {
        id: 'evt_1A2b3C4d',
        type: 'charge.dispute.created',
        data: { object: { id: 'dp_1', payment_intent: 'pi_3Abc123DEF456', reason: 'fraudulent' } },
      },
      status,
      {},
      headers,
    )
  const twice = async (status: number): Promise<readonly unknown[]> =>
    (await importTexts([har(buy(0, 201), intent, hook(2_000, status), hook(7_000, 200))])).scenarios[0]?.when.map(
      (step) => (step.kind === 'fault' ? step.fault : step.kind),
    ) ?? []
  expect(await twice(200)).toEqual([
    'call',
    { on: 'stripe.webhook', kind: 'duplicate', byMs: 5_000, times: 1, where: { type: 'charge.dispute.created' } },
    'event',
  ])
  expect(await twice(500)).toEqual(['call', 'event'])
})

test('a refusal in the middle of a session is told, for what made it is not made to happen', async () => {
  const me = (atMs: number, status: number): object =>
    entry(atMs, 'GET https://shop.test/me', undefined, status, {}, { headers: { Authorization: 'Bearer t-1' } })
  expect((await importTexts([har(me(0, 200), me(1_000, 401))])).ledger.cannotProve.join()).toContain(
    '1 requests were refused (401) in the middle of a session',
  )
  expect((await importTexts([har(me(0, 401), me(1_000, 200))])).ledger.cannotProve.join()).not.toContain(
    'refused (401)',
  )
})

test('what the twins do not say again is listed, never patched', async () => {
  const { ledger: told } = await importTexts([har(buy(0, 201), book(100, 201))], {
    forward: async (twin, exchanges) => exchanges.map((_, at) => ({ entry: at + 1, why: `${twin} says otherwise` })),
  })
  expect(told.unexplained).toEqual(['ledger: 1:log.entries[1] is not explained (ledger says otherwise)'])
})

test('of a file of any size as much is kept as a scenario holds: around the first failure', async () => {
  const lines = Array.from(
    { length: 5_000 },
    (_, at) =>
      `1.2.3.4 - - [04/May/2026:21:${String(Math.floor(at / 100)).padStart(2, '0')}:00 +0000] "GET /p HTTP/1.1" ${at === 3_000 ? 500 : 200} 1`,
  )
  const { scenarios, ledger: told } = await importTexts([lines.join('\n')], { callsMax: 20 })
  expect(scenarios[0]?.when).toHaveLength(20)
  expect(told.evidence[0]?.calls).toMatchObject({
    calls: 5_000,
    kept: 20,
    failed: 1,
    choice: 'around the first failure',
  })
  expect(told.cannotProve.join()).toContain('20 of 5000 calls of file 1 are used')
  expect(told.fields.some(({ from }) => from.includes('1:line 3001'))).toBe(true)
  const around = await importTexts([lines.join('\n')], { callsMax: 20, aroundMs: Date.parse('2026-05-04T21:40:00Z') })
  expect(around.ledger.evidence[0]?.calls.choice).toBe('around the instant asked for')
})

test('every field has a row with its place, and two imports are the same to the letter', async () => {
  const text = har(buy(0, 502), book(100, 0), buy(9_000, 201))
  const [first, second] = [await importTexts([text]), await importTexts([text])]
  expect(first.outputs).toEqual(second.outputs)
  const at = new Set(first.ledger.fields.map((row) => row.at))
  for (const field of [
    'clock',
    'when.0.fault',
    'when.1.call',
    'when.1.at',
    'when.1.body.id',
    'when.1.body.amount',
    'then.0.status',
  ])
    expect(at).toContain(field)
  expect(first.ledger.fields.filter(({ origin, from }) => origin === 'observed' && from.length === 0)).toEqual([])
  expect((await importTexts([text], { key: 'another' })).outputs).not.toEqual(first.outputs)
})

test('bodies that YAML would read as something else are kept to the letter', async () => {
  const odd = {
    price: 49.5,
    big: 1e21,
    '<<': 1,
    no: 'no',
    colon: 'a: b # c',
    empty: '',
    tick: '```',
    date: '2026-05-04',
    line: 'a\nb',
  }
  const plain = {
    no: 'no',
    on: 'on',
    colon: 'a: b # c',
    empty: '',
    tick: '```',
    date: '2026-05-04',
    line: 'a\nb',
    tilde: '~',
    list: [[], {}],
    nul: null,
  }
  const { scenarios } = await importTexts(
    [har(...[odd, plain].map((body, at) => entry(at, 'POST https://shop.test/x', body, 200)))],
    { redact: false },
  )
  const [first, second] = callsOf(scenarios[0])
  expect(first?.body).toEqual({ text: JSON.stringify(odd) })
  expect(second?.body).toEqual({ json: plain })
})

test('the evidence is kept only when it is asked for, as redacted as all else', async () => {
  const text = har(buy(0, 201, { headers: { Authorization: 'Bearer sk_live_4f9aQz81LmX0cVb2' } }))
  expect((await importTexts([text])).outputs.map(({ name }) => name)).toEqual([
    'night.scenario.md',
    'night.ledger.json',
  ])
  const kept = await importTexts([text], { keepEvidence: true })
  const lines =
    kept.outputs
      .find(({ name }) => name === 'night.evidence.jsonl')
      ?.text.trim()
      .split('\n') ?? []
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('sk_test_')
  expect(lines[0]).not.toMatch(/4f9aQz81LmX0cVb2|ada@corp/)
  expect(kept.scenarios[0]?.evidence).toMatchObject({ kept: 'night.evidence.jsonl' })
})

test('a story is written that its reader reads back, with a paragraph on what it cannot prove', async () => {
  const story = storyOf(
    await importTexts([har(buy(0, 502), book(100, 0))], { incident: 'INC-1', twins: [ledger, stripe] as never }),
  )
  expect(story).toMatch(/^# Incident INC-1, imported\n/)
  expect(story).toContain('It cannot prove:\n\n- ')
})
