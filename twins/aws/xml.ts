import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** An element as its tag and what is in it; `undefined` leaves an element out. */
export type Element = readonly [tag: string, content: Content]
type Content = string | number | boolean | readonly (Element | undefined)[]

const escapeText = (text: string): string =>
  text.replace(/[&<>"\r\n\u0085\u2028]/g, (one) => ESCAPES[one] ?? `&#x${one.charCodeAt(0).toString(16)};`)
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function print([tag, content]: Element): string {
  const [name = ''] = tag.split(' ')
  if (typeof content !== 'object') return `<${tag}>${escapeText(String(content))}</${name}>`
  const inner = content.map((element) => (element === undefined ? '' : print(element))).join('')
  return inner === '' ? `<${tag}/>` : `<${tag}>${inner}</${name}>`
}

/** A document. `tag` may carry attributes: `Error xmlns="…"`. */
export const xml = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${print(root)}`

/** A node of a parsed document: its text, and its children by their tag. */
export type Node = {
  readonly text: string
  all(tag: string): readonly Node[]
  one(tag: string): Node | undefined
  readonly tags: readonly string[]
}

// Keys may begin or end with spaces, and may look like numbers.
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  removeNSPrefix: true,
  alwaysCreateTextNode: true,
  isArray: () => true,
})

/** The root element called `tag`; undefined when the text is not XML, has a document type, or another root. */
export function parseXml(text: string, tag: string): Node | undefined {
  // A document type could define entities without end; no SDK sends one.
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) return undefined
  const parsed: unknown = parser.parse(text)
  return parsed !== null && typeof parsed === 'object' ? node(parsed as Raw).one(tag) : undefined
}

type Raw = { readonly [tag: string]: unknown }

const node = (raw: Raw): Node => {
  const all = (tag: string): readonly Node[] => {
    const found = raw[tag]
    return Array.isArray(found) ? found.map((one: unknown) => node(asRaw(one))) : []
  }
  return {
    text: textOf(raw['#text']),
    all,
    one: (tag) => all(tag)[0],
    tags: Object.keys(raw).filter((tag) => tag !== '#text'),
  }
}
const textOf = (text: unknown): string => (Array.isArray(text) ? text.join('') : typeof text === 'string' ? text : '')
const asRaw = (one: unknown): Raw => (one !== null && typeof one === 'object' ? (one as Raw) : { '#text': String(one) })
