import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** What a subject answers to an incoming message. */
export type Reply = {
  readonly kind: 'message'
  readonly to: string | undefined
  readonly from: string | undefined
  readonly body: string
  readonly media: readonly string[]
  readonly callback: string | undefined
}
type Redirect = { readonly kind: 'redirect'; readonly url: string; readonly method: 'GET' | 'POST' }
type Verb = Reply | Redirect

/** An error as the debugger of Twilio numbers it: https://www.twilio.com/docs/api/errors (2026-11-26). */
export type Malformed = { readonly kind: 'malformed'; readonly error: number }

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
})

export type XmlNode = { readonly [name: string]: unknown }
type Node = XmlNode
export const attributesOf = (node: Node): Readonly<Record<string, string>> =>
  (node[':@'] ?? {}) as Record<string, string>
export const tagOf = (node: Node): string => Object.keys(node).find((name) => name !== ':@') ?? ''
export const childrenOf = (node: Node): readonly Node[] => {
  const children = node[tagOf(node)]
  return Array.isArray(children) ? (children as readonly Node[]) : []
}
export const textOf = (node: Node): string =>
  typeof node['#text'] === 'string' ? node['#text'] : childrenOf(node).map(textOf).join('')

/** The element `Response` of a document; undefined when that is no TwiML. */
export function rootOf(text: string): Node | undefined {
  if (XMLValidator.validate(text) !== true) return undefined
  const roots = (parser.parse(text) as readonly Node[]).filter((node) => !tagOf(node).startsWith('?'))
  const [root] = roots
  return root === undefined || roots.length > 1 || tagOf(root) !== 'Response' ? undefined : root
}

/** Verbs for messages: https://www.twilio.com/docs/messaging/twiml (2026-11-26). What follows a Redirect is not reached. */
export function verbsOf(answer: string): readonly Verb[] | Malformed {
  const text = answer.trim()
  if (text === '') return []
  // 12300 Invalid Content-Type, 12100 Document parse failure, 12200 Schema validation warning.
  if (/^[[{]/.test(text)) return { kind: 'malformed', error: 12300 }
  if (!text.startsWith('<'))
    return [{ kind: 'message', to: undefined, from: undefined, body: text, media: [], callback: undefined }]
  const root = rootOf(text)
  if (root === undefined) return { kind: 'malformed', error: 12100 }
  const verbs: Verb[] = []
  for (const node of childrenOf(root)) {
    const tag = tagOf(node)
    const attributes = attributesOf(node)
    if (tag === 'Redirect') {
      const method = attributes.method?.toUpperCase() === 'GET' ? 'GET' : 'POST'
      return [...verbs, { kind: 'redirect', url: textOf(node).trim(), method }]
    }
    if (tag === 'Message' || tag === 'Sms') verbs.push(replyOf(node, attributes))
    else if (tag !== '#text' && tag !== '#comment') return { kind: 'malformed', error: 12200 }
  }
  return verbs
}

function replyOf(node: Node, attributes: Readonly<Record<string, string>>): Reply {
  const parts = childrenOf(node)
  const named = (tag: string): readonly Node[] => parts.filter((part) => tagOf(part) === tag)
  const [body] = named('Body')
  const own = parts.filter((part) => tagOf(part) === '#text').map(textOf)
  return {
    kind: 'message',
    to: attributes.to,
    from: attributes.from,
    body: body === undefined ? own.join('').trim() : textOf(body),
    media: named('Media').map((part) => textOf(part).trim()),
    callback: attributes.statusCallback ?? attributes.action,
  }
}
