import { stringify } from 'yaml'
import {
  type Bound,
  type Clause,
  type Events,
  type Limit,
  printRule,
  type Rule,
  writeEvent,
  writeField,
  writeMs,
} from './rule.ts'
import type { RuleShape } from './rule-file.ts'

/** The spellings of a rule; each can be read back into the same rule. */
export const SPELLINGS = ['english', 'yaml', 'ts'] as const
export type Spelling = (typeof SPELLINGS)[number]

/** Rules in one spelling, as the text of a whole file or list. Throws on a rule with a function in it: only TypeScript can say that. */
export function translate(rules: readonly Rule[], to: Spelling): string {
  const handWritten = rules.find(({ clause }) => clause.kind === 'satisfy')
  if (handWritten !== undefined)
    throw new Error(
      `expected rules that are data, got ${handWritten.id}, which has a function. It stays in its TypeScript file.`,
    )
  switch (to) {
    case 'english':
      return rules.map((rule) => `- ${writeSentence(rule)}\n`).join('')
    case 'yaml':
      return stringify({ schema: 1, rules: rules.map(shapeOf) }, { lineWidth: 0 })
    case 'ts':
      return writeTypeScript(rules)
    default:
      return to satisfies never
  }
}

/** A rule as a bullet of a brief says it: the sentence, then its why. */
const writeSentence = (rule: Rule): string => `${printRule(rule)}${rule.why === '' ? '' : ` ${rule.why}`}`

const eventsShape = ({ join, of }: Events): string | string[] | { 'all-of': string[] } => {
  const texts = of.map(writeEvent)
  return join === 'and' ? { 'all-of': texts } : ((texts.length === 1 ? texts[0] : undefined) ?? texts)
}

const KEYS = { 'at most': 'at-most', 'at least': 'at-least', exactly: 'exactly' } as const
const boundShape = ({ op, count }: Bound): Partial<RuleShape> => ({ [KEYS[op]]: count })
const limitShape = (op: Bound['op'], limit: Limit): Partial<RuleShape> => ({
  [KEYS[op]]: limit.kind === 'amount' ? `${limit.amount} ${limit.unit}` : { total: writeField(limit.of) },
})
const withinShape = (ms: number | undefined): Partial<RuleShape> => (ms === undefined ? {} : { within: writeMs(ms) })

/** A rule as an entry of `*.rules.yaml`. */
export function shapeOf({ id, why, per, clause }: Rule): RuleShape {
  const [first, ...more] = per
  return {
    id,
    ...(why === '' ? {} : { why }),
    ...(first === undefined ? {} : { 'for-each': more.length === 0 ? first : [...per] }),
    ...clauseShape(clause),
  }
}

function clauseShape(clause: Clause): Partial<RuleShape> {
  switch (clause.kind) {
    case 'never':
    case 'always':
      return { [clause.kind]: writeEvent(clause.event) }
    case 'count':
      return { ...boundShape(clause.bound), of: writeEvent(clause.event), ...withinShape(clause.withinMs) }
    case 'eventually':
      return {
        after: eventsShape(clause.after),
        eventually: eventsShape(clause.events),
        ...withinShape(clause.withinMs),
      }
    case 'after-never': {
      const until = clause.until === undefined ? {} : { until: eventsShape(clause.until) }
      return {
        after: eventsShape(clause.after),
        never: eventsShape(clause.events),
        ...until,
        ...withinShape(clause.withinMs),
      }
    }
    case 'before':
      return { before: eventsShape(clause.events), always: eventsShape(clause.first), ...withinShape(clause.withinMs) }
    case 'between': {
      const between = [writeEvent(clause.from), writeEvent(clause.to)]
      const { bound, event } = clause
      if (bound.op === 'at most' && bound.count === 0) return { between, never: writeEvent(event) }
      return { between, ...boundShape(bound), of: writeEvent(event) }
    }
    case 'gap':
      return { gap: writeMs(clause.gapMs), of: writeEvent(clause.event) }
    case 'equal':
      return { equal: [writeField(clause.left), writeField(clause.right)] }
    case 'sum':
      return { total: writeField(clause.of), ...limitShape(clause.op, clause.limit) }
    case 'sometimes': {
      const { event, relation, percent } = clause
      const related = relation === undefined ? {} : { [relation.op]: writeEvent(relation.event) }
      return { sometimes: writeEvent(event), ...related, 'in-at-least': `${percent}%` }
    }
    case 'satisfy':
      throw new Error('translate: expected a rule that is data.')
    default:
      return clause satisfies never
  }
}

const quote = (text: string): string =>
  text.includes("'") || text.includes('\\') || /\p{Cc}/u.test(text) ? JSON.stringify(text) : `'${text}'`
const call = (name: string, ...args: readonly string[]): string => `.${name}(${args.join(', ')})`
const eventsArgs = ({ join, of }: Events): string => {
  const texts = of.map((pattern) => quote(writeEvent(pattern))).join(', ')
  return join === 'and' ? `all(${texts})` : texts
}
const METHODS = { 'at most': 'atMost', 'at least': 'atLeast', exactly: 'exactly' } as const
const within = (ms: number | undefined): string => (ms === undefined ? '' : call('within', quote(writeMs(ms))))

function writeTypeScript(rules: readonly Rule[]): string {
  const lines = rules.map(({ id, why, per, clause }) => {
    const reason = why === '' ? '' : call('why', quote(why))
    const slices = per.length === 0 ? '' : call('per', ...per.map(quote))
    return `  rule(${quote(id)})${reason}${slices}${clauseCalls(clause)},\n`
  })
  const names = lines.some((line) => line.includes('all(')) ? 'all, rule' : 'rule'
  return `import { ${names} } from 'backlot/oracle'\n\nexport const rules = [\n${lines.join('')}]\n`
}

function clauseCalls(clause: Clause): string {
  switch (clause.kind) {
    case 'never':
    case 'always':
      return call(clause.kind, quote(writeEvent(clause.event)))
    case 'count':
      return (
        call(METHODS[clause.bound.op], `${clause.bound.count}`, quote(writeEvent(clause.event))) +
        within(clause.withinMs)
      )
    case 'eventually':
      return (
        call('after', eventsArgs(clause.after)) +
        call('eventually', eventsArgs(clause.events)) +
        within(clause.withinMs)
      )
    case 'after-never': {
      const until = clause.until === undefined ? '' : call('until', eventsArgs(clause.until))
      return (
        call('after', eventsArgs(clause.after)) +
        call('never', eventsArgs(clause.events)) +
        until +
        within(clause.withinMs)
      )
    }
    case 'before':
      return (
        call('before', eventsArgs(clause.events)) + call('always', eventsArgs(clause.first)) + within(clause.withinMs)
      )
    case 'between': {
      const { bound, event } = clause
      const scope = call('between', quote(writeEvent(clause.from)), quote(writeEvent(clause.to)))
      const limit =
        bound.op === 'at most' && bound.count === 0
          ? call('never', quote(writeEvent(event)))
          : call(METHODS[bound.op], `${bound.count}`, quote(writeEvent(event)))
      return scope + limit
    }
    case 'gap':
      return call('gap', quote(writeMs(clause.gapMs)), quote(writeEvent(clause.event)))
    case 'equal':
      return call('equal', quote(writeField(clause.left)), quote(writeField(clause.right)))
    case 'sum': {
      const { limit } = clause
      const bar =
        limit.kind === 'amount' ? quote(`${limit.amount} ${limit.unit}`) : `{ total: ${quote(writeField(limit.of))} }`
      return call('total', quote(writeField(clause.of))) + call(METHODS[clause.op], bar)
    }
    case 'sometimes': {
      const { event, relation, percent } = clause
      const related = relation === undefined ? '' : call(relation.op, quote(writeEvent(relation.event)))
      return call('sometimes', quote(writeEvent(event))) + related + call('inAtLeast', quote(`${percent}%`))
    }
    case 'satisfy':
      throw new Error('translate: expected a rule that is data.')
    default:
      return clause satisfies never
  }
}
