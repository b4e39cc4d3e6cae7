/** An expression of Okta's language, read. */
export type Node =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'name'; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'at'; readonly list: Node; readonly index: Node }
  | { readonly kind: 'not'; readonly of: Node }
  | { readonly kind: 'both'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choice'; readonly test: Node; readonly yes: Node; readonly no: Node }

/** What is no expression. */
export class NoExpression extends Error {
  constructor(expression: string, why: string) {
    super(`okta: expected an expression, got ${JSON.stringify(expression)}: ${why}.`)
    this.name = 'NoExpression'
  }
}

const TOKEN =
  /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?|(?:fn:)?[A-Za-z_]\w*|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:(),.[\]{}])/gy

/** Words that stand for operators. */
const WORDS: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}
/** How tightly two sides are bound. */
const BINDS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
]

/**
 * Reads `String.startsWith(user.department, "Sales") AND user.level > 3 ? "a" : "b"`.
 * Source: https://developer.okta.com/docs/reference/okta-expression-language/ (2026-11-26). Throws `NoExpression`.
 */
export function parse(expression: string): Node {
  const words = tokens(expression)
  let at = 0
  const fail = (why: string): NoExpression => new NoExpression(expression, why)
  const next = (): string => words[at++] ?? ''
  const peek = (): string => words[at] ?? ''
  const operator = (): string => WORDS[peek().toLowerCase()] ?? peek()
  const take = (wanted: string): void => {
    if (next() !== wanted) throw fail(`${wanted} is missing`)
  }

  const choice = (): Node => {
    const test = level(0)
    if (peek() !== '?') return test
    next()
    const yes = choice()
    take(':')
    return { kind: 'choice', test, yes, no: choice() }
  }
  const level = (depth: number): Node => {
    const binds = BINDS[depth]
    if (binds === undefined) return unary()
    let left = level(depth + 1)
    while (binds.includes(operator())) {
      const found = operator()
      next()
      left = { kind: 'both', operator: found, left, right: level(depth + 1) }
    }
    return left
  }
  const unary = (): Node => {
    if (operator() === '!') {
      next()
      return { kind: 'not', of: unary() }
    }
    if (peek() === '-') {
      next()
      return { kind: 'both', operator: '-', left: { kind: 'value', value: 0 }, right: unary() }
    }
    let found = primary()
    while (peek() === '[') {
      next()
      found = { kind: 'at', list: found, index: choice() }
      take(']')
    }
    return found
  }
  const items = (end: string): readonly Node[] => {
    const found: Node[] = []
    if (peek() === end) {
      next()
      return found
    }
    for (;;) {
      found.push(choice())
      const mark = next()
      if (mark === end) return found
      if (mark !== ',') throw fail(`${end} is missing`)
    }
  }
  const primary = (): Node => {
    const word = next()
    if (word === '(') {
      const inner = choice()
      take(')')
      return inner
    }
    if (word === '{') return { kind: 'list', items: items('}') }
    if (/^["']/.test(word)) return { kind: 'value', value: word.slice(1, -1).replaceAll(/\\(.)/g, '$1') }
    if (/^\d/.test(word)) return { kind: 'value', value: Number(word) }
    if (/^(true|false)$/i.test(word)) return { kind: 'value', value: word.toLowerCase() === 'true' }
    if (/^null$/i.test(word)) return { kind: 'value', value: null }
    if (!/^[A-Za-z_]/.test(word)) throw fail(word === '' ? 'it ends too early' : `nothing can begin with ${word}`)
    const path = [word]
    while (peek() === '.') {
      next()
      path.push(next())
    }
    if (peek() !== '(') return { kind: 'name', path }
    next()
    return { kind: 'call', name: path.join('.'), args: items(')') }
  }
  const whole = choice()
  if (at < words.length) throw fail(`${peek()} is one too many`)
  return whole
}

function tokens(expression: string): readonly string[] {
  const found: string[] = []
  let end = 0
  for (const match of expression.matchAll(TOKEN)) {
    found.push(match[1] ?? '')
    end = match.index + match[0].length
  }
  const rest = expression.slice(end).trim()
  if (rest !== '') throw new NoExpression(expression, `${rest[0] ?? ''} is no part of the language`)
  return found
}
