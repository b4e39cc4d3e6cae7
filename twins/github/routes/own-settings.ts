import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { ensureAccount } from '../ensure.ts'
import { account } from '../github.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { GitHubError, invalid, iso, notFound, shown } from '../wire.ts'
import { ownedOrg } from './orgs.ts'
import { addPlain } from './plain-route.ts'
import { accountIn, emailsOf, me } from './users.ts'

const own = (ask: Ask, collection: string): string => `users/${text(me(ask).login).toLowerCase()}/${collection}`
const theirs = (ask: Ask, collection: string): string =>
  `users/${text(accountIn(ask, 'username').login).toLowerCase()}/${collection}`

/** What an account says of itself and sets for itself: https://docs.github.com/rest/users (2026-11-26). */
export function addOwnSettingRoutes(on: On): void {
  addEmails(on)
  addKeys(on)
  addSocialAccounts(on)
  addBlocks(on, 'users.blocks', '/user/blocks', (ask) => own(ask, 'blocks'))
  addBlocks(on, 'orgs.blocks', '/orgs/:org/blocks', (ask) => `orgs/${text(ownedOrg(ask).login).toLowerCase()}/blocks`)
  addInteractionLimits(on)
  on('users.following.check_for', 'GET /users/:username/following/:target', (ask) => {
    if (ask.github.store.get(theirs(ask, 'following'), ask.param('target').toLowerCase()) === undefined)
      throw notFound()
    return done()
  })
}

function addEmails(on: On): void {
  const keep = (ask: Ask, emails: readonly Row[]): void => {
    const row = me(ask)
    ask.github.store.put('users', text(row.login).toLowerCase(), { ...row, _emails: emails as Json })
  }
  /** `{ emails: [...] }`, a list, or one alone, as older clients send it. */
  const sent = (ask: Ask): readonly string[] => {
    const body = ask.body()
    return listOf(body._list ?? body.emails).map(String)
  }
  on(
    'users.emails.add',
    'POST /user/emails',
    (ask) => {
      const old = emailsOf(ask)
      const taken = sent(ask).find((email) => old.some((one) => one.email === email))
      if (taken !== undefined) throw invalid({ resource: 'UserEmail', code: 'already_exists', field: 'email' })
      const added = sent(ask).map((email) => ({ email, primary: false, verified: false, visibility: null }))
      keep(ask, [...old, ...added])
      return { status: 201, body: added as Json }
    },
    'user',
  )
  on(
    'users.emails.delete',
    'DELETE /user/emails',
    (ask) => {
      const gone = sent(ask)
      const old = emailsOf(ask)
      if (gone.some((email) => !old.some((one) => one.email === email))) throw notFound()
      keep(
        ask,
        old.filter(({ email }) => !gone.includes(text(email))),
      )
      return done()
    },
    'user',
  )
  on(
    'users.emails.visibility',
    'PATCH /user/email/visibility',
    (ask) => {
      const { visibility } = ask.body()
      const emails = emailsOf(ask).map((one): Row => (one.primary === true ? { ...one, visibility } : one))
      keep(ask, emails)
      return ok(emails.filter(({ primary }) => primary === true) as Json)
    },
    'user',
  )
  on(
    'users.emails.list_public',
    'GET /user/public_emails',
    (ask) =>
      page(
        ask,
        emailsOf(ask).filter(({ visibility }) => visibility === 'public'),
        (one) => one as Json,
      ),
    'user',
  )
}

/** A key is made of what was given; whom a GPG key is for and what it may do stands inside it, and is not read. */
function addKeys(on: On): void {
  addPlain(on, {
    name: 'users.signing_keys',
    path: '/user/ssh_signing_keys',
    at: (ask) => own(ask, 'ssh_signing_keys'),
    writes: 'pull',
    verbs: ['create', 'list', 'get', 'delete'],
    resource: 'GitSigningSshPublicKey',
    required: ['key'],
    make: (ask, { key, title = '' }, id) => ({ id, key, title, created_at: ask.github.now() }),
  })
  on('users.signing_keys.list_for', 'GET /users/:username/ssh_signing_keys', (ask) =>
    page(ask, ask.github.store.rows(theirs(ask, 'ssh_signing_keys')), (row) => shown(row)),
  )
  on(
    'users.gpg_keys.mine',
    'GET /user/gpg_keys',
    (ask) => page(ask, ask.github.store.rows(own(ask, 'gpg_keys')), (row) => shown(row)),
    'user',
  )
  on('users.gpg_keys.list', 'GET /users/:username/gpg_keys', (ask) =>
    page(ask, ask.github.store.rows(theirs(ask, 'gpg_keys')), (row) => shown(row)),
  )
  const gpg = (ask: Ask): Row => {
    const row = ask.github.store.get(own(ask, 'gpg_keys'), ask.param('key'))
    if (row === undefined) throw notFound()
    return row
  }
  on('users.gpg_keys.get', 'GET /user/gpg_keys/:key', (ask) => ok(shown(gpg(ask))), 'user')
  on(
    'users.gpg_keys.delete',
    'DELETE /user/gpg_keys/:key',
    (ask) => {
      ask.github.store.remove(own(ask, 'gpg_keys'), String(gpg(ask).id))
      return done()
    },
    'user',
  )
}

function providerOf(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : ''
  const known: Readonly<Record<string, string>> = {
    ...{ 'twitter.com': 'twitter', 'x.com': 'twitter', 'linkedin.com': 'linkedin', 'youtube.com': 'youtube' },
    ...{ 'facebook.com': 'facebook', 'instagram.com': 'instagram', 'twitch.tv': 'twitch', 'reddit.com': 'reddit' },
  }
  return known[host] ?? 'generic'
}

function addSocialAccounts(on: On): void {
  const path = '/user/social_accounts'
  const show = (ask: Ask, at: string): Reply =>
    page(ask, ask.github.store.rows(at), ({ provider, url }) => ({ provider, url }) as Json)
  on('users.social_accounts.list', `GET ${path}`, (ask) => show(ask, own(ask, 'social_accounts')), 'user')
  on('users.social_accounts.list_for', 'GET /users/:username/social_accounts', (ask) =>
    show(ask, theirs(ask, 'social_accounts')),
  )
  on(
    'users.social_accounts.add',
    `POST ${path}`,
    (ask) => {
      const urls = listOf(ask.body().account_urls).map(String)
      const rows = urls.map((url) =>
        ask.github.store.put(own(ask, 'social_accounts'), url, { provider: providerOf(url), url }),
      )
      return { status: 201, body: rows as Json }
    },
    'user',
  )
  on(
    'users.social_accounts.delete',
    `DELETE ${path}`,
    (ask) => {
      for (const url of listOf(ask.body().account_urls))
        ask.github.store.remove(own(ask, 'social_accounts'), String(url))
      return done()
    },
    'user',
  )
}

function addBlocks(on: On, operation: string, path: string, at: (ask: Ask) => string): void {
  const key = (ask: Ask): string => ask.param('username').toLowerCase()
  on(
    `${operation}.list`,
    `GET ${path}`,
    (ask) => page(ask, ask.github.store.rows(at(ask)), ({ login }) => person(ask.github, login)),
    'user',
  )
  on(
    `${operation}.check`,
    `GET ${path}/:username`,
    (ask) => {
      if (ask.github.store.get(at(ask), key(ask)) === undefined) throw notFound()
      return done()
    },
    'user',
  )
  on(
    `${operation}.add`,
    `PUT ${path}/:username`,
    (ask) => {
      if (account(ask.github, ask.param('username')) === undefined) throw notFound()
      const login = ensureAccount(ask.github, ask.param('username'))
      if (ask.github.store.get(at(ask), key(ask)) !== undefined)
        throw new GitHubError(422, 'Blocked user has already been blocked')
      ask.github.store.put(at(ask), key(ask), { login })
      return done()
    },
    'user',
  )
  on(
    `${operation}.remove`,
    `DELETE ${path}/:username`,
    (ask) => {
      ask.github.store.remove(at(ask), key(ask))
      return done()
    },
    'user',
  )
}

const DAY_MS = 24 * 3_600_000
/** https://docs.github.com/rest/interactions (2026-11-26). One day when none is named. */
const EXPIRES: Readonly<Record<string, number>> = {
  ...{ one_day: DAY_MS, three_days: 3 * DAY_MS, one_week: 7 * DAY_MS },
  ...{ one_month: 30 * DAY_MS, six_months: 182 * DAY_MS },
}
const LIMITS: ReadonlySet<string> = new Set(['existing_users', 'contributors_only', 'collaborators_only'])

/** Who may comment and open things for a while; twins/github/holds.ts holds the others back. */
function addInteractionLimits(on: On): void {
  const places: readonly (readonly [string, string, string, (ask: Ask) => string])[] = [
    ['repos', '/repos/:owner/:repo', 'repository', (ask) => below(repoOf(ask, 'admin'), 'interaction-limits')],
    [
      'orgs',
      '/orgs/:org',
      'organization',
      (ask) => `orgs/${text(ownedOrg(ask).login).toLowerCase()}/interaction-limits`,
    ],
    ['users', '/user', 'user', (ask) => own(ask, 'interaction-limits')],
  ]
  for (const [scope, prefix, origin, at] of places) {
    const path = `${prefix}/interaction-limits`
    on(
      `${scope}.interaction_limits.get`,
      `GET ${path}`,
      (ask) => {
        const row = ask.github.store.get(at(ask), 'limit')
        const over = isRow(row) && Date.parse(text(row.expires_at)) <= ask.github.world.clock.now()
        return ok(over ? {} : (rowOf(row) as Json))
      },
      'user',
    )
    on(
      `${scope}.interaction_limits.set`,
      `PUT ${path}`,
      (ask) => {
        const { limit, expiry = 'one_day' } = ask.body()
        const lasts = EXPIRES[text(expiry)]
        if (!LIMITS.has(text(limit)) || lasts === undefined)
          throw new GitHubError(422, 'Invalid request.\n\n"limit" is not a known interaction limit.')
        const expires_at = iso(ask.github.world.clock.now() + lasts)
        return ok(ask.github.store.put(at(ask), 'limit', { limit, origin, expires_at }) as Json)
      },
      'user',
    )
    on(
      `${scope}.interaction_limits.remove`,
      `DELETE ${path}`,
      (ask) => {
        ask.github.store.remove(at(ask), 'limit')
        return done()
      },
      'user',
    )
  }
}
