import type { Scenario } from '../scenario.ts'
import type { Choice, Pass } from './pass.ts'

/** Times of day and long waits: what is left of them happens as soon as the step before is answered. */
export const gaps: Pass = {
  name: 'time gaps',
  parts: ({ when }, layer) => (layer > 0 ? [] : when.flatMap(({ id, atMs }) => (atMs === undefined ? [] : [id]))),
  without: (scenario, gone) => ({
    ...scenario,
    when: scenario.when.map((step) => (gone.has(step.id) ? { ...step, atMs: undefined } : step)),
  }),
}

/** What is waited for after the last step, where the story does not say. */
const SETTLE_MS = 600_000
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1000, 100] as const

/** Times that are left, rounder: the whole story earlier, each wait shorter, the end sooner. */
export const rounderTimes: Choice = {
  name: 'time gaps',
  options: (scenario) => [earlier(scenario), ...scenario.when.map((_, at) => rounder(scenario, at)), sooner(scenario)],
}

/** Everything as much earlier as the first timed step allows. */
function earlier(scenario: Scenario): readonly Scenario[] {
  const first = Math.min(...scenario.when.flatMap(({ atMs }) => atMs ?? []))
  if (!Number.isFinite(first) || first === 0) return []
  return [
    {
      ...scenario,
      horizonMs: Math.max(1, scenario.horizonMs - first),
      when: scenario.when.map((step) => {
        const moved = step.atMs === undefined ? step : { ...step, atMs: step.atMs - first }
        const { untilMs } = moved.kind === 'fault' ? moved.fault : {}
        return moved.kind === 'fault' && untilMs !== undefined
          ? { ...moved, fault: { ...moved.fault, untilMs: untilMs - first } }
          : moved
      }),
    },
  ]
}

/** Values of `ms` that are easier to read and no larger, the roundest first. */
const rounds = (ms: number): readonly number[] =>
  [...new Set(UNITS_MS.flatMap((unit) => [Math.floor(ms / unit) * unit, Math.round(ms / unit) * unit]))].filter(
    (round) => round > 0 && round <= ms && cost(round) < cost(ms),
  )

/** How hard a time is to read: the digits of it in its best unit. */
const cost = (ms: number): number =>
  `${ms / (UNITS_MS.find((unit) => ms % unit === 0) ?? 1)}`.length + (ms % 1000 === 0 ? 0 : 3)

function rounder(scenario: Scenario, at: number): readonly Scenario[] {
  const step = scenario.when[at]
  if (step === undefined) return []
  const put = (changed: typeof step): Scenario => ({
    ...scenario,
    when: scenario.when.map((old, index) => (index === at ? changed : old)),
  })
  const times = step.atMs === undefined ? [] : rounds(step.atMs).map((atMs) => put({ ...step, atMs }))
  const waits = step.kind === 'pass' ? rounds(step.passMs).map((passMs) => put({ ...step, passMs })) : []
  return [...times, ...waits]
}

/** The end, soon after what happens last. */
function sooner(scenario: Scenario): readonly Scenario[] {
  const lastMs = scenario.when.reduce(
    (ms, step) => Math.max(ms, step.atMs ?? 0) + (step.kind === 'pass' ? step.passMs : 0),
    0,
  )
  const horizonMs = lastMs + SETTLE_MS
  return horizonMs < scenario.horizonMs ? [{ ...scenario, horizonMs }] : []
}
