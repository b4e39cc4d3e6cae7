import { suggest } from '../../scenarios/parse/nearest.ts'
import { toMs } from '../../scenarios/parse/schema.ts'
import { readAmount, readPercent } from './amount.ts'
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

/** What a sentence says. `why` is what follows its full stop; `names` are the events it mentions, each with its offset. */
export type Sentence = Pick<Rule, 'per' | 'clause' | 'why'> & {
  readonly names: readonly { readonly type: string; readonly offset: number }[]
}

/** A sentence outside the grammar; `offset` counts characters from the start of the text. */
export class SentenceError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.name = 'SentenceError'
    this.offset = offset
  }
}

type Kind = 'event' | 'percent' | 'duration' | 'number' | 'word' | 'mark'
type Token = { readonly kind: Kind; readonly text: string; readonly offset: number }

const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ['event', /`[^`]*`/y],
  ['percent', /\d+(?:\.\d+)?%/y],
  ['duration', /\d+(?:ms|s|m|h|d)\b/y],
  ['number', /-?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z](?:[\w.-]*\w)?/y],
  ['mark', /[,.=]/y],
]

/** Reads a sentence without its id: `For each order, at most 1 \`pay.ok\`. Nobody pays twice.` Throws `SentenceError`. */
export function readSentence(text: string): Sentence {
  const reader = new Reader(text)
  const per = reader.slices()
  const clause = clauseOf(reader)
  if (!reader.has('.')) reader.fail(["'.'"], [])
  return { per, clause, why: text.slice(reader.at).trim().replace(/\s+/g, ' '), names: reader.names }
}

class Reader {
  readonly text: string
  readonly names: { readonly type: string; readonly offset: number }[] = []
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The token that comes next; undefined at the end. */
  #peek(): Token | undefined {
    const start = this.at + (/^\s*/.exec(this.text.slice(this.at))?.[0].length ?? 0)
    if (start >= this.text.length) return undefined
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = start
      const [found] = pattern.exec(this.text) ?? []
      if (found !== undefined) return { kind, text: found, offset: start }
    }
    throw new SentenceError(`unexpected '${this.text[start]}'`, start)
  }

  fail(wanted: readonly string[], words: readonly string[]): never {
    const token = this.#peek()
    const list = wanted.length > 1 ? `${wanted.slice(0, -1).join(', ')} or ${wanted.at(-1)}` : wanted[0]
    const found =
      token === undefined
        ? ' before the end'
        : `, found '${token.text}'.${suggest(token.text, words).replace(/ Expected one of .*/, '')}`
    throw new SentenceError(`expected ${list}${found}`, token?.offset ?? this.text.length)
  }

  /** Takes these words when they come next. */
  has(...words: readonly string[]): boolean {
    const start = this.at
    for (const word of words) {
      const token = this.#peek()
      if (token === undefined || token.text.toLowerCase() !== word) {
        this.at = start
        return false
      }
      this.at = token.offset + token.text.length
    }
    return true
  }

  eat(...words: readonly string[]): void {
    for (const word of words) if (!this.has(word)) this.fail([`'${word}'`], [word])
  }

  take(kind: Kind, wanted: string): Token {
    const token = this.#peek()
    if (token?.kind !== kind) return this.fail([wanted], [])
    this.at = token.offset + token.text.length
    return token
  }

  /** Reads a token's text with a function that throws plain errors. */
  read<T>(token: Token, parse: (text: string) => T): T {
    try {
      return parse(token.text.replace(/^`|`$/g, ''))
    } catch (error) {
      throw new SentenceError(error instanceof Error ? error.message : String(error), token.offset)
    }
  }

  slices(): readonly string[] {
    if (!this.has('for')) return []
    this.eat('each')
    const per: string[] = []
    do {
      const token = this.#peek()
      if (token?.kind !== 'word' && token?.kind !== 'event') return this.fail(['a field such as `metadata.order`'], [])
      this.at = token.offset + token.text.length
      const path = token.text.replaceAll('`', '')
      if (!/^[\w.-]+$/.test(path))
        throw new SentenceError(`expected a field such as metadata.order, got "${path}"`, token.offset)
      per.push(path)
    } while (this.has('or'))
    if (!this.has(',')) this.fail(["','"], [])
    return per
  }

  event(): EventPattern {
    const token = this.take('event', 'an event in backticks')
    const pattern = this.read(token, parseEvent)
    this.names.push({ type: pattern.type, offset: token.offset + 1 })
    return pattern
  }

  events(): Events {
    const of = [this.event()]
    let join: Events['join'] | undefined
    for (;;) {
      const next = this.has('or') ? 'or' : this.has('and') ? 'and' : undefined
      if (next === undefined) return { join: join ?? 'or', of }
      if (join !== undefined && next !== join)
        throw new SentenceError(`expected '${join}' again; 'or' and 'and' do not mix`, this.at - next.length)
      join = next
      of.push(this.event())
    }
  }

  field(): FieldOf {
    const token = this.take('event', 'a field in backticks')
    const found = this.read(token, parseField)
    this.names.push({ type: found.type, offset: token.offset + 1 })
    return found
  }

  durationMs(): number {
    return toMs(this.take('duration', 'a duration such as 10s').text)
  }

  withinMs(): number | undefined {
    return this.has('within') ? this.durationMs() : undefined
  }

  bound(): Bound['op'] | undefined {
    if (this.has('at', 'most')) return 'at most'
    if (this.has('at', 'least')) return 'at least'
    return this.has('exactly') ? 'exactly' : undefined
  }

  count(): number {
    const token = this.take('number', 'a number')
    if (!/^\d+$/.test(token.text))
      throw new SentenceError(`expected a whole number, found '${token.text}'`, token.offset)
    return Number(token.text)
  }
}

const STARTS = ['never', 'always', 'after', 'before', 'between', 'total', 'sometimes', 'at', 'exactly'] as const

function clauseOf(reader: Reader): Clause {
  if (reader.has('never')) return { kind: 'never', event: reader.event() }
  if (reader.has('after')) return afterOf(reader)
  if (reader.has('before')) {
    const events = reader.events()
    reader.eat(',', 'always')
    return { kind: 'before', events, first: reader.events(), withinMs: reader.withinMs() }
  }
  if (reader.has('between')) return betweenOf(reader)
  if (reader.has('always')) return alwaysOf(reader)
  if (reader.has('total')) return totalOf(reader)
  if (reader.has('sometimes')) return sometimesOf(reader)
  const op = reader.bound()
  if (op === undefined)
    return reader.fail(
      ["'never'", "'always'", "'after'", "'before'", "'between'", "'total'", "'sometimes'", 'a count'],
      STARTS,
    )
  const bound = { op, count: reader.count() }
  const event = reader.event()
  const before = reader.at
  const withinMs = reader.withinMs()
  if (withinMs !== undefined && op !== 'at most')
    throw new SentenceError(`expected 'within' only with 'at most', got it with '${op}'`, before + 1)
  return { kind: 'count', bound, event, withinMs }
}

function afterOf(reader: Reader): Clause {
  const after = reader.events()
  reader.eat(',')
  if (reader.has('eventually'))
    return { kind: 'eventually', after, events: reader.events(), withinMs: reader.withinMs() }
  if (!reader.has('never')) reader.fail(["'eventually'", "'never'"], ['eventually', 'never'])
  const events = reader.events()
  const until = reader.has('until') ? reader.events() : undefined
  return { kind: 'after-never', after, events, until, withinMs: reader.withinMs() }
}

function betweenOf(reader: Reader): Clause {
  const from = reader.event()
  reader.eat('and')
  const to = reader.event()
  reader.eat(',')
  if (reader.has('never'))
    return { kind: 'between', from, to, bound: { op: 'at most', count: 0 }, event: reader.event() }
  const op = reader.bound()
  if (op === undefined) return reader.fail(["'never'", 'a count'], ['never', 'at', 'exactly'])
  return { kind: 'between', from, to, bound: { op, count: reader.count() }, event: reader.event() }
}

/** `always` begins three forms: a gap, an equality of two fields, and a condition that every event meets. */
function alwaysOf(reader: Reader): Clause {
  if (reader.has('at', 'least')) {
    const gapMs = reader.durationMs()
    reader.eat('between')
    return { kind: 'gap', gapMs, event: reader.event() }
  }
  const token = reader.take('event', 'an event or a field in backticks')
  if (!reader.has('=')) {
    const event = reader.read(token, parseEvent)
    reader.names.push({ type: event.type, offset: token.offset + 1 })
    return { kind: 'always', event }
  }
  const left = reader.read(token, parseField)
  reader.names.push({ type: left.type, offset: token.offset + 1 })
  return { kind: 'equal', left, right: reader.field() }
}

function totalOf(reader: Reader): Clause {
  const of = reader.field()
  const op = reader.bound()
  if (op === undefined) return reader.fail(["'at most'", "'at least'", "'exactly'"], ['at', 'exactly'])
  return { kind: 'sum', of, op, limit: limitOf(reader) }
}

function limitOf(reader: Reader): Limit {
  if (reader.has('total')) return { kind: 'total', of: reader.field() }
  const amount = reader.take('number', 'an amount such as 0.040 USD, or another total')
  const unit = reader.take('word', 'a unit such as USD or cents')
  return reader.read({ ...amount, text: `${amount.text} ${unit.text}` }, readAmount)
}

function sometimesOf(reader: Reader): Clause {
  const event = reader.event()
  const op = reader.has('after') ? 'after' : reader.has('before') ? 'before' : undefined
  const relation = op === undefined ? undefined : ({ op, event: reader.event() } as const)
  reader.eat(',', 'in', 'at', 'least')
  const percent = reader.read(reader.take('percent', 'a share such as 5%'), readPercent)
  reader.eat('of', 'runs')
  return { kind: 'sometimes', event, relation, percent }
}
