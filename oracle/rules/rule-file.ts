import { z } from 'zod'
import { duration, toMs } from '../../scenarios/parse/schema.ts'
import { type PlacedYaml, readYaml, validate } from '../../scenarios/parse/yaml.ts'
import type { Problem } from '../../scenarios/scenario.ts'
import { readAmount, readPercent } from './amount.ts'
import { oneLine } from './builder.ts'
import { checkNames } from './names.ts'
import {
  type Bound,
  type Clause,
  type EventPattern,
  type Events,
  type FieldOf,
  type Limit,
  parseEvent,
  parseField,
  type Rule,
} from './rule.ts'

type EventsShape = string | string[] | { readonly 'one-of': string[] } | { readonly 'all-of': string[] }
type LimitShape = number | string | { readonly total: string }
/** A rule as YAML says it; which keys go together is told by `FORMS`. */
export type RuleShape = {
  readonly id: string
  readonly why?: string | undefined
  readonly 'for-each'?: string | string[] | undefined
  readonly never?: EventsShape | undefined
  readonly always?: EventsShape | undefined
  readonly 'at-most'?: LimitShape | undefined
  readonly 'at-least'?: LimitShape | undefined
  readonly exactly?: LimitShape | undefined
  readonly of?: string | undefined
  readonly after?: EventsShape | undefined
  readonly before?: EventsShape | undefined
  readonly eventually?: EventsShape | undefined
  readonly until?: EventsShape | undefined
  readonly within?: string | undefined
  readonly between?: string[] | undefined
  readonly gap?: string | undefined
  readonly equal?: string[] | undefined
  readonly total?: string | undefined
  readonly sometimes?: string | undefined
  readonly 'in-at-least'?: string | undefined
}

/** An event, with conditions or without; the title marks where a project's own events complete. */
const eventText = z.string().meta({ title: 'event' })
/** Where no list can stand. */
const oneEvent = z.string('one event; make each a rule of its own').meta({ title: 'event' })
const names = z.array(z.string()).min(1)
const list = z.array(eventText).min(1)
const events = z
  .union([eventText, list, z.strictObject({ 'one-of': list }), z.strictObject({ 'all-of': list })])
  .describe(
    'An event such as stripe.charge.succeeded or "app.answer[status>=500]"; a list or one-of: one of them; all-of: all of them.',
  )
const limit = z
  .union([z.int().min(0), z.string(), z.strictObject({ total: z.string() })])
  .describe('A count; for a total an amount such as 0.040 USD, or { total: event.field }.')
const pair = z.array(z.string()).length(2, 'a list of two')
const shape = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9]*-\d+$/, 'an id such as PAY-3'),
  why: z.string().min(1).optional().describe('One sentence for people: what it protects from.'),
  'for-each': z
    .union([z.string(), names])
    .optional()
    .describe('The field that names a slice; a list takes the first that is there.'),
  never: events.optional(),
  always: events.optional(),
  'at-most': limit.optional(),
  'at-least': limit.optional(),
  exactly: limit.optional(),
  of: oneEvent.optional().describe('The event that is counted.'),
  after: events.optional(),
  before: events.optional(),
  eventually: events.optional(),
  until: events.optional(),
  within: duration.optional().describe('A duration such as 30s; the deadline counts as in time.'),
  between: pair.optional().describe('Two events: what is counted lies between them.'),
  gap: duration.optional().describe('Consecutive events of the kind are at least so far apart.'),
  equal: pair.optional().describe('Two fields such as bank.commit.amount, whose latest values are equal.'),
  total: z.string().optional().describe('The field that is added up, such as cost.line.amount.'),
  sometimes: oneEvent.optional().describe('An event that must be reached in a share of the runs.'),
  'in-at-least': z.string().optional().describe('The share of runs, such as 5%.'),
})
const ruleShape: z.ZodType<RuleShape> = shape
const fileShape: z.ZodType<{ readonly schema: 1; readonly rules: unknown[] }> = z.strictObject({
  schema: z.literal(1, '1, the version of this format'),
  rules: z.array(z.unknown()).min(1, 'at least one rule'),
})

/** The format as JSON Schema, for editors; with `eventTypes` it completes the events of a project. */
export function rulesJsonSchema(eventTypes: readonly string[] = []): object {
  const whole = z.strictObject({ schema: z.literal(1), rules: z.array(shape).min(1) })
  return z.toJSONSchema(whole.meta({ title: 'Backlot rules' }), {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.title !== 'event' || eventTypes.length === 0) return
      delete jsonSchema.type
      // Suggested, not demanded: an event may have conditions.
      jsonSchema.anyOf = [{ enum: [...eventTypes] }, { type: 'string' }]
    },
  })
}

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
    const read = new RuleReader(parsed, at, yaml, problems).rule(eventTypes)
    if (read === undefined) continue
    if (rules.some(({ id }) => id === read.id))
      problems.push(yaml.problem(['rules', at, 'id'], `two rules have the id "${read.id}".`))
    else rules.push(read)
  }
  return { rules, problems }
}

type Key = Exclude<keyof RuleShape, 'id' | 'why' | 'for-each'> & string
const BOUNDS = ['at-most', 'at-least', 'exactly'] as const
const OPS = { 'at-most': 'at most', 'at-least': 'at least', exactly: 'exactly' } as const

type Form = { readonly kind: Clause['kind']; readonly needs: readonly Key[]; readonly may: readonly Key[] }
/** Which keys make a rule together. */
const FORMS: readonly Form[] = [
  { kind: 'never', needs: ['never'], may: [] },
  { kind: 'always', needs: ['always'], may: [] },
  { kind: 'eventually', needs: ['after', 'eventually'], may: ['within'] },
  { kind: 'after-never', needs: ['after', 'never'], may: ['until', 'within'] },
  { kind: 'before', needs: ['before', 'always'], may: ['within'] },
  { kind: 'between', needs: ['between', 'never'], may: [] },
  ...BOUNDS.flatMap((bound): readonly Form[] => [
    { kind: 'count', needs: [bound, 'of'], may: bound === 'at-most' ? ['within'] : [] },
    { kind: 'between', needs: ['between', bound, 'of'], may: [] },
    { kind: 'sum', needs: ['total', bound], may: [] },
  ]),
  { kind: 'gap', needs: ['gap', 'of'], may: [] },
  { kind: 'equal', needs: ['equal'], may: [] },
  { kind: 'sometimes', needs: ['sometimes', 'in-at-least'], may: ['after'] },
  { kind: 'sometimes', needs: ['sometimes', 'in-at-least'], may: ['before'] },
]

const CHOICE =
  'expected one of: never; always; at-most, at-least or exactly with of; after with eventually or never; before with always; between with never or a count; gap with of; equal; total with a limit; sometimes with in-at-least.'

/** Reads one entry; every mistake is a problem at its own key. */
class RuleReader {
  readonly #parsed: RuleShape
  readonly #at: number
  readonly #yaml: PlacedYaml
  readonly #problems: Problem[]
  /** Where each event type was named first. */
  readonly #names = new Map<string, string>()
  #broken = false

  constructor(parsed: RuleShape, at: number, yaml: PlacedYaml, problems: Problem[]) {
    this.#parsed = parsed
    this.#at = at
    this.#yaml = yaml
    this.#problems = problems
  }

  rule(eventTypes: readonly string[]): Rule | undefined {
    const { id, why, 'for-each': per } = this.#parsed
    const clause = this.#clause()
    if (clause === undefined || this.#broken) return undefined
    const place = this.#yaml.place(['rules', this.#at, 'id'])
    const paths = per === undefined ? [] : typeof per === 'string' ? [per] : per
    const read: Rule = { id, why: oneLine(why ?? ''), per: paths, clause, place }
    const { rule, unknown } = checkNames(read, eventTypes)
    for (const { type, text } of unknown) {
      const named = [...this.#names].find(([name]) => name === type || name.startsWith(type))
      this.#report(named?.[1] ?? 'id', text)
    }
    return unknown.length === 0 ? rule : undefined
  }

  #report(key: string, text: string): undefined {
    this.#broken = true
    this.#problems.push(this.#yaml.problem(['rules', this.#at, key], text))
  }

  #form(): Clause['kind'] | undefined {
    const keys = Object.keys(this.#parsed).filter((key) => !['id', 'why', 'for-each'].includes(key)) as Key[]
    const complete = FORMS.filter(({ needs }) => needs.every((key) => keys.includes(key)))
    const fits = complete.find(({ needs, may }) => keys.every((key) => needs.includes(key) || may.includes(key)))
    if (fits !== undefined) return fits.kind
    const nearest = complete.toSorted((a, b) => b.needs.length - a.needs.length)[0]
    const odd =
      nearest === undefined ? undefined : keys.find((key) => !nearest.needs.includes(key) && !nearest.may.includes(key))
    if (nearest === undefined || odd === undefined) return this.#report('id', CHOICE)
    return this.#report(
      odd,
      `${odd} does not go with ${nearest.needs.join(' and ')}. Take it out, or make it a rule of its own.`,
    )
  }

  #read<T>(key: Key, text: string, parse: (text: string) => T): T | undefined {
    try {
      return parse(text)
    } catch (error) {
      return this.#report(key, `${key}: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }

  #event(key: Key, text: string | undefined): EventPattern | undefined {
    const found = text === undefined ? undefined : this.#read(key, text, parseEvent)
    if (found !== undefined && !this.#names.has(found.type)) this.#names.set(found.type, key)
    return found
  }

  #events(key: Key): Events | undefined {
    const value = this.#parsed[key] as EventsShape | undefined
    if (value === undefined) return undefined
    const all = typeof value === 'object' && 'all-of' in value
    const texts =
      typeof value === 'string'
        ? [value]
        : Array.isArray(value)
          ? value
          : 'all-of' in value
            ? value['all-of']
            : value['one-of']
    const of = texts.flatMap((text) => this.#event(key, text) ?? [])
    return of.length === 0 ? undefined : { join: all && of.length > 1 ? 'and' : 'or', of }
  }

  /** `never` and `always` alone speak of one event. */
  #one(key: 'never' | 'always'): EventPattern | undefined {
    const found = this.#events(key)
    if (found === undefined || found.of.length === 1) return found?.of[0]
    return this.#report(key, `${key}: expected one event, got ${found.of.length}. Make each a rule of its own.`)
  }

  #field(key: Key, text: string | undefined): FieldOf | undefined {
    const found = text === undefined ? undefined : this.#read(key, text, parseField)
    if (found !== undefined && !this.#names.has(found.type)) this.#names.set(found.type, key)
    return found
  }

  #ms(key: 'within' | 'gap'): number | undefined {
    const text = this.#parsed[key]
    return text === undefined ? undefined : toMs(text)
  }

  #bound(): Bound | undefined {
    const key = BOUNDS.find((name) => this.#parsed[name] !== undefined)
    if (key === undefined) return undefined
    const count = this.#parsed[key]
    if (typeof count !== 'number')
      return this.#report(key, `${key}: expected a whole number, got ${JSON.stringify(count)}.`)
    return { op: OPS[key], count }
  }

  #limit(): { readonly op: Bound['op']; readonly limit: Limit } | undefined {
    const key = BOUNDS.find((name) => this.#parsed[name] !== undefined)
    const value = key === undefined ? undefined : this.#parsed[key]
    if (key === undefined || value === undefined) return undefined
    if (typeof value === 'object') {
      const of = this.#field(key, value.total)
      return of === undefined ? undefined : { op: OPS[key], limit: { kind: 'total', of } }
    }
    const amount = this.#read(key, String(value), readAmount)
    return amount === undefined ? undefined : { op: OPS[key], limit: amount }
  }

  #clause(): Clause | undefined {
    const kind = this.#form()
    const { of, between, equal, total, sometimes } = this.#parsed
    const withinMs = this.#ms('within')
    switch (kind) {
      case 'never':
      case 'always': {
        const event = this.#one(kind)
        return event && { kind, event }
      }
      case 'count': {
        const [bound, event] = [this.#bound(), this.#event('of', of)]
        return bound && event && { kind, bound, event, withinMs }
      }
      case 'eventually': {
        const [after, events] = [this.#events('after'), this.#events('eventually')]
        return after && events && { kind, after, events, withinMs }
      }
      case 'after-never': {
        const [after, events, until] = [this.#events('after'), this.#events('never'), this.#events('until')]
        return after && events && { kind, after, events, until, withinMs }
      }
      case 'before': {
        const [events, first] = [this.#events('before'), this.#events('always')]
        return events && first && { kind, events, first, withinMs }
      }
      case 'between': {
        const [from, to] = [this.#event('between', between?.[0]), this.#event('between', between?.[1])]
        const never = this.#parsed.never !== undefined
        const bound: Bound | undefined = never ? { op: 'at most', count: 0 } : this.#bound()
        const event = never ? this.#one('never') : this.#event('of', of)
        return from && to && bound && event && { kind, from, to, bound, event }
      }
      case 'gap': {
        const [gapMs, event] = [this.#ms('gap'), this.#event('of', of)]
        return gapMs === undefined ? undefined : event && { kind, gapMs, event }
      }
      case 'equal': {
        const [left, right] = [this.#field('equal', equal?.[0]), this.#field('equal', equal?.[1])]
        return left && right && { kind, left, right }
      }
      case 'sum': {
        const [field, limit] = [this.#field('total', total), this.#limit()]
        return field && limit && { kind, of: field, ...limit }
      }
      case 'sometimes': {
        const event = this.#event('sometimes', sometimes)
        const op = (['after', 'before'] as const).find((key) => this.#parsed[key] !== undefined)
        const other = op === undefined ? undefined : this.#events(op)
        if (op !== undefined && other !== undefined && other.of.length > 1)
          return this.#report(op, `${op}: expected one event, got ${other.of.length}.`)
        const [related] = other?.of ?? []
        const relation = op === undefined || related === undefined ? undefined : { op, event: related }
        const percent = this.#read('in-at-least', this.#parsed['in-at-least'] ?? '', readPercent)
        return percent === undefined ? undefined : event && { kind, event, relation, percent }
      }
      default:
        return undefined
    }
  }
}
