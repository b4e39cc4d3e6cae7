import type { Scenario, Step } from '../scenario.ts'
import type { Minimised, Needed } from './minimise.ts'

/** A step in a few words. */
export function stepWords(step: Step): string {
  switch (step.kind) {
    case 'call':
      return `${step.method} ${step.path}`
    case 'fault':
      return `${step.fault.kind} on ${step.fault.on}`
    case 'event':
      return `${step.twin}.${step.event}`
    case 'heal':
      return `${step.on} heals`
    case 'pass':
      return `${step.passMs / 1000} s pass`
    case 'signal':
      return step.signal
    case 'together':
      return `${step.calls.length} together: ${step.calls.map(stepWords).join(', ')}`
    default:
      return step satisfies never
  }
}

/** The steps of a story in order, each by its name and in words; calls of a group one by one. */
const tellSteps = (scenario: Scenario): readonly { readonly id: string; readonly words: string }[] =>
  scenario.when.flatMap((step) =>
    (step.kind === 'together' ? step.calls : [step]).map((one) => ({ id: one.id, words: stepWords(one) })),
  )

/**
 * Why each step of a smallest case is there, line by line: "each of these 2 steps is needed", then what happens without it. This is
 * the explanation that people read.
 */
export function explain({ scenario, minimal, needed, stepsBefore, stepsAfter, runs }: Minimised): readonly string[] {
  const steps = tellSteps(scenario)
  const size = `${stepsAfter} of ${stepsBefore} steps, found in ${runs} runs`
  if (!minimal)
    return [`${size}; not minimal yet: the budget was spent.`, ...steps.map(({ words }, at) => `${at + 1}. ${words}`)]
  const reason = (id: string): string => outcome(needed.find(({ part, pass }) => part === id && BY_STEP.has(pass)))
  const rest = Map.groupBy(
    needed.filter(({ pass }) => !BY_STEP.has(pass) && !BY_GROUP.has(pass)),
    ({ pass }) => pass,
  )
  return [
    `${size}. ${steps.length === 1 ? 'The one step is needed' : `Each of these ${steps.length} steps is needed`}:`,
    ...steps.map(({ id, words }, at) => `${at + 1}. ${words}: ${reason(id)}`),
    ...(rest.size === 0
      ? []
      : [`So is the rest: ${[...rest].map(([pass, all]) => `${all.length} ${pass}`).join(', ')}.`]),
  ]
}

const BY_STEP: ReadonlySet<string> = new Set(['records', 'faults'])
/** They are told step by step. */
const BY_GROUP: ReadonlySet<string> = new Set(['actors', 'routes'])

const outcome = (needed: Needed | undefined): string =>
  needed === undefined
    ? 'it stays'
    : needed.without.kind === 'passes'
      ? 'without it the check holds'
      : `without it there is nothing to judge (${needed.without.why})`

/** What a smallest case consists of, for a line of a list. */
export const storyLine = (scenario: Scenario, max = 8): string => {
  const words = scenario.when.map(stepWords)
  return `${words.slice(0, max).join('; ')}${words.length > max ? '; ...' : ''}`
}
