import qs from 'qs'
import type { NotModelled } from '../twin.ts'
import { malformed, missingParam, unknownParams } from './errors.ts'
import type { Address, Metadata } from './state.ts'

/** A form or query as it came: text, lists, and objects of them. */
export type Raw = string | readonly Raw[] | { readonly [key: string]: Raw }
export type RawParams = { readonly [key: string]: Raw }

/** Reads one parameter; `path` names it in errors, as `shipping[address][city]`. Throws a refusal. */
export interface Field<T> {
  readonly needed: boolean
  read(raw: Raw, path: string): T
}
export interface Needed<T> extends Field<T> {
  readonly needed: true
}
export type Spec = Readonly<Record<string, Field<unknown>>>
export type Parsed<S extends Spec> = {
  readonly [Name in keyof S]: S[Name] extends Needed<infer T>
    ? T
    : S[Name] extends Field<infer T>
      ? T | undefined
      : never
}

/** Parses `a[b]=1&c[]=2&c[0]=3` as Stripe does. */
export const parseForm = (text: string): RawParams =>
  // With these options qs makes text, lists and plain objects, and nothing else.
  qs.parse(text, { depth: 10, parameterLimit: 5000, arrayLimit: 1000, ignoreQueryPrefix: true }) as RawParams

const isObject = (raw: Raw): raw is RawParams => typeof raw === 'object' && !Array.isArray(raw)

/** Reads `raw` by `spec`: unknown parameters first, then each in the spec's order. */
export function readParams<S extends Spec>(spec: S, raw: RawParams, path = ''): Parsed<S> {
  const at = (name: string): string => (path === '' ? name : `${path}[${name}]`)
  const unknown = Object.keys(raw).filter((name) => !Object.hasOwn(spec, name))
  if (unknown.length > 0) throw unknownParams(unknown.map(at))
  const parsed: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(spec)) {
    const given = raw[name]
    if (given !== undefined) parsed[name] = field.read(given, at(name))
    else if (field.needed) throw missingParam(at(name))
  }
  // Each field has read its own part; the mapped type says which.
  return parsed as Parsed<S>
}

const field = <T>(read: (raw: Raw, path: string) => T): Field<T> => ({ needed: false, read })

/** Stripe takes an empty value as an attempt to unset: https://docs.stripe.com/error-codes (2026-11-24). */
const text = (raw: Raw, path: string): string => {
  if (typeof raw !== 'string') throw malformed(`Invalid string: ${JSON.stringify(raw)}`, { param: path })
  if (raw === '') {
    throw malformed(
      `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
      { code: 'parameter_invalid_empty', param: path },
    )
  }
  return raw
}

export const required = <T>(inner: Field<T>): Needed<T> => ({ needed: true, read: inner.read })

/** '' means: take away what is there. */
export const emptyable = <T>(inner: Field<T>): Field<T | ''> =>
  field((raw, path) => (raw === '' ? '' : inner.read(raw, path)))

export const string = (max = 5000): Field<string> =>
  field((raw, path) => {
    const value = text(raw, path)
    if (value.length > max) {
      throw malformed(`Invalid string: ${value.slice(0, 10)}...${value.slice(-3)}; must be at most ${max} characters`, {
        param: path,
      })
    }
    return value
  })

export const integer = (min: number = Number.MIN_SAFE_INTEGER, max: number = Number.MAX_SAFE_INTEGER): Field<number> =>
  field((raw, path) => {
    const value = text(raw, path)
    const bad = (message: string): Error => malformed(message, { code: 'parameter_invalid_integer', param: path })
    if (!/^[+-]?\d{1,15}$/.test(value)) throw bad(`Invalid integer: ${value}`)
    const number = Number(value)
    if (number < min) throw bad(`This value must be greater than or equal to ${min}.`)
    if (number > max) throw bad(`This value must be less than or equal to ${max}.`)
    return number
  })

export const flag = (): Field<boolean> =>
  field((raw, path) => {
    const value = text(raw, path)
    if (value !== 'true' && value !== 'false') throw malformed(`Invalid boolean: ${value}`, { param: path })
    return value === 'true'
  })

export const choice = <const T extends string>(...options: readonly T[]): Field<T> =>
  field((raw, path) => {
    const value = text(raw, path)
    const found = options.find((option) => option === value)
    if (found !== undefined) return found
    const list = options.length > 1 ? `${options.slice(0, -1).join(', ')} or ${options.at(-1)}` : options.join()
    throw malformed(`Invalid ${path}: must be one of ${list}`, { param: path })
  })

export const object = <S extends Spec>(spec: S): Field<Parsed<S>> =>
  field((raw, path) => {
    if (!isObject(raw)) throw malformed('Invalid object', { param: path })
    return readParams(spec, raw, path)
  })

/** `a[]=1`, `a[0]=1`; a lone value is no list. */
export const list = <T>(inner: Field<T>): Field<readonly T[]> =>
  field((raw, path) => {
    if (!Array.isArray(raw)) throw malformed('Invalid array', { param: path })
    return raw.map((item: Raw, at) => inner.read(item, `${path}[${at}]`))
  })

/** More than 0 and at most 100: https://docs.stripe.com/api/coupons/create (2026-11-26). */
export const percent = (name?: string): Field<number> =>
  field((raw, path) => {
    const value = typeof raw === 'string' && /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : Number.NaN
    if (Number.isNaN(value)) throw malformed(`Invalid decimal: ${String(raw)}`, { param: path })
    if (value <= 0 || value > 100)
      throw malformed(`Invalid ${name ?? path}; must be between 0 and 100`, { param: path })
    return value
  })

/** A parameter Stripe knows and this twin does not. */
export const unmodelled = (error: () => NotModelled): Field<never> =>
  field(() => {
    throw error()
  })

export const email = (): Field<string> =>
  field((raw, path) => {
    const value = text(raw, path)
    if (!/^[^\s@]+@[^\s@]+$/.test(value)) {
      throw malformed(`Invalid email address: ${value}`, { code: 'email_invalid', param: path })
    }
    return value
  })

export const url = (): Field<string> =>
  field((raw, path) => {
    const value = text(raw, path)
    if (!/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value)) {
      throw malformed('Invalid URL: An explicit scheme (such as https) must be provided.', {
        code: 'url_invalid',
        param: path,
      })
    }
    return value
  })

/** https://docs.stripe.com/api/metadata (2026-11-24): 50 keys of 40 characters, values of 500. */
const METADATA_MAX = { keys: 50, key: 40, value: 500 } as const

/** Metadata to merge; an empty value takes its key away, an empty whole takes all. */
export const metadata = (): Field<Metadata | ''> =>
  field((raw, path) => {
    if (raw === '') return ''
    if (!isObject(raw)) throw malformed('Invalid object', { param: path })
    const entries = Object.entries(raw).map(([key, value]): [string, string] => {
      if (typeof value !== 'string') throw malformed('Metadata values must be strings.', { param: `${path}[${key}]` })
      if (key.length > METADATA_MAX.key) {
        throw malformed(
          `Metadata keys can have up to ${METADATA_MAX.key} characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key}`,
          { param: path },
        )
      }
      if (value.length > METADATA_MAX.value) {
        throw malformed(
          `Metadata values can have up to ${METADATA_MAX.value} characters, but you passed in a value that is ${value.length} characters. Invalid value: ${value}`,
          { param: path },
        )
      }
      return [key, value]
    })
    return Object.fromEntries(entries)
  })

/** What `old` becomes when `change` is merged in. Throws when that makes too many keys. */
export function mergeMetadata(old: Metadata, change: Metadata | '' | undefined): Metadata {
  if (change === undefined) return old
  if (change === '') return {}
  const merged = Object.entries({ ...old, ...change }).filter(([, value]) => value !== '')
  if (merged.length > METADATA_MAX.keys) {
    throw malformed(`Metadata can have up to ${METADATA_MAX.keys} keys, but you've set ${merged.length}`, {
      param: 'metadata',
    })
  }
  return Object.fromEntries(merged)
}

const ADDRESS_PARTS = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'] as const

export const address = (): Field<Address> =>
  field((raw, path) => {
    const part = emptyable(string())
    const spec = Object.fromEntries(ADDRESS_PARTS.map((name) => [name, part]))
    const parsed = object(spec).read(raw, path)
    return Object.fromEntries(ADDRESS_PARTS.map((name) => [name, parsed[name] || null]))
  })

/** A moment, or a range of them, in whole seconds. */
export type Range = { readonly [bound in 'gt' | 'gte' | 'lt' | 'lte']?: number | undefined }
export const range = (): Field<Range> =>
  field((raw, path) => {
    if (typeof raw !== 'string') {
      return object({ gt: integer(), gte: integer(), lt: integer(), lte: integer() }).read(raw, path)
    }
    const at = integer().read(raw, path)
    return { gte: at, lte: at }
  })
export const inRange = (value: number, { gt, gte, lt, lte }: Range): boolean =>
  (gt === undefined || value > gt) &&
  (gte === undefined || value >= gte) &&
  (lt === undefined || value < lt) &&
  (lte === undefined || value <= lte)
