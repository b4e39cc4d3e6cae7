import type { Context } from 'hono'
import type { Json } from '../trace.ts'
import type { TwinApp } from '../twin.ts'
import { countCall } from './limits.ts'
import { EVERY_SCOPE, METHODS, type Method } from './methods.ts'
import { type Channel, type Fields, isFields, textOf } from './state.ts'
import { answer, rateLimited } from './wire.ts'
import type { Actor, Workspace } from './workspace.ts'

/** One call of a Web API method. */
export type Ask = {
  readonly ws: Workspace
  readonly method: string
  readonly actor: Actor
  readonly args: Fields
  readonly headers: Headers
}
/** Answers with the body behind `ok: true`; throws `SlackError` to refuse. */
export type Handler = (ask: Ask) => Fields
export type Handlers = Readonly<Record<string, Handler>>

/** A refusal: told in the body, under status 200. */
export class SlackError extends Error {
  readonly code: string
  readonly more: Fields
  constructor(code: string, more: Fields = {}) {
    super(code)
    this.code = code
    this.more = more
  }
}
/** Too many calls: the one refusal besides outages that has a status of its own. */
export class TooMany extends Error {
  readonly waitMs: number
  constructor(waitMs: number) {
    super('ratelimited')
    this.waitMs = waitMs
  }
}

/** A call without what it cannot do without. */
export const invalid = (...messages: readonly string[]): SlackError =>
  new SlackError('invalid_arguments', {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  })

export const has = ({ args }: Ask, name: string): boolean =>
  args[name] !== undefined && args[name] !== null && args[name] !== ''
export const arg = ({ args }: Ask, name: string): string => textOf(args[name])
export function needed(ask: Ask, name: string): string {
  const value = arg(ask, name)
  if (value === '') throw invalid(`missing required field: ${name}`)
  return value
}
export function flag({ args }: Ask, name: string, usual = false): boolean {
  const value = args[name]
  if (value === undefined || value === null || value === '') return usual
  return value === true || value === 1 || value === 'true' || value === '1'
}
/** A list, however it was sent: as JSON or with commas. */
export function many({ args }: Ask, name: string): readonly string[] {
  const value = args[name]
  const items = Array.isArray(value) ? (value as readonly Json[]).map(textOf) : splitList(textOf(value))
  return items.map((item) => item.trim()).filter((item) => item !== '')
}
function splitList(value: string): readonly string[] {
  if (!value.startsWith('[')) return value.split(',')
  const parsed = parse(value)
  return Array.isArray(parsed) ? (parsed as readonly Json[]).map(textOf) : value.split(',')
}
/** What is sent as JSON inside of a form; undefined when it is not there, `malformed` when it is none. */
export function json({ args }: Ask, name: string): Json | undefined | 'malformed' {
  const value = args[name]
  if (typeof value !== 'string') return value ?? undefined
  return value === '' ? undefined : (parse(value) ?? 'malformed')
}
/** How many to show at once. */
export function limitOf(ask: Ask, usual: number, most: number): number {
  const value = arg(ask, 'limit')
  if (value === '' || value === '0') return usual
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0) throw new SlackError('invalid_limit')
  return Math.min(number, most)
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Refuses a token that has none of these scopes. */
export function requireScope({ actor }: Ask, scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.some((scope) => actor.scopes.includes(scope))) return
  // Bots manage where people write.
  const other = actor.kind === 'bot' ? 'channels:write' : 'channels:manage'
  const needs = scopes.length === 1 ? scopes : scopes.filter((scope) => scope !== other)
  throw new SlackError('missing_scope', { needed: needs.join(','), provided: actor.scopes.join(',') })
}

/** Whether the one who asks is in a conversation. */
export const isIn = ({ actor }: Ask, channel: Channel): boolean => channel.members.includes(actor.user)

/** The conversation of an argument, by its id. What one may not see is not there. */
export function channelOf(ask: Ask, name = 'channel'): Channel {
  const id = needed(ask, name)
  const channel = ask.ws.store.channels.get(id)
  if (channel === undefined || (channel.kind !== 'channel' && !isIn(ask, channel)))
    throw new SlackError('channel_not_found')
  return channel
}

function actorOf(ws: Workspace, method: string, token: string): Actor {
  if (token === '') throw new SlackError('not_authed')
  const given = ws.store.tokens.get(token)
  if (given !== undefined) {
    if (given.until_s !== undefined && given.until_s <= ws.nowS()) throw new SlackError('token_expired')
    if (given.revoked) throw new SlackError(given.kind === 'bot' ? 'account_inactive' : 'token_revoked')
    return { kind: given.kind, token, user: given.user, scopes: given.scopes }
  }
  const { tokens } = ws.seed
  const listed = tokens?.find((one) => one.token === token)
  const kind = listed?.type ?? ({ xoxb: 'bot', xoxp: 'user', xapp: 'app' } as const)[token.slice(0, 4)]
  if (kind === undefined || !/^\S+$/.test(token) || (tokens !== undefined && listed === undefined))
    throw new SlackError('invalid_auth')
  const user = kind === 'user' ? personOf(ws, listed?.user, method) : ws.app.bot_user
  if (ws.store.users.get(user)?.deleted === true) throw new SlackError('account_inactive')
  return { kind, token, user, scopes: listed?.scopes ?? EVERY_SCOPE }
}

/** Whether a token is good, for addresses outside of the Web API. */
export function isToken(ws: Workspace, token: string): boolean {
  try {
    actorOf(ws, 'download', token)
    return true
  } catch (error) {
    if (error instanceof SlackError) return false
    throw error
  }
}

/** Who a user token stands for: the one that the seed names, else the first person there is. */
function personOf(ws: Workspace, name: string | undefined, method: string): string {
  const { users } = ws.store
  const person =
    name === undefined
      ? users.all().find(({ is_bot, deleted, id }) => !is_bot && !deleted && id !== 'USLACKBOT')
      : (users.get(name) ?? ws.store.userNamed(name))
  if (person === undefined)
    throw new Error(
      `slack ${method}: expected a person for a user token, got ${name ?? 'none'}. Name one under given.slack.users.`,
    )
  return person.id
}

const FORM = 'application/x-www-form-urlencoded'

/** Arguments out of query and body; refuses bodies of other types. https://docs.slack.dev/apis/web-api (2026-11-26). */
async function argsOf(request: Request): Promise<{ readonly args: Fields; readonly warning: string | undefined }> {
  const query: Fields = Object.fromEntries(new URL(request.url).searchParams)
  if (request.method === 'GET') return { args: query, warning: undefined }
  const header = request.headers.get('content-type') ?? ''
  const [type = ''] = header.toLowerCase().split(';')
  const charset = /charset=/i.test(header)
  if (type.trim() === 'multipart/form-data') {
    const form = await request.formData()
    const fields = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
    return { args: { ...query, ...Object.fromEntries(fields) }, warning: undefined }
  }
  const text = await request.text()
  if (text === '') return { args: query, warning: undefined }
  switch (type.trim()) {
    case FORM:
      return {
        args: { ...query, ...Object.fromEntries(new URLSearchParams(text)) },
        warning: charset ? 'superfluous_charset' : undefined,
      }
    case 'application/json': {
      const body = parse(text)
      if (body === undefined) throw new SlackError('invalid_json')
      if (!isFields(body)) throw new SlackError('json_not_object')
      return { args: { ...query, ...body }, warning: charset ? undefined : 'missing_charset' }
    }
    case '':
      throw new SlackError('missing_post_type')
    default:
      throw new SlackError('invalid_post_type')
  }
}

/** Serves the Web API: https://docs.slack.dev/apis/web-api (2026-11-26). Refusals come in Slack's order: token, its kind, limits, scopes. */
export function addMethods(app: TwinApp, ws: Workspace, handlers: Handlers): void {
  for (const [method, handler] of Object.entries(handlers)) {
    const spec = METHODS[method]
    if (spec === undefined) throw new Error(`twins/slack/methods.ts: expected a row for ${method}, got none.`)
    const serve = (c: Context): Promise<Response> => call(ws, method, spec, handler, c.req.raw)
    app.on(method, `POST /api/${method}`, serve)
    app.on(method, `GET /api/${method}`, serve)
  }
}

/** Methods that say who they are in their own arguments. */
const OPEN = new Set(['api.test', 'oauth.v2.access', 'oauth.v2.exchange'])

async function call(
  ws: Workspace,
  method: string,
  spec: Method,
  handler: Handler,
  request: Request,
): Promise<Response> {
  let actor: Actor | undefined
  const about = (): { readonly scopes: readonly string[] | undefined; readonly accepted: readonly string[] } => ({
    scopes: actor?.scopes,
    accepted: spec.scopes,
  })
  try {
    const { args, warning } = await argsOf(request)
    const bearer = /^Bearer\s+(\S*)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    const token = bearer ?? textOf(args.token)
    actor = OPEN.has(method) ? { kind: 'app', token, user: '', scopes: [] } : actorOf(ws, method, token)
    if (!OPEN.has(method) && !spec.tokens.includes(actor.kind)) throw new SlackError('not_allowed_token_type')
    const waitMs = countCall(ws, method)
    if (waitMs !== undefined) throw new TooMany(waitMs)
    const ask: Ask = { ws, method, actor, args, headers: request.headers }
    requireScope(ask, spec.scopes)
    return answer(ws, { ok: true, ...warned(handler(ask), warning) }, about())
  } catch (error) {
    if (error instanceof TooMany) return rateLimited(ws, error.waitMs)
    if (!(error instanceof SlackError)) throw error
    return answer(ws, { ok: false, error: error.code, ...error.more }, about())
  }
}

/** Charsets are warned about: https://docs.slack.dev/apis/web-api (2026-11-26). */
const warned = (body: Fields, warning: string | undefined): Fields =>
  warning === undefined
    ? body
    : {
        ...body,
        warning,
        response_metadata: { ...(isFields(body.response_metadata) ? body.response_metadata : {}), warnings: [warning] },
      }
