import { readFileSync } from 'node:fs'
import { UsageError } from '../gate/workspace.ts'
import { doubtsOf, type GitHubRun, Missing, publishToGitHub, runOfEvent, type Send } from '../report/publish/github.ts'
import { type GitLabRun, gitlabDoubts, publishToGitLab } from '../report/publish/gitlab.ts'
import { type Doubt, type Publication, publicationOf, readVerdict } from '../report/publish/publication.ts'
import { EXIT, type GateVerdict } from '../report/verdict.ts'

type Env = Readonly<Record<string, string | undefined>>
/** A host to tell: where it is, whom to believe, how to tell it. */
type Host = {
  readonly doubts: (verdict: GateVerdict) => Promise<readonly Doubt[]>
  readonly tell: (verdict: GateVerdict, publication: Publication) => Promise<readonly string[]>
}

/** `publish`: the only command that talks to a host, with a token from the environment. It runs nothing of a candidate's. */
export async function runPublish(options: Readonly<Record<string, unknown>>): Promise<void> {
  const file = String(options.verdict)
  const verdict = read(file)
  if (options.dryRun === true) {
    process.stdout.write(`${JSON.stringify(publicationOf(verdict, []), null, 2)}\n`)
    return
  }
  const host = hostOf(process.env, options)
  const doubts = await host.doubts(verdict)
  const publication = publicationOf(verdict, doubts)
  for (const { what } of doubts) process.stderr.write(`not to be believed: ${what}\n`)
  for (const line of await host.tell(verdict, publication)) process.stdout.write(`${line}\n`)
  process.exitCode = doubts.length === 0 ? 0 : EXIT['needs-human']
}

function read(file: string): GateVerdict {
  try {
    return readVerdict(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function hostOf(env: Env, options: Readonly<Record<string, unknown>>): Host {
  const check = String(options.check)
  const workflow = typeof options.workflow === 'string' ? options.workflow : undefined
  if (env.GITHUB_ACTIONS === 'true') {
    const run = eventOf(env)
    const send = sender(env.GITHUB_API_URL ?? 'https://api.github.com', {
      Authorization: `Bearer ${needed(env, 'GITHUB_TOKEN')}`,
      Accept: 'application/vnd.github+json',
      'X-GitHub-Api-Version': '2022-11-28',
    })
    return {
      doubts: (verdict) => doubtsOf(send, run, verdict, workflow ?? '.github/workflows/backlot.yml'),
      tell: (verdict, publication) =>
        publishToGitHub(send, run, verdict, publication, { check, author: String(options.author) }),
    }
  }
  if (env.GITLAB_CI === 'true') {
    const run: GitLabRun = {
      project: needed(env, 'CI_PROJECT_ID'),
      mergeRequest: numberIn(env, 'BACKLOT_MERGE_REQUEST'),
      job: numberIn(env, 'BACKLOT_JOB'),
      detailsUrl: env.CI_PIPELINE_URL,
    }
    const send = sender(needed(env, 'CI_API_V4_URL'), { 'PRIVATE-TOKEN': needed(env, 'BACKLOT_GITLAB_TOKEN') })
    return {
      doubts: (verdict) => gitlabDoubts(send, run, verdict, workflow ?? '.gitlab-ci.yml'),
      tell: (verdict, publication) => publishToGitLab(send, run, verdict, publication, { check }),
    }
  }
  throw new UsageError(
    'expected to be in a job of GitHub Actions or GitLab CI (GITHUB_ACTIONS, GITLAB_CI), got neither. See what would be sent: npx backlot publish --dry-run',
  )
}

function needed(env: Env, name: string): string {
  const value = env[name]
  if (value === undefined || value === '') throw new UsageError(`expected ${name} in the environment, got none.`)
  return value
}

function numberIn(env: Env, name: string): number {
  const text = needed(env, name)
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new UsageError(`expected ${name} to be a number, got "${text}".`)
  return Number(text)
}

function eventOf(env: Env): GitHubRun {
  try {
    return runOfEvent(readFileSync(needed(env, 'GITHUB_EVENT_PATH'), 'utf8'))
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const ANSWER_MS_MAX = 30_000

/** Sends to one API, follows no redirect and never tells the token. */
function sender(root: string, headers: Readonly<Record<string, string>>): Send {
  return async (method, path, body) => {
    const response = await fetch(`${root.replace(/\/$/, '')}${path}`, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      headers: {
        ...headers,
        'User-Agent': 'backlot',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.status === 404) throw new Missing(`${method} ${path}: not found, or not with this token`)
    if (!response.ok)
      throw new UsageError(
        `${method} ${path}: expected success, got ${response.status}. The token needs: checks write, pull requests write, contents read.`,
      )
    return text === '' ? undefined : JSON.parse(text)
  }
}
