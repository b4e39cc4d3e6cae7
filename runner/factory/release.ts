import { createHash } from 'node:crypto'
import { printable } from '../gate/intake.ts'
import type { Tree, Workspace } from '../gate/workspace.ts'
import { UsageError } from '../gate/workspace.ts'
import type { GateVerdict } from '../report/verdict.ts'
import { mayGoOn, type RunContext } from './attempt.ts'
import { createBranch, makeCommit } from './branch.ts'
import type { Releasing } from './events.ts'

/** More branches of one brief than anybody looks at. */
const BRANCHES_MAX = 1000

export type Release = { readonly branch: string; readonly commit: string }

/**
 * Puts the judged tree of an attempt on a branch: one that passed, or that people have approved. The commit follows from what the journal says, so a release that was cut off and
 * begun again gives the same one. Throws `Stopped` when the switch is set.
 */
export async function release(context: RunContext, attempt: number, verdict: GateVerdict): Promise<Release> {
  const { options, opened, workspace, folder, journal } = context
  await mayGoOn(context)
  const { repository } = workspace
  if (repository === undefined)
    throw new UsageError('expected a git repository for the branch, got none. Run git init.')
  const earlier = journal.events.filter((event): event is Releasing => event.kind === 'releasing')
  const atMs = earlier[0]?.atMs ?? options.now()
  const tree = judgedTree(workspace, context.base, folder.attempt(attempt).patch, verdict)
  const message = messageOf(context, attempt, verdict)
  const commit = makeCommit(workspace.git, { tree, parent: opened.base, message, atMs })
  for (const branch of branches(context, earlier.at(-1)?.branch)) {
    if (earlier.at(-1)?.branch !== branch) {
      await mayGoOn(context)
      journal.append({ kind: 'releasing', atMs, attempt, branch })
    }
    if (createBranch(workspace.git, repository, branch, commit)) return { branch, commit }
    if (options.branch !== undefined)
      throw new UsageError(`expected to make the branch ${branch}, got one of that name. Give another with --branch.`)
  }
  throw new UsageError(`expected a free branch name, got ${BRANCHES_MAX} that are taken. Give one with --branch.`)
}

/** The branch that was tried last, then the names after it. */
function* branches({ options, opened }: RunContext, last: string | undefined): Generator<string> {
  if (last !== undefined) yield last
  if (options.branch !== undefined) yield options.branch
  else for (let at = 1; at <= BRANCHES_MAX; at++) yield `backlot/${opened.brief.name}-${at}`
}

/** The tree the verdict speaks of, made again from the patch; anything else is not released. */
function judgedTree(workspace: Workspace, base: Tree, patch: string, verdict: GateVerdict): string {
  const limits = { maxBytes: Number.MAX_SAFE_INTEGER, maxFiles: Number.MAX_SAFE_INTEGER }
  const taken = workspace.candidate(patch, base, limits)
  if ('rule' in taken) throw new Error(`${patch}: expected the patch that was judged, got: ${taken.message}`)
  const { status, candidate } = verdict
  if (taken.id !== candidate.tree || (status !== 'pass' && status !== 'needs-human'))
    throw new Error(`${patch}: expected the tree ${candidate.tree} that passed, got ${taken.id} (${status}).`)
  return taken.id
}

/** Of the verdict as evidence holds it, so that the commit names it. */
const digestOf = (verdict: GateVerdict): string =>
  createHash('sha256')
    .update(`${JSON.stringify(verdict, null, 2)}\n`)
    .digest('hex')

/** What the commit says: ours alone, so that no word of an agent's is taken for ours. */
function messageOf({ brief, opened }: RunContext, attempt: number, verdict: GateVerdict): string {
  return `${printable(brief.title, 60)}

Made by ${printable(opened.agent, 100)} and ${verdict.status === 'pass' ? 'passed by the gate; no person has looked at it yet' : 'approved by people, as the policy demands'}.

Backlot-Run: ${opened.run}, attempt ${attempt}
Backlot-Brief: sha256:${opened.brief.sha256}
Backlot-Verdict: sha256:${digestOf(verdict)}
`
}
