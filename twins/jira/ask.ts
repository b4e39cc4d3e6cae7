import type { Context } from 'hono'
import type { Json } from '../trace.ts'
import { notModelled, type TwinApp } from '../twin.ts'
import { GAPS } from './gaps.ts'
import { countCall, countWrite } from './limits.ts'
import { letsAnyoneIn, seesIssue, seesProject } from './permissions.ts'
import { isInScope } from './scopes.ts'
import { issueOf, projectOf, type Site } from './site.ts'
import { type Fields, type Issue, isFields, type Project, type User } from './state.ts'
import { errorBody, type View } from './wire.ts'

/** One call: who asks for what. */
export type Ask = {
  readonly site: Site
  readonly me: User
  readonly view: View
  readonly via: Via
  readonly header: (name: string) => string | undefined
  /** A part of the path. */
  readonly part: (name: string) => string
  readonly query: (name: string) => string | undefined
  readonly queries: (name: string) => readonly string[]
  /** The body as an object; empty without one. */
  readonly body: Fields
  /** The body whatever it is. */
  readonly json: Json
  /** What a form brings. */
  readonly files: readonly Upload[]
}
type Via = 'basic' | 'oauth' | 'anonymous'
type Upload = { readonly name: string; readonly type: string; readonly bytes: Buffer }

/** An answer that is a refusal. */
export class Refusal extends Error {
  readonly status: number
  readonly body: Json
  constructor(status: number, messages: readonly string[], errors: Readonly<Record<string, string>> = {}) {
    super(messages[0] ?? JSON.stringify(errors))
    this.status = status
    this.body = errorBody(messages, errors)
  }
}

export const NO_ISSUE = 'Issue does not exist or you do not have permission to see it.'
const INVALID_PAYLOAD = 'Invalid request payload. Refer to the REST API documentation and try again.'

export type Handler = (ask: Ask) => Response
/** Registers one call; `anonymous` when it may be made by anybody. */
export type On = (operation: string, route: string, handler: Handler, anonymous?: 'anonymous') => void

/** Registers calls of the REST API: authenticated, limited, permitted, and with refusals turned into answers. */
export function router(app: TwinApp, site: Site, permitted: (operation: string, ask: Ask) => void): On {
  return (operation, route, handler, anonymous) => {
    app.on(operation, route, async (c) => {
      const caller = authenticate(site, c)
      const known = anonymous !== undefined && caller instanceof Response ? stranger(site) : caller
      try {
        const version = c.req.param('version')
        if (version !== undefined && version !== '2' && version !== '3')
          throw notModelled('jira', GAPS, 'other versions of the API')
        const sent = await sentBy(c)
        if (known instanceof Response) {
          const stranger = c.req.header('authorization') === undefined
          if (stranger && letsAnyoneIn(site))
            throw notModelled('jira', GAPS, 'anonymous calls where a grant lets anyone in')
          return dressed(site, undefined, known)
        }
        const full = countCall(site, operation, c.req.method) ?? countIssue(site, c)
        if (full !== undefined) return dressed(site, known, full)
        const ask = askOf(site, c, known, sent, version === '3' ? 3 : 2)
        if (known.via === 'oauth' && !isInScope(known.scopes, operation, c.req.method))
          return dressed(site, known, Response.json({ code: 401, message: SCOPE_MISSING }, { status: 401 }))
        permitted(operation, ask)
        return dressed(site, known, handler(ask))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const refused = Response.json(error.body, { status: error.status })
        return dressed(site, known instanceof Response ? undefined : known, refused)
      }
    })
  }
}

type Sent = { readonly text: string; readonly files: readonly Upload[] }

async function sentBy(c: Context): Promise<Sent> {
  const type = c.req.header('content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) return { text: await c.req.text(), files: [] }
  const form = await c.req.formData().catch(() => new FormData())
  const files: Upload[] = []
  for (const [, value] of form) {
    if (typeof value === 'string') continue
    files.push({
      name: value.name,
      type: value.type || 'application/octet-stream',
      bytes: Buffer.from(await value.arrayBuffer()),
    })
  }
  return { text: '', files }
}

/**
 * What every answer has on it, as recorded traffic shows:
 * https://github.com/JupiterOne/graph-jira/tree/main/src/jira/__recordings__ (2026-11-26).
 */
function dressed(site: Site, caller: Caller | undefined, answer: Response): Response {
  const { headers } = answer
  if (headers.get('Content-Type') === 'application/json') headers.set('Content-Type', 'application/json;charset=UTF-8')
  headers.set('X-AREQUESTID', site.world.draw('jira request').text(32, '0123456789abcdef'))
  if (caller !== undefined && caller.via !== 'anonymous')
    headers.set('X-AACCOUNTID', encodeURIComponent(caller.user.id))
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-cache, no-store, no-transform')
  return answer
}

function countIssue(site: Site, c: Context): Response | undefined {
  if (c.req.method === 'GET') return undefined
  const issue = issueOf(site, c.req.param('issue') ?? '')
  return issue === undefined ? undefined : countWrite(site, issue.id)
}

function askOf(site: Site, c: Context, caller: Caller, { text, files }: Sent, version: 2 | 3): Ask {
  let json: Json = null
  if (text !== '') {
    try {
      json = JSON.parse(text) as Json
    } catch {
      throw new Refusal(400, [INVALID_PAYLOAD])
    }
  }
  const { origin } = new URL(c.req.url)
  const base = c.req.header(GATEWAY) ?? origin
  return {
    site,
    me: caller.user,
    via: caller.via,
    view: { base, version, me: caller.user.id },
    header: (name) => c.req.header(name),
    files,
    part: (name) => c.req.param(name) ?? '',
    query: (name) => c.req.query(name),
    queries: (name) =>
      (c.req.queries(name) ?? [])
        .flatMap((value) => value.split(','))
        .map((value) => value.trim())
        .filter((value) => value !== ''),
    get body() {
      if (json !== null && !isFields(json)) throw new Refusal(400, [INVALID_PAYLOAD])
      return json ?? {}
    },
    json,
  }
}

/** Where a request came in, when that was the gateway for OAuth. */
export const GATEWAY = 'x-backlot-gateway'

type Caller = { readonly user: User; readonly via: Via; readonly scopes: readonly string[] | null }

const stranger = (site: Site): Caller => ({ user: site.user(site.account), via: 'anonymous', scopes: null })

/** As the gateway says it: reports of clients, such as https://github.com/atlassian-api/atlassian-python-api/issues (2026-11-26). */
const SCOPE_MISSING = 'Unauthorized; scope does not match'

function authenticate(site: Site, c: Context): Caller | Response {
  const [scheme = '', credential = ''] = (c.req.header('authorization') ?? '').split(' ')
  const gateway = c.req.header(GATEWAY) !== undefined
  if (scheme.toLowerCase() === 'basic') {
    const [email = '', ...rest] = Buffer.from(credential, 'base64').toString().split(':')
    const user = holderOf(site, email)
    const { tokens } = site.seed
    const token = rest.join(':')
    if (user?.active === true && token !== '' && (tokens === undefined || tokens.includes(token)))
      return { user, via: 'basic', scopes: null }
  }
  if (scheme.toLowerCase() === 'bearer' && gateway) {
    const minted = site.store.tokens.get(credential)
    const late = minted?.expires_ms !== null && (minted?.expires_ms ?? Infinity) <= site.now()
    const free = minted === undefined && site.seed.tokens === undefined && site.seed.oauth === undefined
    const listed = site.seed.tokens?.includes(credential) === true
    const user = site.store.users.get(minted?.user ?? site.account)
    const good = minted === undefined ? free || listed : minted.kind === 'access' && !late
    if (credential !== '' && good && user?.active === true)
      return { user, via: 'oauth', scopes: site.seed.oauth?.scopes ?? null }
  }
  // Connect's apps sign each call by themselves: https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/.
  if (scheme.toLowerCase() === 'jwt') throw notModelled('jira', GAPS, 'apps of Connect and Forge')
  if (gateway) return Response.json({ code: 401, message: 'Unauthorized' }, { status: 401 })
  if (scheme.toLowerCase() === 'bearer')
    return Response.json({ error: 'Failed to parse Connect Session Auth Token' }, { status: 403 })
  return new Response('Client must be authenticated to access this resource.', {
    status: 401,
    headers: {
      'Content-Type': 'text/plain;charset=UTF-8',
      'WWW-Authenticate': 'OAuth realm="https%3A%2F%2Fatlassian.net"',
    },
  })
}

/** Whose the mail address is; where the seed gives the caller none, any unknown one is the caller's. */
function holderOf(site: Site, email: string): User | undefined {
  const known = site.store.users.find(`email ${email.toLowerCase()}`)[0]
  const { email: mine, anybody } = site.seed.account ?? {}
  if (known !== undefined || (mine !== undefined && anybody !== true)) return known
  return email === '' ? undefined : site.store.users.get(site.account)
}

type Asker = Pick<Ask, 'site' | 'me'>

/** The issue of that id or key, if who asks may see it. */
export function issueFor({ site, me }: Asker, idOrKey: string): Issue | undefined {
  const issue = issueOf(site, idOrKey)
  return issue !== undefined && seesIssue(site, me, issue) ? issue : undefined
}

/** The project of that id or key, if who asks may see it. */
export function projectFor({ site, me }: Asker, idOrKey: string): Project | undefined {
  const project = projectOf(site, idOrKey)
  return project !== undefined && seesProject(site, me, project) ? project : undefined
}

/** All projects that who asks may see. */
export const projectsFor = ({ site, me }: Asker): readonly Project[] =>
  site.store.projects.all().filter((project) => seesProject(site, me, project))

/** The issue that the path names. */
export function askedIssue(ask: Ask): Issue {
  const issue = issueFor(ask, ask.part('issue'))
  if (issue === undefined) throw new Refusal(404, [NO_ISSUE])
  return issue
}

/** `startAt` and `maxResults`, within reason. */
export function pageOf(
  { query }: Ask,
  usual: number,
  most: number,
): { readonly startAt: number; readonly maxResults: number } {
  const number = (name: string, otherwise: number): number => {
    const text = query(name)
    if (text === undefined) return otherwise
    if (!/^-?\d+$/.test(text)) throw new Refusal(400, [INVALID_PAYLOAD])
    return Number(text)
  }
  return {
    startAt: Math.max(0, number('startAt', 0)),
    maxResults: Math.min(most, Math.max(0, number('maxResults', usual))),
  }
}

/** A page of `values`, as most lists answer. */
export function valuesPage<Row>(
  ask: Ask,
  path: string,
  rows: readonly Row[],
  body: (row: Row) => Json,
  usual = 50,
): Response {
  const { startAt, maxResults } = pageOf(ask, usual, 100)
  const values = rows.slice(startAt, startAt + maxResults)
  const end = startAt + values.length
  const self = `${ask.view.base}/rest/api/${ask.view.version}/${path}`
  return Response.json({
    self: `${self}?maxResults=${maxResults}&startAt=${startAt}`,
    ...(end < rows.length ? { nextPage: `${self}?maxResults=${maxResults}&startAt=${end}` } : {}),
    maxResults,
    startAt,
    total: rows.length,
    isLast: end >= rows.length,
    values: values.map(body),
  })
}

/** Rejects `expand`, where what it adds is not modelled. */
export function nothingMore({ query }: Ask): void {
  if ((query('expand') ?? '') !== '') throw notModelled('jira', GAPS, 'rendered fields and other expansions')
}
