import { complaintOf } from '../scenarios/complaint.ts'
import { suggest } from '../scenarios/parse/nearest.ts'
import { originOf, type Run } from '../scenarios/run.ts'
import type { Bound, Expectation, Scenario } from '../scenarios/scenario.ts'
import { fieldAt } from '../twins/faults.ts'
import { sum, toDecimal, toUnits } from '../twins/money.ts'
import type { Json } from '../twins/trace.ts'
import { brief, hasFields, matches } from './match.ts'
import type { Finding, Verdict } from './verdict.ts'
import { worst } from './verdict.ts'

/** What a scenario expects, judged on one run of it. `rule` expectations are judged with the rules. Nothing to judge is inconclusive. */
export function judgeExpectations(scenario: Scenario, run: Run): Verdict {
  const own = scenario.then.filter(({ kind }) => kind !== 'rule')
  // A scenario of rules alone leaves the judging to them.
  if (own.length === 0 && scenario.then.length > 0) return { status: 'pass' }
  return worst(own.map((expectation) => judge(expectation, run)))
}

function judge(expectation: Expectation, run: Run): Verdict {
  const place = `${expectation.place.file}:${expectation.place.line}:${expectation.place.column}`
  const fail = (message: string, atMs?: number): Verdict => {
    const finding: Finding = {
      message,
      scenario: run.scenario,
      seed: run.seed,
      atVirtualMs: (atMs ?? run.endedAtMs) - run.startsAtMs,
      place,
    }
    return { status: 'fail', findings: [finding] }
  }
  const pass: Verdict = { status: 'pass' }
  switch (expectation.kind) {
    case 'answer': {
      const answer = run.answers[expectation.step]
      if (answer === undefined) {
        const pending = run.pending.find(({ step }) => step === expectation.step)
        const since =
          pending === undefined
            ? ''
            : `; ${pending.what} was pending for ${duration(run.endedAtMs - pending.sinceMs)} at the end`
        return fail(`${expectation.step}: expected an answer, got none${since}`)
      }
      const { status, headers, body, withinMs } = expectation
      const wanted = typeof status === 'number' ? [status] : status
      if (wanted !== undefined && !wanted.includes(answer.status)) {
        const got = answer.error ?? `${answer.status} ${brief(answer.body)}`
        const complaint = answer.status < 500 ? undefined : complaintOf(run, expectation.step)
        const printed = complaint === undefined ? '' : `; it printed: ${complaint}`
        return fail(
          `${expectation.step}: expected status ${wanted.join(' or ')}, got ${got}${printed}`,
          answer.answeredAtMs,
        )
      }
      for (const [name, value] of Object.entries(headers ?? {})) {
        const got = answer.headers[name.toLowerCase()]
        if (!matches(got, value))
          return fail(
            `${expectation.step}: expected header ${name} ${brief(value)}, got ${brief(got)}`,
            answer.answeredAtMs,
          )
      }
      if (body !== undefined && !matches(answer.body, body)) {
        return fail(`${expectation.step}: expected body ${brief(body)}, got ${brief(answer.body)}`, answer.answeredAtMs)
      }
      const tookMs = answer.answeredAtMs - answer.askedAtMs
      if (withinMs !== undefined && tookMs > withinMs) {
        return fail(
          `${expectation.step}: expected an answer within ${duration(withinMs)}, got one after ${duration(tookMs)}`,
          answer.answeredAtMs,
        )
      }
      return pass
    }
    case 'state': {
      const { path, where, count, is } = expectation
      const found = stateAt(run, path)
      if (count !== undefined || expectation.sum !== undefined || (where !== undefined && is === undefined)) {
        if (!Array.isArray(found)) return fail(`${path}: expected a list, got ${brief(found)}`)
        const rows = found.filter((row: Json) => hasFields(row, where))
        const which = where === undefined ? '' : ` where ${brief(where)}`
        if (count !== undefined && !within(rows.length, count))
          return fail(`${path}${which}: expected ${print(count)}, got ${rows.length} of ${found.length}`)
        if (expectation.sum !== undefined) {
          const { field, is: wanted } = expectation.sum
          const total = sum(rows.map((row: Json) => String(fieldAt(row, field) ?? 0)))
          if (toUnits(total) !== toUnits(wanted))
            return fail(
              `${path}${which}: expected ${field} to add up to ${wanted}, got ${total} in ${rows.length} rows`,
            )
        }
        const blind = rows.length > 0 ? undefined : unseen(found, where, 'rows')
        if (blind !== undefined) return { status: 'inconclusive', reason: `${place}: ${path}${which}: ${blind}` }
        return pass
      }
      const one = where !== undefined && Array.isArray(found) ? found.find((row: Json) => hasFields(row, where)) : found
      return is === undefined || matches(one as Json | undefined, is)
        ? pass
        : fail(`${path}: expected ${brief(is)}, got ${brief(one as Json | undefined)}`)
    }
    case 'calls': {
      const { to, where, count, beforeMs, afterMs } = expectation
      const events = run.trace.filter(({ type, fields, atMs }) => {
        const offsetMs = atMs - run.startsAtMs
        if (type !== to || !hasFields(fields as Json, where)) return false
        return (beforeMs === undefined || offsetMs < beforeMs) && (afterMs === undefined || offsetMs >= afterMs)
      })
      const which = where === undefined ? '' : ` where ${brief(where)}`
      if (count === undefined || within(events.length, count)) {
        const sent = run.trace.filter(({ type }) => type === to).map(({ fields }) => fields as Json)
        const blind = events.length > 0 ? undefined : unseen(sent, where, 'events')
        return blind === undefined ? pass : { status: 'inconclusive', reason: `${place}: ${to}${which}: ${blind}` }
      }
      const over = count.max === undefined ? undefined : events[count.max]
      const when = `${afterMs === undefined ? '' : ` after +${duration(afterMs)}`}${beforeMs === undefined ? '' : ` before +${duration(beforeMs)}`}`
      return fail(`${to}${which}${when}: expected ${print(count)}, got ${events.length}`, over?.atMs)
    }
    case 'cost': {
      const atMost = toUnits(expectation.atMost)
      const totals = new Map<string, bigint>()
      for (const line of run.bill.lines) {
        if (line.currency !== expectation.currency)
          return fail(
            `cost: expected amounts in ${expectation.currency}, got ${line.amount} ${line.currency} for ${line.sku}`,
            line.atMs,
          )
        const account = expectation.per === 'run' ? 'the run' : originOf(run, line.step)
        const total = (totals.get(account) ?? 0n) + toUnits(line.amount)
        totals.set(account, total)
        if (total > atMost) {
          const spent = run.bill.lines.filter(
            (one) => expectation.per === 'run' || originOf(run, one.step) === account,
          ).length
          return fail(
            `cost of ${account}: expected at most ${expectation.atMost} ${expectation.currency}, passed it at ${toDecimal(total)} with ${line.twin} ${line.sku}; ${spent} billed acts in all`,
            line.atMs,
          )
        }
      }
      return pass
    }
    case 'rule':
      return pass
    default:
      return expectation satisfies never
  }
}

/** A field that is in no row selects nothing, however it is spelt: that there are none then proves nothing. */
function unseen(
  rows: readonly Json[],
  where: Readonly<Record<string, Json>> | undefined,
  what: 'rows' | 'events',
): string | undefined {
  const field = Object.keys(where ?? {}).find((path) => rows.every((row) => fieldAt(row, path) === undefined))
  if (field === undefined || rows.length === 0) return undefined
  const known = rows.flatMap((row) => (row !== null && typeof row === 'object' ? Object.keys(row) : []))
  return `expected ${what} with a field ${field}, got none in ${rows.length}.${suggest(field, [...new Set(known)])}`
}

/** `twin.collection`, `twin.collection.<id or index>.field`: rows are found by their `id` too. */
function stateAt(run: Run, path: string): Json | undefined {
  const [twin = '', ...rest] = path.split('.')
  return rest.reduce<Json | undefined>((at, part) => {
    if (Array.isArray(at))
      return /^\d+$/.test(part)
        ? (at[Number(part)] as Json)
        : (at.find((row: Json) => fieldAt(row, 'id') === part) as Json | undefined)
    return fieldAt(at, part)
  }, run.states[twin])
}

const within = (count: number, { min, max }: Bound): boolean => count >= min && (max === undefined || count <= max)
const print = ({ min, max }: Bound): string =>
  max === min ? `${min}` : max === undefined ? `at least ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`

/** Milliseconds for people: `250 ms`, `3.5 s`, `8 h`. */
export function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const
  for (const [unit, size] of units) if (ms >= size) return `${Math.round((ms / size) * 10) / 10} ${unit}`
  return `${ms} ms`
}
