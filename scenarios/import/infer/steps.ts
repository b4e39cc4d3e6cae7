import type { Json } from '../../../twins/trace.ts'
import type { Scenario } from '../../scenario.ts'
import type { FaultPart, Fields, Note, Part } from '../draft.ts'
import { notesOf, READINGS } from '../draft.ts'
import { type At, type Call, type HeaderList, headerIn, textOfBody } from '../evidence.ts'
import { parseLoose } from '../pick.ts'
import { isExpressible } from '../write.ts'
import type { Seen } from './faults.ts'
import { type Flow, type Source, weaveJson } from './flow.ts'
import { urlOf } from './parties.ts'
import { durationOf, offsetOf } from './timing.ts'
import { isSignatureHeader } from './webhooks.ts'

/** Headers that a connection, a browser or a proxy adds, and that say nothing of what was asked. */
const LEFT_OUT =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|upgrade-insecure-requests|accept-encoding|user-agent|referer|origin|pragma|cache-control|dnt|priority|via|forwarded|expect|proxy-.*|sec-.*|x-forwarded-.*|x-real-ip|x-request-id|x-amzn-.*|x-cloud-trace-context|cf-.*|traceparent|tracestate|baggage|b3|x-b3-.*|uber-trace-id|if-none-match|if-modified-since)$/i

/** Bodies larger than this are no scenario that a person reads. */
const BODY_MAX = 65_536

export type StepContext = {
  readonly flow: Flow
  readonly examples: readonly Scenario[]
  /** Offset from the start; undefined: as soon as the step before is answered. */
  readonly atMs: number | undefined
  readonly id: string
}

/** Everything about a call that a step says, and where each field comes from. */
export type Written = Part & {
  readonly sources: readonly Source[]
  readonly bodyText: string
  readonly holes: readonly string[]
}

/** The step that sends one inbound call again. */
export function stepOf(call: Call, { flow, examples, atMs, id }: StepContext): Written {
  const from: readonly At[] = [call.from, ...(call.also ?? [])]
  const notes: Note[] = []
  const sources: Source[] = []
  const holes: string[] = []
  const weave = (text: string): string => flow.weave(text, call.startMs ?? 0, (source) => void sources.push(source))
  const url = urlOf(call)
  const rawPath = url === undefined ? call.url.replaceAll(/\s/g, '%20') : url.pathname + url.search
  const method = KNOWN_METHODS.includes(call.method) ? call.method : 'GET'
  const path = weave(rawPath.startsWith('/') ? rawPath : `/${rawPath}`)
  notes.push({ at: 'call', origin: path === rawPath ? 'observed' : 'derived', from })
  if (method !== call.method) holes.push('a method that scenarios do not know was sent; GET stands in for it')
  if (atMs !== undefined) notes.push({ at: 'at', origin: 'observed', from })
  const headers = headersOf(call.requestHeaders, weave)
  for (const name of Object.keys(headers))
    notes.push({ at: `headers.${name}`, origin: headers[name]?.includes('{{') === true ? 'derived' : 'observed', from })
  if (call.requestHeaders === undefined)
    notes.push({ at: 'headers', origin: 'missing', from, why: 'this kind of file keeps no request headers' })
  const body = bodyOf(call, weave, examples)
  notes.push(...body.notes.map((note) => ({ ...note, from: note.from.length === 0 ? from : note.from })))
  if (body.hole !== undefined) holes.push(body.hole)
  const value: Fields = {
    ...(atMs === undefined ? {} : { at: offsetOf(atMs) }),
    as: id,
    call: `${method} ${path}`,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...body.fields,
  }
  return { value, notes, sources, bodyText: body.text, holes }
}

const KNOWN_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function headersOf(headers: HeaderList | undefined, weave: (text: string) => string): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of headers ?? []) {
    const key = name.toLowerCase()
    if (LEFT_OUT.test(key) || isSignatureHeader(key) || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(key)) continue
    if (key === 'accept' && /^\*\/\*/.test(value)) continue
    // The world says so itself where a body is JSON.
    if (key === 'content-type' && /^application\/json(;|$)/i.test(value)) continue
    const plain = value.replaceAll(/[\r\n]+/g, ' ')
    kept[key] = key === 'cookie' ? wovenCookie(plain, weave) : weave(plain)
  }
  return kept
}

/** A session that an answer began is begun anew: its cookie as it comes back then. */
const wovenCookie = (text: string, weave: (text: string) => string): string =>
  text
    .split(/;\s*/)
    .map((pair) => weave(pair))
    .join('; ')

type BodyPart = {
  readonly fields: Fields
  readonly notes: readonly Note[]
  readonly text: string
  readonly hole?: string
}

function bodyOf(call: Call, weave: (text: string) => string, examples: readonly Scenario[]): BodyPart {
  const { requestBody: body } = call
  if (body.kind === 'empty') return { fields: {}, notes: [], text: '' }
  if (body.kind === 'absent') return exampleBody(call, examples, body.why)
  const text = textOfBody(body) ?? ''
  const cut = body.cut ? 'a body was cut off in the evidence; as much as is left is sent' : undefined
  if (body.bytes.length > BODY_MAX) {
    const why = 'the body is too large for a scenario'
    return { fields: {}, notes: [{ at: 'body', origin: 'missing', from: [], why }], text: '', hole: why }
  }
  const json = parseLoose(text) as Json | undefined
  const type = headerIn(call.requestHeaders, 'content-type')
  const isJson =
    json !== undefined && json !== null && typeof json === 'object' && (type === undefined || /json/i.test(type))
  if (isJson && isExpressible(json)) {
    const woven = weaveJson(json, weave)
    return {
      fields: { body: woven },
      notes: notesOf(woven, 'body', { origin: 'observed', from: [] }),
      text,
      ...(cut === undefined ? {} : { hole: cut }),
    }
  }
  // A fraction would be read as another number by the next reader: such a body is kept to the letter.
  return {
    fields: { text: isJson ? text : weave(text) },
    notes: [{ at: 'text', origin: 'observed', from: [] }],
    text,
    ...(cut === undefined ? {} : { hole: cut }),
  }
}

/** The words of a route with its ids left out, to tell that two calls ask the same thing. */
export const routeOf = (method: string, path: string): string =>
  `${method} ${path
    .replace(/[?#].*$/, '')
    .split('/')
    .map((part) => (/\d|\{\{|[A-F]{6}|%/.test(part) || part.length > 24 ? ':id' : part))
    .join('/')}`

/** Where the evidence has no body, one that the project's own scenarios send to the same route. */
function exampleBody(call: Call, examples: readonly Scenario[], why: string): BodyPart {
  const wanted = routeOf(call.method, urlOf(call)?.pathname ?? call.url)
  for (const scenario of examples) {
    for (const step of scenario.when) {
      if (step.kind !== 'call' || step.body === undefined || routeOf(step.method, step.path) !== wanted) continue
      const text = 'json' in step.body ? JSON.stringify(step.body.json) : step.body.text
      if (text.includes('{{')) continue
      const note = {
        origin: 'synthesised',
        from: [],
        why: `${why}; taken from a scenario of the project that asks the same route`,
      } as const
      const fields = 'json' in step.body ? { body: step.body.json } : { text: step.body.text }
      return {
        fields,
        notes: 'json' in step.body ? notesOf(step.body.json, 'body', note) : [{ at: 'text', ...note }],
        text,
        hole: 'a request body is assumed',
      }
    }
  }
  return {
    fields: {},
    notes: [{ at: 'body', origin: 'missing', from: [], why }],
    text: '',
    hole: 'a request body is missing',
  }
}

/** The step that brings a fault about. */
export function faultPart(seen: Seen, clockMs: number, atMs: number | undefined): readonly FaultPart[] {
  const base = {
    on: seen.on,
    ...(seen.status === undefined ? {} : { status: seen.status }),
    ...(seen.retryAfterMs === undefined ? {} : { 'retry-after': durationOf(seen.retryAfterMs) }),
    ...(seen.byMs === undefined ? {} : { by: durationOf(seen.byMs) }),
    ...(seen.silent === true ? { silent: true } : {}),
  }
  const reaches: readonly Fields[] =
    seen.reach.kind === 'times'
      ? [{ times: seen.reach.times }]
      : seen.reach.kind === 'until'
        ? [{ until: offsetOf(seen.reach.untilMs - clockMs) }]
        : seen.reach.attempts.map((attempt) => ({ attempt, times: 1 }))
  return reaches.map((reach): FaultPart => {
    const step = (kind: string): Fields => {
      const { silent, ...loud } = base as typeof base & { silent?: boolean }
      // A request that was lost in silence is what scenarios call a timeout.
      const fault = kind === 'request-lost' && silent === true ? { ...loud, kind: 'timeout' } : { ...base, kind }
      return { ...(atMs === undefined ? {} : { at: offsetOf(atMs) }), fault: { ...fault, ...reach } }
    }
    const [first, second] = READINGS
    return {
      value: step(seen.kind),
      notes: [
        { at: 'fault', origin: 'derived', from: seen.from, why: seen.why },
        ...(atMs === undefined ? [] : [{ at: 'at', origin: 'observed' as const, from: seen.from.slice(0, 1) }]),
      ],
      ...(seen.open ? { readings: { [first]: step(first), [second]: step(second) } as FaultPart['readings'] } : {}),
    }
  })
}
