import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'
import { createRng, type Rng } from '../../twins/rng.ts'
import type { Json } from '../../twins/trace.ts'

const KINDS = ['names', 'amounts', 'order', 'times'] as const

/**
 * A scenario that tells the same story with other names, amounts, order or times: what answers by heart fails it. Which of them change, and
 * how, is decided by `seed`. Undefined when nothing in it can be changed. Whether the variant still makes sense shows by playing it on the
 * base, and nowhere else: one that the base does not pass must not judge.
 */
export function variantOf(scenario: Scenario, seed: string): Scenario | undefined {
  const rng = createRng(seed)
  // One to all four at a time: where one kind of change breaks the story, another draw leaves it out.
  const kinds = KINDS.filter(() => rng.float() < 0.5)
  const wanted = kinds.length === 0 ? [rng.pick(KINDS)] : kinds
  const varied = wanted.reduce<Scenario>((so, kind) => VARY[kind](so, rng.fork(kind)), scenario)
  return JSON.stringify(varied) === JSON.stringify(scenario) ? undefined : varied
}

const VARY: Readonly<Record<(typeof KINDS)[number], (scenario: Scenario, rng: Rng) => Scenario>> = {
  names: varyNames,
  amounts: varyAmounts,
  order: varyOrder,
  times: varyTimes,
}

const callsOf = ({ when }: Scenario): readonly CallStep[] =>
  when.flatMap((step) => (step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : []))

/** Every value in the bodies that callers send, with the key it stands under. */
const sentBy = (scenario: Scenario): readonly (readonly [string, Json])[] =>
  callsOf(scenario).flatMap(({ body }) => (body !== undefined && 'json' in body ? leaves('', body.json) : []))

function leaves(key: string, value: Json): readonly (readonly [string, Json])[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => leaves(key, item))
  if (value === null || typeof value !== 'object') return [[key, value]]
  return Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : leaves(name, item)))
}

const NAMING = /(^|[_-])(id|name|order|customer|email|ref|reference|user|account|title|subject|label|note)$/i
const AMOUNT = /amount|total|price|cents|quantity|sum|balance/i

/** Names that callers choose: the same one everywhere it stands. */
function varyNames(scenario: Scenario, rng: Rng): Scenario {
  const names = sentBy(scenario).flatMap(([key, value]) =>
    typeof value === 'string' && /^[\w.+@ -]{2,60}$/.test(value) && NAMING.test(key) ? [value] : [],
  )
  const renamed = new Map([...new Set(names)].map((name) => [name, rename(name, rng.fork(name))]))
  return mapStrings(scenario, (text) => {
    let out = text
    for (const [name, other] of renamed) out = out === name ? other : replaceWord(out, name, other)
    return out
  })
}

/** The same kind of name: digits for digits; a name without any gets some at the end of its first word. */
function rename(name: string, rng: Rng): string {
  if (/\d/.test(name))
    return name.replace(/\d+/g, (digits) => `${rng.int(10 ** digits.length, 10 ** (digits.length + 1) - 1)}`)
  const [first = '', rest = ''] = [/^[A-Za-z]+/.exec(name)?.[0] ?? '', name.replace(/^[A-Za-z]+/, '')]
  return `${first}${rng.int(10, 99)}${rest}`
}

/** Replaces whole words only, as in `/orders/o1` and `pay-o1`, and leaves templates alone. */
function replaceWord(text: string, name: string, other: string): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text
    .split(/(\{\{.*?\}\})/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(new RegExp(`(?<![\\w])${escaped}(?![\\w])`, 'g'), other)))
    .join('')
}

/** Numbers under a key that says amount, wherever the same number is expected again. */
function varyAmounts(scenario: Scenario, rng: Rng): Scenario {
  const amounts = sentBy(scenario).flatMap(([key, value]) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 10 && AMOUNT.test(key) ? [value] : [],
  )
  const changed = new Map(
    [...new Set(amounts)].map((value) => [value, value + rng.int(1, Math.max(1, Math.floor(value / 4)))]),
  )
  return mapValues(scenario, (value) => (typeof value === 'number' ? (changed.get(value) ?? value) : value))
}

/** Two neighbouring calls in the other order, where the second does not need the first. */
function varyOrder(scenario: Scenario, rng: Rng): Scenario {
  const { when } = scenario
  const pairs = when.flatMap((step, at) => {
    const next = when[at + 1]
    return next !== undefined && independent(step, next) ? [at] : []
  })
  if (pairs.length === 0) return scenario
  const at = rng.pick(pairs)
  const [a, b] = [when[at], when[at + 1]]
  if (a === undefined || b === undefined) return scenario
  return { ...scenario, when: [...when.slice(0, at), b, a, ...when.slice(at + 2)] }
}

function independent(a: Step, b: Step): boolean {
  if (a.kind !== 'call' || b.kind !== 'call' || a.atMs !== undefined || b.atMs !== undefined) return false
  const needs = JSON.stringify([b.path, b.headers, b.body ?? null])
  return ![a.id, ...Object.keys(a.capture)].some((name) => needs.includes(`{{${name}`)) && a.path !== b.path
}

const DAY_MS = 86_400_000

/** The whole story on another day, at another time of it. */
function varyTimes(scenario: Scenario, rng: Rng): Scenario {
  const shiftMs = rng.int(1, 40) * DAY_MS + rng.int(0, 86_399) * 1000
  return { ...scenario, clock: new Date(Date.parse(scenario.clock) + shiftMs).toISOString() }
}

const mapStrings = (scenario: Scenario, map: (text: string) => string): Scenario =>
  mapValues(scenario, (value) => (typeof value === 'string' ? map(value) : value))

/** Maps what callers send and what is expected; ids of steps, paths into state and the starting state's keys keep their names. */
function mapValues(scenario: Scenario, map: (value: Json) => Json): Scenario {
  const deep = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((item: Json) => deep(item))
    if (value === null || typeof value !== 'object') return map(value)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item === undefined ? item : deep(item)]))
  }
  const call = (step: CallStep): CallStep => ({
    ...step,
    path: String(map(step.path)),
    headers: deep(step.headers) as CallStep['headers'],
    body:
      step.body === undefined
        ? undefined
        : 'json' in step.body
          ? { json: deep(step.body.json) }
          : { text: String(map(step.body.text)) },
  })
  return {
    ...scenario,
    given: deep(scenario.given) as Scenario['given'],
    when: scenario.when.map((step): Step => {
      if (step.kind === 'call') return call(step)
      if (step.kind === 'together') return { ...step, calls: step.calls.map(call) }
      return step.kind === 'event' ? { ...step, fields: deep(step.fields) } : step
    }),
    then: scenario.then.map((expectation) => {
      switch (expectation.kind) {
        case 'answer':
          return {
            ...expectation,
            headers:
              expectation.headers === undefined ? undefined : (deep(expectation.headers) as Record<string, string>),
            body: expectation.body === undefined ? undefined : deep(expectation.body),
          }
        case 'state':
          return {
            ...expectation,
            where: expectation.where === undefined ? undefined : (deep(expectation.where) as Record<string, Json>),
            is: expectation.is === undefined ? undefined : deep(expectation.is),
          }
        case 'calls':
          return {
            ...expectation,
            where: expectation.where === undefined ? undefined : (deep(expectation.where) as Record<string, Json>),
          }
        case 'rule':
        case 'cost':
          return expectation
        default:
          return expectation satisfies never
      }
    }),
  }
}
