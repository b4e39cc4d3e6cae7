import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, made, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { emit } from '../events.ts'
import { commitOf, refsBelow, resolve } from '../git/objects.ts'
import { counted, page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { commitBrief, simpleCommit } from '../shapes/commits.ts'
import { repoMinimal, urlOf, webOf } from '../shapes/repos.ts'
import { count, isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { asSeen, forbidden, GitHubError, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { appDoc } from './apps.ts'
import { headsAt } from './branches.ts'
import { settleAutoMerges } from './merge.ts'

const RUNS = 'check-runs'
const SUITES = 'check-suites'
const CONCLUSIONS: ReadonlySet<string> = new Set(
  'action_required cancelled failure neutral success skipped stale timed_out'.split(' '),
)
/** At most so many annotations in one request: https://docs.github.com/rest/checks/runs (2026-11-26). */
const ANNOTATIONS_MAX = 50

export const runDoc = (ask: Ask, repo: Row, row: Row): Json => asSeen(row, freshRunDoc(ask, repo, row))

function freshRunDoc(ask: Ask, repo: Row, row: Row): Json {
  const url = `${urlOf(repo)}/check-runs/${row.id}`
  const app = isRow(row.app)
    ? (row.app as Json)
    : appDoc(ask.github, ask.github.store.get('apps', String(row._app)) ?? {})
  const output = rowOf(row.output)
  return {
    id: row.id,
    name: row.name,
    node_id: row.node_id,
    head_sha: row.head_sha,
    external_id: row.external_id ?? '',
    url,
    html_url: row.html_url ?? `${webOf(repo)}/runs/${row.id}`,
    // An app that gives none is shown at home: https://docs.github.com/rest/checks/runs (2026-11-26).
    details_url: row.details_url ?? rowOf(app).external_url ?? null,
    status: row.status,
    conclusion: row.conclusion ?? null,
    started_at: row.started_at ?? null,
    completed_at: row.completed_at ?? null,
    output: {
      title: output.title ?? null,
      summary: output.summary ?? null,
      text: output.text ?? null,
      annotations_count: output.annotations_count ?? ask.github.store.size(annotations(repo, row)),
      annotations_url: `${url}/annotations`,
    },
    check_suite: row.check_suite,
    app,
    pull_requests: row.pull_requests ?? [],
  } as Json
}
const annotations = (repo: Row, row: Row): string => below(repo, `${RUNS}/${row.id}/annotations`)

/** Checks of one app on one commit are a suite. */
function suiteFor(ask: Ask, repo: Row, sha: string, app: Row): Row {
  const known = ask.github.store.rows(below(repo, SUITES)).find((row) => row.head_sha === sha && row._app === app.id)
  if (known !== undefined) return known
  const id = ask.github.nextId()
  const now = ask.github.now()
  const branch = refsBelow(ask.github, repo, 'refs/heads/').find((ref) => ref.sha === sha)
  const head_branch = branch === undefined ? null : text(branch.ref).slice('refs/heads/'.length)
  const row = {
    id,
    node_id: nodeId('CS', Number(repo.id), id),
    head_branch,
    head_sha: sha,
    created_at: now,
    updated_at: now,
    _app: app.id,
  }
  return ask.github.store.put(below(repo, SUITES), id, row)
}

/** A suite is as far as its slowest check, and as good as its worst. */
function suiteState(
  ask: Ask,
  repo: Row,
  suite: Row,
): { readonly status: string; readonly conclusion: string | null; readonly runs: number } {
  const runs = ask.github.store.rows(below(repo, RUNS)).filter((run) => rowOf(run.check_suite).id === suite.id)
  if (runs.some(({ status }) => status !== 'completed') || runs.length === 0)
    return { status: runs.length === 0 ? 'queued' : 'in_progress', conclusion: null, runs: runs.length }
  const order = ['failure', 'timed_out', 'cancelled', 'action_required', 'stale', 'success', 'neutral', 'skipped']
  const worst = order.find((word) => runs.some(({ conclusion }) => conclusion === word)) ?? 'success'
  return { status: 'completed', conclusion: worst, runs: runs.length }
}

function suiteDoc(ask: Ask, repo: Row, suite: Row): Json {
  const { status, conclusion, runs } = suiteState(ask, repo, suite)
  const url = `${urlOf(repo)}/check-suites/${suite.id}`
  const app = isRow(suite.app)
    ? (suite.app as Json)
    : appDoc(ask.github, ask.github.store.get('apps', String(suite._app)) ?? {})
  const { id, node_id, head_branch, head_sha, created_at, updated_at, before = null, after = null } = suite
  const head = isRow(suite.head_commit) ? suite.head_commit : commitOf(ask.github, repo, text(head_sha))
  return {
    ...{
      id,
      node_id,
      head_branch,
      head_sha,
      status: suite.status ?? status,
      conclusion: suite.conclusion ?? conclusion,
    },
    ...{
      url,
      before,
      after,
      pull_requests: [],
      app,
      repository: repoMinimal(ask.github, repo),
      created_at,
      updated_at,
    },
    ...{
      rerequestable: true,
      runs_rerequestable: true,
      latest_check_runs_count: suite.latest_check_runs_count ?? runs,
    },
    check_runs_url: `${url}/check-runs`,
    head_commit: head === undefined || isRow(suite.head_commit) ? (head ?? null) : simpleCommit(head),
  } as Json
}

function statusOf(body: Row, old: Row): Row {
  const conclusion = body.conclusion ?? old.conclusion ?? null
  if (conclusion !== null && !CONCLUSIONS.has(text(conclusion)))
    throw invalid({ resource: 'CheckRun', field: 'conclusion', code: 'invalid' })
  const status =
    body.conclusion !== undefined && body.conclusion !== null
      ? 'completed'
      : text(body.status) || text(old.status) || 'queued'
  if (status === 'completed' && conclusion === null)
    throw new GitHubError(422, 'Invalid request.\n\nNo subschema in "anyOf" matched.\n"conclusion" wasn\'t supplied.')
  return { status, conclusion }
}

function annotate(ask: Ask, repo: Row, row: Row, output: Row): void {
  const given = listOf(output.annotations)
  if (given.length > ANNOTATIONS_MAX)
    throw new GitHubError(
      422,
      `Invalid request.\n\nNo more than ${ANNOTATIONS_MAX} items are allowed; ${given.length} were supplied.`,
    )
  const path = annotations(repo, row)
  for (const one of given) ask.github.store.put(path, ask.github.store.size(path) + 1, rowOf(one))
}

const withoutAnnotations = (output: Json | undefined): Row => {
  const { title, summary, text: words } = rowOf(output)
  return {
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    ...(words === undefined ? {} : { text: words }),
  }
}

function create(ask: Ask): Reply {
  const { github } = ask
  const repo = repoOf(ask)
  if (ask.viewer.kind !== 'installation') throw forbidden('You must authenticate via a GitHub App.')
  const body = ask.body()
  for (const field of ['name', 'head_sha']) if (text(body[field]) === '') throw missingField('CheckRun', field)
  const commit = resolve(github, repo, text(body.head_sha))
  if (commit === undefined) throw new GitHubError(422, `No commit found for SHA: ${text(body.head_sha)}`)
  const { app } = ask.viewer
  const sha = text(commit.sha)
  const suite = suiteFor(ask, repo, sha, app)
  const id = github.nextId()
  const now = github.now()
  const state = statusOf(body, {})
  const row = github.store.put(below(repo, RUNS), id, {
    ...{
      id,
      node_id: nodeId('CR', Number(repo.id), id),
      name: body.name,
      head_sha: sha,
      external_id: body.external_id ?? '',
      ...state,
    },
    ...{
      details_url: body.details_url ?? app.external_url ?? null,
      started_at: body.started_at ?? now,
      output: withoutAnnotations(body.output) as Json,
    },
    ...{
      completed_at: state.status === 'completed' ? (body.completed_at ?? now) : null,
      check_suite: { id: suite.id ?? 0 },
      _app: app.id,
    },
  })
  annotate(ask, repo, row, rowOf(body.output))
  const doc = runDoc(ask, repo, row)
  emit(github, ask.viewer, repo, 'check_run.created', { check_run: doc })
  finished(ask, repo, row, suite)
  return made(doc)
}

function finished(ask: Ask, repo: Row, row: Row, suite: Row): void {
  if (row.status !== 'completed') return
  emit(ask.github, ask.viewer, repo, 'check_run.completed', { check_run: runDoc(ask, repo, row) })
  if (suiteState(ask, repo, suite).status === 'completed')
    emit(ask.github, ask.viewer, repo, 'check_suite.completed', { check_suite: suiteDoc(ask, repo, suite) })
  settleAutoMerges(ask.github, repo)
}

function update(ask: Ask): Reply {
  const repo = repoOf(ask)
  if (ask.viewer.kind !== 'installation') throw forbidden('You must authenticate via a GitHub App.')
  const old = runIn(ask, repo)
  if (old._app !== undefined && old._app !== ask.viewer.app.id)
    throw forbidden(
      `Invalid app_id \`${ask.viewer.app.id}\` - check run can only be modified by the GitHub App that created it.`,
    )
  const body = ask.body()
  const state = statusOf(body, old)
  const names = ['name', 'details_url', 'external_id', 'started_at']
  const changes = names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))
  const row = ask.github.store.put(below(repo, RUNS), numberIn(ask, 'id'), {
    ...old,
    ...Object.fromEntries(changes),
    ...state,
    output: { ...rowOf(old.output), ...withoutAnnotations(body.output) } as Json,
    completed_at: state.status === 'completed' ? (body.completed_at ?? old.completed_at ?? ask.github.now()) : null,
  })
  annotate(ask, repo, row, rowOf(body.output))
  const suite = ask.github.store.get(below(repo, SUITES), String(rowOf(row.check_suite).id))
  if (old.status !== 'completed' && suite !== undefined) finished(ask, repo, row, suite)
  return ok(runDoc(ask, repo, row))
}

function runIn(ask: Ask, repo: Row): Row {
  const row = ask.github.store.get(below(repo, RUNS), numberIn(ask, 'id'))
  if (row === undefined) throw notFound()
  return row
}

/** The newest of each name, unless all are asked for. */
function runsOf(ask: Ask, repo: Row, fits: (row: Row) => boolean): Reply {
  const { query } = ask
  const rows = [...ask.github.store.rows(below(repo, RUNS))].reverse().filter((row) => {
    if (!fits(row)) return false
    return ['check_name:name', 'status:status', 'app_id:_app'].every((pair) => {
      const [asked = '', field = ''] = pair.split(':')
      return query.get(asked) === null || String(row[field] ?? rowOf(row.app).id) === query.get(asked)
    })
  })
  const latest =
    query.get('filter') === 'all'
      ? rows
      : [
          ...new Map(
            [...rows].reverse().map((row) => [`${text(row.name)} ${row._app ?? rowOf(row.app).id}`, row]),
          ).values(),
        ].reverse()
  return counted(ask, 'check_runs', latest, (row) => runDoc(ask, repo, row))
}

export function addCheckRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('checks.runs.create', `POST ${repo}/check-runs`, create, 'user')
  on('checks.runs.get', `GET ${repo}/check-runs/:id`, (ask) => {
    const of = repoOf(ask)
    return ok(runDoc(ask, of, runIn(ask, of)))
  })
  on('checks.runs.update', `PATCH ${repo}/check-runs/:id`, update, 'user')
  on('checks.runs.annotations.list', `GET ${repo}/check-runs/:id/annotations`, (ask) => {
    const of = repoOf(ask)
    const run = runIn(ask, of)
    const blob = (row: Row): string => `${webOf(of)}/blob/${text(run.head_sha)}/${text(row.path)}`
    return page(ask, ask.github.store.rows(annotations(of, run)), (row) => {
      const usual = { start_column: null, end_column: null, title: null, raw_details: null, blob_href: blob(row) }
      return { ...usual, ...row } as Json
    })
  })
  const at = (ask: Ask, of: Row): string => {
    const commit = resolve(ask.github, of, ask.param('ref'))
    if (commit === undefined) throw new GitHubError(422, `No commit found for SHA: ${ask.param('ref')}`)
    return text(commit.sha)
  }
  on('checks.runs.list_for_ref', `GET ${repo}/commits/:ref/check-runs`, (ask) => {
    const of = repoOf(ask)
    const sha = at(ask, of)
    return runsOf(ask, of, (row) => row.head_sha === sha || row._ref === sha)
  })
  on('checks.suites.list_for_ref', `GET ${repo}/commits/:ref/check-suites`, (ask) => {
    const of = repoOf(ask)
    const sha = at(ask, of)
    const rows = ask.github.store.rows(below(of, SUITES)).filter((row) => row.head_sha === sha)
    return counted(ask, 'check_suites', rows, (row) => suiteDoc(ask, of, row))
  })
  on(
    'checks.suites.create',
    `POST ${repo}/check-suites`,
    (ask) => {
      const of = repoOf(ask, 'push')
      if (ask.viewer.kind !== 'installation') throw forbidden('You must authenticate via a GitHub App.')
      const sha = text(ask.body().head_sha)
      if (sha === '') throw new GitHubError(422, 'Invalid request.\n\n"head_sha" wasn\'t supplied.')
      if (resolve(ask.github, of, sha) === undefined) throw new GitHubError(422, `No commit found for SHA: ${sha}`)
      const known = ask.github.store.size(below(of, SUITES))
      const suite = suiteFor(ask, of, sha, ask.viewer.app)
      // One that is there already is given again.
      const status = ask.github.store.size(below(of, SUITES)) > known ? 201 : 200
      return { status, body: suiteDoc(ask, of, suite) }
    },
    'user',
  )
  on(
    'checks.suites.rerequest',
    `POST ${repo}/check-suites/:id/rerequest`,
    (ask) => {
      const of = repoOf(ask)
      if (ask.github.store.get(below(of, SUITES), numberIn(ask, 'id')) === undefined) throw notFound()
      return { status: 201, body: {} }
    },
    'user',
  )
  on(
    'checks.runs.rerequest',
    `POST ${repo}/check-runs/:id/rerequest`,
    (ask) => {
      const of = repoOf(ask)
      if (ask.github.store.get(below(of, RUNS), numberIn(ask, 'id')) === undefined) throw notFound()
      return { status: 201, body: {} }
    },
    'user',
  )
  on('checks.suites.get', `GET ${repo}/check-suites/:id`, (ask) => {
    const of = repoOf(ask)
    const row = ask.github.store.get(below(of, SUITES), numberIn(ask, 'id'))
    if (row === undefined) throw notFound()
    return ok(suiteDoc(ask, of, row))
  })
  on('checks.suites.runs.list', `GET ${repo}/check-suites/:id/check-runs`, (ask) => {
    const of = repoOf(ask)
    return runsOf(ask, of, (row) => String(rowOf(row.check_suite).id) === ask.param('id'))
  })
  addStatusRoutes(on, repo, at)
}

const STATES: ReadonlySet<string> = new Set(['error', 'failure', 'pending', 'success'])

/** Statuses, which anyone who may write gives: https://docs.github.com/rest/commits/statuses (2026-11-26). */
function addStatusRoutes(on: On, repo: string, at: (ask: Ask, of: Row) => string): void {
  const path = (of: Row): string => below(of, 'statuses')
  const brief = (of: Row, row: Row): Row => ({
    url: row.url ?? `${urlOf(of)}/statuses/${text(row.sha)}`,
    avatar_url: row.avatar_url ?? null,
    id: row.id,
    node_id: row.node_id,
    state: row.state,
    description: row.description ?? null,
    target_url: row.target_url ?? null,
    context: row.context ?? 'default',
    created_at: row.created_at,
    updated_at: row.updated_at,
  })
  const whole = (ask: Ask, of: Row, row: Row): Json =>
    ({ ...brief(of, row), creator: person(ask.github, row.creator) }) as Json
  const list = (ask: Ask): Reply => {
    const of = repoOf(ask)
    const sha = at(ask, of)
    const rows = ask.github.store.rows(path(of)).filter((row) => row.sha === sha)
    return page(ask, [...rows].reverse(), (row) => whole(ask, of, row))
  }
  on(
    'statuses.create',
    `POST ${repo}/statuses/:ref`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const sha = at(ask, of)
      const { state, description = null, target_url = null, context = 'default' } = ask.body()
      if (!STATES.has(text(state)))
        throw invalid({
          resource: 'Status',
          field: 'state',
          code: 'custom',
          message: 'state is not included in the list',
        })
      const id = ask.github.nextId()
      const now = ask.github.now()
      const creator = loginOf(ask.viewer)
      const avatar_url = rowOf(person(ask.github, creator)).avatar_url ?? null
      const row = ask.github.store.put(path(of), id, {
        id,
        node_id: nodeId('SC', Number(of.id), id),
        sha,
        state,
        description,
        target_url,
        context,
        creator,
        avatar_url,
        created_at: now,
        updated_at: now,
      })
      const commit = commitOf(ask.github, of, sha)
      emit(ask.github, ask.viewer, of, 'status', {
        id,
        sha,
        name: text(of.full_name),
        context: text(context),
        state: text(state),
        target_url: target_url ?? null,
        description: description ?? null,
        commit: commit === undefined ? null : commitBrief(ask.github, of, commit),
        branches: headsAt(ask, of, sha),
        created_at: now,
        updated_at: now,
      })
      settleAutoMerges(ask.github, of)
      return made(whole(ask, of, row))
    },
    'user',
  )
  on('statuses.list', `GET ${repo}/commits/:ref/statuses`, list)
  on('statuses.list', `GET ${repo}/statuses/:ref`, list)
  on('statuses.combined', `GET ${repo}/commits/:ref/status`, (ask) => {
    const of = repoOf(ask)
    const sha = at(ask, of)
    const last = [
      ...new Map(
        ask.github.store
          .rows(path(of))
          .filter((row) => row.sha === sha)
          .map((row) => [text(row.context), row]),
      ).values(),
    ]
    const states = last.map((row) => text(row.state))
    const state = states.some((one) => one === 'error' || one === 'failure')
      ? 'failure'
      : states.length === 0 || states.includes('pending')
        ? 'pending'
        : 'success'
    return ok({
      state,
      statuses: last.map((row) => brief(of, row) as Json),
      sha,
      total_count: count(last.length),
      repository: repoMinimal(ask.github, of),
      commit_url: `${urlOf(of)}/commits/${sha}`,
      url: `${urlOf(of)}/commits/${sha}/status`,
    })
  })
}
