import type { FileRow } from '../state.ts'
import { GoogleError, rfc3339 } from '../wire.ts'

type Term = (file: FileRow, view: Sight) => boolean
/** What terms ask beside the file. */
export type Sight = {
  readonly email: string
  readonly root: string
  readonly words: (file: FileRow) => string
  readonly roles: (file: FileRow) => {
    readonly owners: readonly string[]
    readonly writers: readonly string[]
    readonly readers: readonly string[]
  }
  readonly client: string
  readonly gap: (what: string) => Error
}

type Token = { readonly kind: 'word' | 'string' | 'operator'; readonly text: string }
const FORMS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y],
  ['operator', /!=|<=|>=|[=<>(){}]/y],
  ['word', /[A-Za-z][\w.]*/y],
]

const invalid = (): GoogleError =>
  new GoogleError('Invalid Value', { status: 400, reason: 'invalid', location: ['q', 'parameter'] })

function tokenize(q: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  next: while (at < q.length) {
    if (/\s/.test(q[at] ?? '')) {
      at += 1
      continue
    }
    for (const [kind, form] of FORMS) {
      form.lastIndex = at
      const match = form.exec(q)
      if (match === null) continue
      const [text] = match
      tokens.push({ kind, text: kind === 'string' ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text })
      at += text.length
      continue next
    }
    throw invalid()
  }
  return tokens
}

/**
 * Parses a query of files.list. Source: https://developers.google.com/workspace/drive/api/guides/ref-search-terms (2026-11-26);
 * that strings may stand in double quotes is as recorded.
 */
export function parseQuery(q: string): Term {
  const tokens = tokenize(q)
  let at = 0
  const peek = (): string => (tokens[at]?.kind === 'string' ? '' : (tokens[at]?.text.toLowerCase() ?? ''))
  const take = (kind: Token['kind']): string => {
    const token = tokens[at]
    if (token?.kind !== kind) throw invalid()
    at += 1
    return token.text
  }
  const either = (): Term => {
    let left = both()
    while (peek() === 'or') {
      at += 1
      const [one, other] = [left, both()]
      left = (file, view) => one(file, view) || other(file, view)
    }
    return left
  }
  const both = (): Term => {
    let left = term()
    while (peek() === 'and') {
      at += 1
      const [one, other] = [left, term()]
      left = (file, view) => one(file, view) && other(file, view)
    }
    return left
  }
  const term = (): Term => {
    if (peek() === 'not') {
      at += 1
      const inner = term()
      return (file, view) => !inner(file, view)
    }
    if (peek() === '(') {
      at += 1
      const inner = either()
      if (peek() !== ')') throw invalid()
      at += 1
      return inner
    }
    if (tokens[at]?.kind === 'string') {
      const value = take('string')
      if (take('word').toLowerCase() !== 'in') throw invalid()
      return member(value, take('word'))
    }
    const field = take('word')
    const operator = tokens[at]?.text.toLowerCase() ?? ''
    at += 1
    if (operator === 'has') {
      const { key, value } = braces()
      return property(field, key, value)
    }
    const token = tokens[at]
    if (token === undefined || token.kind === 'operator') throw invalid()
    at += 1
    return compared(field, operator, token)
  }
  const braces = (): { readonly key: string; readonly value: string } => {
    const read: Record<string, string> = {}
    if (take('operator') !== '{') throw invalid()
    for (;;) {
      const name = take('word')
      if (take('operator') !== '=') throw invalid()
      read[name] = take('string')
      if (peek() !== 'and') break
      at += 1
    }
    if (take('operator') !== '}') throw invalid()
    return { key: read.key ?? '', value: read.value ?? '' }
  }
  const parsed = either()
  if (at < tokens.length) throw invalid()
  return parsed
}

function member(value: string, list: string): Term {
  switch (list) {
    case 'parents':
      return (file, { root }) => file.parents.includes(value === 'root' ? root : value)
    case 'owners':
    case 'writers':
    case 'readers':
      return (file, view) => view.roles(file)[list].includes(value === 'me' ? view.email : value)
    default:
      throw invalid()
  }
}

function property(field: string, key: string, value: string): Term {
  if (field === 'properties') return (file) => file.properties[key] === value
  if (field === 'appProperties') return (file, { client }) => file.appProperties[client]?.[key] === value
  throw invalid()
}

/** Names are searched by the beginnings of their words, the text of files by whole words. */
const wordsIn = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
function nameContains(name: string, value: string): boolean {
  const words = wordsIn(name)
  return wordsIn(value).every((part) => words.some((word) => word.startsWith(part)))
}

function compared(field: string, operator: string, { kind, text }: Token): Term {
  const bool = (read: (file: FileRow, view: Sight) => boolean): Term => {
    if (kind !== 'word' || !/^(true|false)$/i.test(text) || !/^!?=$/.test(operator)) throw invalid()
    const wanted = (text.toLowerCase() === 'true') === (operator === '=')
    return (file, view) => read(file, view) === wanted
  }
  if (field === 'trashed') return bool(({ trashed }) => trashed)
  if (field === 'starred') return bool(({ starredBy }, { email }) => starredBy.includes(email))
  if (field === 'sharedWithMe') return bool(({ owner }, { email }) => owner !== email)
  if (kind !== 'string') throw invalid()
  switch (field) {
    case 'name':
      if (operator === 'contains') return ({ name }) => nameContains(name, text)
      if (operator === '=') return ({ name }) => name.toLowerCase() === text.toLowerCase()
      if (operator === '!=') return ({ name }) => name.toLowerCase() !== text.toLowerCase()
      throw invalid()
    case 'fullText':
      if (operator !== 'contains') throw invalid()
      return (file, view) => {
        const words = wordsIn(`${file.name} ${file.description ?? ''} ${view.words(file)}`)
        return wordsIn(text).every((word) => words.includes(word))
      }
    case 'mimeType':
      if (operator === 'contains') return ({ mimeType }) => mimeType.includes(text)
      if (operator === '=') return ({ mimeType }) => mimeType === text
      if (operator === '!=') return ({ mimeType }) => mimeType !== text
      throw invalid()
    case 'modifiedTime':
      return time(operator, text, ({ modifiedMs }) => modifiedMs)
    case 'createdTime':
      return time(operator, text, ({ createdMs }) => createdMs)
    case 'visibility':
    case 'viewedByMeTime':
    case 'shortcutDetails.targetId':
    case 'labels':
    case 'memberCount':
      return (_, { gap }) => {
        throw gap('rare terms of queries')
      }
    default:
      throw invalid()
  }
}

function time(operator: string, text: string, read: (file: FileRow) => number): Term {
  const wanted = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : text.includes('T') ? `${text}Z` : text)
  if (Number.isNaN(wanted)) throw invalid()
  switch (operator) {
    case '<':
      return (file) => read(file) < wanted
    case '<=':
      return (file) => read(file) <= wanted
    case '>':
      return (file) => read(file) > wanted
    case '>=':
      return (file) => read(file) >= wanted
    case '=':
      return (file) => rfc3339(read(file)) === rfc3339(wanted)
    case '!=':
      return (file) => rfc3339(read(file)) !== rfc3339(wanted)
    default:
      throw invalid()
  }
}
