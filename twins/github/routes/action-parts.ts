import type { Json } from '../../trace.ts'
import { type Ask, below, done, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { counted } from '../paging.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { API, GitHubError, iso, notFound } from '../wire.ts'
import { elsewhere, runDoc, runIn, workflowIn } from './actions.ts'
import { ownedOrg } from './orgs.ts'

const repo = '/repos/:owner/:repo'

/** What hangs on runs, runners and the settings of Actions: https://docs.github.com/rest/actions (2026-11-26). */
export function addActionPartRoutes(on: On): void {
  addRunParts(on)
  addCaches(on)
  for (const place of PLACES) {
    addPermissions(on, place)
    addRunners(on, place)
  }
}

function attemptIn(ask: Ask): { readonly of: Row; readonly row: Row } {
  const of = repoOf(ask)
  const row = runIn(ask, of)
  const attempt = numberIn(ask, 'attempt')
  const last = Number(row.run_attempt ?? 1)
  if (attempt < 1 || attempt > last) throw notFound()
  // An attempt that was made again is over; how it went is not kept.
  return { of, row: attempt === last ? row : { ...row, run_attempt: attempt, status: 'completed' } }
}

function addRunParts(on: On): void {
  const run = `${repo}/actions/runs/:run`
  const logs = (ask: Ask): Reply => elsewhere(ask, `runs/${runIn(ask, repoOf(ask)).id}/logs.zip`)
  on('actions.runs.logs', `GET ${run}/logs`, logs)
  on(
    'actions.runs.delete_logs',
    `DELETE ${run}/logs`,
    (ask) => {
      runIn(ask, repoOf(ask, 'push'))
      return done()
    },
    'user',
  )
  on('actions.runs.attempts.get', `GET ${run}/attempts/:attempt`, (ask) => {
    const { of, row } = attemptIn(ask)
    return ok(runDoc(ask, of, row))
  })
  on('actions.runs.attempts.jobs', `GET ${run}/attempts/:attempt/jobs`, (ask) => {
    const { of, row } = attemptIn(ask)
    const jobs = ask.github.store
      .rows(below(of, 'actions/jobs'))
      .filter((job) => job.run_id === row.id && (job.run_attempt ?? 1) === (row.run_attempt ?? 1))
    return counted(ask, 'jobs', jobs, (job) => job as Json)
  })
  on('actions.runs.attempts.logs', `GET ${run}/attempts/:attempt/logs`, (ask) =>
    elsewhere(ask, `runs/${attemptIn(ask).row.id}/logs.zip`),
  )
  on('actions.runs.timing', `GET ${run}/timing`, (ask) => {
    const row = runIn(ask, repoOf(ask))
    const tookMs = Math.max(
      0,
      Date.parse(text(row.updated_at)) - Date.parse(text(row.run_started_at ?? row.created_at)),
    )
    // Minutes of public repositories are free, and none are billed here.
    return ok({ billable: {}, ...(row.status === 'completed' ? { run_duration_ms: tookMs } : {}) })
  })
  on('actions.workflows.timing', `GET ${repo}/actions/workflows/:workflow/timing`, (ask) => {
    workflowIn(ask, repoOf(ask))
    return ok({ billable: {} })
  })
  on('actions.runs.approvals', `GET ${run}/approvals`, (ask) => ok(listOf(runIn(ask, repoOf(ask))._approvals)))
  on('actions.runs.pending_deployments', `GET ${run}/pending_deployments`, (ask) =>
    ok(listOf(runIn(ask, repoOf(ask))._pending_deployments)),
  )
  on(
    'actions.jobs.rerun',
    `POST ${repo}/actions/jobs/:id/rerun`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const job = ask.github.store.get(below(of, 'actions/jobs'), numberIn(ask, 'id'))
      if (job === undefined) throw notFound()
      return { status: 201, body: {} }
    },
    'user',
  )
}

function addCaches(on: On): void {
  const collection = 'actions/caches'
  const rowsOf = (ask: Ask): readonly Row[] => ask.github.store.rows(below(repoOf(ask), collection))
  on('actions.caches.list', `GET ${repo}/actions/caches`, (ask) => {
    const [ref, key] = [ask.query.get('ref'), ask.query.get('key')]
    const rows = rowsOf(ask).filter(
      (row) => (ref === null || row.ref === ref) && (key === null || text(row.key).startsWith(key)),
    )
    return counted(ask, 'actions_caches', rows, (row) => row as Json)
  })
  on('actions.caches.usage', `GET ${repo}/actions/cache/usage`, (ask) => {
    const rows = rowsOf(ask)
    return ok({
      full_name: text(repoOf(ask).full_name),
      active_caches_size_in_bytes: rows.reduce((sum, { size_in_bytes }) => sum + Number(size_in_bytes ?? 0), 0),
      active_caches_count: rows.length,
    })
  })
  const drop = (ask: Ask, rows: readonly Row[]): void => {
    const of = repoOf(ask, 'push')
    for (const { id } of rows) ask.github.store.remove(below(of, collection), String(id))
  }
  on(
    'actions.caches.delete_by_key',
    `DELETE ${repo}/actions/caches`,
    (ask) => {
      const [ref, key] = [ask.query.get('ref'), ask.query.get('key')]
      const rows = rowsOf(ask).filter((row) => row.key === key && (ref === null || row.ref === ref))
      if (rows.length === 0) throw notFound()
      drop(ask, rows)
      return ok({ total_count: rows.length, actions_caches: rows as Json })
    },
    'user',
  )
  on(
    'actions.caches.delete',
    `DELETE ${repo}/actions/caches/:id`,
    (ask) => {
      const rows = rowsOf(ask).filter(({ id }) => String(id) === ask.param('id'))
      if (rows.length === 0) throw notFound()
      drop(ask, rows)
      return done()
    },
    'user',
  )
}

/** A repository or an organisation, as far as Actions are set there. */
type Place = {
  readonly scope: 'actions' | 'orgs.actions'
  readonly prefix: string
  readonly at: (ask: Ask) => string
  readonly url: (ask: Ask) => string
}
const PLACES: readonly Place[] = [
  {
    scope: 'actions',
    prefix: repo,
    at: (ask) => below(repoOf(ask, 'admin'), 'actions'),
    url: (ask) => `${API}/repos/${text(repoOf(ask).full_name)}`,
  },
  {
    scope: 'orgs.actions',
    prefix: '/orgs/:org',
    at: (ask) => `orgs/${text(ownedOrg(ask).login).toLowerCase()}/actions`,
    url: (ask) => `${API}/orgs/${text(ownedOrg(ask).login)}`,
  },
]

/** What may run, and what runs may do. */
function addPermissions(on: On, { scope, prefix, at, url }: Place): void {
  const ofRepo = scope === 'actions'
  const usual: Row = ofRepo ? { enabled: true } : { enabled_repositories: 'all' }
  const read = (ask: Ask, name: string, otherwise: Row): Row =>
    ask.github.store.get(`${at(ask)}/permissions`, name) ?? otherwise
  const keep = (ask: Ask, name: string, row: Row): Reply => {
    ask.github.store.put(`${at(ask)}/permissions`, name, row)
    return done()
  }
  const path = `${prefix}/actions/permissions`
  const chosen = (ask: Ask): string => `${url(ask)}/actions/permissions/selected-actions`
  on(
    `${scope}.permissions.get`,
    `GET ${path}`,
    (ask) => {
      const row = read(ask, 'own', { ...usual, allowed_actions: 'all', sha_pinning_required: false })
      return ok({
        ...row,
        ...(row.allowed_actions === 'selected' ? { selected_actions_url: chosen(ask) } : {}),
      } as Json)
    },
    'user',
  )
  on(
    `${scope}.permissions.set`,
    `PUT ${path}`,
    (ask) => {
      const body = ask.body()
      const [needed] = Object.keys(usual)
      if (needed !== undefined && body[needed] === undefined)
        throw new GitHubError(422, `Invalid request.\n\n"${needed}" wasn't supplied.`)
      return keep(ask, 'own', { allowed_actions: 'all', sha_pinning_required: false, ...body })
    },
    'user',
  )
  const parts = [
    [
      'selected_actions',
      'selected-actions',
      { github_owned_allowed: true, verified_allowed: false, patterns_allowed: [] },
    ],
    ['workflow', 'workflow', { default_workflow_permissions: 'read', can_approve_pull_request_reviews: false }],
    ...(ofRepo ? ([['access', 'access', { access_level: 'none' }]] as const) : []),
    ['retention', 'artifact-and-log-retention', { days: 90, maximum_allowed_days: 400 }],
  ] as const
  for (const [name, word, otherwise] of parts) {
    on(
      `${scope}.permissions.${name}.get`,
      `GET ${path}/${word}`,
      (ask) => {
        const selected = read(ask, 'own', {}).allowed_actions === 'selected'
        if (name === 'selected_actions' && !selected) throw new GitHubError(409, 'Conflict')
        return ok(read(ask, name, otherwise) as Json)
      },
      'user',
    )
    on(
      `${scope}.permissions.${name}.set`,
      `PUT ${path}/${word}`,
      (ask) => keep(ask, name, { ...otherwise, ...read(ask, name, {}), ...ask.body() }),
      'user',
    )
  }
}

const TOKEN_MS = 3_600_000

/** Machines of one's own: none comes by itself; a seed may have some as `rows: { actions/runners }`. */
function addRunners(on: On, { scope, prefix, at }: Place): void {
  const path = `${prefix}/actions/runners`
  const collection = (ask: Ask): string => `${at(ask)}/runners`
  const runnerIn = (ask: Ask): Row => {
    const row = ask.github.store.get(collection(ask), ask.param('runner'))
    if (row === undefined) throw notFound()
    return row
  }
  on(
    `${scope}.runners.list`,
    `GET ${path}`,
    (ask) => {
      const name = ask.query.get('name')
      const rows = ask.github.store.rows(collection(ask)).filter((row) => name === null || row.name === name)
      return counted(ask, 'runners', rows, (row) => row as Json)
    },
    'user',
  )
  for (const word of ['registration', 'remove'] as const)
    on(
      `${scope}.runners.${word}_token`,
      `POST ${path}/${word}-token`,
      (ask) => {
        at(ask)
        const token = ask.github.draw('runner token').text(29, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')
        const expires_at = iso(ask.github.world.clock.now() + TOKEN_MS)
        return { status: 201, body: { token, expires_at } }
      },
      'user',
    )
  on(`${scope}.runners.get`, `GET ${path}/:runner`, (ask) => ok(runnerIn(ask) as Json), 'user')
  on(
    `${scope}.runners.delete`,
    `DELETE ${path}/:runner`,
    (ask) => {
      ask.github.store.remove(collection(ask), String(runnerIn(ask).id))
      return done()
    },
    'user',
  )
  addRunnerLabels(on, scope, `${path}/:runner/labels`, collection, runnerIn)
}

function addRunnerLabels(
  on: On,
  scope: string,
  path: string,
  collection: (ask: Ask) => string,
  runnerIn: (ask: Ask) => Row,
): void {
  const own = (row: Row): readonly Json[] => listOf(row.labels).filter((one) => rowOf(one).type === 'custom')
  const given = (row: Row): readonly Json[] => listOf(row.labels).filter((one) => rowOf(one).type !== 'custom')
  const reply = (labels: readonly Json[]): Reply => ok({ total_count: labels.length, labels: labels as Json })
  const keep = (ask: Ask, row: Row, labels: readonly Json[]): Reply => {
    const all = [...given(row), ...labels]
    ask.github.store.put(collection(ask), String(row.id), { ...row, labels: all as Json })
    return reply(all)
  }
  const sent = (ask: Ask): readonly Json[] =>
    listOf(ask.body().labels).map((name) => ({ id: ask.github.nextId(), name, type: 'custom' }))
  const name = (one: Json): string => text(rowOf(one).name)
  on(`${scope}.runners.labels.list`, `GET ${path}`, (ask) => reply(listOf(runnerIn(ask).labels)), 'user')
  on(`${scope}.runners.labels.set`, `PUT ${path}`, (ask) => keep(ask, runnerIn(ask), sent(ask)), 'user')
  on(
    `${scope}.runners.labels.add`,
    `POST ${path}`,
    (ask) => {
      const row = runnerIn(ask)
      const known = listOf(row.labels).map(name)
      return keep(ask, row, [...own(row), ...sent(ask).filter((one) => !known.includes(name(one)))])
    },
    'user',
  )
  on(`${scope}.runners.labels.clear`, `DELETE ${path}`, (ask) => keep(ask, runnerIn(ask), []), 'user')
  on(
    `${scope}.runners.labels.remove`,
    `DELETE ${path}/:label`,
    (ask) => {
      const row = runnerIn(ask)
      if (!own(row).some((one) => name(one) === ask.param('label'))) throw notFound()
      return keep(
        ask,
        row,
        own(row).filter((one) => name(one) !== ask.param('label')),
      )
    },
    'user',
  )
}
