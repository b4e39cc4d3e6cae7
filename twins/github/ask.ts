import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { Json } from '../trace.ts'
import { notModelled, type TwinApp } from '../twin.ts'
import { atLeast, loginOf, type Role, roleOn, type Viewer } from './access.ts'
import { viewerOf } from './auth.ts'
import { GAPS } from './gaps.ts'
import { findRepo, type GitHub, repoPath } from './github.ts'
import { mayInteract } from './holds.ts'
import { countRequest, countSecondary, giveBack, quotaHeaders, quotaOf, resourceOf } from './limits.ts'
import { mayDo } from './permissions.ts'
import { holds, scopesFor } from './scopes.ts'
import { isRow, type Row, text } from './store.ts'
import { API, errorBody, forbidden, GitHubError, notFound } from './wire.ts'

/** One request, as a route sees it. */
export type Ask = {
  readonly github: GitHub
  readonly viewer: Viewer
  readonly method: string
  readonly url: URL
  /** A parameter of the route's path. */
  readonly param: (name: string) => string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly accept: string
  readonly raw: Uint8Array
  /** What GitHub calls the request, in a header and in some errors. */
  readonly id: string
  /** The JSON object that was sent; `{}` when nothing was. Throws what GitHub answers to anything else. */
  readonly body: () => Row
}
export type Reply = {
  readonly status: number
  readonly body?: Json | undefined
  /** In place of a body: bytes of a type. */
  readonly bytes?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}
export type Route = (ask: Ask) => Reply
/** How a route is let in. `user` needs somebody, `app` an app's JWT, `anyone` nobody. */
export type Door = 'anyone' | 'user' | 'app'
export type On = (operation: string, route: string, handler: Route, door?: Door) => void

export const VERSION = '2022-11-28'
export const gap = (what: string): Error => notModelled('github', GAPS, what)
export const ok = (body: Json, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 200,
  body,
  headers,
})
export const done = (status = 204): Reply => ({ status })
/** The answer to something made: where it is stands in its `url`. */
export const made = (body: Json): Reply => {
  const url = isRow(body) ? text(body.url) : ''
  return { status: 201, body, headers: url === '' ? {} : { Location: url } }
}

/** Registers routes on `app`; each knows its viewer, counts against its rate limit and turns errors into answers. */
export function router(app: TwinApp, github: GitHub): On {
  return (operation, route, handler, door = 'anyone') =>
    app.on(operation, route, async (c) => {
      const raw = new Uint8Array(await c.req.arrayBuffer())
      return answered(github, operation, c, raw, handler, door)
    })
}

function answered(
  github: GitHub,
  operation: string,
  c: Context,
  raw: Uint8Array,
  handler: Route,
  door: Door,
): Response {
  const asked = c.req.header('x-github-api-version')
  if (asked !== undefined && asked !== VERSION) throw gap('API versions other than 2022-11-28')
  const url = new URL(c.req.url)
  const resource = resourceOf(url.pathname)
  const id = requestId(github)
  let viewer: Viewer = { kind: 'anonymous', key: 'anonymous' }
  try {
    viewer = viewerOf(github, c.req.raw.headers)
    const ask = askOf(github, viewer, c, url, raw, id)
    const writes = ask.method !== 'GET' && ask.method !== 'HEAD'
    // Asking how much is left costs nothing.
    if (url.pathname !== '/rate_limit') countRequest(github, viewer, resource)
    countSecondary(github, viewer, writes && resource === 'core', ask.method === 'POST' && resource === 'core')
    letIn(ask, door)
    if (!mayDo(viewer, operation, writes)) throw forbidden('Resource not accessible by integration')
    const scopes = scopesFor(operation, writes)
    // What a token may not do is not there: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api (2026-11-26).
    if (scopes.length > 0 && !holds(viewer, ...scopes))
      throw new GitHubError(404, 'Not Found', undefined, { 'X-Accepted-OAuth-Scopes': scopes.join(', ') })
    const reply = written(handler(ask))
    const etag = etagOf(reply)
    if (!writes && etag !== undefined && unchanged(ask, reply, etag)) {
      if (viewer.kind !== 'anonymous') giveBack(github, viewer, resource)
      return send(github, viewer, resource, id, { status: 304, headers: { ETag: etag } }, ask.accept)
    }
    const at = changedAt(reply)
    const dated = at === undefined ? {} : { 'Last-Modified': new Date(at).toUTCString() }
    const tagged = etag === undefined ? reply : { ...reply, headers: { ETag: etag, ...dated, ...reply.headers } }
    return send(github, viewer, resource, id, tagged, ask.accept)
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    const body = errorBody(error)
    return send(github, viewer, resource, id, { status: error.status, body, headers: error.headers }, '')
  }
}

function requestId(github: GitHub): string {
  const hex = github.draw('request id').text(32, '0123456789ABCDEF')
  return [hex.slice(0, 4), hex.slice(4, 8), hex.slice(8, 16), hex.slice(16, 24), hex.slice(24)].join(':')
}

function askOf(github: GitHub, viewer: Viewer, c: Context, url: URL, raw: Uint8Array, id: string): Ask {
  return {
    github,
    viewer,
    method: c.req.method,
    url,
    param: (name) => c.req.param(name) ?? '',
    query: url.searchParams,
    headers: c.req.raw.headers,
    accept: c.req.header('accept') ?? '',
    raw,
    id,
    body: () => parsedBody(raw),
  }
}

function parsedBody(raw: Uint8Array): Row {
  const sent = Buffer.from(raw).toString()
  if (sent.trim() === '') return {}
  try {
    const parsed: unknown = JSON.parse(sent)
    if (isRow(parsed)) return parsed
    // Lists of labels and the like are taken as if they stood under a name.
    if (Array.isArray(parsed)) return { _list: parsed as Json }
  } catch {
    throw new GitHubError(400, 'Problems parsing JSON')
  }
  throw new GitHubError(400, 'Body should be a JSON object')
}

function letIn({ viewer }: Ask, door: Door): void {
  switch (door) {
    case 'user':
      if (viewer.kind === 'anonymous') throw new GitHubError(401, 'Requires authentication')
      if (viewer.kind === 'app') throw new GitHubError(401, 'A JSON web token could not be decoded')
      return
    case 'app':
      if (viewer.kind !== 'app') throw new GitHubError(401, 'A JSON web token could not be decoded')
      return
    default:
  }
}

/** An answer whose body is put into words, once. */
const written = (reply: Reply): Reply =>
  reply.body === undefined || reply.bytes !== undefined ? reply : { ...reply, bytes: JSON.stringify(reply.body) }

const bytesOf = ({ body, bytes }: Reply): Uint8Array | string | undefined =>
  bytes ?? (body === undefined ? undefined : JSON.stringify(body))

/** Weak for what was there, strong for what was just made, as recorded. */
function etagOf(reply: Reply): string | undefined {
  const bytes = bytesOf(reply)
  if (bytes === undefined || reply.status >= 300) return undefined
  const hash = createHash('sha256').update(bytes).digest('hex')
  return reply.status === 201 ? `"${hash}"` : `W/"${hash}"`
}

/** When a thing was changed last, where it says so. */
const changedAt = ({ status, body }: Reply): number | undefined => {
  const at = status === 200 && isRow(body) ? Date.parse(text(body.updated_at)) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** A tag that is sent decides; else the time. */
function unchanged({ headers }: Ask, reply: Reply, etag: string): boolean {
  const tags = headers.get('if-none-match')
  if (tags !== null) return sameTag(tags, etag)
  const [at, since] = [changedAt(reply), Date.parse(headers.get('if-modified-since') ?? '')]
  return at !== undefined && !Number.isNaN(since) && at <= since
}

const sameTag = (sent: string, etag: string): boolean =>
  sent.split(',').some((one) => one.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''))

function send(
  github: GitHub,
  viewer: Viewer,
  resource: ReturnType<typeof resourceOf>,
  id: string,
  reply: Reply,
  accept: string,
): Response {
  const bytes = bytesOf(reply)
  const kind = /application\/vnd\.github(?:\.[\w-]+)?\.?([\w-]+)?(\+json)?/.test(accept)
  const headers = new Headers({
    Server: 'github.com',
    Date: new Date(github.world.clock.now()).toUTCString(),
    'X-GitHub-Media-Type': kind ? 'github.v3; format=json' : 'github.v3',
    'X-GitHub-Api-Version-Selected': VERSION,
    'X-GitHub-Request-Id': id,
    Vary: 'Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With',
    ...quotaHeaders(quotaOf(github, viewer, resource)),
  })
  if (viewer.kind === 'user' && viewer.scopes.length > 0) {
    headers.set('X-OAuth-Scopes', viewer.scopes.join(', '))
    headers.set('X-Accepted-OAuth-Scopes', '')
  }
  if (bytes !== undefined && reply.body !== undefined) headers.set('Content-Type', 'application/json; charset=utf-8')
  if (reply.status === 200) headers.set('Cache-Control', 'private, max-age=60, s-maxage=60')
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name, value)
  const empty = bytes === undefined || reply.status === 204 || reply.status === 304
  return new Response(empty ? null : (bytes as string), { status: reply.status, headers })
}

/** The repository a path names, if the viewer may see it and has the role that is needed. */
export function repoOf(ask: Ask, needed: Role = 'pull'): Row {
  const name = `${ask.param('owner')}/${ask.param('repo')}`
  const repo = findRepo(ask.github, name)
  if (repo === undefined) {
    const moved = ask.github.store.get('~moved', name.toLowerCase())
    const now = moved === undefined ? undefined : findRepo(ask.github, text(moved.to))
    if (now === undefined) throw notFound()
    const url = ask.url.pathname.replace(/^\/repos\/[^/]+\/[^/]+/, `${API}/repositories/${now.id}`) + ask.url.search
    // The body names the address too, as recorded.
    const status = ask.method === 'GET' ? 301 : 307
    throw new GitHubError(status, 'Moved Permanently', undefined, { Location: url }, { url })
  }
  need(ask, repo, needed)
  if (needed === 'pull' && writes(ask) && !OPEN.test(ask.url.pathname)) awake(repo)
  return repo
}

const writes = ({ method }: Ask): boolean => method !== 'GET' && method !== 'HEAD'
/** What may be done to an archived repository all the same: https://docs.github.com/repositories/archiving-a-github-repository (2026-11-26). */
const OPEN = /^\/repos\/[^/]+\/[^/]+(\/(forks|subscription|generate|notifications))?$|^\/user\/|^\/graphql$/

function awake(repo: Row): void {
  if (repo.archived === true) throw forbidden('Repository was archived so is read-only.')
}

/** Throws GitHub's refusal where the viewer's role does not do. */
export function need(ask: Ask, repo: Row, needed: Role): void {
  const role = roleOn(ask.github, ask.viewer, repo)
  if (role === 'none') throw notFound()
  if (needed === 'pull') return
  if (ask.viewer.kind === 'anonymous') throw new GitHubError(401, 'Requires authentication')
  if (!atLeast(role, needed)) {
    if (needed === 'admin') throw forbidden('Must have admin rights to Repository.')
    throw forbidden(`Must have ${needed} access to Repository.`)
  }
  if (writes(ask)) awake(repo)
}

/** Somebody must be there, though no role is needed: to open an issue, to comment. */
export function needSomebody(ask: Ask, repo: Row): string {
  need(ask, repo, 'pull')
  if (ask.viewer.kind === 'anonymous') throw new GitHubError(401, 'Requires authentication')
  awake(repo)
  mayInteract(ask.github, ask.viewer, repo)
  return loginOf(ask.viewer)
}

export const below = (repo: Row, collection: string): string => `${repoPath(repo)}/${collection}`

/** The number in a path; what is none is not found. */
export function numberIn(ask: Ask, name: string): number {
  const value = ask.param(name)
  if (!/^\d+$/.test(value)) throw notFound()
  return Number(value)
}
