import { digest, type Json } from '../twins/trace.ts'
import type { CallStep, Expectation, Scenario, Step } from './scenario.ts'

/** How a scenario is worded, found and known: nothing of it changes what runs or what is asked. */
const WORDING = {
  title: undefined,
  covers: undefined,
  seeds: undefined,
  place: undefined,
  incident: undefined,
  evidence: undefined,
  proof: undefined,
  ignore: undefined,
} as const satisfies { readonly [K in keyof Scenario]?: undefined }

/**
 * What a proof is about: everything that decides how a scenario runs and what it asks, and nothing of how it is worded. Two files
 * that say the same have the same digest.
 */
export function storyDigest(scenario: Scenario): string {
  const { when, then } = scenario
  const story = { ...scenario, ...WORDING, when: when.map(stepOf), then: then.map(expectationOf) }
  return digest(story as unknown as Json)
}

const stepOf = ({ place: _, ...step }: Step): object =>
  step.kind === 'together' ? { ...step, calls: step.calls.map(callOf) } : step
const callOf = ({ place: _, ...call }: CallStep): object => call
const expectationOf = ({ place: _, ...expectation }: Expectation): object => expectation

/** Whether a scenario may decide: `plain` ones were written by hand and need no proof. */
export type Standing =
  | { readonly kind: 'plain' }
  | { readonly kind: 'proven' }
  | { readonly kind: 'unproven'; readonly why: string }

/**
 * How far a scenario made from an incident can be trusted. One that was never seen to fail proves nothing: it is unproven, and so is
 * one that has changed since, or that fails without its fault as well.
 */
export function standingOf(scenario: Scenario): Standing {
  const { incident, evidence, proof } = scenario
  if (incident === undefined && evidence === undefined) return { kind: 'plain' }
  if (proof?.['red-on'] === undefined) return { kind: 'unproven', why: 'it was never seen to fail' }
  if (proof.of !== undefined && proof.of !== storyDigest(scenario).slice(0, proof.of.length))
    return { kind: 'unproven', why: 'it has changed since it was proven' }
  if (proof['vacuous-without-fault'] === true)
    return { kind: 'unproven', why: 'it fails without its fault as well, so it shows another bug' }
  return { kind: 'proven' }
}
