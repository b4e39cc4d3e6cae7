import { z } from 'zod'
import type { GateVerdict } from '../verdict.ts'
import { type Doubt, markerOf, type Publication } from './publication.ts'

/** Sends one request to the host's API and gives back its JSON. Throws on anything but success. */
export type Send = (method: 'GET' | 'POST' | 'PATCH' | 'PUT', path: string, body?: object) => Promise<unknown>

/** What the trusted job knows of the run that made the verdict: from the event, not from the verdict. */
export type GitHubRun = {
  readonly repository: string
  readonly defaultBranch: string
  readonly headSha: string
  /** `owner:branch`, by which a pull request from a fork is found. */
  readonly head: string
  readonly pullRequest: number | undefined
  /** File of the workflow that ran, as the event names it. */
  readonly workflow: string
  readonly detailsUrl: string | undefined
}

const event = z.looseObject({
  repository: z.looseObject({ full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/), default_branch: z.string() }),
  workflow_run: z.looseObject({
    path: z.string(),
    head_sha: z.string().regex(/^[0-9a-f]{40,64}$/),
    head_branch: z.string().nullable(),
    head_repository: z.looseObject({ owner: z.looseObject({ login: z.string() }) }).nullable(),
    html_url: z.url().optional(),
    pull_requests: z.array(z.looseObject({ number: z.int() })),
  }),
})

/** The run that a `workflow_run` event speaks of. Throws for any other event. */
export function runOfEvent(text: string): GitHubRun {
  const parsed = event.safeParse(JSON.parse(text))
  if (!parsed.success)
    throw new Error(
      'expected the event of a workflow_run, got another. Publish from a workflow that says: on: workflow_run.',
    )
  const { repository, workflow_run: run } = parsed.data
  return {
    repository: repository.full_name,
    defaultBranch: repository.default_branch,
    headSha: run.head_sha,
    head: `${run.head_repository?.owner.login ?? ''}:${run.head_branch ?? ''}`,
    pullRequest: run.pull_requests[0]?.number,
    workflow: run.path.split('@')[0] ?? '',
    detailsUrl: run.html_url,
  }
}

const commitShape = z.looseObject({
  sha: z.string(),
  tree: z.looseObject({ sha: z.string() }),
})
const blobShape = z.looseObject({ sha: z.string() })

/** What speaks against believing the verdict: another workflow, another tree, a base that is not ours. */
export async function doubtsOf(
  send: Send,
  run: GitHubRun,
  verdict: GateVerdict,
  workflow: string,
): Promise<readonly Doubt[]> {
  const doubts: Doubt[] = []
  const repo = `/repos/${run.repository}`
  const { candidate, base } = verdict
  if (run.workflow !== workflow)
    doubts.push({
      what: 'Another workflow made it.',
      wayOut: `Only ${workflow} may: name it with --workflow if it moved.`,
    })
  const pull = await pullOf(send, run)
  const ofCandidate = await commitOf(send, repo, candidate.commit)
  // A commit that has the head as its parent is not enough: whoever made the head can make such a one as well.
  const bound =
    ofCandidate !== undefined &&
    ofCandidate.tree.sha === candidate.tree &&
    (ofCandidate.sha === run.headSha || ofCandidate.sha === pull?.merge_commit_sha)
  if (!bound)
    doubts.push({
      what: 'It speaks of another tree than this commit has.',
      wayOut: 'Run the gate again on this commit or on its newest merge with the base, by its id.',
    })
  const ofBase = await commitOf(send, repo, base?.commit ?? null)
  const branch = pull?.base.ref ?? run.defaultBranch
  const trusted =
    ofBase !== undefined && ofBase.tree.sha === base?.tree && (await reaches(send, repo, ofBase.sha, branch))
  if (!trusted)
    doubts.push({
      what: 'Its base is no commit of the trusted branch.',
      wayOut: 'Give the gate --base from the pull request’s base.',
    })
  // Who changes the workflow decides what it reports: that has to be seen by a person.
  const at = bound && candidate.commit !== null ? candidate.commit : run.headSha
  // The head as well, since it is what ran; by what it changes since it left, because it may be older than the trusted branch.
  const since = await mergeBaseOf(send, repo, run)
  const [theirs, ours, ofHead, before] = await Promise.all(
    [at, run.defaultBranch, run.headSha, since].map((ref) =>
      fileOf(send, `${repo}/contents/${encodePath(workflow)}?ref=${encodeURIComponent(ref)}`),
    ),
  )
  if (ours === undefined || theirs !== ours || ofHead !== before)
    doubts.push({
      what: 'The change edits the workflow that judges it.',
      wayOut: 'Merge such a change apart, after reading it.',
    })
  return doubts
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

async function commitOf(
  send: Send,
  repo: string,
  sha: string | null,
): Promise<z.infer<typeof commitShape> | undefined> {
  if (sha === null || !/^[0-9a-f]{40,64}$/.test(sha)) return undefined
  try {
    return commitShape.parse(await send('GET', `${repo}/git/commits/${sha}`))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function fileOf(send: Send, path: string): Promise<string | undefined> {
  try {
    return blobShape.parse(await send('GET', path)).sha
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The commit at which the head left the trusted branch. Its files are compared, not listed: a list of changes ends after 300. */
async function mergeBaseOf(send: Send, repo: string, { defaultBranch, headSha }: GitHubRun): Promise<string> {
  const compared = z
    .looseObject({ merge_base_commit: z.looseObject({ sha: z.string() }) })
    .parse(await send('GET', `${repo}/compare/${encodeURIComponent(defaultBranch)}...${headSha}`))
  return compared.merge_base_commit.sha
}

/** Whether a commit is part of a branch: the one that the pull request goes to, or the default one. */
async function reaches(send: Send, repo: string, sha: string, branch: string): Promise<boolean> {
  const compared = z
    .looseObject({ status: z.string() })
    .parse(await send('GET', `${repo}/compare/${sha}...${encodeURIComponent(branch)}`))
  return compared.status === 'identical' || compared.status === 'ahead'
}

const pullShape = z.looseObject({
  number: z.int(),
  head: z.looseObject({ sha: z.string() }),
  base: z.looseObject({ ref: z.string() }),
  /** GitHub's own merge of the head with the base, for as long as neither moves. */
  merge_commit_sha: z.string().nullish(),
})

/** The open pull request of this very commit; a run of a fork's names none, so it is looked for by its branch. */
async function pullOf(
  send: Send,
  { repository, pullRequest, head, headSha }: GitHubRun,
): Promise<z.infer<typeof pullShape> | undefined> {
  const found =
    pullRequest === undefined
      ? z
          .array(pullShape)
          .parse(await send('GET', `/repos/${repository}/pulls?state=open&head=${encodeURIComponent(head)}`))
      : [pullShape.parse(await send('GET', `/repos/${repository}/pulls/${pullRequest}`))]
  return found.find((one) => one.head.sha === headSha)
}

/** An answer that says that a thing is not there. */
export class Missing extends Error {}
const isMissing = (error: unknown): boolean => error instanceof Missing

/** Creates the check run, and writes or replaces the comment. Returns what was done, in words. */
export async function publishToGitHub(
  send: Send,
  run: GitHubRun,
  verdict: GateVerdict,
  publication: Publication,
  options: { readonly check: string; readonly author: string },
): Promise<readonly string[]> {
  const { conclusion, title, summary, annotations, comment } = publication
  await send('POST', `/repos/${run.repository}/check-runs`, {
    name: options.check,
    head_sha: run.headSha,
    status: 'completed',
    conclusion,
    ...(run.detailsUrl === undefined ? {} : { details_url: run.detailsUrl }),
    output: { title, summary, annotations },
  })
  const done = [`check "${options.check}" on ${run.headSha.slice(0, 8)}: ${conclusion}`]
  const pull = await pullOf(send, run)
  if (pull === undefined) return [...done, 'no comment: no open pull request has this commit as its head']
  const own = await ownComment(send, run.repository, pull.number, markerOf(verdict.project), options.author)
  if (own === undefined)
    await send('POST', `/repos/${run.repository}/issues/${pull.number}/comments`, { body: comment })
  else await send('PATCH', `/repos/${run.repository}/issues/comments/${own}`, { body: comment })
  return [...done, `comment on #${pull.number}: ${own === undefined ? 'written' : 'replaced'}`]
}

const commentsShape = z.array(
  z.looseObject({ id: z.int(), body: z.string().nullish(), user: z.looseObject({ login: z.string() }).nullable() }),
)
const PAGES_MAX = 20

/** Our comment. One that only carries the marker is somebody else's, who could edit it afterwards. */
async function ownComment(
  send: Send,
  repository: string,
  pull: number,
  marker: string,
  author: string,
): Promise<number | undefined> {
  for (let page = 1; page <= PAGES_MAX; page++) {
    const comments = commentsShape.parse(
      await send('GET', `/repos/${repository}/issues/${pull}/comments?per_page=100&page=${page}`),
    )
    const own = comments.find(({ body, user }) => user?.login === author && body?.startsWith(marker) === true)
    if (own !== undefined) return own.id
    if (comments.length < 100) return undefined
  }
  return undefined
}
