import type { Run } from '../../scenarios/run.ts'
import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'

/**
 * Makes the numbers and texts in requests as plain as they can be while `same` still holds: 0 before 1 before 5 before half before one less.
 * What can be left out altogether is the shrinker's work, before this.
 */
export async function simplify(
  scenario: Scenario,
  options: {
    readonly run: (scenario: Scenario) => Promise<Run>
    readonly same: (run: Run, scenario: Scenario) => boolean | Promise<boolean>
    readonly runsMax: number
  },
): Promise<{ readonly scenario: Scenario; readonly runs: number }> {
  let best = scenario
  let runs = 0
  for (let smaller = true; smaller && runs < options.runsMax; ) {
    smaller = false
    for (const { step, at } of leavesOf(best)) {
      const old = leafAt(best, step, at)
      for (const next of plainer(old, textsOf(best))) {
        if (runs >= options.runsMax) break
        const candidate = withLeaf(best, step, at, next)
        runs += 1
        if (!(await options.same(await options.run(candidate), candidate))) continue
        best = candidate
        smaller = true
        break
      }
    }
  }
  return { scenario: best, runs }
}

type At = readonly string[]

const callsOf = ({ when }: Scenario): readonly CallStep[] =>
  when.flatMap((step): readonly CallStep[] =>
    step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : [],
  )

const leavesOf = (scenario: Scenario): readonly { readonly step: string; readonly at: At }[] =>
  callsOf(scenario).flatMap(({ id, body }) =>
    body === undefined || !('json' in body) ? [] : leaves(body.json).map((at) => ({ step: id, at })),
  )

const leaves = (value: Json, at: At = []): readonly At[] =>
  value === null || typeof value !== 'object'
    ? [at]
    : Object.entries(value).flatMap(([key, item]) => leaves(item ?? null, [...at, key]))

function leafAt(scenario: Scenario, step: string, at: At): Json {
  const body = callsOf(scenario).find(({ id }) => id === step)?.body
  const json = body !== undefined && 'json' in body ? body.json : null
  return at.reduce<Json>(
    (value, key) =>
      value !== null && typeof value === 'object' ? ((value as Readonly<Record<string, Json>>)[key] ?? null) : null,
    json,
  )
}

/** Values that are easier on the reader, the plainest first. */
function plainer(old: Json, taken: ReadonlySet<string>): readonly Json[] {
  if (typeof old === 'number') {
    const steps = [0, 1, 2, 5, 10, 50, 100, Math.trunc(old / 10), Math.trunc(old / 2), old - Math.sign(old)]
    const size = (n: number): number => Math.abs(n) + (n < 0 ? 0.5 : 0)
    return [...new Set(steps)].filter((n) => size(n) < size(old)).sort((a, b) => size(a) - size(b))
  }
  if (typeof old !== 'string' || old.includes('{{') || old.length < 2) return []
  // Two names that were different stay different.
  const letter = [...'abcdefghij'].find((one) => !taken.has(one))
  const half = old.slice(0, Math.ceil(old.length / 2))
  return [...(letter === undefined ? [] : [letter]), ...(half.length < old.length && !taken.has(half) ? [half] : [])]
}

const textsOf = (scenario: Scenario): ReadonlySet<string> =>
  new Set(
    leavesOf(scenario).flatMap(({ step, at }) => {
      const value = leafAt(scenario, step, at)
      return typeof value === 'string' ? [value] : []
    }),
  )

function withLeaf(scenario: Scenario, step: string, at: At, value: Json): Scenario {
  const call = (one: CallStep): CallStep =>
    one.id === step && one.body !== undefined && 'json' in one.body
      ? { ...one, body: { json: setAt(one.body.json, at, value) } }
      : one
  const change = (one: Step): Step =>
    one.kind === 'call' ? call(one) : one.kind === 'together' ? { ...one, calls: one.calls.map(call) } : one
  return { ...scenario, when: scenario.when.map(change) }
}

function setAt(json: Json, [head, ...rest]: At, value: Json): Json {
  if (head === undefined || json === null || typeof json !== 'object') return value
  if (Array.isArray(json))
    return json.map((item: Json, index) => (`${index}` === head ? setAt(item, rest, value) : item))
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [key, key === head ? setAt(item ?? null, rest, value) : item]),
  )
}
