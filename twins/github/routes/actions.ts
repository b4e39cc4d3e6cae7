import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, done, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { emit } from '../events.ts'
import { filesAt } from '../git/history.ts'
import { commitOf, contentOf, resolve } from '../git/objects.ts'
import { counted } from '../paging.ts'
import { inTime } from '../search/query.ts'
import { person } from '../shapes/accounts.ts'
import { simpleCommit } from '../shapes/commits.ts'
import { repoMinimal, urlOf, webOf } from '../shapes/repos.ts'
import { isRow, type Row, rowOf, text } from '../store.ts'
import { asSeen, GitHubError, iso, missingField, nodeId, notFound } from '../wire.ts'

const WORKFLOWS = 'actions/workflows'
const RUNS = 'actions/runs'
/** Assumed: a run starts after so long and succeeds after so much longer, unless the workflow's seed says `runs_for` and `conclusion`. */
const STARTS_MS = 3_000
const RUNS_FOR_S = 22

/** Workflows are the files below `.github/workflows` of the default branch. */
function workflows(ask: Ask, repo: Row): readonly Row[] {
  const { github } = ask
  const path = below(repo, WORKFLOWS)
  const files = filesAt(github, repo, resolve(github, repo, text(repo.default_branch)))
  for (const [file, entry] of files) {
    if (!/^\.github\/workflows\/[^/]+\.ya?ml$/.test(file)) continue
    if (github.store.rows(path).some((row) => row.path === file)) continue
    const name = /^name:\s*['"]?(.+?)['"]?\s*$/m.exec(contentOf(github, repo, entry.sha).toString())?.[1] ?? file
    const id = github.nextId()
    const now = github.now()
    github.store.put(path, id, {
      id,
      node_id: nodeId('W', Number(repo.id), id),
      name,
      path: file,
      state: 'active',
      created_at: now,
      updated_at: now,
    })
  }
  return github.store.rows(path)
}

function workflowDoc(repo: Row, row: Row): Json {
  const { id, node_id, name, path, state, created_at, updated_at } = row
  const html = `${webOf(repo)}/blob/${text(repo.default_branch)}/${text(path)}`
  const badge = `${webOf(repo)}/workflows/${encodeURIComponent(text(name))}/badge.svg`
  return {
    id,
    node_id,
    name,
    path,
    state,
    created_at,
    updated_at,
    url: `${urlOf(repo)}/actions/workflows/${id}`,
    html_url: html,
    badge_url: badge,
  } as Json
}

/** By number or by file name. */
export function workflowIn(ask: Ask, repo: Row): Row {
  const wanted = ask.param('workflow')
  const row = workflows(ask, repo).find(
    ({ id, path }) => String(id) === wanted || text(path).split('/').at(-1) === wanted,
  )
  if (row === undefined) throw notFound()
  return row
}

/** A run as far as it has come by now. */
function current(ask: Ask, row: Row): Row {
  const now = ask.github.world.clock.now()
  const { _startsMs, _endsMs, _conclusion } = row
  if (typeof _endsMs !== 'number' || row.status === 'completed') return row
  if (now >= _endsMs)
    return { ...row, status: 'completed', conclusion: _conclusion ?? 'success', updated_at: iso(_endsMs) }
  return now >= Number(_startsMs) ? { ...row, status: 'in_progress' } : row
}

/** One that a seed took over whole shows what it showed there. */
export const runDoc = (ask: Ask, repo: Row, given: Row): Json => asSeen(given, wholeRun(ask, repo, given))

function wholeRun(ask: Ask, repo: Row, given: Row): Json {
  const row = current(ask, given)
  const url = `${urlOf(repo)}/actions/runs/${row.id}`
  const commit = commitOf(ask.github, repo, text(row.head_sha))
  const head = isRow(row.head_commit) ? row.head_commit : commit === undefined ? null : simpleCommit(commit)
  const whose = (field: string): Json => (isRow(row[field]) ? (row[field] as Json) : repoMinimal(ask.github, repo))
  return {
    ...{
      id: row.id,
      name: row.name ?? null,
      node_id: row.node_id,
      head_branch: row.head_branch,
      head_sha: row.head_sha,
      path: row.path,
    },
    ...{
      display_title: row.display_title ?? row.name,
      run_number: row.run_number,
      event: row.event,
      status: row.status,
    },
    ...{
      conclusion: row.conclusion ?? null,
      workflow_id: row.workflow_id,
      check_suite_id: row.check_suite_id,
      check_suite_node_id: row.check_suite_node_id,
    },
    ...{
      url,
      html_url: row.html_url ?? `${webOf(repo)}/actions/runs/${row.id}`,
      pull_requests: row.pull_requests ?? [],
    },
    ...{
      created_at: row.created_at,
      updated_at: row.updated_at,
      actor: person(ask.github, row.actor),
      run_attempt: row.run_attempt ?? 1,
    },
    ...{ referenced_workflows: row.referenced_workflows ?? [], run_started_at: row.run_started_at ?? row.created_at },
    ...{
      triggering_actor: person(ask.github, row.triggering_actor ?? row.actor),
      jobs_url: `${url}/jobs`,
      logs_url: `${url}/logs`,
    },
    ...{
      check_suite_url: `${urlOf(repo)}/check-suites/${row.check_suite_id}`,
      artifacts_url: `${url}/artifacts`,
      cancel_url: `${url}/cancel`,
    },
    ...{
      rerun_url: `${url}/rerun`,
      previous_attempt_url: Number(row.run_attempt ?? 1) > 1 ? `${url}/attempts/${Number(row.run_attempt) - 1}` : null,
    },
    ...{ workflow_url: `${urlOf(repo)}/actions/workflows/${row.workflow_id}`, head_commit: head as Json },
    ...{
      repository: whose('repository'),
      head_repository: row.head_repository === null ? null : whose('head_repository'),
    },
  } as Json
}

/** Begins a run of a workflow at a ref. */
function begin(ask: Ask, repo: Row, workflow: Row, event: string, branch: string, sha: string): Row {
  const { github } = ask
  const id = github.nextId()
  const suite = github.nextId()
  const now = github.now()
  const number =
    Math.max(
      0,
      ...github.store
        .rows(below(repo, RUNS))
        .filter((run) => run.workflow_id === workflow.id)
        .map((run) => Number(run.run_number)),
    ) + 1
  return timed(ask, repo, workflow, {
    ...{
      id,
      node_id: nodeId('WFR', Number(repo.id), id),
      name: workflow.name,
      head_branch: branch,
      head_sha: sha,
      path: workflow.path,
    },
    ...{
      display_title: workflow.name,
      run_number: number,
      event,
      conclusion: null,
      workflow_id: workflow.id,
      check_suite_id: suite,
    },
    ...{
      check_suite_node_id: nodeId('CS', Number(repo.id), suite),
      created_at: now,
      updated_at: now,
      run_started_at: now,
    },
    ...{ actor: loginOf(ask.viewer), triggering_actor: loginOf(ask.viewer), run_attempt: 1 },
  })
}

/** What is told of a run that has got on. */
export function ranPayload(ask: Ask, repo: Row, run: Row): Row {
  const workflow = workflows(ask, repo).find(({ id }) => id === run.workflow_id)
  return { workflow_run: runDoc(ask, repo, run), workflow: workflow === undefined ? null : workflowDoc(repo, workflow) }
}

/** Lets a run take its time; everyone hears of its steps. */
function timed(ask: Ask, repo: Row, workflow: Row, run: Row): Row {
  const { github, viewer } = ask
  const starts = github.world.clock.now() + STARTS_MS
  const lasts = (typeof workflow.runs_for === 'number' ? workflow.runs_for : RUNS_FOR_S) * 1000
  const row = {
    ...run,
    status: 'queued',
    conclusion: null,
    _startsMs: starts,
    _endsMs: starts + lasts,
    _conclusion: workflow.conclusion ?? 'success',
  }
  const kept = github.store.put(below(repo, RUNS), Number(run.id), row)
  const tell = (type: 'workflow_run.requested' | 'workflow_run.in_progress' | 'workflow_run.completed'): void => {
    const found = github.store.get(below(repo, RUNS), Number(run.id))
    if (found === undefined || found._startsMs !== starts) return
    emit(github, viewer, repo, type, ranPayload(ask, repo, found))
  }
  tell('workflow_run.requested')
  github.world.clock.schedule(STARTS_MS, () => tell('workflow_run.in_progress'), 'github workflow starts')
  github.world.clock.schedule(STARTS_MS + lasts, () => tell('workflow_run.completed'), 'github workflow ends')
  return kept
}

function dispatch(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const workflow = workflowIn(ask, repo)
  const { ref, inputs = {} } = ask.body()
  if (text(ref) === '') throw missingField('WorkflowDispatch', 'ref')
  const branch = text(ref).replace(/^refs\/(heads|tags)\//, '')
  const commit = resolve(ask.github, repo, branch)
  if (commit === undefined) throw new GitHubError(422, `No ref found for: ${text(ref)}`)
  if (workflow.state !== 'active')
    throw new GitHubError(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
  const file = filesAt(ask.github, repo, commit).get(text(workflow.path))
  const source = file === undefined ? '' : contentOf(ask.github, repo, file.sha).toString()
  if (source !== '' && !source.includes('workflow_dispatch'))
    throw new GitHubError(422, "Workflow does not have 'workflow_dispatch' trigger")
  emit(ask.github, ask.viewer, repo, 'workflow_dispatch', {
    inputs,
    ref: `refs/heads/${branch}`,
    workflow: text(workflow.path),
  })
  begin(ask, repo, workflow, 'workflow_dispatch', branch, text(commit.sha))
  return done()
}

export function runIn(ask: Ask, repo: Row): Row {
  const row = ask.github.store.get(below(repo, RUNS), numberIn(ask, 'run'))
  if (row === undefined) throw notFound()
  return current(ask, row)
}

function listRuns(ask: Ask, workflow?: Row): Reply {
  const repo = repoOf(ask)
  const { query } = ask
  const [actor, branch, event, status, sha, created] = [
    'actor',
    'branch',
    'event',
    'status',
    'head_sha',
    'created',
  ].map((name) => query.get(name))
  const rows = ask.github.store
    .rows(below(repo, RUNS))
    .map((row) => current(ask, row))
    .filter((row) => {
      if (workflow !== undefined && row.workflow_id !== workflow.id) return false
      if (branch && row.head_branch !== branch) return false
      if (event && row.event !== event) return false
      if (sha && row.head_sha !== sha) return false
      if (created && inTime(text(row.created_at), created) !== true) return false
      if (actor && (isRow(row.actor) ? row.actor.login : row.actor) !== actor) return false
      return !status || row.status === status || row.conclusion === status
    })
  const newest = [...rows].sort((a, b) =>
    text(a.created_at) < text(b.created_at) ? 1 : text(a.created_at) > text(b.created_at) ? -1 : 0,
  )
  return counted(ask, 'workflow_runs', newest, (row) => runDoc(ask, repo, row))
}

export function addActionRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  const workflow = `${repo}/actions/workflows/:workflow`
  on('actions.workflows.list', `GET ${repo}/actions/workflows`, (ask) => {
    const of = repoOf(ask)
    return counted(ask, 'workflows', workflows(ask, of), (row) => workflowDoc(of, row))
  })
  on('actions.workflows.get', `GET ${workflow}`, (ask) => {
    const of = repoOf(ask)
    return ok(workflowDoc(of, workflowIn(ask, of)))
  })
  const turn =
    (state: string) =>
    (ask: Ask): Reply => {
      const of = repoOf(ask, 'push')
      const row = workflowIn(ask, of)
      ask.github.store.put(below(of, WORKFLOWS), Number(row.id), { ...row, state, updated_at: ask.github.now() })
      return done()
    }
  on('actions.workflows.enable', `PUT ${workflow}/enable`, turn('active'), 'user')
  on('actions.workflows.disable', `PUT ${workflow}/disable`, turn('disabled_manually'), 'user')
  on('actions.workflows.dispatch', `POST ${workflow}/dispatches`, dispatch, 'user')
  on('actions.workflows.runs.list', `GET ${workflow}/runs`, (ask) => listRuns(ask, workflowIn(ask, repoOf(ask))))
  addRunRoutes(on, repo)
  addJobRoutes(on, repo)
}

function addRunRoutes(on: On, repo: string): void {
  const run = `${repo}/actions/runs/:run`
  on('actions.runs.list', `GET ${repo}/actions/runs`, (ask) => listRuns(ask))
  on('actions.runs.get', `GET ${run}`, (ask) => {
    const of = repoOf(ask)
    return ok(runDoc(ask, of, runIn(ask, of)))
  })
  on(
    'actions.runs.delete',
    `DELETE ${run}`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const row = runIn(ask, of)
      if (row.status !== 'completed') throw new GitHubError(403, 'Could not delete the workflow run')
      ask.github.store.remove(below(of, RUNS), Number(row.id))
      return done()
    },
    'user',
  )
  const cancel = (ask: Ask): Reply => {
    const of = repoOf(ask, 'push')
    const row = runIn(ask, of)
    if (row.status === 'completed') throw new GitHubError(409, 'Cannot cancel a workflow run that is completed.')
    const ended = { status: 'completed', conclusion: 'cancelled', updated_at: ask.github.now() }
    ask.github.store.put(below(of, RUNS), Number(row.id), { ...row, ...ended })
    return { status: 202, body: {} }
  }
  on('actions.runs.cancel', `POST ${run}/cancel`, cancel, 'user')
  on('actions.runs.force_cancel', `POST ${run}/force-cancel`, cancel, 'user')
  const again = (ask: Ask): Reply => {
    const of = repoOf(ask, 'push')
    const row = runIn(ask, of)
    const workflow = ask.github.store.get(below(of, WORKFLOWS), String(row.workflow_id)) ?? {}
    timed(ask, of, workflow, {
      ...row,
      run_attempt: Number(row.run_attempt ?? 1) + 1,
      run_started_at: ask.github.now(),
      triggering_actor: loginOf(ask.viewer),
      updated_at: ask.github.now(),
    })
    return { status: 201, body: {} }
  }
  on('actions.runs.rerun', `POST ${run}/rerun`, again, 'user')
  on('actions.runs.rerun_failed', `POST ${run}/rerun-failed-jobs`, again, 'user')
  on('actions.runs.approve', `POST ${run}/approve`, again, 'user')
}

function addJobRoutes(on: On, repo: string): void {
  const [jobs, artifacts] = ['actions/jobs', 'actions/artifacts']
  const find = (ask: Ask, of: Row, collection: string): Row => {
    const row = ask.github.store.get(below(of, collection), numberIn(ask, 'id'))
    if (row === undefined) throw notFound()
    return row
  }
  on('actions.jobs.list', `GET ${repo}/actions/runs/:run/jobs`, (ask) => {
    const of = repoOf(ask)
    const { id, run_attempt = 1 } = runIn(ask, of)
    const all = ask.query.get('filter') === 'all'
    const rows = ask.github.store
      .rows(below(of, jobs))
      .filter((row) => row.run_id === id && (all || (row.run_attempt ?? run_attempt) === run_attempt))
    return counted(ask, 'jobs', rows, (row) => row as Json)
  })
  on('actions.jobs.get', `GET ${repo}/actions/jobs/:id`, (ask) => ok(find(ask, repoOf(ask), jobs) as Json))
  on('actions.jobs.logs', `GET ${repo}/actions/jobs/:id/logs`, (ask) =>
    elsewhere(ask, `jobs/${find(ask, repoOf(ask), jobs).id}/logs.txt`),
  )
  on('actions.artifacts.list', `GET ${repo}/actions/artifacts`, (ask) => {
    const name = ask.query.get('name')
    const rows = ask.github.store
      .rows(below(repoOf(ask), artifacts))
      .filter((row) => name === null || row.name === name)
    return counted(ask, 'artifacts', [...rows].reverse(), (row) => row as Json)
  })
  on('actions.artifacts.list_for_run', `GET ${repo}/actions/runs/:run/artifacts`, (ask) => {
    const of = repoOf(ask)
    const { id } = runIn(ask, of)
    return counted(
      ask,
      'artifacts',
      ask.github.store.rows(below(of, artifacts)).filter((row) => rowOf(row.workflow_run).id === id),
      (row) => row as Json,
    )
  })
  on('actions.artifacts.get', `GET ${repo}/actions/artifacts/:id`, (ask) =>
    ok(find(ask, repoOf(ask), artifacts) as Json),
  )
  on(
    'actions.artifacts.delete',
    `DELETE ${repo}/actions/artifacts/:id`,
    (ask) => {
      const of = repoOf(ask, 'push')
      ask.github.store.remove(below(of, artifacts), Number(find(ask, of, artifacts).id))
      return done()
    },
    'user',
  )
  on('actions.artifacts.download', `GET ${repo}/actions/artifacts/:id/:format`, (ask) => {
    const row = find(ask, repoOf(ask), artifacts)
    if (row.expired === true) throw new GitHubError(410, 'Artifact has expired')
    return elsewhere(ask, `artifacts/${row.id}.zip`)
  })
}

/** What workflows leave behind is kept at another host, which this twin does not stand in for. */
export function elsewhere(ask: Ask, path: string): Reply {
  const signed = ask.github.draw('signed address').text(43)
  const Location = `https://productionresultssa0.blob.core.windows.net/actions-results/${path}?sig=${signed}`
  return { status: 302, headers: { Location, 'Content-Type': 'text/html;charset=utf-8' } }
}
