import type { Ignored, Problem } from '../scenario.ts'
import { suggest } from './nearest.ts'
import { IGNORES } from './schema.ts'
import { type PlacedYaml, validate } from './yaml.ts'

const KINDS = Object.keys(IGNORES) as (keyof typeof IGNORES)[]
const KEYS = ['as', 'field', 'why', 'owner', 'expires', 'pattern', 'by']

/** What may never be overlooked, by the last name of a path; ids of a request on its way are no ids of anything. */
const MONEY = /(amount|price|total|currency|balance|fee|cost|tax|sum|cents|paid|refunded)/i
const STATE = /^(status|state)$|_(status|state)$|[a-z](Status|State)$/
const ID = /^(id|ids|key|number)$|_(id|ids)$|[a-z](Id|Ids|ID)$/
const PASSING_ID = /^(x[_-]?)?(trace|span|request|correlation)[_-]?id$/i

/** Why a field may not be ignored; undefined where it may. */
function protectedBecause(field: string): string | undefined {
  const name =
    field
      .replace(/\[[^\]]*\]$/, '')
      .split('.')
      .at(-1) ?? ''
  if (name === '*') return 'everything below a field'
  if (MONEY.test(name)) return 'money'
  if (STATE.test(name)) return 'state'
  return ID.test(name) && !PASSING_ID.test(name) ? 'an id' : undefined
}

/** Reads `ignore`: what comparisons may overlook, typed and owned. Each mistake is told at its place. */
export function readIgnores(raw: unknown, yaml: PlacedYaml, problems: Problem[]): readonly Ignored[] {
  if (!Array.isArray(raw)) return []
  return raw.flatMap((entry: unknown, at): Ignored[] => {
    const path = ['ignore', at]
    const as = entry !== null && typeof entry === 'object' && 'as' in entry ? entry.as : undefined
    const kind = KINDS.find((one) => one === as)
    if (kind === undefined) {
      const keys = entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? Object.keys(entry) : []
      const odd = keys.find((key) => !KEYS.includes(key))
      if (as !== undefined)
        problems.push(
          yaml.problem(
            [...path, 'as'],
            `as: expected a known value, got ${JSON.stringify(as)}.${suggest(String(as), KINDS)}`,
          ),
        )
      else if (odd !== undefined)
        problems.push(yaml.problem([...path, odd], `unknown key "${odd}".${suggest(odd, KEYS)}`, true))
      else problems.push(yaml.problem(path, `expected the key "as" (${KINDS.join(', ')}), got none.`))
      return []
    }
    const parsed = validate<Ignored>(IGNORES[kind], entry, yaml, path, problems)
    if (parsed === undefined) return []
    const why = protectedBecause(parsed.field)
    if (why !== undefined)
      problems.push(
        yaml.problem(
          [...path, 'field'],
          `expected no rule on ${why}, got "${parsed.field}". A difference there is a difference.`,
        ),
      )
    if (parsed.as === 'pattern' && !isPattern(parsed.pattern))
      problems.push(yaml.problem([...path, 'pattern'], `expected a regular expression, got "${parsed.pattern}".`))
    return [parsed]
  })
}

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, 'u') !== undefined
  } catch {
    return false
  }
}
