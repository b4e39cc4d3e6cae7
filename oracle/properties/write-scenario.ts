import { stringify } from 'yaml'
import type { Bound, CallStep, Expectation, Scenario, Step } from '../../scenarios/scenario.ts'
import type { Fault } from '../../twins/faults.ts'
import type { Json } from '../../twins/trace.ts'
import type { Wire } from '../../twins/wires.ts'
import { writeMs } from '../rules/rule.ts'

type Shape = { readonly [key: string]: unknown }

/** A scenario as the text of a `*.scenario.yaml`: read again it is the same story, step names and all. */
export function writeScenario(scenario: Scenario): string {
  const { id, title, covers, clock, zone, seeds, horizonMs, given, wires, schedule, when, then } = scenario
  const { incident, evidence, proof, ignore } = scenario
  const startMs = Date.parse(clock)
  const whole = {
    schema: 1,
    id,
    ...(title === id ? {} : { title }),
    ...(covers.length === 0 ? {} : { covers }),
    clock,
    ...defined({ incident, zone, seeds, schedule }),
    horizon: `+${writeMs(horizonMs)}`,
    ...(Object.keys(given).length === 0 ? {} : { given }),
    ...(wires === undefined ? {} : { wires: wires.map(wireShape) }),
    when: when.map((step, at) => stepShape(step, at, startMs)),
    then: then.map(expectationShape),
    ...defined({ evidence, proof, ignore }),
  }
  return stringify(whole, { lineWidth: 0, aliasDuplicateObjects: false })
}

const defined = (fields: Shape): Shape =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const wireShape = ({ on, where, afterMs, act }: Wire): Shape => ({
  ...defined({ on, where, after: afterMs === 0 ? undefined : writeMs(afterMs) }),
  ...(act.kind === 'call'
    ? defined({
        call: `${act.method} ${act.url}`,
        headers: isEmpty(act.headers) ? undefined : act.headers,
        body: act.body,
      })
    : defined({ happen: `${act.twin}.${act.event}`, with: isEmpty(act.fields) ? undefined : act.fields })),
})

function stepShape(step: Step, at: number, startMs: number): Shape {
  const base = {
    ...(step.atMs === undefined ? {} : { at: `+${writeMs(step.atMs)}` }),
    ...(step.id === `${at + 1}` ? {} : { as: step.id }),
  }
  switch (step.kind) {
    case 'call':
      return { ...base, ...callShape(step) }
    case 'event':
      return { ...base, event: `${step.twin}.${step.event}`, ...(isEmpty(step.fields) ? {} : { with: step.fields }) }
    case 'fault':
      return { ...base, fault: faultShape(step.fault, startMs) }
    case 'heal':
      return { ...base, heal: step.on }
    case 'pass':
      return { ...base, pass: writeMs(step.passMs) }
    case 'signal':
      return { ...base, signal: step.signal }
    case 'together':
      return {
        ...base,
        together: step.calls.map((call, inner) => ({
          ...(call.id === `${at + 1}-${inner + 1}` ? {} : { as: call.id }),
          ...callShape(call),
        })),
      }
    default:
      return step satisfies never
  }
}

const isEmpty = (value: Json): boolean => value !== null && typeof value === 'object' && Object.keys(value).length === 0

function callShape({ method, path, headers, body, capture }: CallStep): Shape {
  const json = body !== undefined && 'json' in body ? body.json : undefined
  // YAML of ours has no fractions: a body with one goes as the text it is on the wire.
  const asText = json !== undefined && hasFraction(json)
  const typed = asText && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const all = typed ? { ...headers, 'content-type': 'application/json' } : headers
  return {
    call: `${method} ${path}`,
    ...(Object.keys(all).length === 0 ? {} : { headers: all }),
    ...(body === undefined
      ? {}
      : 'text' in body
        ? { text: body.text }
        : asText
          ? { text: JSON.stringify(json) }
          : { body: json }),
    ...(Object.keys(capture).length === 0 ? {} : { capture }),
  }
}

const hasFraction = (value: Json): boolean =>
  typeof value === 'number'
    ? !Number.isSafeInteger(value)
    : value !== null &&
      typeof value === 'object' &&
      Object.values(value).some((item) => item !== undefined && hasFraction(item))

function faultShape(fault: Fault, startMs: number): Shape {
  const { on, kind, nth, attempt, times, rate, untilMs, where, status, code, retryAfterMs, byMs, silent } = fault
  const ms = (value: number | undefined): string | undefined => (value === undefined ? undefined : writeMs(value))
  return defined({
    on,
    kind,
    nth,
    attempt,
    times,
    rate: rate === undefined ? undefined : String(rate),
    until: untilMs === undefined ? undefined : `+${writeMs(untilMs - startMs)}`,
    where,
    status,
    code,
    'retry-after': ms(retryAfterMs),
    by: ms(byMs),
    silent,
  })
}

const boundShape = ({ min, max }: Bound): unknown =>
  min === max ? min : defined({ 'at-least': min === 0 ? undefined : min, 'at-most': max })

function expectationShape(one: Expectation): Shape {
  switch (one.kind) {
    case 'answer':
      return defined({
        answer: one.step,
        status: one.status,
        headers: one.headers,
        body: one.body,
        within: one.withinMs === undefined ? undefined : writeMs(one.withinMs),
      })
    case 'state':
      return defined({
        state: one.path,
        where: one.where,
        count: one.count === undefined ? undefined : boundShape(one.count),
        is: one.is,
        sum: one.sum,
      })
    case 'calls': {
      const offset = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : `+${writeMs(ms)}`)
      return defined({
        calls: one.to,
        where: one.where,
        count: one.count === undefined ? undefined : boundShape(one.count),
        before: offset(one.beforeMs),
        after: offset(one.afterMs),
      })
    }
    case 'rule':
      return { rule: one.id }
    case 'cost':
      return { cost: `per-${one.per}`, 'at-most': `${one.atMost} ${one.currency}` }
    default:
      return one satisfies never
  }
}
