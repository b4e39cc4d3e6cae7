import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { GateVerdict } from '../verdict.ts'
import { Missing, type Send } from './github.ts'
import { includesOf } from './gitlab-pipeline.ts'
import { type Doubt, markerOf, type Publication } from './publication.ts'

/** The merge request that a trusted pipeline speaks of, and the job whose verdict it fetched: from its own variables, not from the verdict. */
export type GitLabRun = {
  readonly project: string
  readonly mergeRequest: number
  readonly job: number
  readonly detailsUrl: string | undefined
}

/** The component's job that judges. */
const JOB = 'backlot'
const mergeRequestShape = z.looseObject({ sha: z.string(), target_branch: z.string(), state: z.string() })

/** What speaks against believing the verdict: another job, commit or tree, a base that is not ours, a changed pipeline. */
export async function gitlabDoubts(
  send: Send,
  run: GitLabRun,
  verdict: GateVerdict,
  pipeline: string,
): Promise<readonly Doubt[]> {
  const doubts: Doubt[] = []
  const at = `/projects/${encodeURIComponent(run.project)}`
  const { sha, target_branch: target } = await mergeRequestOf(send, run)
  if (!(await isJobOf(send, at, run, sha)))
    doubts.push({
      what: 'Another job made it.',
      wayOut: `Only "${JOB}" may, in the merge request pipeline of its newest commit.`,
    })
  const { candidate, base } = verdict
  if (candidate.commit !== sha)
    doubts.push({
      what: 'It speaks of another commit than the merge request has.',
      wayOut: 'Run the gate again on its head, by its id.',
    })
  else if (candidate.tree !== (await treeOf(send, at, sha)))
    doubts.push({
      what: 'It speaks of another tree than this commit has.',
      wayOut: 'Run the gate again on this commit, by its id.',
    })
  const commit = base?.commit ?? ''
  const trusted =
    /^[0-9a-f]{40,64}$/.test(commit) &&
    (await mergeBase(send, at, commit, target)) === commit &&
    (await treeOf(send, at, commit)) === base?.tree
  if (!trusted)
    doubts.push({
      what: 'Its base is no commit of the target branch.',
      wayOut: 'Give the gate --base from the merge request’s base.',
    })
  const changed = await pipelineDoubt(send, at, pipeline, { theirs: sha, ours: target })
  return changed === undefined ? doubts : [...doubts, changed]
}

const jobShape = z.looseObject({
  name: z.string(),
  ref: z.string(),
  commit: z.looseObject({ id: z.string() }),
  pipeline: z.looseObject({ id: z.int() }),
})

/** Whether the job is the one that judges, in the merge request's own pipeline of this commit; in a child of it anything may bear its name. */
async function isJobOf(send: Send, at: string, run: GitLabRun, sha: string): Promise<boolean> {
  const answer = await found(send('GET', `${at}/jobs/${run.job}`))
  if (answer === undefined) return false
  const { name, ref, commit, pipeline } = jobShape.parse(answer)
  if (name !== JOB || ref !== `refs/merge-requests/${run.mergeRequest}/head` || commit.id !== sha) return false
  const { source } = z.looseObject({ source: z.string() }).parse(await send('GET', `${at}/pipelines/${pipeline.id}`))
  return source === 'merge_request_event'
}

const PIPELINE_FILES_MAX = 50

/** The pipeline's file and those of the project that it includes have to be the target's. */
async function pipelineDoubt(
  send: Send,
  at: string,
  pipeline: string,
  refs: { readonly theirs: string; readonly ours: string },
): Promise<Doubt | undefined> {
  const edited = {
    what: 'The change edits the pipeline that judges it.',
    wayOut: 'Merge such a change apart, after reading it.',
  }
  const files = new Set([pipeline])
  for (const path of files) {
    const [theirs, ours] = await Promise.all([refs.theirs, refs.ours].map((ref) => fileOf(send, at, path, ref)))
    if (theirs?.blob_id !== ours?.blob_id || (path === pipeline && ours === undefined)) return edited
    const { local, untold } = includesOf(Buffer.from(ours?.content ?? '', 'base64').toString('utf8'))
    for (const one of local) files.add(one)
    if (untold || files.size > PIPELINE_FILES_MAX)
      return {
        what: `What ${path} includes cannot be told.`,
        wayOut: 'Name each included file, without a pattern or a variable.',
      }
  }
  return undefined
}

const mergeRequestOf = async (
  send: Send,
  { project, mergeRequest }: GitLabRun,
): Promise<z.infer<typeof mergeRequestShape>> =>
  mergeRequestShape.parse(await send('GET', `/projects/${encodeURIComponent(project)}/merge_requests/${mergeRequest}`))

async function found(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Missing) return undefined
    throw error
  }
}

async function mergeBase(send: Send, at: string, base: string, target: string): Promise<string | undefined> {
  const refs = [base, target].map((ref) => `refs[]=${encodeURIComponent(ref)}`).join('&')
  const answer = await found(send('GET', `${at}/repository/merge_base?${refs}`))
  return answer === undefined ? undefined : z.looseObject({ id: z.string() }).parse(answer).id
}

const fileShape = z.looseObject({ blob_id: z.string(), content: z.string() })

async function fileOf(
  send: Send,
  at: string,
  path: string,
  ref: string,
): Promise<z.infer<typeof fileShape> | undefined> {
  const file = `${at}/repository/files/${encodeURIComponent(path)}?ref=${encodeURIComponent(ref)}`
  const answer = await found(send('GET', file))
  return answer === undefined ? undefined : fileShape.parse(answer)
}

const entriesShape = z.array(
  z.looseObject({ id: z.string().regex(/^[0-9a-f]{40,64}$/), mode: z.string(), name: z.string(), type: z.string() }),
)

/** The id of a commit's tree. GitLab tells only what is in it, from which the id follows; undefined when there is no such commit. */
async function treeOf(send: Send, at: string, sha: string): Promise<string | undefined> {
  const entries: z.infer<typeof entriesShape> = []
  for (let page = 1; page <= PAGES_MAX; page++) {
    const answer = await found(send('GET', `${at}/repository/tree?ref=${sha}&per_page=100&page=${page}`))
    if (answer === undefined) return undefined
    const some = entriesShape.parse(answer)
    entries.push(...some)
    if (some.length < 100) return treeId(entries, sha.length === 64 ? 'sha256' : 'sha1')
  }
  return undefined
}

/** As git makes it: sorted by bytes, folders as if their names ended in a slash. */
function treeId(entries: z.infer<typeof entriesShape>, algorithm: 'sha1' | 'sha256'): string {
  const keyed = entries.map((entry) => ({ entry, key: Buffer.from(entry.name + (entry.type === 'tree' ? '/' : '')) }))
  const body = Buffer.concat(
    keyed
      .sort((a, b) => Buffer.compare(a.key, b.key))
      .map(({ entry: { mode, name, id } }) =>
        Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`), Buffer.from(id, 'hex')]),
      ),
  )
  return createHash(algorithm).update(`tree ${body.length}\0`).update(body).digest('hex')
}

const notesShape = z.array(z.looseObject({ id: z.int(), body: z.string(), author: z.looseObject({ id: z.int() }) }))
const PAGES_MAX = 20

/** Sets the commit's status, and writes or replaces the note. Returns what was done, in words. */
export async function publishToGitLab(
  send: Send,
  run: GitLabRun,
  verdict: GateVerdict,
  publication: Publication,
  options: { readonly check: string },
): Promise<readonly string[]> {
  const at = `/projects/${encodeURIComponent(run.project)}`
  const { sha } = await mergeRequestOf(send, run)
  await send('POST', `${at}/statuses/${sha}`, {
    name: options.check,
    state: publication.state,
    description: publication.title,
    ...(run.detailsUrl === undefined ? {} : { target_url: run.detailsUrl }),
  })
  const notes = `${at}/merge_requests/${run.mergeRequest}/notes`
  const { id: me } = z.looseObject({ id: z.int() }).parse(await send('GET', '/user'))
  const own = await ownNote(send, notes, markerOf(verdict.project), me)
  if (own === undefined) await send('POST', notes, { body: publication.comment })
  else await send('PUT', `${notes}/${own}`, { body: publication.comment })
  return [
    `status "${options.check}" on ${sha.slice(0, 8)}: ${publication.state}`,
    `note on !${run.mergeRequest}: ${own === undefined ? 'written' : 'replaced'}`,
  ]
}

async function ownNote(send: Send, notes: string, marker: string, me: number): Promise<number | undefined> {
  for (let page = 1; page <= PAGES_MAX; page++) {
    const some = notesShape.parse(await send('GET', `${notes}?per_page=100&page=${page}`))
    const own = some.find(({ body, author }) => author.id === me && body.startsWith(marker))
    if (own !== undefined) return own.id
    if (some.length < 100) return undefined
  }
  return undefined
}
