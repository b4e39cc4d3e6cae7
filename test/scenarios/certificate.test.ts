import { expect, test } from 'vitest'
import { certify, judge, repeats } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Stage } from '../../scenarios/stage.ts'
import type { Program } from './support/puppet.ts'
import { call, play, scenario, shop } from './support/stories.ts'

const story = scenario([call('buy', '/buy')])
const stage = (program: Program): Stage => ({
  run: (one, { seed }) => play(one, program, seed),
  close: () => undefined,
})

/** Answers with whatever `value` gives at that moment: a leak of real time or chance. */
const leaky = (value: () => unknown): Program => ({
  boot: shop.boot,
  serve: (strings, request, reply) => {
    strings.log(request.step, `order ${value()}`)
    shop.serve(strings, request, reply)
  },
})

test('a clean subject earns its certificate with three equal hashes', async () => {
  const certificate = await certify(story, '1', stage(shop), () => stage(shop))
  expect(certificate.holds).toBe(true)
  expect(new Set(certificate.runs.map(({ hash }) => hash)).size).toBe(1)
  expect(certificate.runs.map(({ how }) => how)).toEqual([
    'first',
    'again in the same process',
    'in a new process, Pacific/Chatham, de_DE.UTF-8',
  ])
})

test('a subject that remembers the run before loses it, with the place', async () => {
  let count = 0
  const certificate = await certify(story, '1', stage(leaky(() => ++count)), () => stage(shop))
  expect(certificate.holds).toBe(false)
  expect(certificate.divergence).toMatchObject({ index: 1, key: 'buy', field: 'text' })
  expect(certificate.divergence?.suspect).toContain('state left over from the run before')
})

const withDraws = (run: Run, uuid: number): Run => ({ ...run, draws: { uuid }, hash: `${run.hash}${uuid}` })

test.each([
  [
    'real time',
    () => new Date(0).toISOString(),
    () => new Date(86_400_000).toISOString(),
    'order 1970-01-01T00:00:00.000Z',
  ],
  ['real chance', () => 'a8b1f3c29d0e4f5aa8b1', () => 'ffffffffffffffffffff', 'order a8b1'],
])('%s is suspected by its looks', async (what, a, b) => {
  const certificate = judge([
    { how: 'a', run: await play(story, leaky(a)) },
    { how: 'b', run: await play(story, leaky(b)) },
  ])
  expect(certificate.divergence?.suspect).toContain(what)
})

test('in a long text the words that part are told, not guessed about', async () => {
  const stack = (life: string) => () => `Error: no\n    at handlers (file:///srv/handlersOfOrders.js${life}:5:17)`
  const certificate = judge([
    { how: 'a', run: await play(story, leaky(stack(''))) },
    { how: 'b', run: await play(story, leaky(stack('?life=1'))) },
  ])
  expect(certificate.divergence?.suspect).toBe(
    'text has "file:///srv/handlersOfOrders.js:5:17" in one run and "file:///srv/handlersOfOrders.js?life=1:5:17" in the other: ' +
      "the machine's zone or locale, or state left over from the run before",
  )
})

test('where one text goes on and the other ends, what it goes on with is told', async () => {
  const lines = (more: string) => () => `[{"level":"info"}${more}]`
  const certificate = judge([
    { how: 'a', run: await play(story, leaky(lines(''))) },
    { how: 'b', run: await play(story, leaky(lines(',{"level":"warn"}'))) },
  ])
  expect(certificate.divergence?.suspect).toContain(`text has "]" in one run and ",{"level":"warn"}]" in the other: `)
})

test('an extra draw of chance is named by its stream, an escape by its place', async () => {
  const run = await play(story)
  const drawn = judge([
    { how: 'a', run: withDraws(run, 1) },
    { how: 'b', run: withDraws(run, 2) },
  ])
  expect(drawn.divergence?.suspect).toContain('"uuid" was drawn 1 times in one run and 2 times in the other')
  const lost = { what: 'a worker thread', where: 'src/main.ts:4', wayOut: 'Do without.', atMs: 0 }
  const escaped = judge([
    { how: 'a', run: { ...run, escapes: [lost] } },
    { how: 'b', run },
  ])
  expect([escaped.holds, escaped.escapes]).toEqual([false, [lost]])
})

test('a repeat that the machine was too slow for proves nothing, and is no divergence', async () => {
  const run = await play(story)
  const hung: Run = { ...run, hash: 'other', ending: { kind: 'hung', message: 'no rest within 10 s', atMs: 0 } }
  const unsure = judge([
    { how: 'first', run },
    { how: 'again', run: hung },
  ])
  expect([unsure.holds, unsure.divergence, unsure.cutOff]).toEqual([false, undefined, 'again: no rest within 10 s'])
  const odd = judge([
    { how: 'first', run },
    { how: 'again', run: hung },
    { how: 'elsewhere', run: withDraws(run, 2) },
  ])
  expect([odd.holds, odd.divergence === undefined]).toEqual([false, false])
  const full: Run = { ...run, hash: 'third', ending: { kind: 'memory', message: 'more than 64 MiB', atMs: 0 } }
  const first = judge([
    { how: 'first', run: full },
    { how: 'again', run },
  ])
  expect([first.holds, first.divergence, first.cutOff]).toEqual([false, undefined, 'first: more than 64 MiB'])
  const never = judge([
    { how: 'first', run: full },
    { how: 'again', run: hung },
  ])
  expect([never.holds, never.divergence, never.cutOff]).toEqual([true, undefined, undefined])
})

test.each([
  ['a new process at home prints as the first did', 'May 4', 'May 4', true],
  ['a new process at home prints something else', 'May 4', 'May 5', false],
])('a log in the manner of the place is no divergence where %s', async (_, here, home, holds) => {
  const printing = (text: string) => () => stage(leaky(() => text))
  const certificate = await certify(story, '1', printing(here)(), printing('4. Mai'), printing(home))
  expect([certificate.holds, certificate.divergence === undefined]).toEqual([holds, holds])
  // Nobody asked at home: then it counts.
  expect((await certify(story, '1', printing(here)(), printing('4. Mai'))).holds).toBe(false)
})

test('an answer in the manner of the place is a divergence, whatever a new process at home says', async () => {
  const answering = (text: string) => () =>
    stage({
      boot: shop.boot,
      serve: (strings, request, reply) => {
        strings.log(request.step, 'order')
        reply(200, text)
      },
    })
  const certificate = await certify(story, '1', answering('May 4')(), answering('4. Mai'), answering('May 4'))
  expect([certificate.holds, certificate.divergence?.suspect]).toEqual([
    false,
    expect.stringContaining('zone or locale'),
  ])
})

test.each([
  ['the same instant is told to a twin', '2026-05-04T21:45:00.185+12:45', true],
  ['another instant is told to a twin', '2026-05-04T21:45:00.186+12:45', false],
])('where %s in the time of another place, the certificate holds: %s', async (_, there, holds) => {
  const sending = (at: string) => () =>
    stage({
      boot: shop.boot,
      serve: (strings, request, reply) =>
        strings.call(request.step, 'https://ledger.test/entries', JSON.stringify({ amount: 5, at }), () =>
          reply(200, '{}'),
        ),
    })
  const here = '2026-05-04T09:00:00.185+00:00'
  const certificate = await certify(story, '1', sending(here)(), sending(there), sending(here))
  expect([certificate.holds, certificate.divergence?.field]).toEqual([holds, holds ? undefined : 'params.at'])
})

test('a replay that a busy machine cut off is tried again; one that differs, or is cut off again, does not repeat', async () => {
  const run = await play(story)
  const hung: Run = { ...run, hash: 'cut', ending: { kind: 'hung', message: 'no rest within 10 s', atMs: 0 } }
  const given = (...runs: readonly Run[]) => {
    const left = [...runs]
    return repeats(
      run.hash,
      async () => left.shift() ?? hung,
      async () => run,
    )
  }
  expect([await given(run), await given(hung, run), await given(hung, hung)]).toEqual([true, true, false])
  expect(await given({ ...run, hash: 'other', endedAtMs: 1, states: { ledger: {} } })).toBe(false)
})
