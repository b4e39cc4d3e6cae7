import type { CallStep, Scenario } from '../scenario.ts'
import type { Pass } from './pass.ts'
import { withoutSteps } from './records.ts'
import { callsOf, namesOf, referencesIn } from './refer.ts'

const CREDENTIALS = ['authorization', 'cookie', 'x-api-key']

/** Whoever a call is made by: its credential, the step that gave it one, or the caller its name begins with. The others are nobody's. */
function actorsOf(scenario: Scenario): ReadonlyMap<string, string> {
  const calls = callsOf(scenario)
  const givers = new Map(calls.flatMap((call) => namesOf(call).map((name) => [name, call.id] as const)))
  const own = new Map(calls.map((call) => [call.id, actorOf(call, givers)]))
  // The step that a credential comes from is the same actor's.
  const logins = new Set(own.values())
  return new Map([...own].map(([id, actor]) => [id, logins.has(id) ? id : actor]))
}

function actorOf({ id, headers }: CallStep, givers: ReadonlyMap<string, string>): string {
  const credential = Object.entries(headers).find(([name]) => CREDENTIALS.includes(name.toLowerCase()))?.[1]
  // Evidence also knows callers without credentials, by their addresses: an import names their steps `a3-get-orders`.
  if (credential === undefined) return /^a\d+(?=-)/.exec(id)?.[0] ?? 'nobody'
  const [from] = referencesIn(credential)
  return from === undefined ? credential : (givers.get(from) ?? from)
}

/** All that one caller does, together. */
export const actors: Pass = {
  name: 'actors',
  parts(scenario, layer) {
    const all = [...new Set(actorsOf(scenario).values())]
    return layer === 0 && all.length > 1 ? all : []
  },
  without(scenario, gone) {
    const actorOfStep = actorsOf(scenario)
    return withoutSteps(scenario, ({ id }) => gone.has(actorOfStep.get(id) ?? ''))
  },
}
