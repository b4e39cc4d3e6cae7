import type { Rule } from '../../oracle/rules/rule.ts'
import { PARTS, ROLES } from '../../scenarios/library/roles.ts'
import type { Scenario, Step } from '../../scenarios/scenario.ts'

/** Who plays a role, and what its words are called there. A word that is not listed is the twin's own. */
export type Player = { readonly twin: string; readonly words: Readonly<Record<string, string>> }
/** Who plays which role. */
export type Cast = Readonly<Record<string, Player>>

/** The cast by which the library itself is proven. */
export const HOUSE_CAST: Cast = Object.fromEntries(
  ROLES.map(({ name, twin }): [string, Player] => {
    const part = PARTS.find((one) => one.role === name && one.twin === twin)
    const words = Object.entries({ ...part?.calls, ...part?.events, ...part?.happenings })
    return [name, { twin, words: Object.fromEntries(words.map(([word, own]) => [word, own[0] ?? word])) }]
  }),
)

/** `payments.charge` as the twin that plays payments says it. What is of no role stays as it is. */
export function inTwinsWords(dotted: string, cast: Cast): string {
  const [role = '', ...rest] = dotted.split('.')
  const player = cast[role]
  if (player === undefined) return dotted
  const word = rest.join('.')
  if (word === '') return player.twin
  return `${player.twin}.${player.words[word] ?? word}`
}

/** A story in the words of the twins that play its roles. */
export function castScenario(scenario: Scenario, cast: Cast): Scenario {
  const say = (dotted: string): string => inTwinsWords(dotted, cast)
  const step = (one: Step): Step => {
    if (one.kind === 'fault') return { ...one, fault: { ...one.fault, on: say(one.fault.on) } }
    if (one.kind === 'heal') return { ...one, on: say(one.on) }
    if (one.kind === 'event')
      return { ...one, twin: say(one.twin), event: say(`${one.twin}.${one.event}`).slice(say(one.twin).length + 1) }
    return one
  }
  return {
    ...scenario,
    given: Object.fromEntries(Object.entries(scenario.given).map(([role, state]) => [say(role), state])),
    when: scenario.when.map(step),
    then: scenario.then.map((one) => (one.kind === 'calls' ? { ...one, to: say(one.to) } : one)),
  }
}

/** A rule in the words of the twins: every event it names is translated, its conditions stay. */
export const castRule = (rule: Rule, cast: Cast): Rule => ({ ...rule, clause: translated(rule.clause, cast) })

function translated<T>(value: T, cast: Cast): T {
  if (Array.isArray(value)) return value.map((item: unknown) => translated(item, cast)) as T
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => [
    key,
    // In a clause, `type` is always that of an event.
    key === 'type' && typeof inner === 'string' ? inTwinsWords(inner, cast) : translated(inner, cast),
  ])
  return Object.fromEntries(entries) as T
}
