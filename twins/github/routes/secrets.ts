import type { Json } from '../../trace.ts'
import { type Ask, below, done, numberIn, type On, ok, repoOf } from '../ask.ts'
import { counted } from '../paging.ts'
import { repoMinimal } from '../shapes/repos.ts'
import { listOf, type Row, text } from '../store.ts'
import { API, GitHubError, notFound, shown } from '../wire.ts'
import { environmentOf } from './environments.ts'
import { ownedOrg } from './orgs.ts'

/** Secrets go in sealed and never come out: https://docs.github.com/rest/actions/secrets (2026-11-26). The key is a fixed one. */
const SEALING = { key_id: '3380204578043523366', key: 'hBT5WZEj8ZoOv6TYJsfWq7MxTEQopZO5/IT3ZCVQPzs=' }

/** Where secrets are kept, and what that place is called. */
type Place = {
  readonly operation: string
  readonly path: string
  /** The path of their rows, for a viewer who may see that there are any. */
  readonly at: (ask: Ask) => string
  /** An organisation's: shown to all, to private or to chosen repositories. */
  readonly org?: true
}

const orgAt =
  (collection: string) =>
  (ask: Ask): string =>
    `orgs/${text(ownedOrg(ask).login).toLowerCase()}/${collection}`

const PLACES: readonly Place[] = [
  {
    operation: 'actions.secrets',
    path: '/repos/:owner/:repo/actions/secrets',
    at: (ask) => below(repoOf(ask, 'push'), 'actions/secrets'),
  },
  {
    operation: 'dependabot.secrets',
    path: '/repos/:owner/:repo/dependabot/secrets',
    at: (ask) => below(repoOf(ask, 'push'), 'dependabot/secrets'),
  },
  {
    operation: 'codespaces.secrets',
    path: '/repos/:owner/:repo/codespaces/secrets',
    at: (ask) => below(repoOf(ask, 'push'), 'codespaces/secrets'),
  },
  {
    operation: 'environments.secrets',
    path: '/repos/:owner/:repo/environments/:environment/secrets',
    at: (ask) => `${environmentOf(ask, 'push').at}/secrets`,
  },
  { operation: 'orgs.secrets', path: '/orgs/:org/actions/secrets', at: orgAt('actions/secrets'), org: true },
  {
    operation: 'orgs.dependabot_secrets',
    path: '/orgs/:org/dependabot/secrets',
    at: orgAt('dependabot/secrets'),
    org: true,
  },
]

function secretIn(ask: Ask, at: string): Row {
  const row = ask.github.store.get(at, ask.param('name').toLowerCase())
  if (row === undefined) throw notFound()
  return row
}

function shape(ask: Ask, place: Place, row: Row): Json {
  const selected = `${API}${ask.url.pathname.replace(/\/secrets.*$/, '/secrets')}/${text(row.name)}/repositories`
  return {
    ...(shown(row) as Row),
    ...(place.org === true && row.visibility === 'selected' ? { selected_repositories_url: selected } : {}),
  } as Json
}

function addPlace(on: On, place: Place): void {
  const { operation, path, at } = place
  on(
    `${operation}.public_key`,
    `GET ${path}/public-key`,
    (ask) => {
      at(ask)
      return ok(SEALING)
    },
    'user',
  )
  on(
    `${operation}.list`,
    `GET ${path}`,
    (ask) => counted(ask, 'secrets', ask.github.store.rows(at(ask)), (row) => shape(ask, place, row)),
    'user',
  )
  on(`${operation}.get`, `GET ${path}/:name`, (ask) => ok(shape(ask, place, secretIn(ask, at(ask)))), 'user')
  on(
    `${operation}.put`,
    `PUT ${path}/:name`,
    (ask) => {
      const collection = at(ask)
      const { encrypted_value, key_id, visibility, selected_repository_ids } = ask.body()
      if (text(encrypted_value) === '' || key_id !== SEALING.key_id)
        throw new GitHubError(422, 'Invalid request.\n\n"key_id" or "encrypted_value" is not valid.')
      if (place.org === true && !['all', 'private', 'selected'].includes(text(visibility)))
        throw new GitHubError(422, 'Invalid request.\n\n"visibility" wasn\'t supplied.')
      const name = ask.param('name').toUpperCase()
      const old = ask.github.store.get(collection, name.toLowerCase())
      const now = ask.github.now()
      ask.github.store.put(collection, name.toLowerCase(), {
        name,
        created_at: old?.created_at ?? now,
        updated_at: now,
        ...(place.org === true ? { visibility, _selected: selected_repository_ids ?? old?._selected ?? [] } : {}),
        _sealed: encrypted_value,
      })
      return old === undefined ? { status: 201, body: {} } : done()
    },
    'user',
  )
  on(
    `${operation}.delete`,
    `DELETE ${path}/:name`,
    (ask) => {
      if (!ask.github.store.remove(at(ask), ask.param('name').toLowerCase())) throw notFound()
      return done()
    },
    'user',
  )
  if (place.org === true) addSelected(on, `${operation}.repositories`, `${path}/:name`, at)
}

/** Which repositories see a thing of an organisation's that is for chosen ones. */
export function addSelected(on: On, operation: string, path: string, at: (ask: Ask) => string): void {
  const chosen = (ask: Ask): { readonly row: Row; readonly ids: readonly Json[] } => {
    const row = secretIn(ask, at(ask))
    return { row, ids: listOf(row._selected) }
  }
  const keep = (ask: Ask, row: Row, ids: readonly Json[]): ReturnType<typeof done> => {
    if (row.visibility !== 'selected') throw new GitHubError(409, 'Conflict')
    ask.github.store.put(at(ask), ask.param('name').toLowerCase(), { ...row, _selected: ids as Json })
    return done()
  }
  on(
    `${operation}.list`,
    `GET ${path}/repositories`,
    (ask) => {
      const repos = chosen(ask).ids.flatMap((id): readonly Row[] => {
        const repo = ask.github.store.byNumber('repos', Number(id))
        return repo === undefined ? [] : [repo]
      })
      return counted(ask, 'repositories', repos, (repo) => repoMinimal(ask.github, repo))
    },
    'user',
  )
  on(
    `${operation}.set`,
    `PUT ${path}/repositories`,
    (ask) => keep(ask, chosen(ask).row, listOf(ask.body().selected_repository_ids)),
    'user',
  )
  on(
    `${operation}.add`,
    `PUT ${path}/repositories/:repository`,
    (ask) => {
      const { row, ids } = chosen(ask)
      return keep(ask, row, [...new Set([...ids, numberIn(ask, 'repository')])])
    },
    'user',
  )
  on(
    `${operation}.remove`,
    `DELETE ${path}/repositories/:repository`,
    (ask) => {
      const { row, ids } = chosen(ask)
      return keep(
        ask,
        row,
        ids.filter((id) => id !== numberIn(ask, 'repository')),
      )
    },
    'user',
  )
}

export function addSecretRoutes(on: On): void {
  for (const place of PLACES) addPlace(on, place)
  const orgVariables = orgAt('actions/variables')
  addSelected(on, 'orgs.variables.repositories', '/orgs/:org/actions/variables/:name', orgVariables)
}
