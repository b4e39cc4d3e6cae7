import type { Context } from 'hono'
import { type HeaderOf, notModelled, type TwinApp } from '../twin.ts'
import { GAPS, unknownParameter } from './gaps.ts'
import type { Site } from './site.ts'
import { type Account, type Fields, fieldsOf } from './state.ts'
import { errorBody, Refusal, sidOf } from './wire.ts'

/** One call: who asks for what. */
export type Ask = {
  readonly site: Site
  readonly account: Account
  readonly via: 'main' | 'key' | 'test'
  readonly operation: string
  readonly url: URL
  /** A part of the path, without `.json`. */
  readonly part: (name: string) => string
  /** The form of a POST, the query of a GET; empty when it is not there. */
  readonly param: (name: string) => string
  readonly params: (name: string) => readonly string[]
  /** What a body of JSON says. */
  readonly json: Fields
  readonly has: (name: string) => boolean
  readonly names: readonly string[]
}
export type Handler = (ask: Ask) => Response
export type On = (operation: string, route: string, handler: Handler) => void

/** Registers calls: authenticated, and with refusals turned into answers. */
export function router(app: TwinApp, site: Site): On {
  return (operation, route, handler) => {
    app.on(operation, route, async (c) => {
      const text = await c.req.text()
      try {
        return headed(site, handler(askOf(site, c, operation, text)))
      } catch (error) {
        if (error instanceof Refusal) return headed(site, Response.json(errorBody(error), { status: error.status }))
        throw error
      }
    })
  }
}

/** Headers of every answer: recorded in 2023-11 and 2025-05, https://www.twilio.com/docs/usage/api (2026-11-26). */
function headed(site: Site, answer: Response): Response {
  answer.headers.set('Twilio-Request-Id', sidOf(site.world, 'RQ'))
  answer.headers.set('Twilio-Concurrent-Requests', '1')
  return answer
}

function askOf(site: Site, c: Context, operation: string, text: string): Ask {
  const url = new URL(c.req.url)
  const form = c.req.method === 'POST' ? new URLSearchParams(text) : url.searchParams
  const part = (name: string): string => (c.req.param(name) ?? '').replace(/\.json$/, '')
  const { account, via } = signedIn(site, (name) => c.req.header(name), part('account'))
  return {
    site,
    account,
    via,
    operation,
    url,
    part,
    param: (name) => form.get(name) ?? '',
    params: (name) => form.getAll(name),
    get json() {
      try {
        return fieldsOf(JSON.parse(text))
      } catch {
        throw new Refusal(400, 20001, 'Invalid JSON')
      }
    },
    has: (name) => form.has(name),
    names: [...new Set(form.keys())],
  }
}

const DENIED = [401, 20003, 'Authenticate'] as const

/**
 * Whose call it is. https://www.twilio.com/docs/usage/requests-to-twilio (2026-11-26): account and token, or key and secret.
 * `named` is the account in the path, where there is one.
 */
function signedIn(site: Site, header: HeaderOf, named: string): Pick<Ask, 'account' | 'via'> {
  const [scheme = '', credential = ''] = (header('authorization') ?? '').split(' ')
  if (scheme.toLowerCase() === 'bearer' || header('twilio-client-validation') !== undefined)
    throw notModelled('twilio', GAPS, 'OAuth and public key validation')
  const [user = '', ...rest] = Buffer.from(credential, 'base64').toString().split(':')
  const secret = rest.join(':')
  if (scheme.toLowerCase() !== 'basic' || user === '' || secret === '') throw new Refusal(...DENIED)
  const { store, seed } = site
  const [account] = store.accounts.all()
  if (user.startsWith('SK')) {
    if (account === undefined) throw notModelled('twilio', GAPS, 'API keys of an account that no seed names')
    if (store.keys.get(user)?.secret !== secret) throw new Refusal(...DENIED)
    return { account: only(account, named), via: 'key' }
  }
  const { test_credentials: test } = seed
  if (test !== undefined && user === test.sid) {
    if (secret !== test.auth_token || (named !== '' && named !== test.sid)) throw new Refusal(...DENIED)
    return { account: newAccount(site, test.sid, secret), via: 'test' }
  }
  if (!/^AC[0-9a-f]{32}$/.test(user)) throw new Refusal(...DENIED)
  // Without a seed, whoever calls first is the account.
  const mine = account ?? store.accounts.put(newAccount(site, user, secret))
  if (mine.id !== user || mine.auth_token !== secret) throw new Refusal(...DENIED)
  return { account: only(mine, named), via: 'main' }
}

function only(account: Account, named: string): Account {
  if (named !== '' && named !== account.id) throw notModelled('twilio', GAPS, 'subaccounts')
  return account
}

export const newAccount = (site: Site, id: string, auth_token: string): Account => ({
  id,
  auth_token,
  friendly_name: 'My first Twilio account',
  type: 'Full',
  created_ms: site.now(),
  updated_ms: site.now(),
})

/** Rejects parameters that are neither `known` nor in a `gap`. */
export function onlyKnown(ask: Ask, known: readonly string[], gap?: readonly [string, readonly string[]]): void {
  for (const name of ask.names) {
    if (known.includes(name)) continue
    if (gap?.[1].includes(name) === true) throw notModelled('twilio', GAPS, gap[0])
    throw unknownParameter(name, ask.operation)
  }
}

/** https://www.twilio.com/docs/api/errors/20404 (2026-11-26). */
export const missing = ({ url }: Ask): Refusal =>
  // Verify and the others leave their version out of the path they name.
  new Refusal(404, 20404, `The requested resource ${url.pathname.replace(/^\/v\d/, '')} was not found`)

/** The row, or the refusal that there is none. */
export function found<Row>(ask: Ask, row: Row | undefined): Row {
  if (row === undefined) throw missing(ask)
  return row
}

/** What the form says, over what was; `true` and `false` are words there. */
export const flag = (ask: Ask, name: string, otherwise: boolean): boolean =>
  ask.has(name) ? ask.param(name).toLowerCase() === 'true' : otherwise

export const method = (ask: Ask, name: string, otherwise: 'GET' | 'POST'): 'GET' | 'POST' =>
  ask.has(name) ? (ask.param(name).toUpperCase() === 'GET' ? 'GET' : 'POST') : otherwise

export const created = (body: Fields): Response => Response.json(body, { status: 201 })
export const gone = (): Response => new Response(null, { status: 204 })
