import { parse } from '@handlebars/parser'
import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { GAPS } from './gaps.ts'

/**
 * Templates as SendGrid renders them: a part of Handlebars, with helpers of its own.
 * Source: https://www.twilio.com/docs/sendgrid/for-developers/sending-email/using-handlebars (2026-11-26). The vendor's renderer is
 * not this one, so the tree is walked here; nothing that a template says is ever run as code.
 */
export type Node = { readonly type: string; readonly [part: string]: unknown }
type Scope = {
  readonly value: unknown
  readonly parent: Scope | undefined
  /** `@index`, `@key` and the like. */
  readonly data: Readonly<Record<string, unknown>>
}

/** The tree of a template. Throws an Error with the parser's words when it is none. */
export const parseTemplate = (text: string): Node => parse(text) as unknown as Node

/** What a template says with this data; `html` escapes what it fills in. */
export function render(text: string, data: Json, html: boolean): string {
  const tree = parseTemplate(text)
  return statements(tree, { value: data, parent: undefined, data: { root: data } }, html)
}

function statements(program: Node | undefined | null, scope: Scope, html: boolean): string {
  if (program === undefined || program === null) return ''
  return (program.body as readonly Node[]).map((node) => statement(node, scope, html)).join('')
}

function statement(node: Node, scope: Scope, html: boolean): string {
  switch (node.type) {
    case 'ContentStatement':
      return String(node.value)
    case 'CommentStatement':
      return ''
    case 'MustacheStatement': {
      const shown = textOf(called(node, scope))
      return html && node.escaped === true ? escapeHtml(shown) : shown
    }
    case 'BlockStatement':
      return block(node, scope, html)
    default:
      throw notModelled('sendgrid', GAPS, 'other parts of Handlebars')
  }
}

/** A `{{name}}`, or a `{{helper a b}}`. */
function called(node: Node, scope: Scope): unknown {
  const name = nameOf(node.path as Node)
  const given = (node.params as readonly Node[]).map((param) => evaluated(param, scope))
  switch (name) {
    case 'insert':
      return inserted(given)
    case 'length':
      return Array.isArray(given[0]) || typeof given[0] === 'string' ? given[0].length : 0
    case 'formatDate':
      return formatDate(given)
    default:
  }
  if (given.length > 0 || (node.hash as { readonly pairs?: readonly unknown[] } | undefined)?.pairs?.length)
    throw notModelled('sendgrid', GAPS, 'other parts of Handlebars')
  return evaluated(node.path as Node, scope)
}

function block(node: Node, scope: Scope, html: boolean): string {
  const given = (node.params as readonly Node[]).map((param) => evaluated(param, scope))
  const then = (where = scope): string => statements(node.program as Node, where, html)
  const otherwise = (): string => statements(node.inverse as Node, scope, html)
  const either = (yes: boolean): string => (yes ? then() : otherwise())
  const [a, b] = given
  switch (nameOf(node.path as Node)) {
    case 'if':
      return either(isTrue(a))
    case 'unless':
      return either(!isTrue(a))
    case 'equals':
      return either(same(a, b))
    case 'notEquals':
      return either(!same(a, b))
    case 'and':
      return either(given.every(isTrue))
    case 'or':
      return either(given.some(isTrue))
    case 'greaterThan':
      return either(Number(a) > Number(b))
    case 'lessThan':
      return either(Number(a) < Number(b))
    case 'each':
      return each(a, scope, then) ?? otherwise()
    default:
  }
  if (given.length > 0) throw notModelled('sendgrid', GAPS, 'other parts of Handlebars')
  // A name alone: a list is gone through, anything else that is true is looked into.
  const value = evaluated(node.path as Node, scope)
  if (Array.isArray(value)) return each(value, scope, then) ?? otherwise()
  if (!isTrue(value)) return otherwise()
  return typeof value === 'object' ? then({ value, parent: scope, data: scope.data }) : then()
}

function each(value: unknown, scope: Scope, then: (scope: Scope) => string): string | undefined {
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, at) => [at, item] as const)
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : []
  if (entries.length === 0) return undefined
  return entries
    .map(([key, item], at) => {
      const data = { ...scope.data, index: at, key, first: at === 0, last: at === entries.length - 1 }
      return then({ value: item, parent: scope, data })
    })
    .join('')
}

const nameOf = (path: Node): string =>
  path.type === 'PathExpression' && (path.parts as readonly string[]).length === 1 && path.data !== true
    ? String(path.original)
    : ''

function evaluated(node: Node, scope: Scope): unknown {
  switch (node.type) {
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return node.value
    case 'NullLiteral':
      return null
    case 'UndefinedLiteral':
      return undefined
    case 'SubExpression':
      return called(node, scope)
    default:
  }
  let at: Scope | undefined = scope
  for (let up = Number(node.depth); up > 0; up--) at = at?.parent
  let value: unknown = node.data === true ? scope.data : at?.value
  for (const part of node.parts as readonly string[]) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return value
}

/** As Handlebars counts: empty lists are not true, and neither is 0. */
const isTrue = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))
/** Assumed: `5` and `"5"` are the same. */
const same = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b)

function textOf(value: unknown): string {
  if (value === undefined || value === null || value === false) return value === false ? 'false' : ''
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return typeof value === 'object' ? '[object Object]' : String(value)
}

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '`': '&#x60;',
  '=': '&#x3D;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"'`=]/g, (sign) => SIGNS[sign] ?? sign)

/** `{{insert name "default=Customer"}}` */
function inserted(given: readonly unknown[]): string {
  const fallback = given.findLast((one) => typeof one === 'string' && one.startsWith('default='))
  const shown = given
    .filter((one) => one !== fallback)
    .map(textOf)
    .join('')
  return shown === '' && typeof fallback === 'string' ? fallback.slice('default='.length) : shown
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** `{{formatDate timeStamp "MM/DD/YYYY h:mm:ss A" "-0800"}}`; the zone is GMT unless said. */
function formatDate([stamp, format, zone]: readonly unknown[]): string {
  const sign = /^([+-])(\d{2}):?(\d{2})$/.exec(String(zone ?? '+0000'))
  if (sign === null) throw notModelled('sendgrid', GAPS, 'other parts of Handlebars')
  const offsetMs = (sign[1] === '-' ? -1 : 1) * (Number(sign[2]) * 60 + Number(sign[3])) * 60_000
  const at = new Date(Date.parse(String(stamp)) + offsetMs)
  if (Number.isNaN(at.getTime())) return ''
  const two = (n: number): string => String(n).padStart(2, '0')
  const [month, day, hours] = [at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()]
  const words: Readonly<Record<string, string>> = {
    YYYY: String(at.getUTCFullYear()),
    YY: two(at.getUTCFullYear() % 100),
    MMMM: MONTHS[month] ?? '',
    MMM: (MONTHS[month] ?? '').slice(0, 3),
    MM: two(month + 1),
    M: String(month + 1),
    DD: two(day),
    D: String(day),
    dddd: DAYS[at.getUTCDay()] ?? '',
    ddd: (DAYS[at.getUTCDay()] ?? '').slice(0, 3),
    HH: two(hours),
    H: String(hours),
    hh: two(hours % 12 || 12),
    h: String(hours % 12 || 12),
    mm: two(at.getUTCMinutes()),
    m: String(at.getUTCMinutes()),
    ss: two(at.getUTCSeconds()),
    s: String(at.getUTCSeconds()),
    A: hours < 12 ? 'AM' : 'PM',
    a: hours < 12 ? 'am' : 'pm',
    ZZ: `${sign[1]}${sign[2]}${sign[3]}`,
    Z: `${sign[1]}${sign[2]}:${sign[3]}`,
  }
  return String(format ?? 'YYYY-MM-DDTHH:mm:ssZ').replace(
    /YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|A|a|ZZ|Z/g,
    (token) => words[token] ?? token,
  )
}
