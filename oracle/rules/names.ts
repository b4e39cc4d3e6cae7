import { suggest } from '../../scenarios/parse/nearest.ts'
import { type Clause, type FieldOf, patternsOf, type Rule } from './rule.ts'

/** An event type that a rule names and that cannot occur; `text` says so, with the nearest name. */
export type Unknown = { readonly type: string; readonly text: string }

/** Holds a rule against what can occur. Fields are settled by it: `a.b.c.d` is field `c.d` when `a.b` is the known event. */
export function checkNames(
  rule: Rule,
  eventTypes: readonly string[],
): { readonly rule: Rule; readonly unknown: readonly Unknown[] } {
  const known = new Set(eventTypes)
  const settle = (of: FieldOf): FieldOf => {
    if (known.has(of.type)) return of
    const parts = `${of.type}.${of.field}`.split('.')
    for (let at = parts.length - 1; at > 0; at--) {
      const type = parts.slice(0, at).join('.')
      if (known.has(type)) return { type, field: parts.slice(at).join('.') }
    }
    return of
  }
  const settled: Rule = { ...rule, clause: withFields(rule.clause, settle) }
  const types = new Set(patternsOf(settled.clause).map(({ type }) => type))
  const unknown = [...types].flatMap((type): Unknown[] =>
    known.has(type) ? [] : [{ type, text: `${rule.id}: no event "${type}" can occur.${suggest(type, eventTypes)}` }],
  )
  return { rule: settled, unknown }
}

function withFields(clause: Clause, settle: (of: FieldOf) => FieldOf): Clause {
  if (clause.kind === 'equal') return { ...clause, left: settle(clause.left), right: settle(clause.right) }
  if (clause.kind !== 'sum') return clause
  const { limit } = clause
  return {
    ...clause,
    of: settle(clause.of),
    limit: limit.kind === 'total' ? { ...limit, of: settle(limit.of) } : limit,
  }
}
