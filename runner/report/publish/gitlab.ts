import { z } from 'zod'
import type { GateVerdict } from '../verdict.ts'
import { Missing, type Send } from './github.ts'
import { type Doubt, markerOf, type Publication } from './publication.ts'

/** The merge request that a trusted pipeline speaks of: from its own variables, not from the verdict. */
export type GitLabRun = {
  readonly project: string
  readonly mergeRequest: number
  readonly detailsUrl: string | undefined
}

const mergeRequestShape = z.looseObject({ sha: z.string(), target_branch: z.string(), state: z.string() })

/** What speaks against believing the verdict: another commit, a base that is not ours, a changed pipeline. */
export async function gitlabDoubts(
  send: Send,
  run: GitLabRun,
  verdict: GateVerdict,
  pipeline: string,
): Promise<readonly Doubt[]> {
  const doubts: Doubt[] = []
  const at = `/projects/${encodeURIComponent(run.project)}`
  const { sha, target_branch: target } = await mergeRequestOf(send, run)
  if (verdict.candidate.commit !== sha)
    doubts.push({
      what: 'It speaks of another commit than the merge request has.',
      wayOut: 'Run the gate again on its head, by its id.',
    })
  const base = verdict.base?.commit ?? ''
  if (!/^[0-9a-f]{40,64}$/.test(base) || (await mergeBase(send, at, base, target)) !== base)
    doubts.push({
      what: 'Its base is no commit of the target branch.',
      wayOut: 'Give the gate --base from the merge request’s base.',
    })
  const [theirs, ours] = await Promise.all([sha, target].map((ref) => blobOf(send, at, pipeline, ref)))
  if (ours === undefined || theirs !== ours)
    doubts.push({
      what: 'The change edits the pipeline that judges it.',
      wayOut: 'Merge such a change apart, after reading it.',
    })
  return doubts
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

async function blobOf(send: Send, at: string, path: string, ref: string): Promise<string | undefined> {
  const file = `${at}/repository/files/${encodeURIComponent(path)}?ref=${encodeURIComponent(ref)}`
  const answer = await found(send('GET', file))
  return answer === undefined ? undefined : z.looseObject({ blob_id: z.string() }).parse(answer).blob_id
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
