import type { Json } from '../../twins/trace.ts'
import { isObject, type Wire } from './body.ts'

type Scalar = string | number

const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)|^\w{3}, \d\d? \w{3} \d{4}/
const ID_NAME = /^(id|key|number|sid|ts)$/
const ID_SUFFIX = /(_id|_key|_number|_sid|Id|ID|Key|Number|Sid|Ids|_ids)$/
/** Where a text may hold an id: between these. */
const BETWEEN = /([/?&=:,;\s"'<>()[\]|#!]+)/

/** Long and mixed enough that no two things have it: such a text is bound wherever it stands. */
export function isUnmistakable(text: string): boolean {
  if (text.length < 10 || text.length > 2000 || /\s/.test(text) || DATE.test(text) || text.includes('://')) return false
  if (/^\d+$/.test(text)) return false
  return /\d/.test(text) ? /[A-Za-z.]/.test(text) : text.length >= 16 && /[a-z]/.test(text) && /[A-Z]/.test(text)
}

/** `payment_methods`, `PaymentMethod` and `payment_method_id` are one kind. */
export const kindOf = (name: string): string =>
  name.replace(ID_SUFFIX, '').replaceAll(/[_-]/g, '').toLowerCase().replace(/s$/, '')

const LONG_NUMBER = /^\d{6,}$/

const namesId = (key: string): boolean => ID_NAME.test(key) || ID_SUFFIX.test(key)

/** The name of the collection that a path ends in: `/v1/customers/cus_1` gives `customers`. */
export function collectionOf(path: string): string {
  const words = path.split('/').filter((part) => /^[a-z][a-z_.-]*$/i.test(part) && !isUnmistakable(part))
  return words.at(-1) ?? ''
}

/**
 * Recorded ids and the twin's own, bound by first appearance. Short ones (issue 1, row 2) are bound within their kind
 * only, and put in only where a request names that kind.
 */
export class Bindings {
  readonly #long = new Map<string, string>()
  readonly #short = new Map<string, Scalar>()
  /** Numbers so long that hardly two things have one: addresses may name them under another word than answers do. */
  readonly #numbers = new Map<string, Scalar>()

  /** The twin's id for an unmistakable one; undefined when it was never seen in an answer. */
  of(recorded: string): string | undefined {
    return this.#long.get(recorded)
  }

  /** The twin's id for a short one where `key` names it. */
  short(kind: string, recorded: Scalar): Scalar | undefined {
    return this.#short.get(`${kindOf(kind)}\0${recorded}`)
  }

  /** Binds what stands at the same place of two answers. `kinds` are names for what surrounds it. */
  bind(recorded: Scalar, actual: Scalar, key: string, kinds: readonly string[]): void {
    if (typeof recorded === 'string' && typeof actual === 'string') {
      if (isUnmistakable(recorded)) {
        if (!this.#long.has(recorded)) this.#long.set(recorded, actual)
        return
      }
      if (DATE.test(recorded)) return
      if (/[/?&]/.test(recorded)) this.#bindParts(recorded, actual)
    }
    if (!namesId(key)) return
    if (LONG_NUMBER.test(String(recorded)) && !this.#numbers.has(String(recorded)))
      this.#numbers.set(String(recorded), actual)
    for (const name of ID_NAME.test(key) ? kinds : [key]) {
      const at = `${kindOf(name)}\0${recorded}`
      if (!this.#short.has(at)) this.#short.set(at, actual)
    }
  }

  #bindParts(recorded: string, actual: string): void {
    const [theirs, ours] = [recorded.split(BETWEEN), actual.split(BETWEEN)]
    if (theirs.length !== ours.length) return
    for (const [at, part] of theirs.entries()) {
      const mine = ours[at] ?? ''
      if (part !== mine && isUnmistakable(part) && !this.#long.has(part)) this.#long.set(part, mine)
    }
  }

  /** A text of a later request, with the twin's ids in it. `key` is the name it goes by. */
  text(recorded: string, key: string): string {
    const whole = this.#long.get(recorded) ?? this.short(key, recorded)
    if (whole !== undefined) return String(whole)
    return recorded
      .split(BETWEEN)
      .map((part) => this.#long.get(part) ?? this.#long.get(safeDecode(part)) ?? part)
      .join('')
  }

  /** A body of a later request, likewise. `kind` is what its own `id` would be one of. */
  json(value: Json, key: string, kind: string): Json {
    if (Array.isArray(value)) return value.map((item: Json) => this.json(item, key, kind))
    if (isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [
          this.#long.get(name) ?? name,
          this.json(item, ID_NAME.test(name) ? key || kind : name, kind),
        ]),
      ) as Wire
    }
    if (typeof value === 'string') return this.text(value, key)
    return typeof value === 'number' ? (this.short(key, value) ?? value) : value
  }

  /** An address of a later request, likewise: segments by the one before them, parameters by name. */
  url(recorded: URL): URL {
    const url = new URL(recorded)
    const segments = recorded.pathname.split('/')
    url.pathname = segments
      .map((part, at) => {
        // Some vendors say the format behind the id.
        const [, plain = '', format = ''] = /^(.*?)(\.json)?$/s.exec(safeDecode(part)) ?? []
        const named = this.text(plain, segments[at - 1] ?? '')
        const bound = named === plain ? String(this.#numbers.get(plain) ?? plain) : named
        if (bound === plain) return part
        return encodeURIComponent(bound).replaceAll('%3A', ':').replaceAll('%2C', ',') + format
      })
      .join('/')
    const query = [...recorded.searchParams]
    const bound = query.map(([name, value]): [string, string] => [
      name,
      this.text(value, name.replace(/^.*\[(\w+)\]$/, '$1')),
    ])
    // Left as it was written where nothing is bound: some vendors read their query by the letter.
    if (bound.some(([, value], at) => value !== query[at]?.[1])) url.search = new URLSearchParams(bound).toString()
    return url
  }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
