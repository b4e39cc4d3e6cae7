import type { Ignored } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'

/** Whether a pair that differs may be overlooked. `path` begins with what it is: `answer body meta trace_id`. */
export type Overlook = (path: readonly string[], left: Json | undefined, right: Json | undefined) => boolean

/** How often a rule hid something: one that hides nothing is stale, one that hides much deserves a look. */
export type Hidden = { readonly rule: Ignored; readonly count: number }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const TIME =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$|^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$|^\d{10}(\d{3})?$/
const TOKEN = /^[A-Za-z0-9_.~+/=-]{16,}$/

/**
 * Overlooks what its rules allow and nothing else: a value of the right kind on both sides, and for names (uuid, token) the same
 * name for the same name throughout. A rule that has expired allows nothing.
 */
export function overlooking(
  rules: readonly Ignored[],
  today: string,
): { readonly overlook: Overlook; hidden(): readonly Hidden[]; readonly expired: readonly Ignored[] } {
  const expired = rules.filter(({ expires }) => expires < today)
  const active = rules
    .filter((rule) => !expired.includes(rule))
    .map((rule) => ({ rule, wanted: partsOf(rule.field), names: createNames(), count: 0 }))
  return {
    overlook(path, left, right) {
      const found = active.find(
        ({ rule, wanted, names }) => matches(wanted, withoutKind(path)) && allows(rule, left, right, names),
      )
      if (found !== undefined) found.count += 1
      return found !== undefined
    },
    hidden: () => active.map(({ rule, count }) => ({ rule, count })),
    expired,
  }
}

/** `$.body.list[*].id` in parts. */
const partsOf = (field: string): readonly string[] =>
  field
    .slice(1)
    .replaceAll(/\[(\d+|\*)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '')

/** An answer's fields go by their names alone; of calls, logs and states the name of the thing stands before. */
const withoutKind = ([kind = '', ...rest]: readonly string[]): readonly string[] =>
  kind === 'answer' ? rest : [kind, ...rest.flatMap((part) => part.split('.'))]

const matches = (wanted: readonly string[], path: readonly string[]): boolean =>
  wanted.length === path.length && wanted.every((part, at) => part === '*' || part === path[at])

type Names = (left: string, right: string) => boolean

/** Whether two names can stand for each other: neither has stood for another before. */
function createNames(): Names {
  const there = new Map<string, string>()
  const back = new Map<string, string>()
  return (left, right) => {
    if ((there.get(left) ?? right) !== right || (back.get(right) ?? left) !== left) return false
    there.set(left, right)
    back.set(right, left)
    return true
  }
}

function allows(rule: Ignored, left: Json | undefined, right: Json | undefined, names: Names): boolean {
  if (left === undefined || right === undefined) return false
  const both = (test: (text: string) => boolean): boolean =>
    [left, right].every((one) => (typeof one === 'string' || typeof one === 'number') && test(String(one)))
  switch (rule.as) {
    case 'present':
      return true
    case 'pattern':
      return both((text) => new RegExp(rule.pattern, 'u').test(text))
    case 'tolerance':
      return both((text) => Number.isFinite(Number(text))) && Math.abs(Number(left) - Number(right)) <= Number(rule.by)
    case 'timestamp':
      return both((text) => TIME.test(text))
    case 'uuid':
      return both((text) => UUID.test(text)) && names(String(left), String(right))
    case 'token':
      return both((text) => TOKEN.test(text)) && names(String(left), String(right))
    default:
      return rule satisfies never
  }
}
