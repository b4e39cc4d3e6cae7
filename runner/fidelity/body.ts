import qs from 'qs'
import type { Json } from '../../twins/trace.ts'

export type Wire = { readonly [key: string]: Json }

export const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const FORM = { depth: 12, parameterLimit: 5000, arrayLimit: 1000 } as const

/** A body as data: JSON, a form, the events of a stream, the element names of XML; other text and bytes by their length. */
export function decode(
  bytes: Uint8Array,
  contentType: string | undefined,
  passing: readonly string[] = [],
): Json | undefined {
  if (bytes.length === 0) return undefined
  const type = contentType ?? ''
  const text = Buffer.from(bytes).toString()
  if (type.includes('x-www-form-urlencoded')) return qs.parse(text, FORM) as Wire
  if (type.includes('event-stream')) return { events: readEvents(text, passing) }
  const json = parse(text)
  if (json !== undefined) return json
  if (type.includes('xml'))
    return { elements: [...new Set([...text.matchAll(/<([\w:.-]+)/g)].map(([, name]) => name ?? ''))] }
  return { bytes: 'opaque' }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Parameters of an address, as data. */
export const queryOf = (url: URL): Wire => qs.parse(url.search.slice(1), FORM) as Wire

/**
 * Server-sent events, where a run of events of one kind counts as one: how a text is cut into pieces is chance. The kind
 * is the event's name, the `type` in its data, or the shape of it. Events of the kinds `passing` are left out.
 */
function readEvents(text: string, passing: readonly string[]): readonly Json[] {
  const events = text.split(/\r?\n\r?\n/).flatMap((block): readonly Json[] => {
    const lines = block.split(/\r?\n/)
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
    const name = lines
      .find((line) => line.startsWith('event:'))
      ?.slice(6)
      .trim()
    if (data.length === 0 && name === undefined) return []
    const body = data.join('\n')
    const event = { ...(name === undefined ? {} : { event: name }), data: parse(body) ?? body }
    return passing.includes(kindOf(event)) ? [] : [event]
  })
  return events.filter((event, at) => at === 0 || kindOf(event) !== kindOf(events[at - 1] ?? null))
}

function kindOf(event: Json): string {
  if (!isObject(event)) return ''
  if (typeof event.event === 'string') return event.event
  const { data } = event
  if (isObject(data) && typeof data.type === 'string') return data.type
  return shapeOf(data ?? null)
}

/** Key sets and types, without values. */
function shapeOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(shapeOf).join()}]`
  if (isObject(value)) {
    const keys = Object.keys(value).sort()
    return `{${keys.map((key) => `${key}:${shapeOf(value[key] ?? null)}`).join()}}`
  }
  return value === null ? 'null' : typeof value
}
