import { expect, test } from 'vitest'
import { printRule } from '../../../oracle/rules/rule.ts'
import { type Bind, bind } from '../../../runner/library/bind.ts'
import { castRule, castScenario } from '../../../runner/library/cast.ts'
import { findIncident } from '../../../runner/library/incident.ts'
import { onService, ownWords, readAsk, serviceOf } from '../../../runner/library/on-service.ts'
import { VOCABULARY } from '../../../runner/library/vocabulary.ts'
import type { Project } from '../../../runner/project.ts'
import { TWINS } from '../../../runner/twins.ts'
import type { CallStep } from '../../../scenarios/scenario.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

const vendor = (...names: string[]): readonly TwinDefinition<unknown>[] =>
  TWINS.filter(({ name }) => names.includes(name))
const library = (name: string): TwinDefinition<unknown> => {
  const found = VOCABULARY.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}
/** A twin of somebody's own: a cache that says set, get and del. */
const kv: TwinDefinition<unknown> = {
  ...library('cache'),
  name: 'kv',
  operations: ['keys.set', 'keys.get', 'keys.del'],
  happenings: [],
}
const own = { ...library('cache'), name: 'cache' }

test.each([
  ['silent-retry', ['stripe'], {}, { payments: { twin: 'stripe', words: { charged: 'charge.succeeded' } } }],
  [
    'webhook-twice',
    ['stripe', 'sendgrid'],
    {},
    { payments: { twin: 'stripe' }, mailer: { words: { accepted: 'mail.accepted' } } },
  ],
  [
    'model-asked-again',
    ['openai', 'anthropic'],
    { llm: 'anthropic' },
    { llm: { twin: 'anthropic', words: { complete: 'messages.create' } } },
  ],
  [
    'poison-message',
    ['sqs'],
    {},
    { queue: { twin: 'sqs', words: { arrived: 'message.sent', delivered: 'message.received' } } },
  ],
])('%s finds its roles among %j', (name, twins, said, cast) => {
  expect(bind(findIncident(name), vendor(...twins), said as Bind)).toMatchObject({ kind: 'bound', cast })
})

test('of several operations the run decides', () => {
  expect(bind(findIncident('silent-retry'), vendor('stripe'), {})).toMatchObject({
    choices: [{ role: 'payments', word: 'charge', among: expect.arrayContaining(['payment_intents.create']) }],
  })
})

test('a twin of your own plays a role by its name, or word by word', () => {
  const storm = findIncident('retry-storm-on-the-cache')
  expect(bind(storm, [own], {})).toMatchObject({
    kind: 'bound',
    cast: { cache: { twin: 'cache', words: { put: 'put' } } },
  })
  expect(bind(storm, [kv], { 'cache.put': 'kv.keys.set' })).toMatchObject({
    kind: 'bound',
    cast: { cache: { twin: 'kv', words: { put: 'keys.set' } } },
  })
})

test.each([
  ['silent-retry', vendor('sendgrid'), {}, 'payments: no twin of this project plays the payment provider'],
  [
    'model-asked-again',
    vendor('openai', 'anthropic'),
    {},
    'llm: openai and anthropic can both play the language model: say --bind llm=openai',
  ],
  [
    'retry-storm-on-the-cache',
    [kv],
    { cache: 'kv' },
    'cache: kv has nothing that is called "put": say --bind cache.put=kv.OPERATION',
  ],
  ['cold-cache', [{ ...own, happenings: [] }, library('database')], {}, 'cache: cache cannot make "flushed" happen'],
])('%s: what is missing is said', (name, twins, said, why) => {
  const binding = bind(findIncident(name), twins, said as Bind)
  expect(binding.kind === 'unbound' && binding.missing.map(({ role, why: text }) => `${role}: ${text}`)).toEqual([why])
})

test.each([
  [{ cach: 'kv' }, '--bind cach=kv: no role "cach". Did you mean "cache"?'],
  [{ cache: 'kw' }, '--bind cache=kw: no twin "kw" in backlot.yaml. Did you mean "kv"?'],
  [{ 'cache.put': 'kv' }, 'expected a role and a twin, or a word of each'],
  [{ 'cache.put': 'kv.keys.sett' }, 'kv has no "keys.sett". Did you mean "keys.set"?'],
])('a binding that names what is not there is refused: %j', (said, message) => {
  expect(() => bind(findIncident('cold-cache'), [kv], said as unknown as Bind)).toThrow(message)
})

const settings = { project: { config: { defaults: { stripe: { account: {} } } } } as unknown as Project }
const scenario = findIncident('silent-retry').scenario

test('a story is told in the words of the twins: faults, events and rules', () => {
  const cast = { payments: { twin: 'pay', words: { charge: 'sales.new', charged: 'sale.done' } } }
  const [fault] = castScenario(scenario, cast).when
  expect(fault).toMatchObject({ kind: 'fault', fault: { on: 'pay.sales.new', kind: 'answer-lost' } })
  const [rule] = findIncident('silent-retry').rules
  if (rule === undefined) throw new Error('no rule')
  expect(printRule(castRule(rule, cast))).toBe('OWN-3: For each `request`, at most 1 `pay.sale.done`.')
  const deliveries = castScenario(findIncident('webhook-twice').scenario, cast).when[0]
  expect(deliveries).toMatchObject({ fault: { on: 'pay.webhook' } })
})

test('the service is asked its own requests, on the day of its own state', () => {
  const from = { ...scenario, clock: '2030-01-01T00:00:00Z', given: { stripe: { customers: [] } } }
  const storm = findIncident('retry-storm-on-the-cache')
  const ask = readAsk('POST /orders/{{n}} {"id":"o{{n}}"}')
  const story = onService(storm, { from, asks: [ask], fields: {} }, settings.project)
  expect(story.clock).toBe('2030-01-01T00:00:00Z')
  expect(story.given).toEqual({ stripe: { account: {}, customers: [] } })
  const [fault, call] = story.when
  // A minute after the start, as in the incident.
  expect(fault).toMatchObject({ fault: { untilMs: Date.parse('2030-01-01T00:01:00Z') } })
  expect(call).toMatchObject({ method: 'POST', path: '/orders/1', body: { json: { id: 'o1' } } })
})

test('where the date is the fault it stays', () => {
  const from = { ...scenario, clock: '2030-01-01T00:00:00Z', zone: 'UTC' }
  const story = onService(
    findIncident('job-at-dst'),
    { from, asks: [readAsk('POST /x')], fields: {} },
    settings.project,
  )
  expect([story.clock, story.zone]).toEqual(['2026-10-24T21:00:00Z', 'Europe/Berlin'])
})

test('several requests are asked in turn, the last again and again; events are told what they need to know', () => {
  const asks = [readAsk('PUT /a'), readAsk('GET /b')]
  const failover = onService(
    findIncident('write-lost-in-failover'),
    { from: undefined, asks, fields: {} },
    settings.project,
  )
  expect(failover.when.flatMap((step) => (step.kind === 'call' ? [`${step.method} ${step.path}`] : []))).toEqual([
    'PUT /a',
    'GET /b',
  ])
  const poison = onService(
    findIncident('poison-message'),
    { from: undefined, asks: [], fields: { queue: 'jobs' } },
    settings.project,
  )
  expect(poison.when).toMatchObject([{ kind: 'event', fields: { body: 'not json', queue: 'jobs' } }])
})

test('what an incident asks twice is asked twice, what differs differs', () => {
  const asks = [readAsk('POST /orders {"id":"o{{n}}"}')]
  const bodies = (name: string): unknown[] =>
    onService(findIncident(name), { from: undefined, asks, fields: {} }, settings.project).when.flatMap((step) =>
      step.kind === 'call' && step.body !== undefined && 'json' in step.body ? [step.body.json] : [],
    )
  expect(bodies('clicked-twice')).toEqual([{ id: 'o1' }, { id: 'o1' }])
  expect(bodies('sequence-goes-back')).toEqual([{ id: 'o1' }, { id: 'o2' }])
})

test('calls taken from a scenario find each other under their new names', () => {
  const call = (id: string, path: string): CallStep => {
    return {
      kind: 'call',
      id,
      atMs: undefined,
      place: scenario.place,
      method: 'POST',
      path,
      headers: {},
      body: undefined,
      capture: {},
    }
  }
  const first = { ...call('order', '/orders'), capture: { no: 'body.no' } }
  const when = [first, call('look', '/look'), call('back', '/orders/{{order.body.id}}/{{no}}/refunds')]
  const project = { ...settings.project, scenarios: [{ ...scenario, id: 'day', when }] } as unknown as Project
  const said = { from: 'day', steps: ['order', 'back'], calls: [], fields: {} }
  const story = onService(findIncident('refund-twice'), serviceOf(project, said), project)
  expect(story.when).toMatchObject([
    { kind: 'fault' },
    { id: '2', path: '/orders', capture: { no: 'body.no' } },
    { id: '3', path: '/orders/{{2.body.id}}/{{no}}/refunds' },
  ])
})

test('what cannot be asked is said', () => {
  const nothing = { from: undefined, asks: [], fields: {} }
  expect(() => onService(findIncident('silent-retry'), nothing, settings.project)).toThrow(
    '--call "POST /orders {...}" or --from SCENARIO',
  )
  expect(() => readAsk('POST orders')).toThrow('expected --call to be METHOD /path')
  expect(() => readAsk('POST /orders {id}')).toThrow('expected JSON behind the path, got "{id}"')
})

test("a rule about the pair's own answers is for no other service", () => {
  expect(ownWords(findIncident('answer-of-a-stranger'))).toContain('looks at body.key of its own pair')
  expect(ownWords(findIncident('one-lock-for-all'))).toBeUndefined()
})
