import { type GitHub, repoPath } from '../github.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'

type State = 'expected' | 'pending' | 'failing' | 'good'

/** How a required check stands on a commit: the newest status or run of that name decides. */
function stateOf(github: GitHub, repo: Row, sha: string, context: string, app: number): State {
  const statuses = github.store.rows(`${repoPath(repo)}/statuses`)
  const status = statuses.filter((row) => row.sha === sha && row.context === context).at(-1)
  const runs = github.store.rows(`${repoPath(repo)}/check-runs`)
  const run = runs
    .filter((row) => row.head_sha === sha && row.name === context)
    .filter((row) => app <= 0 || count(row._app) === app || count(rowOf(row.app).id) === app)
    .at(-1)
  if (run !== undefined) {
    if (run.status !== 'completed') return 'pending'
    // https://docs.github.com/pull-requests/collaborating-with-pull-requests (troubleshooting required status checks, 2026-11-26).
    return ['success', 'neutral', 'skipped'].includes(text(run.conclusion)) ? 'good' : 'failing'
  }
  if (status === undefined || app > 0) return 'expected'
  return status.state === 'success' ? 'good' : status.state === 'pending' ? 'pending' : 'failing'
}

/** What is missing of the checks that a rule wants on a commit, in GitHub's words; undefined where nothing is. */
export function missingChecks(github: GitHub, repo: Row, sha: string, parameters: Row): string | undefined {
  const wanted = listOf(parameters.required_status_checks).map(rowOf)
  const open = wanted
    .map((one) => {
      const context = text(one.context)
      return { context, state: stateOf(github, repo, sha, context, count(one.integration_id)) }
    })
    .filter(({ state }) => state !== 'good')
  const [first] = open
  if (first === undefined) return undefined
  if (wanted.length === 1) return `Required status check "${first.context}" is ${first.state}.`
  const total = `${open.length} of ${wanted.length} required status checks`
  const states = ['expected', 'pending', 'failing'].flatMap((state) => {
    const many = open.filter((one) => one.state === state).length
    return many === 0 ? [] : [`${many} ${state}`]
  })
  return states.length === 1 ? `${total} are ${first.state}.` : `${total} have not succeeded: ${states.join(' and ')}.`
}

/** The first environment that a rule wants a commit deployed to, and it is not. */
export function missingDeployment(github: GitHub, repo: Row, sha: string, parameters: Row): string | undefined {
  const deployments = github.store.rows(`${repoPath(repo)}/deployments`).filter((row) => row.sha === sha)
  const done = (environment: string): boolean =>
    deployments.some(
      (row) =>
        row.environment === environment &&
        github.store.rows(`${repoPath(repo)}/deployments/${row.id}/statuses`).at(-1)?.state === 'success',
    )
  return listOf(parameters.required_deployment_environments)
    .map(String)
    .find((one) => !done(one))
}
