import type { Json } from '../../../twins/trace.ts'
import { leavesOf, SEPARATOR } from '../draft.ts'
import { type Call, headerIn, textOfBody } from '../evidence.ts'
import { parseLoose } from '../pick.ts'

/** A value that an answer gave and that a later request carries. */
export type Source = { readonly step: string; readonly path: string; readonly at: number }

/** Long and mixed enough that two things do not have it by chance. */
const UNMISTAKABLE = /^(?=.*\d)(?=.*[A-Za-z])[\w.~+/=:-]{8,4096}$/
const NAMES_ID = /(^|[._-])(id|key|number|sid|token|ref|code)$|(Id|ID|Key|Number|Token|Sid)$/
const REACHABLE = /^[A-Za-z0-9_-]+$/

/** Values of answers, by what they are; the first answer that gave one counts. */
export interface Flow {
  /** Takes in the answer to a step, which was there at `endMs`. */
  learn(step: string, at: number, call: Call): void
  /** `text` with every such value in it as a template; `used` is told of each. */
  weave(text: string, startMs: number, used: (source: Source) => void): string
}

type Known = Source & { readonly endMs: number }

export function createFlow(): Flow {
  const known = new Map<string, Known>()
  const put = (value: string, source: Known): void => {
    if (!known.has(value)) known.set(value, source)
  }
  return {
    learn(step, at, call) {
      if (call.status === undefined || call.status >= 400) return
      const endMs = (call.startMs ?? 0) + (call.durationMs ?? 0)
      const body = parseLoose(textOfBody(call.responseBody) ?? '')
      if (body !== undefined && typeof body === 'object') {
        for (const [parts, value] of leavesOf(body as Json)) {
          const names = parts.split(SEPARATOR)
          if (!names.every((name) => REACHABLE.test(name))) continue
          const path = names.join('.')
          const name = names.at(-1) ?? ''
          const made = call.method === 'POST' && NAMES_ID.test(name)
          if (typeof value === 'string' && (UNMISTAKABLE.test(value) || (made && value.length >= 6)))
            put(value, { step, at, endMs, path: `${step}.body.${path}` })
          if (typeof value === 'number' && made && Number.isInteger(value) && value >= 1)
            put(`#${value}`, { step, at, endMs, path: `${step}.body.${path}` })
        }
      }
      const cookie = headerIn(call.responseHeaders, 'set-cookie')
      const pair = cookie === undefined ? undefined : /^[^=;\s]+=[^;\s]{8,}/.exec(cookie)?.[0]
      if (pair !== undefined) put(pair, { step, at, endMs, path: `${step}.headers.set-cookie` })
      const location = headerIn(call.responseHeaders, 'location')
      if (location?.startsWith('/') === true && location.length > 8)
        put(location, { step, at, endMs, path: `${step}.headers.location` })
    },
    weave(text, startMs, used) {
      const usable = (value: string): Known | undefined => {
        const source = known.get(value)
        return source === undefined || source.endMs > startMs ? undefined : source
      }
      const whole = usable(text)
      if (whole !== undefined) {
        used(whole)
        return `{{${whole.path}}}`
      }
      return text
        .split(/([/?&=,;\s"'<>()[\]|]+|(?<=^Bearer) )/)
        .map((part, at, parts) => {
          // A number is an id only where a path names it.
          const number =
            /^\d{1,15}$/.test(part) && /\/$/.test(parts[at - 1] ?? '') && text.startsWith('/') ? `#${part}` : part
          const source = usable(number) ?? usable(decoded(number))
          if (source === undefined) return part
          used(source)
          return `{{${source.path}}}`
        })
        .join('')
    },
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A JSON value with templates in its texts. */
export function weaveJson(value: Json, weave: (text: string) => string): Json {
  if (typeof value === 'string') return weave(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => weaveJson(item, weave))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, weaveJson(item as Json, weave)]))
}
