import type { Json } from '../../../twins/trace.ts'
import { asObject } from '../pick.ts'
import { KINDS, PERSON_NAME, PROSE_NAME, SECRET_NAME, WORD_NAME } from './kinds.ts'
import { createFinder, type Found, strongOf } from './leak.ts'
import { encode, nestedIn, safeDecode } from './nested.ts'
import { reformat, type Stream, sameShape, streamOf } from './substitute.ts'

export type RedactorOptions = {
  /** Substitutes hang on it: with another key they are others. */
  readonly key: string
  /** Texts that stand in the project's own files, and so are no secrets. */
  readonly vocabulary: ReadonlySet<string>
  /** Signs claims anew with a twin's key; undefined where no twin issues such tokens. */
  readonly resign?: ((claims: Readonly<Record<string, unknown>>) => string | undefined) | undefined
}

/** What was replaced: its kind, and whether it must not be found anywhere, or only not as a value. */
export type Original = { readonly type: string; readonly strong: boolean }

/** Replaces what nobody may see. Equal values get equal substitutes wherever they stand, so that what belonged together still does. */
export interface Redactor {
  readonly originals: ReadonlyMap<string, Original>
  text(value: string, name: string): string
  json(value: Json, name: string): Json
  header(name: string, value: string): string
  /** A path with its query, or a whole address. */
  address(value: string): string
  /** The name of a field, which may be a person's address. */
  field(name: string): string
  /** The same text without originals that stand inside a longer word: a name in the name of a file, say. */
  sweep(value: string): string
  /** Types that were put in the place of something since the last time this was asked. */
  took(): readonly string[]
}

const DEPTH_MAX = 8
const DATE =
  /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$|^\w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d GMT$/
const PLAIN_NUMBER = /^[+-]?\d{1,9}(\.\d{1,6})?$/
const WORD = /^[A-Za-z][\w.:/ -]{0,48}$/
const BIRTH = /birth|dob/i
/** Numbers under these names are about a person, or open something. */
const NUMBER_NAME =
  /(^|[_-])(pin|otp|cvv|cvc|ssn|phone|mobile|card|card_?number|account_?number|dob|birth\w*|lat|lon|lng|latitude|longitude|zip|postcode|token|password|passcode|secret|code_?2fa|tax_?id)$/i
/** What programs call their fields, and what no program calls one. */
const FIELD = /^[$@]?[A-Za-z_][\w$.\-[\]:/]{0,60}$/
const TOKEN_LIKE = /^[a-z]{2,12}_(?=\w*\d)\w{10,}$|^(?=.*\d)(?=.*[A-Z])[A-Za-z0-9+/=]{20,}$/
const TEMPLATE = /(\{\{[^{}]+\}\})/

export function createRedactor({ key, vocabulary, resign }: RedactorOptions): Redactor {
  const originals = new Map<string, Original>()
  const made = new Map<string, string>()
  const taken = new Map<string, string>()
  let types = new Set<string>()

  const note = (value: string, type: string, strong: boolean): void => {
    types.add(type)
    if (value.length < 4) return
    const known = originals.get(value)
    if (known === undefined || (strong && !known.strong)) originals.set(value, { type, strong })
  }
  const isKept = (value: string): boolean => vocabulary.has(value) && originals.get(value)?.strong !== true

  /** The substitute of one value; two values never share one. */
  const substitute = (value: string, type: string, make: (stream: Stream) => string): string => {
    const known = made.get(value)
    if (known !== undefined) return known
    for (let nonce = 0; ; nonce++) {
      const word = make(streamOf(key, type, nonce === 0 ? value : `${value}\0${nonce}`))
      const owner = taken.get(word)
      const clash = (owner !== undefined && owner !== value) || word === value || originals.has(word)
      // Of one or two letters there are not enough for everybody.
      if (clash && nonce < 40 && /[\p{L}\d]/u.test(value)) continue
      made.set(value, word)
      taken.set(word, value)
      return word
    }
  }

  /** One value without spaces: its kind by its shape alone, so that it is the same wherever it stands. */
  const atom = (value: string, strong: boolean): string => {
    if (value === '' || isKept(value)) return value
    const kind = KINDS.find(({ is }) => is(value))
    if (kind !== undefined) {
      note(value, kind.type, true)
      return substitute(value, kind.type, (stream) => kind.make(value, stream))
    }
    const found = /^([a-z]{2,12})_(?=\w*\d)\w{6,}$/.exec(value)?.[1] ?? ''
    const prefix = found === '' || originals.get(found)?.strong === true ? '' : `${found}_`
    const mixed = /\d/.test(value) && /[A-Za-z]/.test(value)
    note(
      value,
      prefix === '' ? (/^\d+$/.test(value) ? 'number' : 'text') : 'id',
      strong || (mixed && value.length >= 8) || value.length >= 24,
    )
    if (prefix !== '')
      return substitute(value, 'id', (stream) => prefix + sameShape(value.slice(prefix.length), stream))
    // A word is the same word in another case.
    const lower = value.toLowerCase()
    const word = /^\p{L}+$/u.test(value) ? substitute(lower, 'word', (stream) => sameShape(lower, stream)) : undefined
    return word === undefined ? substitute(value, 'value', (stream) => sameShape(value, stream)) : inCaseOf(value, word)
  }

  const words = (value: string, strong: boolean): string => {
    const kind = KINDS.find(({ is }) => is(value))
    if (kind !== undefined) return atom(value, true)
    if (strong && /\s/.test(value)) note(value, 'text', true)
    return value
      .split(/(\s+|(?<=[\p{L}\d])[,;:!?)\]"'>]+(?=\s|$)|(?<=^|\s)[("'<[]+)/u)
      .map((part) => (/[\p{L}\d]/u.test(part) ? atom(part, strong && part.length >= 3) : part))
      .join('')
  }

  const secret = (value: string): string => {
    if (value === '') return value
    note(value, 'secret', true)
    const inner = nestedIn(value)
    if (inner?.kind === 'text' && inner.inner.length >= 4) note(inner.inner, 'secret', true)
    const kind = KINDS.find(({ is }) => is(value))
    if (kind !== undefined) return atom(value, true)
    return substitute(value, 'value', (stream) => sameShape(value, stream))
  }

  const unwrapped = (value: string, name: string, depth: number): string | undefined => {
    const nested = depth >= DEPTH_MAX ? undefined : nestedIn(value)
    switch (nested?.kind) {
      case undefined:
        return undefined
      case 'json':
        return nested.wrap(json(nested.value as Json, name, depth + 1))
      case 'text':
        return nested.wrap(text(nested.inner, name, depth + 1))
      case 'parts':
        return nested.wrap(nested.parts.map((part) => text(part.value, part.name === '' ? name : part.name, depth + 1)))
      case 'url':
        return address(nested.url, depth + 1)
      case 'jwt':
        return token(value, nested.header, nested.claims, depth)
      default:
        return nested satisfies never
    }
  }

  const token = (value: string, header: string, claims: Readonly<Record<string, unknown>>, depth: number): string => {
    note(value, 'jwt', true)
    const [, , signature = ''] = value.split('.')
    if (signature !== '') note(signature, 'jwt', true)
    const clean = asObject(json(claims as Json, 'claims', depth + 1))
    const known = made.get(value)
    if (known !== undefined) return known
    const fresh = resign?.(clean)
    const payload = Buffer.from(JSON.stringify(clean)).toString('base64url')
    const word = fresh ?? `${header}.${payload}.${sameShape(signature, streamOf(key, 'jwt', value))}`
    made.set(value, word)
    return word
  }

  const whole = (value: string, name: string, depth: number): string => {
    if (value === '' || isKept(value)) return value
    const last =
      name
        .replace(/\[\]$/, '')
        .split(/[.[\]]/)
        .findLast((part) => part !== '') ?? name
    if (SECRET_NAME.test(last)) return unwrappedSecret(value, last, depth)
    const strong = originals.get(value)?.strong === true
    if (!strong && DATE.test(value) && !BIRTH.test(last)) return value
    if (!strong && PLAIN_NUMBER.test(value) && !NUMBER_NAME.test(last) && !PERSON_NAME.test(last)) return value
    if (!strong && WORD_NAME.test(last) && WORD.test(value) && !KINDS.some(({ is }) => is(value))) return value
    const inner = unwrapped(value, last, depth)
    if (inner !== undefined) {
      if (inner !== value) note(value, 'nested', value.length >= 12)
      return inner
    }
    // What is called `name` may be a person's or a tool's; the words of programs are no names of people.
    const plain = /^(name|names)$/.test(last) && /^[a-z][a-z0-9_.-]*$/.test(value)
    if (PROSE_NAME.test(last) && /\s/.test(value) && value.length >= 12) note(value, 'text', true)
    return words(value, PERSON_NAME.test(last) && !plain)
  }

  /** A secret may be a wrapping too: what is in it is replaced in its shape. */
  const unwrappedSecret = (value: string, name: string, depth: number): string => {
    const scheme = /^(Bearer|Basic|Token|SSWS|Digest|ApiKey|Negotiate|DPoP) +(.+)$/is.exec(value)
    if (scheme !== null) return `${scheme[1]} ${unwrappedSecret(scheme[2] ?? '', name, depth)}`
    const nested = depth >= DEPTH_MAX ? undefined : nestedIn(value)
    if (nested === undefined || nested.kind === 'url') return secret(value)
    note(value, 'secret', true)
    if (nested.kind === 'json') return nested.wrap(secretJson(nested.value as Json, name, depth + 1))
    const packed = nested.kind === 'text' ? nestedIn(nested.inner) : undefined
    if (nested.kind === 'text' && packed !== undefined && packed.kind !== 'url')
      return nested.wrap(unwrappedSecret(nested.inner, name, depth + 1))
    // `user:password`, as basic authentication packs it.
    if (nested.kind === 'text')
      return nested.wrap(
        nested.inner
          .split(/([:;|,\s]+)/)
          .map((part) => (/[\p{L}\d]/u.test(part) ? unwrappedSecret(part, name, depth + 1) : part))
          .join(''),
      )
    if (nested.kind === 'parts')
      return nested.wrap(nested.parts.map((part) => unwrappedSecret(part.value, part.name, depth + 1)))
    return unwrapped(value, name, depth) ?? secret(value)
  }

  const secretJson = (value: Json, name: string, depth: number): Json => {
    if (typeof value === 'string') return DATE.test(value) ? value : unwrappedSecret(value, name, depth)
    if (value === null || typeof value !== 'object') return json(value, name, depth)
    if (Array.isArray(value)) return value.map((item: Json) => secretJson(item, name, depth))
    return Object.fromEntries(
      Object.entries(value).map(([field, item]) => [fieldName(field), secretJson(item as Json, field, depth)]),
    )
  }

  const text = (value: string, name: string, depth: number): string => {
    if (!value.includes('{{')) return whole(value, name, depth)
    const inner = unwrapped(value, name, depth)
    return (
      inner ??
      value
        .split(TEMPLATE)
        .map((part) => (TEMPLATE.test(part) ? part : whole(part, name, depth)))
        .join('')
    )
  }

  const json = (value: Json, name: string, depth: number): Json => {
    if (typeof value === 'string') return text(value, name, depth)
    if (typeof value === 'number') {
      const digits = String(value)
      const isCard = /^\d{13,19}$/.test(digits) && KINDS.some(({ type, is }) => type === 'card' && is(digits))
      if (!isCard && !NUMBER_NAME.test(name)) return value
      note(digits, isCard ? 'card' : 'number', true)
      return Number(
        substitute(digits, 'number', (stream) =>
          reformat(digits, sameShape(digits, stream).replaceAll(/\D/g, '').replace(/^0/, '1')),
        ),
      )
    }
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((item: Json) => json(item, name, depth))
    return Object.fromEntries(
      Object.entries(value).map(([field, item]) => [
        fieldName(field),
        json(item as Json, field === '0' ? name : field, depth),
      ]),
    )
  }

  /** Some objects have people's addresses for names of their fields. */
  const fieldName = (field: string): string => {
    if (/^\d{1,4}$/.test(field)) return field
    const isName = FIELD.test(field) && !TOKEN_LIKE.test(field) && !KINDS.some(({ is }) => is(field))
    return isName && originals.get(field)?.strong !== true ? field : atom(field, true)
  }

  const address = (value: string, depth: number): string => {
    const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?([\s\S]*)$/i.exec(value) ?? []
    const [beforeHash = '', ...hash] = rest.split('#')
    const [path = '', ...query] = beforeHash.split('?')
    const parts = path.split('/')
    const host = scheme === '' ? [] : [hostOf(parts.shift() ?? '')]
    const segments = parts.map((part, at) => segment(part, parts[at - 1] ?? ''))
    const asked = query.length === 0 ? '' : `?${queryOf(query.join('?'), depth)}`
    const anchor = hash.length === 0 ? '' : `#${queryOf(hash.join('#'), depth)}`
    return `${scheme}${[...host, ...segments].join('/')}${asked}${anchor}`
  }

  const queryOf = (query: string, depth: number): string =>
    query
      .split('&')
      .map((pair) => {
        const at = pair.indexOf('=')
        if (at < 0)
          return /^[a-z_-]{1,24}$/i.test(pair) && originals.get(pair)?.strong !== true
            ? pair
            : encode(text(safeDecode(pair), 'query', depth))
        const name = safeDecode(pair.slice(0, at))
        const plain = safeDecode(pair.slice(at + 1).replaceAll('+', ' '))
        const clean = text(plain, name, depth)
        const shownName = fieldName(name) === name ? pair.slice(0, at) : encode(fieldName(name))
        return `${shownName}=${clean === plain ? pair.slice(at + 1) : encode(clean)}`
      })
      .join('&')

  const segment = (part: string, before: string): string => {
    if (part === '' || part.startsWith('{{')) return part
    const plain = safeDecode(part)
    const parts = [plain, ...plain.split(/[._-]/)]
    if (isRouteWord(plain, before) && !parts.some((one) => originals.get(one)?.strong === true)) return part
    const clean = text(plain, 'path', 0)
    return clean === plain ? part : encode(clean)
  }

  const isRouteWord = (word: string, before: string): boolean =>
    vocabulary.has(word) ||
    ROUTE_WORDS.has(word) ||
    (/^(v\d{1,2}|[a-z][a-z._-]{0,24}|[a-z][a-z._-]{3,24}\d)$/.test(word) &&
      !/[^s]s$/.test(before) &&
      !/[^aeiou]{6}/.test(word))

  const hostOf = (host: string): string => {
    const [, user, name = host] = /^(?:([^@/]*)@)?(.*)$/.exec(host) ?? []
    const bare = name.replace(/:\d+$/, '')
    const port = name.slice(bare.length)
    const shown =
      vocabulary.has(bare) ||
      /^(localhost|127\.0\.0\.1|\[::1\])$|\.(test|example|invalid|localhost)$|(^|\.)example\.(com|org|net)$/.test(bare)
    if (!shown) note(bare, 'host', true)
    const clean = shown ? bare : `${substitute(bare, 'host', (stream) => `h${stream.next(1_000_000)}`)}.example.test`
    return `${
      user === undefined
        ? ''
        : `${user
            .split(':')
            .map((part) => secret(part))
            .join(':')}@`
    }${clean}${port}`
  }

  let finder: { readonly size: number; readonly find: (text: string) => readonly Found[] } | undefined
  const sweep = (value: string): string => {
    if (finder === undefined || finder.size !== originals.size)
      finder = { size: originals.size, find: createFinder(strongOf(originals), () => []) }
    const found = finder.find(value).toSorted((a, b) => b.needle.length - a.needle.length)
    if (found.length === 0) return value
    return value
      .split(TEMPLATE)
      .map((part) =>
        TEMPLATE.test(part)
          ? part
          : found.reduce((text, { needle }) => text.replaceAll(needle, () => atom(needle, true)), part),
      )
      .join('')
  }

  return {
    originals,
    text: (value, name) => text(value, name, 0),
    json: (value, name) => json(value, name, 0),
    header: (name, value) => headerOf(name.toLowerCase(), value),
    address: (value) => address(value, 0),
    field: (name) => fieldName(name),
    sweep,
    took() {
      const list = [...types]
      types = new Set()
      return list
    },
  }

  function headerOf(name: string, value: string): string {
    if (/^(accept|accept-language|accept-charset|content-type|content-language|prefer|range)$/.test(name)) return value
    if (name === 'cookie' || name === 'set-cookie') return cookies(value)
    if (/^(authorization|proxy-authorization)$/.test(name)) return unwrappedTemplates(value, name)
    return text(value, name, 0)
  }

  function unwrappedTemplates(value: string, name: string): string {
    return value.includes('{{')
      ? value
          .split(TEMPLATE)
          .map((part) =>
            TEMPLATE.test(part) || /^\s*(Bearer|Basic|Token|SSWS)?\s*$/i.test(part)
              ? part
              : unwrappedSecret(part, name, 0),
          )
          .join('')
      : unwrappedSecret(value, name, 0)
  }

  function cookies(value: string): string {
    return value
      .split(/(;\s*)/)
      .map((pair) => {
        const at = pair.indexOf('=')
        if (at < 0 || /^(path|domain|expires|max-age|samesite|priority)$/i.test(pair.slice(0, at).trim()))
          return pair.startsWith('{{') || /^(;\s*|secure|httponly|partitioned)$/i.test(pair) || at >= 0
            ? pair
            : words(pair, true)
        const plain = safeDecode(pair.slice(at + 1))
        const clean = plain.includes('{{') ? plain : unwrappedSecret(plain, 'cookie', 0)
        return `${pair.slice(0, at)}=${plain === pair.slice(at + 1) && !/[;\s,]/.test(clean) ? clean : encode(clean)}`
      })
      .join('')
  }
}

/** Capital letters where the other has them. */
function inCaseOf(like: string, word: string): string {
  if (like === like.toLowerCase()) return word
  if (like === like.toUpperCase()) return word.toUpperCase()
  return [...word]
    .map((char, at) => (like[at] !== undefined && like[at] !== like[at]?.toLowerCase() ? char.toUpperCase() : char))
    .join('')
}

/** Words that stand behind a collection in the routes of many services, and name nobody. */
const ROUTE_WORDS: ReadonlySet<string> = new Set(
  'batch search me new login logout export import count confirm cancel pay refund refunds capture health status bulk list all current latest approve reject upload download token refresh register signup verify webhook webhooks callback stripe sendgrid okta github slack openai anthropic jira google events items lines members users orders payments invoices customers sessions messages comments files events retry replay archive restore publish summary stats metrics config settings profile password reset'.split(
    ' ',
  ),
)
