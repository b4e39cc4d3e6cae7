import type { Json } from '../../../twins/trace.ts'
import { type FaultPart, type Fields, type Note, type Part, SEPARATOR } from '../draft.ts'
import { signed } from '../infer/webhooks.ts'
import { PERSON_NAME, SECRET_NAME, WORD_NAME } from './kinds.ts'
import type { Leak } from './leak.ts'
import type { Redactor } from './redactor.ts'

type Clean<P extends Part> = {
  readonly part: P
  readonly redacted: readonly { readonly at: string; readonly type: string }[]
  readonly leaks: readonly Leak[]
}

/** A part without anything that nobody may see, and which of its fields were changed. */
export function cleanPart(part: FaultPart, redactor: Redactor): Clean<FaultPart> {
  const pass = createPass(redactor)
  const together = part.value.together as readonly Fields[] | undefined
  const value =
    together === undefined
      ? cleanStep(part.value, '', pass, redactor)
      : {
          ...part.value,
          together: together.map((call, at) => cleanStep(call, `together.${at}.`, pass, redactor) as Json),
        }
  const { sign, ...rest } = part
  const headers = value.headers as Record<string, string> | undefined
  const whole =
    sign === undefined
      ? value
      : { ...value, headers: { ...headers, ...signed(sign.scheme, sign.secret, String(value.text ?? ''), sign.atMs) } }
  return {
    part: { ...rest, value: whole, notes: cleanNotes(part.notes, redactor) },
    redacted: pass.redacted,
    leaks: pass.leaks,
  }
}

/** An expectation, from which values that would have to be changed are left out: nothing answers with a substitute. */
export function cleanExpectation(part: Part, redactor: Redactor): Part {
  const { body } = part.value
  if (body === undefined) return part
  const kept = keepUnchanged(body, '', redactor)
  const { body: _body, ...rest } = part.value
  const notes = part.notes.filter(({ at }) => !at.startsWith('body') || hasPath(kept, at.split(SEPARATOR).slice(1)))
  return { value: kept === undefined ? rest : { ...rest, body: kept }, notes: cleanNotes(notes, redactor) }
}

export function cleanGiven(
  given: Readonly<Record<string, Fields>>,
  redactor: Redactor,
): {
  readonly given: Readonly<Record<string, Fields>>
  readonly redacted: Clean<Part>['redacted']
  readonly leaks: readonly Leak[]
} {
  // A starting state is in the vendor's words: what is no name and no secret there means something.
  const pass = createPass(
    redactor,
    (value, name) =>
      typeof value === 'string' &&
      VENDOR_WORD.test(value) &&
      !SECRET_NAME.test(name) &&
      !PERSON_NAME.test(name) &&
      redactor.originals.get(value)?.strong !== true,
  )
  const clean = Object.fromEntries(
    Object.entries(given).map(([twin, fields]) => [twin, pass.walk(fields as Json, twin, `given.${twin}`) as Fields]),
  )
  return { given: clean, redacted: pass.redacted, leaks: pass.leaks }
}

/** Names in a path are cleaned one by one; the first part is ours. */
const cleanNotes = (notes: readonly Note[], redactor: Redactor): readonly Note[] =>
  notes.map((note) => {
    const [own = '', ...names] = note.at.split(SEPARATOR)
    return { ...note, at: [own, ...names.map((name) => redactor.field(name))].join('.') }
  })

type Pass = {
  readonly redacted: { at: string; type: string }[]
  readonly leaks: Leak[]
  walk(value: Json, name: string, at: string): Json
  one(before: string, after: string, at: string, name: string): string
}

const VENDOR_WORD = /^[a-z][a-z_]{1,40}$/

function createPass(redactor: Redactor, isVendorWord: (value: Json, name: string) => boolean = () => false): Pass {
  const redacted: { at: string; type: string }[] = []
  const leaks: Leak[] = []
  const changed = (before: unknown, after: unknown, at: string, name: string): void => {
    const [type = 'text'] = redactor.took().filter((one) => one !== 'nested')
    if (before !== after) redacted.push({ at, type })
    // Words of a protocol stay; anywhere else a value that was replaced once must not stand as it was.
    const known = typeof after === 'string' && !WORD_NAME.test(name) ? redactor.originals.get(after) : undefined
    if (known !== undefined && before === after && (SECRET_NAME.test(name) || PERSON_NAME.test(name)))
      leaks.push({ type: known.type, output: 'scenario', through: ['a field that was left as it was'] })
  }
  const walk = (value: Json, name: string, at: string): Json => {
    if (value !== null && typeof value === 'object') {
      if (Array.isArray(value)) return value.map((item: Json, index) => walk(item, name, `${at}.${index}`))
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
          const field = redactor.field(key)
          return [field, walk(item as Json, key, `${at}.${field}`)]
        }),
      )
    }
    redactor.took()
    const clean = isVendorWord(value, name) ? value : redactor.json(value, name)
    const after = typeof clean === 'string' ? redactor.sweep(clean) : clean
    changed(value, after, at, name)
    return after
  }
  return {
    redacted,
    leaks,
    walk,
    one(before, after, at, name) {
      changed(before, after, at, name)
      return after
    },
  }
}

function cleanStep(value: Fields, base: string, pass: Pass, redactor: Redactor): Fields {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, Json | undefined] => {
      const at = `${base}${key}`
      if (key === 'body' || key === 'with') return [key, pass.walk(item ?? null, '', at)]
      if (key === 'text')
        return [key, pass.one(String(item), redactor.sweep(redactor.text(String(item), 'text')), at, 'text')]
      if (key === 'call') {
        const [method = 'GET', ...path] = String(item).split(' ')
        return [
          key,
          pass.one(String(item), `${method} ${redactor.sweep(redactor.address(path.join(' ')))}`, at, 'call'),
        ]
      }
      if (key !== 'headers') return [key, item]
      const headers = Object.entries(item as Readonly<Record<string, string>>)
      return [
        key,
        Object.fromEntries(
          headers.map(([name, text]) => [
            name,
            pass.one(text, redactor.sweep(redactor.header(name, text)), `${at}.${name}`, name),
          ]),
        ),
      ]
    }),
  )
}

function keepUnchanged(value: Json | undefined, name: string, redactor: Redactor): Json | undefined {
  if (value === undefined) return undefined
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return JSON.stringify(redactor.json(value, name)) === JSON.stringify(value) &&
      (typeof value !== 'string' || redactor.sweep(value) === value)
      ? value
      : undefined
  const kept = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const inner = redactor.field(key) === key ? keepUnchanged(item as Json, key, redactor) : undefined
    return inner === undefined ? [] : [[key, inner]]
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function hasPath(value: Json | undefined, path: readonly string[]): boolean {
  if (path.length === 0) return value !== undefined
  const [key = '', ...rest] = path
  if (value === undefined || value === null || typeof value !== 'object') return false
  return hasPath((value as Readonly<Record<string, Json>>)[key], rest)
}
