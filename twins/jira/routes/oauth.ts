import { z } from 'zod'
import { notModelled, type TwinApp } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import { SCOPES } from '../scopes.ts'
import type { Site } from '../site.ts'
import type { Token } from '../state.ts'

/**
 * Refresh tokens rotate, and a bad one is a 403: https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens. One that was used
 * may be used again within the leeway; later, that ends all of its consent. They live for 90 days each, and a year in all:
 * https://community.developer.atlassian.com/t/updated-31-january-2022-action-required-deprecating-persistent-refresh-tokens/54172 (2026-11-26).
 */
const ACCESS_MS = 3_600_000
const REFRESH_MS = 90 * 86_400_000
const CONSENT_MS = 365 * 86_400_000
const LEEWAY_MS = 600_000
const scopesOf = (site: Site): readonly string[] => site.seed.oauth?.scopes ?? SCOPES

const request = z.object({
  grant_type: z.string(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  code: z.string().optional(),
  refresh_token: z.string().optional(),
})

/** OAuth 2.0 (3LO): tokens at auth.atlassian.com, and which sites they reach at api.atlassian.com. */
export function addOAuth(app: TwinApp, site: Site): void {
  app.on('oauth.authorize', 'GET /authorize', () => {
    throw notModelled('jira', GAPS, 'the consent page of OAuth')
  })
  app.on('oauth.token', 'POST /oauth/token', async (c) => {
    const text = await c.req.text()
    const form = c.req.header('content-type')?.includes('form-urlencoded') === true
    const parsed = request.safeParse(form ? Object.fromEntries(new URLSearchParams(text)) : jsonOf(text))
    if (!parsed.success) return refused(400, 'invalid_request', 'Missing required parameter: grant_type')
    const { grant_type, client_id, client_secret, code, refresh_token } = parsed.data
    const client = site.seed.oauth
    if (client !== undefined && (client.client_id !== client_id || client.client_secret !== client_secret))
      return refused(401, 'access_denied', 'Unauthorized')
    switch (grant_type) {
      case 'authorization_code':
        return exchange(site, 'code', code ?? '', 'Invalid authorization code')
      case 'refresh_token':
        return exchange(site, 'refresh', refresh_token ?? '', 'Unknown or invalid refresh token.')
      default:
        return refused(403, 'unauthorized_client', `Grant type '${grant_type}' not allowed for the client.`)
    }
  })
  app.on('oauth.resources', 'GET /oauth/token/accessible-resources', (c) => {
    const token = (c.req.header('authorization') ?? '').replace(/^bearer /i, '')
    const minted = site.store.tokens.get(token)
    const free = minted === undefined && site.seed.tokens === undefined && site.seed.oauth === undefined
    const good = minted === undefined ? free || site.seed.tokens?.includes(token) : isAlive(site, minted, 'access')
    if (token === '' || good !== true) return Response.json({ code: 401, message: 'Unauthorized' }, { status: 401 })
    return Response.json([
      {
        id: site.cloud_id,
        url: site.url,
        name: new URL(site.url).hostname.split('.')[0] ?? '',
        scopes: scopesOf(site),
        avatarUrl: 'https://site-admin-avatar-cdn.prod.public.atl-paas.net/avatars/240/flag.png',
      },
    ])
  })
}

function isAlive(site: Site, { kind, used_ms, expires_ms, consented_ms }: Token, wanted: Token['kind']): boolean {
  const nowMs = site.now()
  const leewayMs = wanted === 'refresh' ? LEEWAY_MS : 0
  return (
    kind === wanted &&
    (used_ms === null || nowMs < used_ms + leewayMs) &&
    (expires_ms ?? Number.POSITIVE_INFINITY) > nowMs &&
    (wanted === 'access' || nowMs < consented_ms + CONSENT_MS)
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const refused = (status: number, error: string, error_description: string): Response =>
  Response.json({ error, error_description }, { status })

/** Tokens for what is good once. */
function exchange(site: Site, kind: 'code' | 'refresh', given: string, complaint: string): Response {
  const { tokens } = site.store
  const token = tokens.get(given)
  if (token === undefined || !isAlive(site, token, kind)) {
    if (token?.kind === 'refresh' && token.used_ms !== null)
      for (const other of tokens.all())
        if (other.kind === 'refresh' && other.family === token.family) tokens.remove(other.id)
    return refused(403, 'invalid_grant', complaint)
  }
  tokens.put({ ...token, used_ms: token.used_ms ?? site.now() })
  const mint = (what: 'access' | 'refresh', lifeMs: number): Token =>
    tokens.put({
      id: site.world.id(what === 'access' ? 'eyJhbGciOiJSUzI1NiJ9.' : 'eyJhbGciOiJIUzI1NiJ9.', 86),
      kind: what,
      user: token.user,
      expires_ms: site.now() + lifeMs,
      used_ms: null,
      family: token.family,
      consented_ms: kind === 'code' ? site.now() : token.consented_ms,
    })
  const [access, refresh] = [mint('access', ACCESS_MS), mint('refresh', REFRESH_MS)]
  site.note('token.issued', { user: token.user, by: kind })
  return Response.json({
    access_token: access.id,
    refresh_token: refresh.id,
    expires_in: ACCESS_MS / 1000,
    token_type: 'Bearer',
    scope: [...scopesOf(site), 'offline_access'].join(' '),
  })
}
