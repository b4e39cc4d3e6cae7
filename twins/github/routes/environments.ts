import type { Json } from '../../trace.ts'
import type { Role } from '../access.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { counted } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { count, isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { GitHubError, nodeId, notFound, shown } from '../wire.ts'
import { addPlain } from './plain-route.ts'

const ENVIRONMENTS = 'environments'

/** Keeps an environment of that name; deploying to one that is not there makes it too. */
export function ensureEnvironment(ask: Ask, repo: Row, name: string): Row {
  const { store } = ask.github
  const known = store.get(below(repo, ENVIRONMENTS), name.toLowerCase())
  if (known !== undefined) return known
  const id = ask.github.nextId()
  const now = ask.github.now()
  return store.put(below(repo, ENVIRONMENTS), name.toLowerCase(), {
    id,
    node_id: nodeId('EN', Number(repo.id), id),
    name,
    created_at: now,
    updated_at: now,
  })
}

/** The environment that a path names, and where its own things are kept. */
export function environmentOf(ask: Ask, needed: Role): { readonly repo: Row; readonly row: Row; readonly at: string } {
  const repo = repoOf(ask, needed)
  const key = decodeURIComponent(ask.param('environment')).toLowerCase()
  const row = ask.github.store.get(below(repo, ENVIRONMENTS), key)
  if (row === undefined) throw notFound()
  return { repo, row, at: below(repo, `${ENVIRONMENTS}/${key}`) }
}

function reviewerDoc(ask: Ask, one: Row): Json {
  const type = text(one.type)
  const account = type === 'User' ? ask.github.store.byNumber('users', count(one.id)) : undefined
  return { type, reviewer: isRow(one.reviewer) ? one.reviewer : person(ask.github, account?.login) } as Json
}

/** What stands before a deployment, in the order of a recorded answer: https://docs.github.com/rest/deployments/environments (2026-11-26). */
function rulesOf(ask: Ask, repo: Row, row: Row): Json {
  const reviewers = listOf(row.reviewers).map((one) => reviewerDoc(ask, rowOf(one)))
  const { wait_timer, prevent_self_review = false } = row
  const rules: readonly Row[] = [
    ...(reviewers.length > 0 ? [{ type: 'required_reviewers', prevent_self_review, reviewers }] : []),
    ...(count(wait_timer) > 0 ? [{ type: 'wait_timer', wait_timer }] : []),
    ...(isRow(row.deployment_branch_policy) ? [{ type: 'branch_policy' }] : []),
  ]
  return rules.map((rule, nth) => {
    const id = count(row.id) + nth + 1
    return { id, node_id: nodeId('GA', count(repo.id), id), ...rule }
  }) as Json
}

function environmentDoc(ask: Ask, repo: Row, row: Row): Json {
  const name = encodeURIComponent(text(row.name))
  return {
    id: row.id,
    node_id: row.node_id,
    name: row.name,
    url: `${urlOf(repo)}/environments/${name}`,
    html_url: `${webOf(repo)}/deployments/activity_log?environments_filter=${name}`,
    created_at: row.created_at,
    updated_at: row.updated_at,
    can_admins_bypass: row.can_admins_bypass ?? true,
    protection_rules: row.protection_rules ?? rulesOf(ask, repo, row),
    deployment_branch_policy: row.deployment_branch_policy ?? null,
  } as Json
}

function put(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  const body = ask.body()
  const policy = body.deployment_branch_policy
  if (isRow(policy) && policy.protected_branches === policy.custom_branch_policies)
    throw new GitHubError(
      422,
      'Invalid property /deployment_branch_policy: protected_branches and custom_branch_policies cannot have the same value',
    )
  const { protection_rules: _, ...old } = ensureEnvironment(ask, repo, decodeURIComponent(ask.param('environment')))
  const { wait_timer = 0, prevent_self_review = false, reviewers = null } = body
  const row = ask.github.store.put(below(repo, ENVIRONMENTS), text(old.name).toLowerCase(), {
    ...old,
    wait_timer,
    prevent_self_review,
    reviewers,
    deployment_branch_policy: policy ?? null,
    updated_at: ask.github.now(),
  })
  return ok(environmentDoc(ask, repo, row))
}

export function addEnvironmentRoutes(on: On): void {
  const path = '/repos/:owner/:repo/environments'
  on('repos.environments.list', `GET ${path}`, (ask) => {
    const repo = repoOf(ask)
    return counted(ask, 'environments', ask.github.store.rows(below(repo, ENVIRONMENTS)), (row) =>
      environmentDoc(ask, repo, row),
    )
  })
  on('repos.environments.get', `GET ${path}/:environment`, (ask) => {
    const { repo, row } = environmentOf(ask, 'pull')
    return ok(environmentDoc(ask, repo, row))
  })
  on('repos.environments.put', `PUT ${path}/:environment`, put, 'user')
  on(
    'repos.environments.delete',
    `DELETE ${path}/:environment`,
    (ask) => {
      const { repo, row } = environmentOf(ask, 'admin')
      ask.github.store.remove(below(repo, ENVIRONMENTS), text(row.name).toLowerCase())
      return done()
    },
    'user',
  )
  addPlain(on, {
    name: 'repos.environments.branch_policies',
    path: `${path}/:environment/deployment-branch-policies`,
    at: (ask, needed) => `${environmentOf(ask, needed).at}/branch-policies`,
    writes: 'admin',
    verbs: ['create', 'list', 'get', 'update', 'delete'],
    puts: true,
    answers: 200,
    resource: 'DeploymentBranchPolicy',
    required: ['name'],
    envelope: 'branch_policies',
    make: (_, { name, type = 'branch' }, id) => ({ id, node_id: nodeId('GBP', id), name, type }),
    change: (_, old, { name = old.name }) => ({ ...old, name }),
    shape: (_, row) => shown(row),
  })
}
