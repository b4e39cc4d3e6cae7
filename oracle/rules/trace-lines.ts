import { originOf, type Run } from '../../scenarios/run.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { matcherOf, valueAt } from './match.ts'
import { type Judgement, judgeRule } from './monitor.ts'
import { type Clause, type EventPattern, patternsOf, type Rule } from './rule.ts'

/** A line of a trace that a rule looked at: what it was to the rule, and whether it shows the verdict. */
export type TraceLine = {
  readonly index: number
  readonly atVirtualMs: number
  readonly type: string
  readonly step: string
  readonly slice: string | undefined
  readonly roles: readonly string[]
  readonly witness: boolean
  /** The fields that the rule reads, by dot path. */
  readonly fields: Readonly<Record<string, string>>
}

/** What each pattern of a clause is for. */
function rolesOf(clause: Clause): readonly (readonly [string, readonly EventPattern[]])[] {
  switch (clause.kind) {
    case 'eventually':
      return [
        ['trigger', clause.after.of],
        ['answer', clause.events.of],
      ]
    case 'after-never':
      return [
        ['trigger', clause.after.of],
        ['forbidden', clause.events.of],
        ['lifts', clause.until?.of ?? []],
      ]
    case 'before':
      return [
        ['target', clause.events.of],
        ['needed first', clause.first.of],
      ]
    case 'between':
      return [
        ['opens', [clause.from]],
        ['closes', [clause.to]],
        ['counted', [clause.event]],
      ]
    case 'count':
    case 'gap':
      return [['counted', [clause.event]]]
    case 'never':
      return [['forbidden', [clause.event]]]
    case 'always':
      return [['meets it', [clause.event]]]
    case 'sometimes':
      return [
        ['wanted', [clause.event]],
        [clause.relation?.op ?? '', clause.relation === undefined ? [] : [clause.relation.event]],
      ]
    case 'equal':
    case 'sum':
    case 'satisfy':
      return [['read', patternsOf(clause)]]
    default:
      return clause satisfies never
  }
}

/** Judges a rule on a run and gives the lines it looked at, in the slice that decides where there is one. */
export function explainOn(
  rule: Rule,
  run: Run,
): { readonly judgement: Judgement; readonly lines: readonly TraceLine[] } {
  const judgement = judgeRule(rule, run)
  const types = new Set(patternsOf(rule.clause).map(({ type }) => type))
  const roles = rolesOf(rule.clause).map(([name, patterns]) => [name, patterns.map(matcherOf)] as const)
  const reads = fieldsRead(rule)
  const lines = run.trace.flatMap((event): TraceLine[] => {
    if (!types.has(event.type)) return []
    const slice = sliceName(rule, event, run)
    if (rule.per.length > 0 && (slice === undefined || (judgement.slice !== undefined && slice !== judgement.slice)))
      return []
    return [
      {
        index: event.index,
        atVirtualMs: event.atMs - run.startsAtMs,
        type: event.type,
        step: event.step,
        slice,
        roles: roles.flatMap(([name, matchers]) => (matchers.some((matches) => matches(event)) ? [name] : [])),
        witness: judgement.witness.includes(event.index),
        fields: Object.fromEntries(
          reads.flatMap((path) => {
            const value = valueAt(event.fields, path)
            return value === undefined ? [] : [[path, typeof value === 'string' ? value : JSON.stringify(value)]]
          }),
        ),
      },
    ]
  })
  return { judgement, lines }
}

function fieldsRead({ per, clause }: Rule): readonly string[] {
  const conditions = patternsOf(clause).flatMap(({ where }) =>
    where.flatMap(({ field, value }) => (value.startsWith('@') ? [field, value.slice(1)] : [field])),
  )
  const compared = clause.kind === 'equal' ? [clause.left.field, clause.right.field] : []
  const added =
    clause.kind === 'sum' ? [clause.of.field, ...(clause.limit.kind === 'total' ? [clause.limit.of.field] : [])] : []
  return [
    ...new Set([...per.filter((path) => path !== 'step' && path !== 'request'), ...conditions, ...compared, ...added]),
  ]
}

function sliceName({ per }: Rule, event: TraceEvent, run: Run): string | undefined {
  for (const path of per) {
    const value =
      path === 'step' ? event.step : path === 'request' ? originOf(run, event.step) : valueAt(event.fields, path)
    if (value !== undefined && value !== null && typeof value !== 'object') return String(value)
  }
  return undefined
}
