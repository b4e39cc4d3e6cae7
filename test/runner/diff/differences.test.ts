import { expect, test } from 'vitest'
import { compareRuns } from '../../../runner/diff/differences.ts'
import { type Comparison, groupDifferences } from '../../../runner/diff/group.ts'
import { overlooking } from '../../../runner/diff/overlook.ts'
import { smallestTraffic } from '../../../runner/diff/smallest.ts'
import type { Ignored, Scenario, Step } from '../../../scenarios/scenario.ts'
import type { Program } from '../../scenarios/support/puppet.ts'
import { call, fault, play, scenario, shop } from '../../scenarios/support/stories.ts'

const NOTHING = overlooking([], '2026-11-26')
const compare = async (
  when: readonly Step[],
  candidate: Program,
  rules: readonly Ignored[] = [],
  base: Program = shop,
): Promise<Comparison> => {
  const story = scenario(when)
  const [left, right] = [await play(story, base), await play(story, candidate)]
  return groupDifferences(compareRuns(left, right, overlooking(rules, '2026-11-26').overlook), left, right)
}
const abouts = ({ groups }: Comparison): readonly string[] => groups.map(({ about }) => about)

/** Books as the shop does, and answers what `says` makes of the request. */
const answering = (says: (target: string, step: string) => string, status = 201): Program => ({
  boot: (strings) => strings.listen(3000),
  serve: (strings, request, reply) =>
    strings.call(request.step, 'https://ledger.test/entries', '{"amount":5}', () =>
      reply(status, says(request.target, request.step)),
    ),
})
const json = (fields: object): string => JSON.stringify(fields)
const buys = Array.from({ length: 6 }, (_, at) => call(`b${at}`, '/buy'))

test('a program beside itself differs in nothing, and every request is counted', async () => {
  const found = await compare([...buys, fault({ on: 'ledger', kind: 'reset', nth: 2 }), call('last', '/buy')], shop)
  expect(found).toEqual({ requests: 7, same: 7, groups: [] })
})

test('a call that is made once more is where it begins; costs and rows follow from it', async () => {
  const twice: Program = {
    boot: shop.boot,
    serve: (strings, request, reply) =>
      strings.call(request.step, 'https://ledger.test/entries', '{"amount":5}', () =>
        strings.call(request.step, 'https://ledger.test/entries', '{"amount":5}', (answer) =>
          reply(201, Buffer.from(answer?.body ?? '').toString()),
        ),
      ),
  }
  const found = await compare(buys, twice)
  expect(abouts(found)).toEqual(['POST /buy: call ledger.entries.create added'])
  const [group] = found.groups
  expect([group?.seen, group?.of, found.same]).toEqual([6, 6, 0])
  expect(group?.why).toContain('in every one of them')
  expect(group?.consequences.map(({ about }) => about)).toEqual(
    expect.arrayContaining(['cost ledger entry amount', 'state ledger.entries added', 'answer after_ms']),
  )
})

test('requests that part in the same way are one group, another status is another', async () => {
  const odd = answering(() => json({ ok: true }), 200)
  const down = answering(() => json({ ok: true }), 500)
  const base = answering(() => json({ ok: true }))
  expect(abouts(await compare(buys, odd, [], base))).toEqual(['POST /buy: answer status 201 -> 200'])
  expect(abouts(await compare(buys, down, [], base))).toEqual(['POST /buy: answer status 201 -> 500'])
})

test('a difference that only shows under a fault says so', async () => {
  const givingUp: Program = {
    boot: shop.boot,
    serve: (strings, request, reply) =>
      strings.call(request.step, 'https://ledger.test/entries', '{"amount":5}', (answer) =>
        reply(answer?.status === 201 ? 201 : 503, Buffer.from(answer?.body ?? '{}').toString()),
      ),
  }
  const broken = fault({ on: 'ledger.entries.create', kind: 'request-lost', times: 1 })
  const found = await compare([call('a', '/buy'), broken, call('b', '/buy'), call('c', '/buy')], givingUp)
  expect(found.groups).toHaveLength(1)
  expect(found.groups[0]).toMatchObject({
    about: 'POST /buy: call ledger.entries.create missing',
    steps: ['b'],
    why: ['only where request-lost on ledger.entries.create hit'],
  })
})

test('a row that only one side has is told as a row, also where the other side has none', async () => {
  const idle: Program = { boot: shop.boot, serve: (_, __, reply) => reply(201, '{}') }
  const [group] = (await compare([call('a', '/buy')], idle)).groups
  expect(group?.consequences.map(({ about }) => about)).toContain('state ledger.entries missing')
})

test('what waits longer differs, though nothing else does', async () => {
  const slow: Program = {
    boot: shop.boot,
    serve: (strings, request, reply) => strings.after(50, () => shop.serve(strings, request, reply)),
  }
  expect(abouts(await compare([call('a', '/buy')], slow))).toEqual(['POST /buy: call ledger.entries.create at_ms'])
})

const uuid = (n: number): string => `0000000${n}-0000-4000-8000-00000000000${n}`
const rule = (as: 'uuid' | 'present' | 'timestamp' | 'token', expires = '2027-01-31'): Ignored => ({
  field: '$.body.meta.trace_id',
  as,
  why: 'the edge proxy adds it',
  owner: 'payments',
  expires,
})
const tracing = (shift: number, same = false): Program =>
  answering((_, step) => json({ meta: { trace_id: uuid(same ? 9 : Number(step.slice(1)) + shift) } }))

test.each<readonly [string, readonly Ignored[], Program, readonly string[]]>([
  ['nothing is overlooked by default', [], tracing(2), ['POST /buy: answer body.meta.trace_id']],
  ['a name of the kind a rule allows is overlooked', [rule('uuid')], tracing(2), []],
  ['but not one name for many', [rule('uuid')], tracing(2, true), ['POST /buy: answer body.meta.trace_id']],
  ['nor a value of another kind', [rule('timestamp')], tracing(2), ['POST /buy: answer body.meta.trace_id']],
  ['nor once the rule has expired', [rule('uuid', '2026-01-31')], tracing(2), ['POST /buy: answer body.meta.trace_id']],
  [
    'nor what is missing altogether',
    [rule('present')],
    answering(() => json({ meta: {} })),
    ['POST /buy: answer body.meta.trace_id missing'],
  ],
])('%s', async (_, rules, candidate, wanted) => {
  const typed = (program: Program): Program => program
  expect(abouts(await compare(buys.slice(0, 4), typed(candidate), rules, tracing(0)))).toEqual(wanted)
})

test.each<readonly [string, Omit<Ignored, 'why' | 'owner' | 'expires' | 'field'>, unknown, unknown, boolean]>([
  ['tolerance', { as: 'tolerance', by: '0.5' } as never, 10, 10.4, true],
  ['tolerance', { as: 'tolerance', by: '0.5' } as never, 10, 10.6, false],
  ['pattern', { as: 'pattern', pattern: '^[0-9a-f]{4}$' } as never, 'ab12', '34cd', true],
  ['pattern', { as: 'pattern', pattern: '^[0-9a-f]{4}$' } as never, 'ab12', 'nope', false],
  ['timestamp', { as: 'timestamp' }, '2026-05-04T09:00:00Z', 'Mon, 04 May 2026 09:00:01 GMT', true],
  ['timestamp', { as: 'timestamp' }, '2026-05-04T09:00:00Z', 'soon', false],
  ['token', { as: 'token' }, 'abcdefghijklmnop1', 'zyxwvutsrqponmlk2', true],
  ['token', { as: 'token' }, 'abcdefghijklmnop1', 'short', false],
])('a rule of the kind %s allows its own kind only', (_, kind, left, right, allowed) => {
  const one = { field: '$.headers.x', why: 'x', owner: 'x', expires: '2027-01-31', ...kind } as Ignored
  const { overlook, hidden } = overlooking([one], '2026-11-26')
  expect(overlook(['answer', 'headers', 'x'], left as never, right as never)).toBe(allowed)
  expect(overlook(['answer', 'headers', 'y'], left as never, right as never)).toBe(false)
  expect(hidden()).toEqual([{ rule: one, count: allowed ? 1 : 0 }])
})

test('the smallest traffic shows the same difference, and needs its fault', async () => {
  const impatient: Program = {
    boot: shop.boot,
    serve: (strings, request, reply) =>
      strings.call(request.step, 'https://ledger.test/entries', '{"amount":5}', (answer) =>
        reply(answer?.status === 201 ? 201 : 503, Buffer.from(answer?.body ?? '{}').toString()),
      ),
  }
  const story = scenario([...buys, fault({ on: 'ledger.entries.create', kind: 'reset', times: 1 }), call('z', '/buy')])
  const found = await smallestTraffic(
    story,
    'POST /buy: call ledger.entries.create missing',
    {
      play: async (one: Scenario) => [await play(one, shop), await play(one, impatient)],
      compare: (left, right) => groupDifferences(compareRuns(left, right, NOTHING.overlook), left, right),
    },
    100,
  )
  expect(found).toMatchObject({ minimal: true, words: '2 of 8 steps: reset on ledger.entries.create; POST /buy' })
})
