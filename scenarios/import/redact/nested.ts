import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'

/** Something that is a text only on the outside: what is in it, and how to put another thing in its place. */
export type Nested =
  | { readonly kind: 'json'; readonly value: unknown; readonly wrap: (value: unknown) => string }
  | { readonly kind: 'text'; readonly inner: string; readonly wrap: (inner: string) => string }
  /** Named parts in a frame that stays. */
  | { readonly kind: 'parts'; readonly parts: readonly Named[]; readonly wrap: (parts: readonly string[]) => string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'jwt'; readonly header: string; readonly claims: Readonly<Record<string, unknown>> }

export type Named = { readonly name: string; readonly value: string }

/** What a text holds; undefined where it is nothing but itself. */
export function nestedIn(text: string): Nested | undefined {
  if (text.length < 4 || text.length > 4_194_304) return undefined
  return (
    jsonIn(text) ??
    jwtIn(text) ??
    dataUrlIn(text) ??
    (/^[a-z][a-z0-9+.-]{1,20}:\/\/[^\s]+$/i.test(text) ? { kind: 'url' as const, url: text } : undefined) ??
    multipartIn(text) ??
    linesIn(text) ??
    xmlIn(text) ??
    formIn(text) ??
    percentIn(text) ??
    base64In(text) ??
    hexIn(text)
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function jsonIn(text: string): Nested | undefined {
  if (!/^\s*[[{"]/.test(text)) return undefined
  const value = parsed(text)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return { kind: 'text', inner: value, wrap: (inner) => JSON.stringify(inner) }
  return typeof value === 'object' ? { kind: 'json', value, wrap: (next) => JSON.stringify(next) } : undefined
}

function jwtIn(text: string): Nested | undefined {
  const found = /^(eyJ[\w-]+)\.(eyJ[\w-]+)\.([\w-]*)$/.exec(text)
  if (found === null) return undefined
  const claims = parsed(Buffer.from(found[2] ?? '', 'base64url').toString())
  if (claims === null || typeof claims !== 'object') return undefined
  return { kind: 'jwt', header: found[1] ?? '', claims: claims as Readonly<Record<string, unknown>> }
}

function dataUrlIn(text: string): Nested | undefined {
  const found = /^(data:[\w/+.;=-]*;base64,)([\w+/=-]+)$/.exec(text)
  if (found === null) return undefined
  return { kind: 'text', inner: found[2] ?? '', wrap: (inner) => (found[1] ?? '') + inner }
}

/** `a=b&c=d`, of at least two pairs, or one whose value is encoded. */
function formIn(text: string): Nested | undefined {
  if (/[\s{}<>"]/.test(text) || !/^[\w.[\]%+-]{1,100}=/.test(text)) return undefined
  const pairs = text.split('&')
  if (!pairs.every((pair) => /^[\w.[\]%+-]{1,100}=[^=]*=*$/.test(pair))) return undefined
  // A single `name=` may as well be base64, which has no brackets.
  if (pairs.length === 1 && /=+$/.test(text) && !text.includes('[')) return undefined
  const plain = (part: string): string => safeDecode(part.replaceAll('+', ' '))
  const named = pairs.map((pair): Named => {
    const at = pair.indexOf('=')
    return { name: plain(pair.slice(0, at)), value: plain(pair.slice(at + 1)) }
  })
  return {
    kind: 'parts',
    parts: named,
    wrap: (values) =>
      pairs.map((pair, at) => `${pair.slice(0, pair.indexOf('='))}=${encode(values[at] ?? '')}`).join('&'),
  }
}

/** As forms do it, but that templates stay as they are. */
export const encode = (text: string): string =>
  text
    .split(/(\{\{[^{}]+\}\})/)
    .map((part) => (part.startsWith('{{') ? part : encodeURIComponent(part)))
    .join('')

export function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function percentIn(text: string): Nested | undefined {
  if (!/%[0-9a-f]{2}/i.test(text) || /\s/.test(text)) return undefined
  const inner = safeDecode(text)
  return inner === text ? undefined : { kind: 'text', inner, wrap: encode }
}

function multipartIn(text: string): Nested | undefined {
  const boundary = /^--([^\r\n]{1,100})\r?\n/.exec(text)?.[1]
  if (boundary === undefined || !/content-disposition/i.test(text)) return undefined
  const pieces = text.split(`--${boundary}`)
  const cuts = pieces.map((piece) =>
    piece.endsWith('\n') ? /^([\s\S]*?\r?\n\r?\n)([\s\S]*?)(\r?\n)$/.exec(piece) : null,
  )
  const parts = cuts.map(
    (cut): Named => ({ name: /name="([^"]*)"/.exec(cut?.[1] ?? '')?.[1] ?? '', value: cut?.[2] ?? '' }),
  )
  return {
    kind: 'parts',
    parts,
    // File names may be names of people.
    wrap: (values) =>
      pieces
        .map((piece, at) => {
          const cut = cuts[at]
          if (cut === null || cut === undefined) return piece
          return `${(cut[1] ?? '').replace(/filename="[^"]*"/g, 'filename="file"')}${values[at] ?? ''}${cut[3] ?? ''}`
        })
        .join(`--${boundary}`),
  }
}

/** One JSON value a line, or the lines of an event stream. */
function linesIn(text: string): Nested | undefined {
  if (!text.includes('\n')) return undefined
  const lines = text.split('\n')
  const bodies = lines.map((line) => /^(data: ?|event: ?|id: ?|)(.*)$/.exec(line) ?? ['', '', line])
  const counted = bodies.filter(([, , rest]) => (rest ?? '').trim() !== '')
  if (counted.length < 1 || !counted.every(([, mark, rest]) => mark !== '' || /^\s*[[{]/.test(rest ?? '')))
    return undefined
  return {
    kind: 'parts',
    parts: bodies.map(([, mark, rest]): Named => ({ name: mark === 'event: ' ? 'event' : '', value: rest ?? '' })),
    wrap: (values) => bodies.map(([, mark], at) => `${mark ?? ''}${values[at] ?? ''}`).join('\n'),
  }
}

function xmlIn(text: string): Nested | undefined {
  if (!/^\s*<[?!a-z]/i.test(text) || !/>\s*$/.test(text)) return undefined
  const pieces = text.split(/(<[^>]*>)/)
  const parts: Named[] = []
  const frame = pieces.map((piece): string | number | (string | number)[] => {
    if (!piece.startsWith('<'))
      return piece.trim() === '' ? piece : parts.push({ name: tagBefore(pieces, piece), value: unescapeXml(piece) }) - 1
    return piece.split(/("[^"]*"|'[^']*')/).map((bit, at, bits) =>
      /^["']/.test(bit)
        ? parts.push({
            name: /([\w:-]+)=$/.exec(bits[at - 1] ?? '')?.[1] ?? '',
            value: unescapeXml(bit.slice(1, -1)),
          }) - 1
        : bit,
    )
  })
  const filled = (bit: string | number, values: readonly string[], quote: string): string =>
    typeof bit === 'string' ? bit : `${quote}${escapeXml(values[bit] ?? '')}${quote}`
  return {
    kind: 'parts',
    parts,
    wrap: (values) =>
      frame
        .map((piece) =>
          Array.isArray(piece) ? piece.map((bit) => filled(bit, values, '"')).join('') : filled(piece, values, ''),
        )
        .join(''),
  }
}

const tagBefore = (pieces: readonly string[], piece: string): string =>
  /^<([\w:-]+)/.exec(pieces[pieces.indexOf(piece) - 1] ?? '')?.[1] ?? ''
const unescapeXml = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replaceAll('&amp;', '&')
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const INFLATED_MAX = 8 * 1_048_576

/** Base64 or base64url of a text, plain or compressed. Bytes that are no text are left to be replaced as they stand. */
function base64In(text: string): Nested | undefined {
  if (text.length < 8 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) || /^[a-z]+$|^[A-Z]+$|^\d+$/.test(text))
    return undefined
  const url = /[-_]/.test(text) || (!text.includes('=') && text.length % 4 !== 0)
  const encoding = url ? 'base64url' : 'base64'
  const bytes = Buffer.from(text, encoding)
  const again = (made: Uint8Array): string => {
    const encoded = Buffer.from(made).toString(encoding)
    return url && text.endsWith('=') ? encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=') : encoded
  }
  if (again(bytes).replaceAll('=', '') !== text.replaceAll('=', '')) return undefined
  const packed = inflated(bytes)
  if (packed !== undefined) return { kind: 'text', inner: packed.text, wrap: (inner) => again(packed.pack(inner)) }
  const inner = printable(bytes)
  return inner === undefined ? undefined : { kind: 'text', inner, wrap: (next) => again(Buffer.from(next)) }
}

function hexIn(text: string): Nested | undefined {
  if (text.length < 16 || text.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(text)) return undefined
  const inner = printable(Buffer.from(text, 'hex'))
  return inner === undefined ? undefined : { kind: 'text', inner, wrap: (next) => Buffer.from(next).toString('hex') }
}

/** The text that bytes are, when they are one that people or programs read. */
export function printable(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return undefined
  const text = Buffer.from(bytes).toString()
  if (text.includes('\uFFFD')) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell bytes from text.
  return /[\x00-\x08\x0e-\x1f\x7f]/.test(text) ? undefined : text
}

type Packed = { readonly text: string; readonly pack: (text: string) => Uint8Array }

/** The text in compressed bytes. */
export function inflated(bytes: Uint8Array): Packed | undefined {
  const limits = { maxOutputLength: INFLATED_MAX }
  const ways: readonly (readonly [boolean, () => Uint8Array, (text: string) => Uint8Array])[] = [
    [bytes[0] === 0x1f && bytes[1] === 0x8b, () => gunzipSync(bytes, limits), (text) => gzipSync(text)],
    [bytes[0] === 0x78, () => inflateSync(bytes, limits), (text) => deflateSync(text)],
    [bytes.length >= 16, () => brotliDecompressSync(bytes, limits), (text) => brotliCompressSync(text)],
  ]
  for (const [likely, unpack, pack] of ways) {
    if (!likely) continue
    try {
      const text = printable(unpack())
      if (text !== undefined) return { text, pack }
    } catch {
      // Not packed in this way.
    }
  }
  return undefined
}
