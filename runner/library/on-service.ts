import { patternsOf } from '../../oracle/rules/rule.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { UsageError } from '../gate/workspace.ts'
import type { Project } from '../project.ts'
import { withDefaults } from '../project.ts'
import type { Incident } from './incident.ts'

/** A request to the user's own service. `name` is that of its step, where it is taken from a scenario. */
export type Ask = Pick<CallStep, 'method' | 'path' | 'headers' | 'body' | 'capture'> & { readonly name?: string }

/** What an incident is tried on: where the twins start from, and what the service is asked. */
export type Service = {
  /** The scenario it is taken from; undefined: the command line alone. */
  readonly from: Scenario | undefined
  /** The nth stands for the nth different request of the incident, the last for all that follow. */
  readonly asks: readonly Ask[]
  /** What an incident's events need to know of this service, such as the name of its queue. */
  readonly fields: Readonly<Record<string, string>>
}

/** `POST /orders` or `POST /orders {"id":"o1"}`. */
export function readAsk(text: string): Ask {
  const [, method, path, rest = ''] = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/\S*)(?:\s+(.*))?$/s.exec(text) ?? []
  if (method === undefined || path === undefined)
    throw new UsageError(`expected --call to be METHOD /path, and JSON behind it if there is a body, got "${text}".`)
  return { method, path, headers: {}, capture: {}, body: rest === '' ? undefined : { json: readJson(rest, text) } }
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

/** What the command line and backlot.yaml say of the service. */
export type Said = {
  readonly from: string | undefined
  /** Calls of that scenario by the names of their steps; the first one when there are none. */
  readonly steps: readonly string[]
  /** Requests as text; they win. */
  readonly calls: readonly string[]
  readonly fields: Service['fields']
}

export function serviceOf(project: Project, { from: id, steps, calls, fields }: Said): Service {
  const from = project.scenarios.find((scenario) => scenario.id === id)
  const known = project.scenarios.map((scenario) => scenario.id)
  if (id !== undefined && from === undefined)
    throw new UsageError(`no scenario "${id}" in this project.${suggest(id, known)}`)
  if (calls.length > 0) return { from, asks: calls.map(readAsk), fields }
  const own = from === undefined ? [] : callsOf(from)
  const taken = steps.length === 0 ? own.slice(0, 1) : steps.map((step) => own.find((call) => call.id === step) ?? step)
  const asks = taken.map((one): Ask => {
    if (typeof one !== 'string') return { ...one, name: one.id }
    const names = own.map((call) => call.id)
    throw new UsageError(`no call "${one}" in ${id ?? 'a scenario: say which with --from'}.${suggest(one, names)}`)
  })
  return { from, asks, fields }
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
  // What the incident asks twice, the service is asked twice.
  const seen: string[] = []
  const renamed = new Map<string, string>()
  const ask = (step: CallStep): CallStep => {
    const key = JSON.stringify([step.method, step.path, step.body])
    if (!seen.includes(key)) seen.push(key)
    const nth = seen.indexOf(key) + 1
    const one = service.asks[Math.min(nth, service.asks.length) - 1]
    if (one === undefined) return step
    if (one.name !== undefined) renamed.set(one.name, step.id)
    const { method, path, headers, body, capture } = inStory(one, nth, renamed)
    return { ...step, method, path, headers, body, capture }
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

/** `{{n}}` in a request is the how manyeth of the different ones it is; `{{order.body.id}}` finds its step by its new name. */
function inStory(ask: Ask, nth: number, renamed: ReadonlyMap<string, string>): Ask {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value
        .replaceAll('{{n}}', `${nth}`)
        .replace(/\{\{([a-z][a-z0-9-]*)\./g, (whole, name: string) =>
          renamed.has(name) ? `{{${renamed.get(name)}.` : whole,
        )
    if (Array.isArray(value)) return value.map(fill)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  return fill(ask) as Ask
}
