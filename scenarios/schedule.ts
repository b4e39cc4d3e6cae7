import type { Pace } from '../twins/world.ts'

/** Ways to order answers that nothing else orders. `portfolio` takes the others in turn, by seed. */
export const SCHEDULES = ['uniform', 'fifo', 'heavy-tail', 'shuffle', 'held-back', 'portfolio'] as const
export type Schedule = (typeof SCHEDULES)[number]
type Strategy = Exclude<Schedule, 'portfolio'>

/** How far an answer may fall behind the slowest usual one, in multiples of it. */
const TAIL = 10
/** One answer in so many is held back. */
const HELD_IN = 6

/**
 * How each strategy draws a latency. No one finds all races soonest: even draws find what hangs on two answers that swap, long tails and
 * answers held back find what hangs on one that comes very late, and answers in the order of the requests find what the others disturb.
 */
const PACES: Readonly<Record<Strategy, Pace>> = {
  uniform: (rng, { min, max }) => rng.int(min, max),
  fifo: (_, { min }) => min,
  'heavy-tail': (rng, { min, max }) => Math.round(Math.max(1, min) * ((TAIL * max) / Math.max(1, min)) ** rng.float()),
  shuffle: (rng, { min, max }) => rng.int(min, 4 * max),
  'held-back': (rng, { min, max }) => (rng.int(1, HELD_IN) === 1 ? TAIL * max : min),
}
const STRATEGIES = Object.keys(PACES) as readonly Strategy[]

/** The strategy that a seed stands for: its number, or a number made of its letters, tells which. */
export function strategyOf(schedule: Schedule, seed: string): Strategy {
  if (schedule !== 'portfolio') return schedule
  const number = /^\d{1,15}$/.test(seed)
    ? Number(seed)
    : [...seed].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
  return STRATEGIES[number % STRATEGIES.length] ?? 'uniform'
}

/** The pace of a run under a seed; undefined: as the world has it. */
export const paceOf = (schedule: Schedule | undefined, seed: string): Pace | undefined =>
  schedule === undefined ? undefined : PACES[strategyOf(schedule, seed)]
