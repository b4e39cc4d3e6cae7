import { z } from 'zod'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { duration, toMs } from '../../scenarios/parse/schema.ts'
import { type PlacedYaml, readYaml, validate } from '../../scenarios/parse/yaml.ts'
import type { Problem } from '../../scenarios/scenario.ts'
import { type Clause, type EventPattern, parseEvent, patternsOf, type Rule } from './rule.ts'

type Events = string | string[]
export type RuleShape = {
  readonly id: string
  readonly why: string
  readonly 'for-each'?: Events | undefined
  readonly never?: Events | undefined
  readonly always?: Events | undefined
  readonly 'at-most'?: number | undefined
  readonly 'at-least'?: number | undefined
  readonly exactly?: number | undefined
  readonly of?: string | undefined
  readonly after?: Events | undefined
  readonly before?: Events | undefined
  readonly eventually?: Events | undefined
  readonly until?: Events | undefined
  readonly within?: string | undefined
}

const events = z.union([z.string(), z.array(z.string()).min(1)])
const count = z.int().min(0)
const shape = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9]*-\d+$/, 'an id such as PAY-3'),
  why: z.string().min(1),
  'for-each': events.optional(),
  never: events.optional(),
  always: events.optional(),
  'at-most': count.optional(),
  'at-least': count.optional(),
  exactly: count.optional(),
  of: z.string().optional(),
  after: events.optional(),
  before: events.optional(),
  eventually: events.optional(),
  until: events.optional(),
  within: duration.optional(),
})
const ruleShape: z.ZodType<RuleShape> = shape
const fileShape: z.ZodType<{ readonly schema: 1; readonly rules: unknown[] }> = z.strictObject({
  schema: z.literal(1, '1, the version of this format'),
  rules: z.array(z.unknown()).min(1, 'at least one rule'),
})

/** The format as JSON Schema, for editors. */
export const rulesJsonSchema = (): object => ({
  title: 'Backlot rules',
  ...z.toJSONSchema(z.strictObject({ schema: z.literal(1), rules: z.array(shape).min(1) }), { io: 'input' }),
})

/** Reads `*.rules.yaml`. `eventTypes` is what can occur; a rule on anything else is a mistake. Never throws. */
export function parseRuleFile(
  file: string,
  text: string,
  eventTypes: readonly string[],
): { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const yaml = readYaml({ file, text, above: 0 }, problems)
  if (yaml === undefined) return { rules: [], problems }
  const whole = validate(fileShape, yaml.value, yaml, [], problems)
  const rules: Rule[] = []
  for (const [at, entry] of (whole?.rules ?? []).entries()) {
    const parsed = validate(ruleShape, entry, yaml, ['rules', at], problems)
    if (parsed === undefined) continue
    const read = readRule(parsed, at, yaml, eventTypes, problems)
    if (read === undefined) continue
    if (rules.some(({ id }) => id === read.id))
      problems.push(yaml.problem(['rules', at, 'id'], `two rules have the id "${read.id}".`))
    else rules.push(read)
  }
  return { rules, problems }
}

const list = (value: Events | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

function readRule(
  parsed: RuleShape,
  at: number,
  yaml: PlacedYaml,
  eventTypes: readonly string[],
  problems: Problem[],
): Rule | undefined {
  const report = (key: string, text: string): undefined => void problems.push(yaml.problem(['rules', at, key], text))
  const read = (key: keyof RuleShape & string, value: Events | undefined): readonly EventPattern[] =>
    list(value).flatMap((text) => {
      try {
        return [parseEvent(text)]
      } catch (error) {
        report(key, `${key}: ${error instanceof Error ? error.message : String(error)}.`)
        return []
      }
    })
  const clause = clauseOf(parsed, read)
  if (clause === undefined) {
    return report(
      'id',
      'expected one of: never; always; at-most, at-least or exactly with of; after with eventually or never; before with always.',
    )
  }
  for (const { type } of patternsOf(clause)) {
    if (!eventTypes.includes(type))
      report('id', `${parsed.id}: no event "${type}" can occur.${suggest(type, eventTypes)}`)
  }
  return {
    id: parsed.id,
    why: parsed.why,
    per: list(parsed['for-each']),
    clause,
    place: yaml.place(['rules', at, 'id']),
  }
}

function clauseOf(
  parsed: RuleShape,
  read: (key: keyof RuleShape & string, value: Events | undefined) => readonly EventPattern[],
): Clause | undefined {
  const { never, always, of, after, before, eventually, until } = parsed
  const withinMs = parsed.within === undefined ? undefined : toMs(parsed.within)
  if (after !== undefined && eventually !== undefined)
    return { kind: 'eventually', after: read('after', after), events: read('eventually', eventually), withinMs }
  if (after !== undefined && never !== undefined) {
    return {
      kind: 'after-never',
      after: read('after', after),
      events: read('never', never),
      until: read('until', until),
      withinMs,
    }
  }
  if (before !== undefined && always !== undefined)
    return { kind: 'before', events: read('before', before), first: read('always', always) }
  if (after !== undefined || before !== undefined) return undefined
  const bounds = (['at-most', 'at-least', 'exactly'] as const).filter((key) => parsed[key] !== undefined)
  const [bound] = bounds
  if (bound !== undefined && of !== undefined && bounds.length === 1) {
    const [event] = read('of', of)
    const op = bound === 'at-most' ? 'at most' : bound === 'at-least' ? 'at least' : 'exactly'
    return event === undefined
      ? undefined
      : { kind: 'count', bound: { op, count: parsed[bound] ?? 0 }, event, withinMs }
  }
  const [one] = read(never === undefined ? 'always' : 'never', never ?? always)
  if (one === undefined || (never !== undefined && always !== undefined)) return undefined
  return { kind: never === undefined ? 'always' : 'never', event: one }
}
