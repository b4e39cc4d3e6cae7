import type { Json } from '../trace.ts'
import { notModelled, type TwinApp } from '../twin.ts'
import { GAPS } from './gaps.ts'
import type { Site } from './site.ts'
import { type Fields, fieldsOf } from './state.ts'
import { errors, type Fault, fault } from './wire.ts'

/** One call: who asks for what. */
export type Ask = {
  readonly site: Site
  readonly key: string
  readonly operation: string
  readonly url: URL
  readonly part: (name: string) => string
  readonly query: (name: string) => string
  readonly text: string
  /** The body as an object; a refusal where it is none. */
  readonly body: Fields
  /** The body whatever it is. */
  readonly json: Json
}
export type Handler = (ask: Ask) => Response
/** `scope` is what the key must be good for, such as `templates.read`. */
export type On = (operation: string, scope: string, route: string, handler: Handler) => void

/** An answer that is a refusal. */
export class Refusal extends Error {
  readonly status: number
  readonly faults: readonly Fault[]
  constructor(status: number, ...faults: readonly Fault[]) {
    super(faults[0]?.message)
    this.status = status
    this.faults = faults
  }
}

export const badRequest = (message: string, field: string | null = null): Refusal =>
  new Refusal(400, fault(message, field))
export const notFound = (message = 'resource not found'): Refusal => new Refusal(404, fault(message))

/** The row, or the refusal that there is none. */
export function found<Row>(row: Row | undefined, message?: string): Row {
  if (row === undefined) throw notFound(message)
  return row
}
export const gone = (): Response => new Response(null, { status: 204 })

/** Registers calls: authenticated, limited, and with refusals turned into answers. */
export function router(app: TwinApp, site: Site): On {
  return (operation, scope, route, handler) => {
    app.on(operation, route, async (c) => {
      const text = await c.req.text()
      try {
        if (c.req.header('on-behalf-of') !== undefined) throw notModelled('sendgrid', GAPS, 'subusers')
        const key = signedIn(site, c.req.header('authorization'), scope)
        const limits = counted(site, key, operation)
        const url = new URL(c.req.url)
        const answer = handler({
          site,
          key,
          operation,
          url,
          part: (name) => c.req.param(name) ?? '',
          query: (name) => url.searchParams.get(name) ?? '',
          text,
          get body() {
            return objectOf(text)
          },
          get json() {
            return jsonOf(text)
          },
        })
        for (const [name, value] of Object.entries(limits)) answer.headers.set(name, value)
        return answer
      } catch (error) {
        if (error instanceof Refusal)
          return errors(error.status, error.faults, error instanceof LimitReached ? error.headers : {})
        throw error
      }
    })
  }
}

function jsonOf(text: string): Json {
  if (text === '') return null
  try {
    return JSON.parse(text) as Json
  } catch {
    throw badRequest('Bad Request')
  }
}
function objectOf(text: string): Fields {
  const json = jsonOf(text)
  if (json !== null && (typeof json !== 'object' || Array.isArray(json))) throw badRequest('Bad Request')
  return fieldsOf(json)
}

/** Whose call it is. Scopes: https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/authorization (2026-11-26). */
function signedIn({ seed, store }: Site, header: string | undefined, scope: string): string {
  const key = /^Bearer (.+)$/.exec(header ?? '')?.[1]
  if (key === undefined) throw new Refusal(401, fault('Permission denied, wrong credentials'))
  const [known] = store.keys.find(key)
  const free = seed.keys === undefined && key.startsWith('SG.')
  if (known === undefined && !free)
    throw new Refusal(401, fault('The provided authorization grant is invalid, expired, or revoked'))
  if (known !== undefined && known.scopes !== null && !known.scopes.includes(scope))
    throw new Refusal(403, fault('access forbidden'))
  return key
}

/** Assumed, see gaps.ts; the headers are those of https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits (2026-11-26). */
const USUAL = { limit: 600, seconds: 60 }

/** Counts a call against its endpoint's window; gives the headers that tell how many are left. */
function counted(site: Site, key: string, operation: string): Readonly<Record<string, string>> {
  const own = site.seed.rate_limits?.[operation]
  if (own === undefined && operation === 'mail.send') return {}
  const { limit, seconds } = own ?? USUAL
  const nowMs = site.now()
  const id = `${key} ${operation}`
  const recent = (site.store.uses.get(id)?.at_ms ?? []).filter((at) => at > nowMs - seconds * 1000)
  const resetMs = (recent[0] ?? nowMs) + seconds * 1000
  if (recent.length >= limit) throw new LimitReached(Math.ceil(resetMs / 1000), limit)
  site.store.uses.put({ id, at_ms: [...recent, nowMs] })
  return limitHeaders(limit, limit - recent.length - 1, Math.ceil(resetMs / 1000))
}

const limitHeaders = (limit: number, remaining: number, reset: number): Readonly<Record<string, string>> => ({
  'X-RateLimit-Limit': `${limit}`,
  'X-RateLimit-Remaining': `${remaining}`,
  'X-RateLimit-Reset': `${reset}`,
})

class LimitReached extends Refusal {
  readonly headers: Readonly<Record<string, string>>
  constructor(reset: number, limit: number) {
    super(429, fault('too many requests'))
    this.headers = limitHeaders(limit, 0, reset)
  }
}

/** A page of `rows`, by `limit` and `offset` of the query. */
export function pageOf<Row>({ query }: Ask, rows: readonly Row[]): readonly Row[] {
  const number = (name: string, otherwise: number): number => {
    const value = Number(query(name) || otherwise)
    if (!Number.isInteger(value) || value < 0) throw badRequest(`${name} must be a positive integer`, name)
    return value
  }
  const offset = number('offset', 0)
  return rows.slice(offset, offset + number('limit', 500))
}

/** A text of the body that must be there. */
export function textOf(body: Fields, name: string, max: number = Infinity): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw badRequest(`${name} is required`, name)
  if (value.length > max) throw badRequest(`${name} cannot exceed ${max} characters`, name)
  return value
}
