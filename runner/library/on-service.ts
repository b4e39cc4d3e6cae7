import { patternsOf } from '../../oracle/rules/rule.ts'
import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { UsageError } from '../gate/workspace.ts'
import type { Project } from '../project.ts'
import { withDefaults } from '../project.ts'
import type { Incident } from './incident.ts'

/** A request to the user's own service. */
export type Ask = Pick<CallStep, 'method' | 'path' | 'headers' | 'body'>

/** What an incident is tried on: where the twins start from, and what the service is asked. */
export type Service = {
  /** The scenario it is taken from; undefined: the command line alone. */
  readonly from: Scenario | undefined
  /** The nth stands for the nth request of the incident, the last for all that follow. */
  readonly asks: readonly Ask[]
  /** What an incident's events need to know of this service, such as the name of its queue. */
  readonly fields: Readonly<Record<string, string>>
}

/** `POST /orders` or `POST /orders {"id":"o1"}`. */
export function readAsk(text: string): Ask {
  const [, method, path, rest = ''] = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/\S*)(?:\s+(.*))?$/s.exec(text) ?? []
  if (method === undefined || path === undefined)
    throw new UsageError(`expected --call to be METHOD /path, and JSON behind it if there is a body, got "${text}".`)
  return { method, path, headers: {}, body: rest === '' ? undefined : { json: readJson(rest, text) } }
}

function readJson(text: string, whole: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`expected JSON behind the path, got "${text}" in --call "${whole}".`)
  }
}

const callsOf = ({ when }: Scenario): readonly CallStep[] =>
  when.flatMap((step): readonly CallStep[] =>
    step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : [],
  )

/** The service as a scenario of the project and the command line describe it; calls of the latter win. */
export function serviceOf(
  project: Project,
  from: string | undefined,
  calls: readonly string[],
  fields: Service['fields'],
): Service {
  const scenario = project.scenarios.find(({ id }) => id === from)
  if (from !== undefined && scenario === undefined)
    throw new UsageError(`no scenario "${from}" in this project. See: npx backlot run --help`)
  if (calls.length > 0) return { from: scenario, asks: calls.map(readAsk), fields }
  const [first] = scenario === undefined ? [] : callsOf(scenario)
  return { from: scenario, asks: first === undefined ? [] : [first], fields }
}

/** Why an incident's rules mean nothing on another service; undefined when they do. */
export function ownWords({ name, rules }: Incident): string | undefined {
  const fields = rules.flatMap(({ clause }) =>
    patternsOf(clause).flatMap(({ type, where }) => (type.startsWith('app.') ? where.map(({ field }) => field) : [])),
  )
  const own = fields.find((field) => /^(body|path|text)(\.|$)/.test(field))
  return own === undefined
    ? undefined
    : `${name} looks at ${own} of its own pair's answers: it says nothing of another service`
}

/** An incident's story on the user's service, still in the words of its roles. Throws `UsageError` when there is nothing to ask. */
export function onService(incident: Incident, service: Service, project: Project): Scenario {
  const { scenario, calmClock } = incident
  const wanted = callsOf(scenario).length
  if (wanted > 0 && service.asks.length === 0)
    throw new UsageError(
      `${incident.name} asks the service something: say what, with --call "POST /orders {...}" or --from SCENARIO.`,
    )
  // Where the date is the fault it comes from the incident; else the service's own story knows what day its state is of.
  const clock = calmClock === undefined ? (service.from?.clock ?? scenario.clock) : scenario.clock
  const shiftMs = Date.parse(clock) - Date.parse(scenario.clock)
  let nth = 0
  const ask = (step: CallStep): CallStep => {
    const one = service.asks[Math.min(nth, service.asks.length - 1)]
    nth += 1
    return one === undefined
      ? step
      : {
          ...step,
          ...numbered({ method: one.method, path: one.path, headers: one.headers, body: one.body }, nth),
          capture: {},
        }
  }
  const step = (one: Step): Step => {
    if (one.kind === 'call') return ask(one)
    if (one.kind === 'event') return { ...one, fields: { ...(one.fields as object), ...service.fields } }
    if (one.kind === 'together') return { ...one, calls: one.calls.map(ask) }
    if (one.kind !== 'fault' || one.fault.untilMs === undefined) return one
    return { ...one, fault: { ...one.fault, untilMs: one.fault.untilMs + shiftMs } }
  }
  const story: Scenario = {
    ...scenario,
    clock,
    zone: calmClock === undefined ? (service.from?.zone ?? scenario.zone) : scenario.zone,
    given: service.from?.given ?? {},
    when: scenario.when.map(step),
    then: [],
  }
  return withDefaults(story, project.config.defaults)
}

/** `{{n}}` in a request is the how manyeth it is, so that several need not be the same. */
function numbered(ask: Ask, nth: number): Ask {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replaceAll('{{n}}', `${nth}`)
    if (Array.isArray(value)) return value.map(fill)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  return fill(ask) as Ask
}
