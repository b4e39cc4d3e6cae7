import type { Json } from '../../trace.ts'
import { installationHas } from '../access.ts'
import { type Ask, done, gap, type On, ok, type Reply } from '../ask.ts'
import { narrowed } from '../auth.ts'
import { findRepo, type GitHub } from '../github.ts'
import { APP_KEY } from '../keys.ts'
import { counted, page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { repoListed } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { forbidden, GitHubError, iso, notFound, shown } from '../wire.ts'

/** https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token (2026-11-26). */
const TOKEN_MS = 3_600_000

export const appDoc = (github: GitHub, app: Row): Json =>
  ({ ...(shown(app) as Row), webhook: undefined, webhook_secret: undefined, owner: person(github, app._owner) }) as Json
export const installationDoc = (github: GitHub, row: Row): Json =>
  ({ ...(shown(row) as Row), account: person(github, row.account) }) as Json

const appOf = (ask: Ask): Row => {
  if (ask.viewer.kind !== 'app') throw new GitHubError(401, 'A JSON web token could not be decoded')
  return ask.viewer.app
}
const installationsOf = (ask: Ask): readonly Row[] => {
  const { id } = appOf(ask)
  return ask.github.store.rows('installations').filter(({ app_id }) => app_id === id)
}
function installationIn(ask: Ask): Row {
  const row = installationsOf(ask).find(({ id }) => String(id) === ask.param('id'))
  if (row === undefined) throw notFound()
  return row
}

/** What tokens of an installation may do. It need not show it. */
const granted = (row: Row): Row => rowOf(row._granted ?? row.permissions)

/** A token for an hour, with all of the installation's permissions or fewer. */
function createToken(ask: Ask): Reply {
  const { github } = ask
  const row = installationIn(ask)
  if (row.suspended_at !== null && row.suspended_at !== undefined)
    throw forbidden('This installation has been suspended')
  const body = ask.body()
  const permissions = body.permissions === undefined ? granted(row) : narrowed(granted(row), rowOf(body.permissions))
  const asked = [
    ...listOf(body.repositories).map((name) => `${text(row.account)}/${String(name)}`),
    ...listOf(body.repository_ids).map((id) => text(github.store.byNumber('repos', Number(id))?.full_name)),
  ]
  for (const name of asked) {
    const repo = findRepo(github, name)
    if (repo === undefined || !installationHas(row, {}, repo))
      throw new GitHubError(
        422,
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      )
  }
  const token = `ghs_${github.draw('installation token').text(36)}`
  const expires_at = iso(github.world.clock.now() + TOKEN_MS)
  github.store.put('~tokens', token, {
    installation: row.id,
    permissions: permissions as Json,
    expires_at,
    ...(asked.length === 0 ? {} : { repositories: asked }),
  })
  const repositories = asked
    .map((name) => findRepo(github, name))
    .filter((repo) => repo !== undefined)
    .map((repo) => repoListed(github, ask.viewer, repo))
  const selection = asked.length > 0 ? 'selected' : (row.repository_selection ?? 'all')
  return {
    status: 201,
    body: {
      token,
      expires_at,
      permissions: permissions as Json,
      repository_selection: selection,
      ...(asked.length === 0 ? {} : { repositories }),
    },
  }
}

/** The installation of the app that asks at an account or repository. */
const at = (ask: Ask, login: string): Row => {
  const row = installationsOf(ask).find(({ account: of }) => text(of).toLowerCase() === login.toLowerCase())
  if (row === undefined) throw notFound()
  return row
}

export function addAppRoutes(on: On): void {
  on(
    'apps.me',
    'GET /app',
    (ask) => {
      const installations_count = installationsOf(ask).length
      return ok({ ...(appDoc(ask.github, appOf(ask)) as Row), installations_count } as Json)
    },
    'app',
  )
  on('apps.get', 'GET /apps/:slug', (ask) => {
    const app = ask.github.store.rows('apps').find(({ slug }) => slug === ask.param('slug'))
    if (app === undefined) throw notFound()
    return ok(appDoc(ask.github, app))
  })
  on(
    'apps.installations.list',
    'GET /app/installations',
    (ask) => page(ask, installationsOf(ask), (row) => installationDoc(ask.github, row)),
    'app',
  )
  on(
    'apps.installations.get',
    'GET /app/installations/:id',
    (ask) => ok(installationDoc(ask.github, installationIn(ask))),
    'app',
  )
  on(
    'apps.installations.delete',
    'DELETE /app/installations/:id',
    (ask) => {
      ask.github.store.remove('installations', String(installationIn(ask).id))
      return done()
    },
    'app',
  )
  const suspend =
    (on: boolean) =>
    (ask: Ask): Reply => {
      const row = installationIn(ask)
      ask.github.store.put('installations', String(row.id), { ...row, suspended_at: on ? ask.github.now() : null })
      return done()
    }
  on('apps.installations.suspend', 'PUT /app/installations/:id/suspended', suspend(true), 'app')
  on('apps.installations.unsuspend', 'DELETE /app/installations/:id/suspended', suspend(false), 'app')
  on('apps.installations.create_token', 'POST /app/installations/:id/access_tokens', createToken, 'app')
  on(
    'apps.installation_requests.list',
    'GET /app/installation-requests',
    (ask) =>
      page(
        ask,
        ask.github.store.rows('installation-requests'),
        (row) =>
          ({
            ...(shown(row) as Row),
            account: person(ask.github, row.account),
            requester: person(ask.github, row.requester),
          }) as Json,
      ),
    'app',
  )
  on(
    'orgs.installation',
    'GET /orgs/:org/installation',
    (ask) => ok(installationDoc(ask.github, at(ask, ask.param('org')))),
    'app',
  )
  on(
    'users.installation',
    'GET /users/:username/installation',
    (ask) => ok(installationDoc(ask.github, at(ask, ask.param('username')))),
    'app',
  )
  on(
    'repos.installation',
    'GET /repos/:owner/:repo/installation',
    (ask) => {
      const repo = findRepo(ask.github, `${ask.param('owner')}/${ask.param('repo')}`)
      const row = at(ask, ask.param('owner'))
      if (repo === undefined || !installationHas(row, {}, repo)) throw notFound()
      return ok(installationDoc(ask.github, row))
    },
    'app',
  )
  on('apps.repos.list', 'GET /installation/repositories', (ask) => {
    const { viewer } = ask
    if (viewer.kind !== 'installation')
      throw forbidden(
        'You must authenticate with an installation access token in order to list repositories for an installation.',
      )
    const repos = ask.github.store
      .rows('repos')
      .filter((repo) => installationHas(viewer.installation, viewer.grant, repo))
    return counted(ask, 'repositories', repos, (repo) => repoListed(ask.github, viewer, repo), {
      repository_selection: viewer.installation.repository_selection ?? 'all',
    })
  })
  on('apps.token.revoke', 'DELETE /installation/token', (ask) => {
    if (ask.viewer.kind !== 'installation') throw forbidden('Resource not accessible by integration')
    ask.github.store.remove('~tokens', ask.viewer.key.replace('installation ', ''))
    return done()
  })
  on('apps.from_manifest', 'POST /app-manifests/:code/conversions', (ask) => {
    const app = ask.github.store.rows('apps').find(({ _code }) => _code === ask.param('code'))
    if (app === undefined) throw gap('app manifests that a seed does not name')
    const { id, client_id = `Iv1.${ask.github.draw('client id').text(16, '0123456789abcdef')}` } = app
    const secrets = {
      client_secret: ask.github.draw('client secret').text(40, '0123456789abcdef'),
      webhook_secret: ask.github.draw('webhook secret').text(40, '0123456789abcdef'),
      pem: APP_KEY,
    }
    ask.github.store.put('apps', Number(id), { ...app, client_id })
    return { status: 201, body: { ...(appDoc(ask.github, app) as Row), client_id, ...secrets } as Json }
  })
}
