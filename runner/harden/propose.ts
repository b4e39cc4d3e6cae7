import { judgeExpectations } from '../../oracle/expectations.ts'
import { matches } from '../../oracle/match.ts'
import { mine } from '../../oracle/mine/mine.ts'
import { judgeRule } from '../../oracle/rules/monitor.ts'
import type { Rule } from '../../oracle/rules/rule.ts'
import { shapeOf } from '../../oracle/rules/translate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Expectation, Scenario } from '../../scenarios/scenario.ts'
import { fieldAt } from '../../twins/faults.ts'
import type { Json } from '../../twins/trace.ts'
import { common, fieldPatterns, roomAround, scalars, sizesOf } from './alike.ts'

/** Something that could be added to the oracle. `text` is how it stands in its file. */
export type Proposal =
  | {
      readonly kind: 'expectation'
      readonly scenario: string
      readonly expectation: Expectation
      readonly text: string
    }
  | { readonly kind: 'rule'; readonly rule: Rule; readonly text: string }

/** The places in the list of the proposals that do not let this run through. */
export const noticesOf = (proposals: readonly Proposal[], scenario: Scenario, run: Run): readonly number[] =>
  proposals.flatMap((proposal, at) => (objects(proposal, scenario, run) ? [at] : []))

/** The places of those that this run could have made object: expectations of its scenario, and rules that it exercises. */
export const triedBy = (proposals: readonly Proposal[], scenario: Scenario, run: Run): readonly number[] =>
  run.ending.kind !== 'horizon'
    ? []
    : proposals.flatMap((proposal, at) =>
        (proposal.kind === 'rule' ? judgeRule(proposal.rule, run).hits > 0 : proposal.scenario === scenario.id)
          ? [at]
          : [],
      )

function objects(proposal: Proposal, scenario: Scenario, run: Run): boolean {
  // A run that broke off is noticed already.
  if (run.ending.kind !== 'horizon') return false
  if (proposal.kind === 'rule') return judgeRule(proposal.rule, run).status === 'violated'
  if (proposal.scenario !== scenario.id) return false
  return judgeExpectations({ ...scenario, then: [proposal.expectation] }, run).status === 'fail'
}

/**
 * Expectations that all of these runs of one scenario meet: how often each operation is called, how many rows there are, what stays the
 * same in them, in the answers, in the log. What differs from run to run is not proposed.
 */
export function expectationsFrom(
  scenario: Scenario,
  runs: readonly Run[],
  operations: readonly string[],
): readonly Proposal[] {
  const [first] = runs
  if (first === undefined) return []
  const proposals: Proposal[] = []
  const add = (expectation: Unplaced, text: string): void =>
    void proposals.push({
      kind: 'expectation',
      scenario: scenario.id,
      expectation: { ...expectation, place: scenario.place },
      text: `- { ${text} }`,
    })
  for (const to of operations) {
    const counts = new Set(runs.map((run) => run.trace.filter(({ type }) => type === to).length))
    const [count] = counts
    if (counts.size !== 1 || count === undefined) continue
    add(
      {
        kind: 'calls',
        to,
        where: undefined,
        count: { min: count, max: count },
        beforeMs: undefined,
        afterMs: undefined,
      },
      `calls: ${to}, count: ${count}`,
    )
  }
  for (const to of [...operations, ...OWN]) addTimes(add, to, runs)
  for (const where of eventsThatRecur(runs, operations)) addCalls(add, where)
  for (const [twin, state] of Object.entries(first.states)) {
    if (state === null || typeof state !== 'object' || Array.isArray(state)) continue
    for (const name of Object.keys(state)) {
      const lists = runs.map((run) => (run.states[twin] as Readonly<Record<string, Json>>)[name])
      if (lists.every(Array.isArray)) addRows(add, `${twin}.${name}`, lists as readonly (readonly Json[])[])
    }
  }
  for (const [step, answer] of Object.entries(first.answers)) {
    const answers = runs.map((run) => run.answers[step])
    if (answers.some((one) => one === undefined || one.status !== answer.status)) continue
    const body = common(
      answers.map((one) => one?.body ?? null),
      true,
    )
    const head = { kind: 'answer', step, headers: undefined } as const
    add(
      { ...head, status: answer.status, body: undefined, withinMs: undefined },
      `answer: ${step}, status: ${answer.status}`,
    )
    if (body !== undefined && typeof body === 'object' && body !== null && Object.keys(body).length > 0)
      add(
        { ...head, status: answer.status, body, withinMs: undefined },
        `answer: ${step}, status: ${answer.status}, body: ${flow(body)}`,
      )
    const slowest = Math.max(...answers.map((one) => (one === undefined ? 0 : one.answeredAtMs - one.askedAtMs)))
    const withinS = Math.max(1, Math.ceil((slowest * 1.5) / 1000))
    add(
      { ...head, status: undefined, body: undefined, withinMs: withinS * 1000 },
      `answer: ${step}, within: ${withinS}s`,
    )
  }
  return proposals
}

/** Rules mined from these runs, numbered on from what was proposed before. */
export function rulesFrom(runs: readonly Run[], known: readonly Rule[]): readonly Proposal[] {
  const before = known.flatMap(({ id }) => /^PROPOSED-(\d+)$/.exec(id)?.[1] ?? []).map(Number)
  const from = Math.max(0, ...before)
  return mine(runs, { known }).map(({ rule, support }, at) => {
    const named = { ...rule, id: `PROPOSED-${from + at + 1}`, why: `It held in ${support} runs of good builds.` }
    return { kind: 'rule', rule: named, text: `- ${flow(shapeOf(named) as unknown as Json)}` }
  })
}

type Unplaced = Expectation extends infer E ? (E extends Expectation ? Omit<E, 'place'> : never) : never
type Add = (expectation: Unplaced, text: string) => void
type Recurring = { readonly to: string; readonly where: Readonly<Record<string, Json>>; readonly count: number }

const WHERE_MAX = 40
/** What the service itself says and does. */
const OWN = ['app.log', 'app.exited', 'app.answer']

/** Calls with the fields that are the same in every run, and how many of them there are. */
function eventsThatRecur(runs: readonly Run[], types: readonly string[]): readonly Recurring[] {
  const found: Recurring[] = []
  for (const to of [...types, ...OWN]) {
    const perRun = runs.map((run) => run.trace.filter(({ type }) => type === to))
    const [first = []] = perRun
    if (first.length === 0 || first.length > WHERE_MAX || perRun.some((events) => events.length !== first.length))
      continue
    for (const at of first.keys()) {
      const fields = perRun.map((events) => (events[at]?.fields ?? null) as Json)
      const texts = fields.map((one) => String(fieldAt(one, 'text')))
      const patterns = [...fieldPatterns(texts), sizesOf(texts)].filter((text) => text !== undefined)
      const where: readonly (readonly [string, Json])[] = [
        ...Object.entries(scalars(common(fields))),
        ...patterns.map((text) => ['text', text] as const),
      ]
      for (const [field, value] of where) {
        // Who asked, and how long it took, is said of answers elsewhere.
        if (to === 'app.answer' && !/^(status$|body)/.test(field)) continue
        const counts = new Set(
          perRun.map((events) => events.filter(({ fields }) => has(fields as Json, field, value)).length),
        )
        const [count] = counts
        if (counts.size !== 1 || count === undefined) continue
        if (!found.some((one) => one.to === to && one.where[field] === value))
          found.push({ to, where: { [field]: value }, count })
      }
    }
  }
  return found
}

const addCalls = (add: Add, { to, where, count }: Recurring): void =>
  add(
    { kind: 'calls', to, where, count: { min: count, max: count }, beforeMs: undefined, afterMs: undefined },
    `calls: ${to}, where: ${flow(where)}, count: ${count}`,
  )

/** Room for another seed's latencies, on both sides. */
const SLACK = 1.5

/**
 * How many calls have happened when the last of a burst has, and how many come no sooner than they ever did: with much room to spare, in
 * seconds, and with as much as was seen, which says more where it holds.
 */
function addTimes(add: Add, to: string, runs: readonly Run[]): void {
  const times = runs.map(({ trace, startsAtMs }) =>
    trace.flatMap(({ type, atMs }) => (type === to ? [atMs - startsAtMs] : [])),
  )
  const [first = []] = times
  const count = first.length
  if (count === 0 || count > WHERE_MAX || times.some((list) => list.length !== count)) return
  const nth = (at: number): readonly number[] => times.map((list) => list[at] ?? 0)
  const plain = (ms: readonly number[]): Room => ({
    soonestMs: Math.floor(Math.min(...ms) / SLACK / 1000) * 1000,
    latestMs: Math.max(1, Math.ceil((Math.max(...ms) * SLACK) / 1000)) * 1000,
  })
  const close = (ms: readonly number[]): Room => {
    const [least, most] = roomAround(ms)
    return { soonestMs: Math.floor(least), latestMs: Math.ceil(most) + 1 }
  }
  const seen = new Set<string>()
  for (const room of [plain, close]) {
    for (let at = 0; at < count; at++) {
      const { latestMs } = room(nth(at))
      // Those that follow soon say it for this one.
      const nextMs = Math.min(...nth(at + 1 < count ? at + 1 : at))
      if (at + 1 < count && nextMs <= latestMs) continue
      timed(add, to, seen, { beforeMs: latestMs, count: at + 1 })
    }
    for (let at = 1; at < count; at++) {
      const { soonestMs } = room(nth(at))
      const previousMs = Math.max(...nth(at - 1))
      if (soonestMs < 1 || previousMs >= soonestMs) continue
      timed(add, to, seen, { afterMs: soonestMs, count: count - at })
    }
  }
}

type Room = { readonly soonestMs: number; readonly latestMs: number }

function timed(
  add: Add,
  to: string,
  seen: Set<string>,
  { beforeMs, afterMs, count }: { readonly beforeMs?: number; readonly afterMs?: number; readonly count: number },
): void {
  const ms = beforeMs ?? afterMs ?? 0
  const when = `${beforeMs === undefined ? 'after' : 'before'}: +${ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`}`
  if (seen.has(when)) return
  seen.add(when)
  add(
    { kind: 'calls', to, where: undefined, count: { min: count, max: count }, beforeMs, afterMs },
    `calls: ${to}, ${when}, count: ${count}`,
  )
}

function addRows(add: Add, path: string, lists: readonly (readonly Json[])[]): void {
  const [first = []] = lists
  if (lists.some((list) => list.length !== first.length)) return
  const state = (where: Readonly<Record<string, Json>> | undefined, count: number): Unplaced => ({
    kind: 'state',
    path,
    where,
    count: { min: count, max: count },
    is: undefined,
    sum: undefined,
  })
  add(state(undefined, first.length), `state: ${path}, count: ${first.length}`)
  if (first.length > WHERE_MAX) return
  const seen = new Set<string>()
  for (const at of first.keys()) {
    const where = scalars(common(lists.map((list) => list[at] ?? null)))
    for (const [field, value] of Object.entries(where)) {
      const count = first.filter((row) => has(row, field, value)).length
      const text = `state: ${path}, where: ${flow({ [field]: value })}, count: ${count}`
      if (seen.has(text) || lists.some((list) => list.filter((row) => has(row, field, value)).length !== count))
        continue
      seen.add(text)
      add(state({ [field]: value }, count), text)
    }
  }
}

const has = (row: Json, path: string, value: Json): boolean => matches(fieldAt(row, path), value)

/** Data as a flow mapping of YAML: JSON is one, and every key is quoted where it must be. */
const flow = (value: Json): string => JSON.stringify(value)
