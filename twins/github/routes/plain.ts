import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, made, type On, ok, repoOf } from '../ask.ts'
import { emit } from '../events.ts'
import { resolve } from '../git/objects.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { urlOf } from '../shapes/repos.ts'
import { type Row, text } from '../store.ts'
import { GitHubError, invalid, nodeId, notFound, shown } from '../wire.ts'
import { ensureEnvironment, environmentOf } from './environments.ts'
import { ownedOrg } from './orgs.ts'
import { addPlain, inRepo, type Plain } from './plain-route.ts'
import { accountIn, me } from './users.ts'

const ALL = ['create', 'list', 'get', 'update', 'delete'] as const
const FIXED = ['create', 'list', 'get', 'delete'] as const

/** SHA-256 of a public key, as ssh-keygen would put it; GitHub shows it nowhere, but takes each key once. */
const fingerprint = (key: string): string =>
  createHash('sha256')
    .update(key.split(' ')[1] ?? key)
    .digest('base64')

const variable = {
  resource: 'Variable',
  required: ['name', 'value'],
  envelope: 'variables',
  created: {},
  silent: true,
  writes: 'push',
  reads: 'push',
  verbs: ALL,
} as const
const variableRow = (ask: Ask, { name, value }: Row): Row => {
  const word = text(name).toUpperCase()
  if (!/^[A-Z_][A-Z0-9_]*$/.test(word) || word.startsWith('GITHUB_'))
    throw new GitHubError(
      422,
      'Variable names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).',
    )
  const now = ask.github.now()
  return { name: word, value: String(value), created_at: now, updated_at: now }
}
const variableChange = (ask: Ask, old: Row, { value = old.value }: Row): Row => ({
  ...old,
  value,
  updated_at: ask.github.now(),
})
/** An organisation's is shown to some repositories, which may be others now. */
const orgVariableChange = (ask: Ask, old: Row, body: Row): Row => ({
  ...variableChange(ask, old, body),
  visibility: body.visibility ?? old.visibility,
  _selected: body.selected_repository_ids ?? old._selected,
})
const byName = (_: Ask, { name }: Row): string => text(name).toLowerCase()

const PLAIN: readonly Plain[] = [
  {
    ...variable,
    name: 'environments.variables',
    path: '/repos/:owner/:repo/environments/:environment/variables',
    at: (ask, needed) => `${environmentOf(ask, needed).at}/variables`,
    key: byName,
    make: variableRow,
    change: variableChange,
  },
  {
    ...{
      name: 'repos.autolinks',
      path: '/repos/:owner/:repo/autolinks',
      at: inRepo('autolinks'),
      reads: 'admin',
      writes: 'admin',
      verbs: FIXED,
    },
    ...{ resource: 'KeyLink', required: ['key_prefix', 'url_template'] },
    make(ask, { key_prefix, url_template, is_alphanumeric = true }, id) {
      if (!text(url_template).includes('<num>'))
        throw invalid({
          resource: 'KeyLink',
          code: 'custom',
          field: 'url_template',
          message: 'url_template must contain <num>',
        })
      const taken = ask.github.store
        .rows(inRepo('autolinks')(ask, 'admin'))
        .some((row) => row.key_prefix === key_prefix)
      if (taken) throw invalid({ resource: 'KeyLink', code: 'already_exists', field: 'key_prefix' })
      return { id, key_prefix, url_template, is_alphanumeric }
    },
  },
  {
    ...{
      name: 'repos.keys',
      path: '/repos/:owner/:repo/keys',
      at: inRepo('keys'),
      reads: 'admin',
      writes: 'admin',
      verbs: FIXED,
    },
    ...{ resource: 'PublicKey', required: ['key'] },
    make(ask, { title, key, read_only = false }, id) {
      const taken = ask.github.store
        .rows(inRepo('keys')(ask, 'admin'))
        .some((row) => fingerprint(text(row.key)) === fingerprint(text(key)))
      if (taken)
        throw invalid({ resource: 'PublicKey', code: 'custom', field: 'key', message: 'key is already in use' })
      return {
        id,
        key,
        title: title ?? text(key).split(' ')[2] ?? '',
        verified: true,
        created_at: ask.github.now(),
        read_only,
        added_by: loginOf(ask.viewer),
        last_used: null,
        enabled: true,
      }
    },
    shape: (ask, row) => ({ ...(shown(row) as Row), url: `${urlOf(repoOf(ask))}/keys/${row.id}` }) as Json,
  },
  {
    ...variable,
    name: 'actions.variables',
    path: '/repos/:owner/:repo/actions/variables',
    at: inRepo('actions/variables'),
    key: byName,
    make: variableRow,
    change: variableChange,
  },
  {
    ...variable,
    ...{ name: 'orgs.variables', path: '/orgs/:org/actions/variables', key: byName, change: orgVariableChange },
    at: (ask) => `orgs/${text(ownedOrg(ask).login).toLowerCase()}/actions/variables`,
    make: (ask, body) => ({
      ...variableRow(ask, body),
      visibility: body.visibility ?? 'private',
      _selected: body.selected_repository_ids ?? [],
    }),
  },
  {
    ...{
      name: 'users.keys',
      path: '/user/keys',
      at: (ask: Ask) => `users/${text(me(ask).login).toLowerCase()}/keys`,
      writes: 'pull',
      verbs: FIXED,
    },
    ...{ resource: 'PublicKey', required: ['key'] },
    make: (ask, { title, key }, id) => ({
      id,
      key,
      title: title ?? '',
      created_at: ask.github.now(),
      verified: true,
      read_only: false,
    }),
    shape: (_, row) => ({ ...(shown(row) as Row), url: `https://api.github.com/user/keys/${row.id}` }) as Json,
  },
  {
    ...{
      name: 'deployments',
      path: '/repos/:owner/:repo/deployments',
      at: inRepo('deployments'),
      writes: 'push',
      verbs: FIXED,
      newestFirst: true,
    },
    ...{ resource: 'Deployment', required: ['ref'] },
    make(
      ask,
      {
        ref,
        task = 'deploy',
        environment = 'production',
        description = null,
        payload = {},
        transient_environment = false,
        production_environment,
      },
      id,
    ) {
      const repo = repoOf(ask, 'push')
      const commit = resolve(ask.github, repo, text(ref))
      if (commit === undefined) throw new GitHubError(422, `No ref found for: ${text(ref)}`)
      const now = ask.github.now()
      ensureEnvironment(ask, repo, text(environment))
      return {
        id,
        node_id: nodeId('DE', Number(repo.id), id),
        task,
        original_environment: environment,
        environment,
        description,
        created_at: now,
        updated_at: now,
        sha: commit.sha,
        ref,
        payload,
        transient_environment,
        production_environment: production_environment ?? environment === 'production',
        creator: loginOf(ask.viewer),
        performed_via_github_app: null,
      }
    },
    shape: deploymentDoc,
    made: (ask, row) =>
      emit(ask.github, ask.viewer, repoOf(ask), 'deployment.created', {
        ...NO_RUN,
        deployment: deploymentDoc(ask, row),
      }),
  },
]

/** A deployment by hand, not by a workflow. */
const NO_RUN = { workflow: null, workflow_run: null }

function deploymentDoc(ask: Ask, row: Row): Json {
  const repo = repoOf(ask)
  const url = `${urlOf(repo)}/deployments/${row.id}`
  return {
    ...(shown(row) as Row),
    url,
    creator: person(ask.github, row.creator),
    statuses_url: `${url}/statuses`,
    repository_url: urlOf(repo),
  } as Json
}

const DEPLOYED: ReadonlySet<string> = new Set('error failure inactive in_progress queued pending success'.split(' '))

function addDeploymentStatuses(on: On): void {
  const path = '/repos/:owner/:repo/deployments/:deployment/statuses'
  const deployment = (ask: Ask, repo: Row): Row => {
    const row = ask.github.store.get(below(repo, 'deployments'), ask.param('deployment'))
    if (row === undefined) throw notFound()
    return row
  }
  const shape = (ask: Ask, repo: Row, of: Row, row: Row): Json => {
    const url = `${urlOf(repo)}/deployments/${of.id}`
    return {
      ...(shown(row) as Row),
      url: `${url}/statuses/${row.id}`,
      creator: person(ask.github, row.creator),
      deployment_url: url,
      repository_url: urlOf(repo),
    } as Json
  }
  on(
    'deployments.statuses.create',
    `POST ${path}`,
    (ask) => {
      const repo = repoOf(ask, 'push')
      const of = deployment(ask, repo)
      const {
        state,
        description = '',
        environment = of.environment,
        log_url = '',
        environment_url = '',
        target_url = '',
      } = ask.body()
      if (!DEPLOYED.has(text(state)))
        throw invalid({
          resource: 'DeploymentStatus',
          field: 'state',
          code: 'custom',
          message: 'state is not included in the list',
        })
      const id = ask.github.nextId()
      const now = ask.github.now()
      const row = ask.github.store.put(below(repo, `deployments/${of.id}/statuses`), id, {
        id,
        node_id: nodeId('DES', Number(repo.id), id),
        state,
        creator: loginOf(ask.viewer),
        description,
        environment,
        target_url,
        created_at: now,
        updated_at: now,
        log_url,
        environment_url,
        performed_via_github_app: null,
      })
      const doc = shape(ask, repo, of, row)
      emit(ask.github, ask.viewer, repo, 'deployment_status.created', {
        ...NO_RUN,
        check_run: null,
        deployment_status: doc,
        deployment: deploymentDoc(ask, of),
      })
      return made(doc)
    },
    'user',
  )
  on('deployments.statuses.list', `GET ${path}`, (ask) => {
    const repo = repoOf(ask)
    const of = deployment(ask, repo)
    return page(ask, [...ask.github.store.rows(below(repo, `deployments/${of.id}/statuses`))].reverse(), (row) =>
      shape(ask, repo, of, row),
    )
  })
  on('deployments.statuses.get', `GET ${path}/:status`, (ask) => {
    const repo = repoOf(ask)
    const of = deployment(ask, repo)
    const row = ask.github.store.get(below(repo, `deployments/${of.id}/statuses`), ask.param('status'))
    if (row === undefined) throw notFound()
    return ok(shape(ask, repo, of, row))
  })
}

export function addPlainRoutes(on: On): void {
  for (const plain of PLAIN) addPlain(on, plain)
  on('users.keys.list_for', 'GET /users/:username/keys', (ask) => {
    const rows = ask.github.store.rows(`users/${text(accountIn(ask, 'username').login).toLowerCase()}/keys`)
    return page(ask, rows, ({ id, key }) => ({ id, key }) as Json)
  })
  addDeploymentStatuses(on)
}
