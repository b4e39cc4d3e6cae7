import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import { lex, RESERVED, syntax, type Token, wrong } from './lex.ts'

export type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=' | '~' | '!~' | 'in' | 'not in' | 'is' | 'is not' | History
type History = 'was' | 'was not' | 'was in' | 'was not in' | 'changed' | 'not changed'
export type Operand =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'list'; readonly items: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly string[] }
export type Clause =
  | { readonly kind: 'and' | 'or'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'not'; readonly clause: Clause }
  | {
      readonly kind: 'test'
      readonly field: string
      readonly operator: Operator
      readonly operand: Operand
      readonly predicates: readonly Predicate[]
    }
export type Predicate = { readonly name: (typeof PREDICATES)[number]; readonly operand: Operand }
export type Sort = { readonly field: string; readonly descending: boolean | undefined }
export type Query = { readonly where: Clause | undefined; readonly order: readonly Sort[] }

const VALID = "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
const COMPARISONS = ['=', '!=', '<', '>', '<=', '>=', '~', '!~']
/** What may follow a test of history, and narrows it. */
const PREDICATES = ['after', 'before', 'on', 'during', 'by', 'from', 'to'] as const

/** The query that a text is. Throws the refusal that Jira would answer with. */
export function parse(text: string): Query {
  const reader = new Reader(lex(text))
  const where = reader.done() || reader.isWord('order') ? undefined : reader.disjunction()
  const order = reader.order()
  if (!reader.done()) throw syntax(`Expecting either 'OR' or 'AND' but got '${reader.next.text}'.`, reader.next)
  return { where, order }
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', line: 1, character: 1 }
  }

  done(): boolean {
    return this.next.kind === 'end'
  }

  isWord(...words: readonly string[]): boolean {
    return this.next.kind === 'word' && words.includes(this.next.text.toLowerCase())
  }

  disjunction(): Clause {
    return this.#joined('or', ['||', '|'], () => this.#joined('and', ['&&', '&'], () => this.#negation()))
  }

  order(): readonly Sort[] {
    if (!this.isWord('order')) return []
    this.#take()
    if (!this.isWord('by')) {
      if (this.done()) throw syntax("Expecting 'by' before the end of the query.")
      throw syntax(`Expecting 'by' but got '${this.next.text}'.`, this.next)
    }
    this.#take()
    const sorts: Sort[] = []
    do {
      if (sorts.length > 0) this.#take()
      const field = this.#field()
      const descending = this.isWord('asc', 'desc') ? this.#take().text.toLowerCase() === 'desc' : undefined
      sorts.push({ field, descending })
    } while (this.#isSymbol(','))
    if (!this.done()) throw syntax(`Expecting either 'ASC' or 'DESC' but got '${this.next.text}'.`, this.next)
    return sorts
  }

  #take(): Token {
    const token = this.next
    this.#at += 1
    return token
  }

  #isSymbol(...symbols: readonly string[]): boolean {
    return this.next.kind === 'symbol' && symbols.includes(this.next.text)
  }

  #joined(kind: 'and' | 'or', symbols: readonly string[], part: () => Clause): Clause {
    const clauses = [part()]
    while (this.isWord(kind) || this.#isSymbol(...symbols)) {
      this.#take()
      clauses.push(part())
    }
    const [only] = clauses
    return clauses.length === 1 && only !== undefined ? only : { kind, clauses }
  }

  #negation(): Clause {
    if (this.isWord('not') || this.#isSymbol('!')) {
      this.#take()
      return { kind: 'not', clause: this.#negation() }
    }
    if (!this.#isSymbol('(')) return this.#test()
    this.#take()
    const inside = this.disjunction()
    if (this.done()) throw syntax("Expecting ')' before the end of the query.")
    if (!this.#isSymbol(')')) throw syntax(`Expecting either 'OR' or 'AND' but got '${this.next.text}'.`, this.next)
    this.#take()
    return inside
  }

  #field(): string {
    const token = this.next
    if (token.kind === 'end') throw syntax('Expecting a field name at the end of the query.')
    if (token.kind === 'symbol')
      throw syntax(
        `Expecting a field name but got '${token.text}'. You must surround '${token.text}' in quotation marks to use it as a field name.`,
        token,
      )
    if (token.kind === 'string' && token.text === '') throw syntax('A field name cannot be empty.', token)
    const custom = token.kind === 'word' && token.text.toLowerCase() === 'cf'
    if (token.kind === 'word' && !custom && RESERVED.has(token.text.toLowerCase())) throw reserved(token)
    this.#take()
    if (!this.#isSymbol('[')) return token.text
    if (!custom) throw notModelled('jira', GAPS, 'JQL beyond the common grammar')
    this.#take()
    const { text } = this.#take()
    if (!this.#isSymbol(']')) throw syntax("Expecting ']' before the end of the query.")
    this.#take()
    return `customfield_${text}`
  }

  #test(): Clause {
    const field = this.#field()
    const operator = this.#operator()
    if (operator === 'changed')
      return { kind: 'test', field, operator, operand: { kind: 'empty' }, predicates: this.#predicates() }
    const operand = this.#operand()
    const list = operator.endsWith('in')
    if (list && operand.kind !== 'list' && operand.kind !== 'function')
      throw wrong(
        `Operator '${operator}' does not support the non-list value '"${textOf(operand)}"' for field '${field}'.`,
      )
    const predicates = operator.startsWith('was') ? this.#predicates() : []
    return { kind: 'test', field, operator, operand, predicates }
  }

  #predicates(): readonly Predicate[] {
    const found: Predicate[] = []
    for (;;) {
      const name = PREDICATES.find((one) => this.isWord(one))
      if (name === undefined) return found
      this.#take()
      found.push({ name, operand: this.#operand() })
    }
  }

  #operator(): Operator {
    const token = this.next
    if (token.kind === 'end') throw syntax(`Expecting operator before the end of the query. ${VALID}`)
    const bad = syntax(`Expecting operator but got '${token.text}'. ${VALID}`, token)
    if (token.kind === 'symbol' && COMPARISONS.includes(token.text)) return this.#take().text as Operator
    if (token.kind !== 'word') throw bad
    const word = token.text.toLowerCase()
    if (!['in', 'not', 'is', 'was', 'changed'].includes(word)) throw bad
    this.#take()
    if (word === 'in' || word === 'changed') return word
    if (word === 'not') {
      if (!this.isWord('in')) throw bad
      this.#take()
      return 'not in'
    }
    const not = this.isWord('not') && this.#take() !== undefined
    if (word === 'is') return not ? 'is not' : 'is'
    const list = this.isWord('in') && this.#take() !== undefined
    return list ? (not ? 'was not in' : 'was in') : not ? 'was not' : 'was'
  }

  #operand(): Operand {
    const token = this.next
    if (token.kind === 'end') throw syntax('Expecting either a value, list or function before the end of the query.')
    if (this.#isSymbol('(')) return this.#list()
    if (token.kind === 'symbol')
      throw syntax(
        `Expecting either a value, list or function but got '${token.text}'. You must surround '${token.text}' in quotation marks to use it as a value.`,
        token,
      )
    this.#take()
    if (this.#isSymbol('(')) return { kind: 'function', name: token.text, args: this.#arguments() }
    if (token.kind === 'word') {
      const word = token.text.toLowerCase()
      if (word === 'empty' || word === 'null') return { kind: 'empty' }
      if (RESERVED.has(word)) throw reserved(token)
    }
    return { kind: 'value', text: token.text }
  }

  #list(): Operand {
    this.#take()
    const items = [this.#operand()]
    while (this.#isSymbol(',')) {
      this.#take()
      items.push(this.#operand())
    }
    if (this.done()) throw syntax("Expecting ')' before the end of the query.")
    if (!this.#isSymbol(')')) throw syntax(`Expecting either ',' or ')' but got '${this.next.text}'.`, this.next)
    this.#take()
    return { kind: 'list', items }
  }

  #arguments(): readonly string[] {
    this.#take()
    const args: string[] = []
    while (!this.#isSymbol(')')) {
      if (this.done()) throw syntax("Expecting ')' before the end of the query.")
      if (!this.#isSymbol(',')) args.push(this.next.text)
      this.#take()
    }
    this.#take()
    return args
  }
}

const textOf = (operand: Operand): string => (operand.kind === 'value' ? operand.text : 'EMPTY')

const reserved = (token: Token): Error =>
  syntax(`'${token.text}' is a reserved JQL word. You must surround it in quotation marks to use it in a query.`, token)
