import { createPublicKey, verify } from 'node:crypto'
import type { Viewer } from './access.ts'
import { account, type GitHub } from './github.ts'
import { isRow, listOf, type Row, text } from './store.ts'
import { GitHubError } from './wire.ts'

/**
 * What JWTs are refused for, as recorded and as https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
 * has it (2026-11-26): RS256, at most ten minutes.
 */
const JWT_MAX_S = 600
/** Clocks may differ a little. Assumed: a minute. */
const SKEW_S = 60
const undecodable = (): GitHubError => new GitHubError(401, 'A JSON web token could not be decoded')
const badCredentials = (): GitHubError => new GitHubError(401, 'Bad credentials')

/** Who sends a request. Throws GitHub's answer to a credential it does not take. */
export function viewerOf(github: GitHub, headers: Headers): Viewer {
  const [scheme = '', credential = ''] = (headers.get('authorization') ?? '').split(' ')
  if (scheme === '') return { kind: 'anonymous', key: 'anonymous' }
  const token = /^basic$/i.test(scheme) ? passwordOf(credential) : credential
  if (!/^(basic|bearer|token)$/i.test(scheme) || token === '') throw badCredentials()
  if (token.split('.').length === 3) return viewerOfJwt(github, token)
  return viewerOfToken(github, token)
}

/** Basic carries a token as the password, or as the name. */
function passwordOf(credential: string): string {
  const [name = '', password = ''] = Buffer.from(credential, 'base64').toString().split(':')
  return password === '' || password === 'x-oauth-basic' ? name : password
}

function viewerOfToken(github: GitHub, token: string): Viewer {
  const issued = github.store.get('~tokens', token)
  const seeded = github.seed.tokens?.[token]
  if (issued !== undefined) return installationViewer(github, token, issued)
  if (seeded !== undefined) {
    if (seeded.installation !== undefined) {
      const installation = github.store.get('installations', seeded.installation)
      if (installation === undefined) throw badCredentials()
      const grant = {
        installation: seeded.installation,
        permissions: installation._granted ?? installation.permissions,
      }
      return installationViewer(github, token, grant)
    }
    if (seeded.login !== undefined) return userViewer(github, token, seeded.login, seeded.scopes)
  }
  // Without a list of tokens any is good but those that apps would have been given.
  if (github.seed.tokens !== undefined && Object.values(github.seed.tokens).some(({ login }) => login !== undefined))
    throw badCredentials()
  if (token.startsWith('ghs_')) throw badCredentials()
  return userViewer(github, token, github.seed.viewer ?? 'octocat', undefined)
}

function userViewer(github: GitHub, token: string, name: string, scopes: readonly string[] | undefined): Viewer {
  const row = account(github, name)
  if (row === undefined) throw badCredentials()
  if (row.suspended_at !== undefined && row.suspended_at !== null)
    throw new GitHubError(403, 'Sorry. Your account was suspended')
  const limited = scopes !== undefined && !isFine(token)
  const login = text(row.login)
  return { kind: 'user', key: `user ${login}`, login, scopes: scopes ?? scopesOf(token), limited }
}
/** Fine-grained tokens have no scopes. */
const isFine = (token: string): boolean => token.startsWith('github_pat_')
const scopesOf = (token: string): readonly string[] => (isFine(token) ? [] : ['repo', 'user', 'admin:org'])

function installationViewer(github: GitHub, token: string, grant: Row): Viewer {
  const installation = github.store.get('installations', String(grant.installation))
  const app = installation === undefined ? undefined : github.store.get('apps', String(installation.app_id))
  if (installation === undefined || app === undefined) throw badCredentials()
  const expires = text(grant.expires_at)
  if (expires !== '' && Date.parse(expires) <= github.world.clock.now()) throw badCredentials()
  if (installation.suspended_at !== null && installation.suspended_at !== undefined)
    throw new GitHubError(403, 'This installation has been suspended')
  return { kind: 'installation', key: `installation ${token}`, app, installation, grant }
}

const decoded = (part: string | undefined): Row => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
    return isRow(value) ? value : {}
  } catch {
    return {}
  }
}

function viewerOfJwt(github: GitHub, token: string): Viewer {
  const [head, body, signature] = token.split('.')
  const claims = decoded(body)
  if (decoded(head).alg !== 'RS256' || claims.iss === undefined) throw undecodable()
  const issuer = String(claims.iss)
  const app = github.store
    .rows('apps')
    .find((row) => [row.id, row.client_id, ...listOf(row._issuers)].some((one) => String(one) === issuer))
  if (app === undefined) throw new GitHubError(404, 'Integration not found')
  const key = text(app._public_key)
  const signed = Buffer.from(`${head}.${body}`)
  if (key !== '' && !verify('RSA-SHA256', signed, createPublicKey(key), Buffer.from(signature ?? '', 'base64url')))
    throw undecodable()
  const nowS = Math.floor(github.world.clock.now() / 1000)
  const { iat, exp } = claims
  if (!Number.isInteger(iat) || Number(iat) > nowS + SKEW_S)
    throw new GitHubError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  if (!Number.isInteger(exp) || Number(exp) <= nowS)
    throw new GitHubError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  if (Number(exp) > nowS + JWT_MAX_S + SKEW_S)
    throw new GitHubError(401, "'Expiration time' claim ('exp') is too far in the future")
  return { kind: 'app', key: `app ${app.id}`, app }
}

/** Puts narrower permissions and repositories in an installation's place. Throws when they are wider. */
export function narrowed(held: Row, asked: Row): Row {
  for (const [name, level] of Object.entries(asked)) {
    const mine = held[name]
    if (mine === undefined || (level === 'write' && mine === 'read'))
      throw new GitHubError(422, 'The permissions requested are not granted to this installation.')
  }
  return asked
}
