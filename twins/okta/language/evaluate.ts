import type { Json } from '../../trace.ts'
import { isRow } from '../store.ts'
import { type Node, parse } from './parse.ts'

/** What an expression can see: values by name, functions beside those of the language; undefined is what nobody knows. */
export type Scope = {
  readonly names: { readonly [name: string]: Json | undefined }
  readonly call?: (name: string, args: readonly Json[]) => Json | undefined
  /** What is thrown for a function or a name that is not modelled. */
  readonly unknown: (name: string) => Error
}

/** What an expression comes to in `scope`. Throws `NoExpression` for what is none. */
export function evaluate(expression: string, scope: Scope): Json {
  return come(parse(expression), scope)
}

/** Whether an expression comes to true. */
export const holds = (expression: string, scope: Scope): boolean => evaluate(expression, scope) === true

function come(node: Node, scope: Scope): Json {
  switch (node.kind) {
    case 'value':
      return node.value
    case 'list':
      return node.items.map((item) => come(item, scope))
    case 'name':
      return named(node.path, scope)
    case 'not':
      return !truthy(come(node.of, scope))
    case 'choice':
      return come(truthy(come(node.test, scope)) ? node.yes : node.no, scope)
    case 'at': {
      const list = come(node.list, scope)
      const index = come(node.index, scope)
      if (Array.isArray(list)) return (list as readonly Json[])[Number(index)] ?? null
      return isRow(list) ? (list[String(index)] ?? null) : null
    }
    case 'call': {
      const args = node.args.map((arg) => come(arg, scope))
      const own = scope.call?.(node.name, args)
      if (own !== undefined) return own
      const known = FUNCTIONS[node.name.replace(/^fn:/, 'String.')]
      if (known === undefined) throw scope.unknown(`${node.name}()`)
      return known(...args)
    }
    case 'both':
      return joined(node, scope)
    default:
      return node satisfies never
  }
}

function named([root = '', ...rest]: readonly string[], { names, unknown }: Scope): Json {
  if (!(root in names)) throw unknown(root)
  let value: Json | undefined = names[root]
  for (const part of rest) value = isRow(value) ? value[part] : undefined
  return value ?? null
}

const truthy = (value: Json): boolean => value === true
const words = (value: Json | undefined): string => (value === null || value === undefined ? '' : String(value))
const items = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : value === null || value === undefined ? [] : [value]

function joined({ operator, left, right }: Extract<Node, { kind: 'both' }>, scope: Scope): Json {
  const one = come(left, scope)
  if (operator === '&&') return truthy(one) && truthy(come(right, scope))
  if (operator === '||') return truthy(one) || truthy(come(right, scope))
  const other = come(right, scope)
  switch (operator) {
    case '==':
      return same(one, other)
    case '!=':
      return !same(one, other)
    case '+':
      return typeof one === 'number' && typeof other === 'number' ? one + other : words(one) + words(other)
    case '-':
      return Number(one) - Number(other)
    case '*':
      return Number(one) * Number(other)
    case '/':
      return Number(one) / Number(other)
    case '%':
      return Number(one) % Number(other)
    default:
      return ordered(operator, one, other)
  }
}

const same = (one: Json, other: Json): boolean =>
  typeof one === 'object' && one !== null ? JSON.stringify(one) === JSON.stringify(other) : one === other

function ordered(operator: string, one: Json, other: Json): boolean {
  if (one === null || other === null) return false
  const both = typeof one === 'number' || typeof other === 'number'
  const [a, b] = both ? [Number(one), Number(other)] : [words(one), words(other)]
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

const before = (text: string, mark: string): string => (text.includes(mark) ? text.slice(0, text.indexOf(mark)) : text)
const after = (text: string, mark: string): string =>
  text.includes(mark) ? text.slice(text.indexOf(mark) + mark.length) : text

function switched([input, standard, ...pairs]: readonly Json[]): Json {
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const key = words(pairs[at])
    if (key !== '' && words(input).toLowerCase().includes(key.toLowerCase())) return pairs[at + 1] ?? null
  }
  return standard ?? null
}

/** Functions that need nothing but their arguments. Source: https://developer.okta.com/docs/reference/okta-expression-language/#functions (2026-11-26). */
const FUNCTIONS: Readonly<Record<string, (...args: readonly Json[]) => Json>> = {
  'String.append': (one = '', other = '') => words(one) + words(other),
  'String.join': (mark = '', ...parts) =>
    parts
      .map(words)
      .filter((part) => part !== '')
      .join(words(mark)),
  'String.len': (text = '') => words(text).length,
  'String.removeSpaces': (text = '') => words(text).replaceAll(/\s/g, ''),
  'String.replace': (text = '', from = '', to = '') => words(text).replaceAll(words(from), words(to)),
  'String.replaceFirst': (text = '', from = '', to = '') => words(text).replace(words(from), words(to)),
  'String.startsWith': (text = '', start = '') => words(text).startsWith(words(start)),
  'String.stringContains': (text = '', part = '') => words(text).includes(words(part)),
  'String.stringSwitch': (...args) => switched(args),
  'String.substring': (text = '', from = 0, to = null) =>
    words(text).slice(Number(from), to === null ? undefined : Number(to)),
  'String.substringAfter': (text = '', mark = '') => after(words(text), words(mark)),
  'String.substringBefore': (text = '', mark = '') => before(words(text), words(mark)),
  'String.toLowerCase': (text = '') => words(text).toLowerCase(),
  'String.toUpperCase': (text = '') => words(text).toUpperCase(),
  'Arrays.add': (list = [], item = null) => [...items(list), item],
  'Arrays.clear': () => [],
  'Arrays.contains': (list = [], item = null) => items(list).some((one) => same(one, item)),
  'Arrays.flatten': (...lists) => lists.flatMap((list) => items(list).flatMap((item) => items(item))),
  'Arrays.get': (list = [], index = 0) => items(list)[Number(index)] ?? null,
  'Arrays.isEmpty': (list = []) => items(list).length === 0,
  'Arrays.remove': (list = [], item = null) => items(list).filter((one) => !same(one, item)),
  'Arrays.size': (list = []) => items(list).length,
  'Arrays.toCsvString': (list = []) => items(list).map(words).join(','),
  'Convert.toInt': (value = 0) => Math.round(Number(value)),
  'Convert.toNum': (value = 0) => Number(value),
}
