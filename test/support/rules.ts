import fc from 'fast-check'
import { all, rule } from '../../oracle/rules/builder.ts'
import type { Bound, Clause, Condition, EventPattern, Events, FieldOf, Rule } from '../../oracle/rules/rule.ts'
import { readSentence } from '../../oracle/rules/sentence.ts'
import type { TraceEvent } from '../../twins/trace.ts'

/** A rule out of its sentence, id and all. */
export function sentence(text: string): Rule {
  const [, id = '', rest = ''] = /^([A-Z][A-Z0-9]*-\d+):\s*(.*)$/s.exec(text) ?? []
  const { names: _, ...read } = readSentence(rest)
  return { id, ...read, place: undefined }
}

/** `0 pay.start order=a; 20 pay.ok order=a`: virtual milliseconds, type and fields of each event. */
export const traceOf = (text: string): readonly TraceEvent[] =>
  text
    .split(';')
    .filter((line) => line.trim() !== '')
    .map((line, index): TraceEvent => {
      const [at = '0', type = '', ...fields] = line.trim().split(' ')
      return {
        index,
        atMs: Number(at),
        type,
        step: 'a',
        fields: Object.fromEntries(fields.map((one) => one.split('='))),
      }
    })

/** The rules that a TypeScript spelling makes when it is run. */
export function runTypeScript(code: string): readonly Rule[] {
  const [, list = ''] = /export const rules = (\[.*\])\n$/s.exec(code) ?? []
  return new Function('rule', 'all', `return ${list}`)(rule, all) as readonly Rule[]
}

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}(\.[a-z][a-z0-9_-]{0,6}){0,2}$/)
const fieldName = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}(\.[a-z0-9_-]{1,4}){0,2}$/)
const value = fc.oneof(
  fc.constantFrom(
    '500',
    'none',
    '@tenant',
    '2.50',
    'a b',
    '-1',
    'x/y',
    'a, b',
    'say "hi"',
    '`',
    ']',
    ' padded ',
    'ü\n',
  ),
  fc.string({ minLength: 1, maxLength: 6 }),
)
const condition: fc.Arbitrary<Condition> = fc.record({
  field: fieldName,
  op: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
  value,
})
const event: fc.Arbitrary<EventPattern> = fc.record({ type: name, where: fc.array(condition, { maxLength: 2 }) })
const events: fc.Arbitrary<Events> = fc
  .record({ join: fc.constantFrom('or', 'and'), of: fc.array(event, { minLength: 1, maxLength: 3 }) })
  .map(({ join, of }) => ({ join: of.length === 1 ? 'or' : join, of }))
const ms = fc.oneof(
  fc.nat(5000),
  fc.nat(100).map((n) => n * 60_000),
  fc.nat(20).map((n) => n * 86_400_000),
)
const within = fc.option(ms, { nil: undefined })
const bound: fc.Arbitrary<Bound> = fc.record({
  op: fc.constantFrom('at most', 'at least', 'exactly'),
  count: fc.nat(9),
})
const field: fc.Arbitrary<FieldOf> = fc.record({ type: name, field: fieldName })
const amount = fc.record({
  kind: fc.constant('amount' as const),
  amount: fc.constantFrom('3', '0.040', '-2', '0.000000000001'),
  unit: fc.constantFrom('USD', 'tokens', 'cents'),
})

const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc.record({ kind: fc.constantFrom('never' as const, 'always' as const), event }),
  fc
    .record({ kind: fc.constant('count' as const), bound, event, withinMs: within })
    .map((one) => (one.bound.op === 'at most' ? one : { ...one, withinMs: undefined })),
  fc.record({ kind: fc.constant('eventually' as const), after: events, events, withinMs: within }),
  fc.record({
    kind: fc.constant('after-never' as const),
    after: events,
    events,
    until: fc.option(events, { nil: undefined }),
    withinMs: within,
  }),
  fc.record({ kind: fc.constant('before' as const), events, first: events, withinMs: within }),
  fc.record({ kind: fc.constant('between' as const), from: event, to: event, bound, event }),
  fc.record({ kind: fc.constant('gap' as const), gapMs: ms, event }),
  fc.record({ kind: fc.constant('equal' as const), left: field, right: field }),
  fc.record({
    kind: fc.constant('sum' as const),
    of: field,
    op: fc.constantFrom('at most' as const, 'at least' as const, 'exactly' as const),
    limit: fc.oneof(amount, fc.record({ kind: fc.constant('total' as const), of: field })),
  }),
  fc.record({
    kind: fc.constant('sometimes' as const),
    event,
    relation: fc.option(fc.record({ op: fc.constantFrom('after' as const, 'before' as const), event }), {
      nil: undefined,
    }),
    percent: fc.constantFrom(1, 5, 12.5, 100),
  }),
)

/** Rules of all kinds that are data. */
export const anyRule: fc.Arbitrary<Rule> = fc.record({
  id: fc.stringMatching(/^[A-Z][A-Z0-9]{0,4}-[1-9]\d?$/),
  why: fc.constantFrom('', 'Nobody pays twice.', 'It\'s "so": 5 % of a\\b.'),
  per: fc.array(fieldName, { maxLength: 2 }),
  clause,
  place: fc.constant(undefined),
})
