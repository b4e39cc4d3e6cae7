import { replay } from '../../../scenarios/replay.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { CallStep, Scenario, Step } from '../../../scenarios/scenario.ts'
import type { Fault } from '../../../twins/faults.ts'
import { ledger } from './ledger.ts'
import { type Program, puppet } from './puppet.ts'

export const place: Scenario['place'] = { file: 'test', line: 1, column: 1 }

export const call = (id: string, path: string, more: Partial<CallStep> = {}): CallStep => ({
  kind: 'call',
  id,
  atMs: undefined,
  place,
  method: 'POST',
  path,
  headers: {},
  body: undefined,
  capture: {},
  ...more,
})
export const fault = (one: Fault): Step => ({ kind: 'fault', id: `f-${one.kind}`, atMs: undefined, place, fault: one })
export const pass = (passMs: number): Step => ({ kind: 'pass', id: `p${passMs}`, atMs: undefined, place, passMs })

export const scenario = (when: readonly Step[], more: Partial<Scenario> = {}): Scenario => ({
  schema: 1,
  id: 'story',
  covers: [],
  title: 'A story',
  clock: '2030-01-01T00:00:00Z',
  zone: undefined,
  seeds: undefined,
  horizonMs: 3_600_000,
  given: {},
  when,
  then: [],
  place,
  ...more,
})

/** Books an entry per request; tries again every second while the connection breaks, three times at most. */
export const shop: Program = {
  boot: (strings) => strings.listen(3000),
  serve(strings, request, reply) {
    if (request.target === '/hook') return reply(200, '{}')
    if (request.target === '/never') return
    if (request.target === '/gift')
      return strings.call(request.step, 'https://ledger.test/gifts', '{}', () => reply(200, '{}'))
    if (request.target === '/stranger')
      return strings.call(request.step, 'https://stranger.test/', '{}', () => reply(502, '{}'))
    if (request.target === '/reverse')
      return strings.call(request.step, 'https://ledger.test/reversals', '{}', () => reply(200, '{}'))
    const attempt = (left: number): void =>
      strings.call(request.step, 'https://ledger.test/entries', '{"amount":5}', (answer) => {
        if (answer?.status === 201) reply(201, Buffer.from(answer.body).toString())
        else if (left > 0) strings.after(1000, () => attempt(left - 1))
        else reply(503, '{}')
      })
    attempt(2)
  },
}

export const play = (
  story: Scenario,
  program: Program = shop,
  seed = '1',
  decisions?: Run['decisions'],
): Promise<Run> =>
  replay(story, {
    seed,
    twins: [ledger],
    port: undefined,
    publicOrigin: 'https://shop.test',
    decisions,
    start: async (options) => {
      const subject = puppet(program, options)
      return { subject, boot: subject.boot }
    },
  })
