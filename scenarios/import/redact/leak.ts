import { inflated, printable } from './nested.ts'
import type { Original } from './redactor.ts'

/** A secret that was found in what would be written: what kind, in which output, and through which layers. Never the secret itself. */
export type Leak = { readonly type: string; readonly output: string; readonly through: readonly string[] }

const DEPTH_MAX = 4
const GRAM = 4

/** A needle that was found, and what it is one of. */
export type Found = { readonly needle: string; readonly original: Original }

/** Finds needles in a text by their first characters. `spellings` gives further texts that count as the same needle. */
export function createFinder(
  needles: ReadonlyMap<string, Original>,
  spellings: (value: string) => readonly string[],
): (text: string) => readonly Found[] {
  const byGram = new Map<string, Found[]>()
  for (const [value, original] of needles) {
    for (const needle of [value, ...spellings(value)]) {
      const gram = needle.slice(0, GRAM)
      const known = byGram.get(gram)
      if (known === undefined) byGram.set(gram, [{ needle, original }])
      else known.push({ needle, original })
    }
  }
  return (text) => {
    const found = new Map<string, Found>()
    for (let at = 0; at + GRAM <= text.length; at++) {
      for (const one of byGram.get(text.slice(at, at + GRAM)) ?? []) {
        const { needle } = one
        if (text.startsWith(needle, at) && (needle.length >= 8 || standsAlone(text, at, needle.length)))
          found.set(needle, one)
      }
    }
    return [...found.values()]
  }
}

/** What must not be found anywhere. */
export const strongOf = (originals: ReadonlyMap<string, Original>): ReadonlyMap<string, Original> =>
  new Map([...originals].filter(([value, { strong }]) => strong && value.length >= GRAM))

/** Forms write a space as a plus; all else of it is percent encoding. */
const asForm = (value: string): readonly string[] => (value.includes(' ') ? [value.replaceAll(' ', '+')] : [])

/** What base64 makes of a value in the middle of something: at each of the three offsets the part that does not hang on what is around. */
function innerBase64(value: string): readonly string[] {
  const inner = [1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64')
    return text.slice(offset + 1).replace(/..={0,2}$/, '')
  })
  return inner.flatMap((text) => (text.length < 8 ? [] : [text, text.replaceAll('+', '-').replaceAll('/', '_')]))
}

/** Of four letters in a row some stand in every longer word. */
const standsAlone = (text: string, at: number, length: number): boolean =>
  !/[\p{L}\d]/u.test(text[at - 1] ?? '') && !/[\p{L}\d]/u.test(text[at + length] ?? '')

/**
 * Looks for everything that was replaced, in each output and in whatever can be decoded out of it, layer by layer: percent and
 * form encoding, JSON and HTML escapes, quoted-printable, hex, UTF-16, base64 and base64url at every offset, compressed parts.
 */
export function findLeaks(
  outputs: Readonly<Record<string, string>>,
  originals: ReadonlyMap<string, Original>,
): readonly Leak[] {
  const find = createFinder(strongOf(originals), (value) => [...asForm(value), ...innerBase64(value)])
  const leaks: Leak[] = []
  for (const [output, text] of Object.entries(outputs)) {
    const seen = new Set<string>()
    // The same run of letters stands in many layers; once is enough.
    const runs = new Set<string>()
    const look = (layer: string, through: readonly string[]): void => {
      if (layer.length < GRAM || seen.has(layer)) return
      seen.add(layer)
      for (const { original } of find(layer)) leaks.push({ type: original.type, output, through })
      if (through.length >= DEPTH_MAX) return
      for (const [name, next] of layersOf(layer, runs)) look(next, [...through, name])
    }
    look(text, [])
  }
  return leaks
}

const unescapeJson = (text: string): string =>
  text
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\x([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\(["'\\/])/g, '$1')

const unescapeHtml = (text: string): string =>
  text
    .replaceAll(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => fromCode(Number.parseInt(code, 16)))
    .replaceAll(/&#(\d{1,7});/g, (_, code: string) => fromCode(Number(code)))
    .replaceAll(/&(lt|gt|quot|apos|amp|commat|period);/g, (_, name: string) => ENTITIES[name] ?? '')
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  commat: '@',
  period: '.',
}
const fromCode = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '')

const unescapePercent = (text: string): string =>
  text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())

const unescapeQuoted = (text: string): string =>
  text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/(?:=[0-9A-F]{2})+/gi, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString())

/** Everything that a text may be on the inside. A layer that decodes to nothing new is none. */
function* layersOf(text: string, runs: Set<string>): Generator<readonly [string, string]> {
  const whole: readonly (readonly [string, string])[] = [
    ['percent encoding', unescapePercent(text)],
    ['JSON escapes', unescapeJson(text)],
    ['HTML entities', unescapeHtml(text)],
    ['quoted-printable', unescapeQuoted(text)],
    ['UTF-16', text.replaceAll('\0', '')],
  ]
  for (const [name, next] of whole) if (next !== text) yield [name, next]
  // Broken over lines, as mail and PEM have it.
  const joined = text.replaceAll(/(?<=[A-Za-z0-9+/]{40})\\?\r?\n *(?=[A-Za-z0-9+/])/g, '')
  const isNew = (run: string): boolean => runs.size !== runs.add(run).size
  for (const [run] of joined.matchAll(/(?:[0-9a-f]{2}){4,}/gi))
    if (isNew(`${run} hex`)) yield* ofBytes('hex', Buffer.from(run, 'hex'))
  for (const [run] of joined.matchAll(/[A-Za-z0-9+/_-]{6,}={0,2}/g)) {
    if (!isNew(run)) continue
    for (let offset = 0; offset < 4; offset++)
      yield* ofBytes('base64', Buffer.from(run.slice(offset).replaceAll('-', '+').replaceAll('_', '/'), 'base64'))
  }
}

function* ofBytes(name: string, bytes: Buffer): Generator<readonly [string, string]> {
  if (bytes.length < GRAM) return
  const packed = inflated(bytes)
  if (packed !== undefined) yield [`${name}, compressed`, packed.text]
  const text = printable(bytes)
  if (text !== undefined) yield [name, text]
  else if (isMostlyText(bytes)) yield [name, bytes.toString('latin1').replaceAll('\0', '')]
}

/** Bytes with a text in them, such as one at another offset or in UTF-16. */
const isMostlyText = (bytes: Buffer): boolean => {
  let readable = 0
  for (const byte of bytes.subarray(0, 4096)) if ((byte >= 32 && byte < 127) || byte === 0 || byte === 10) readable += 1
  return readable >= Math.min(bytes.length, 4096) * 0.5
}
