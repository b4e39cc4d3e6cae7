import { type ChangeRequest, SPEC_VERSION, WIRE_LIMITS } from '../hook/contract.ts'
import { printMicroUsd } from '../hook/usage.ts'
import { CONFIG } from '../project.ts'
import { openSqliteQueue, type SqliteQueue } from '../queue/sqlite.ts'
import {
  type AttemptState,
  attemptStates,
  feedbackFor,
  giveUp,
  Interrupted,
  judgedAttempt,
  mayGoOn,
  type RunContext,
  runAttempt,
  Stopped,
  writeRequest,
} from './attempt.ts'
import { choose } from './choose.ts'
import type { Ended } from './events.ts'
import type { OutcomeKind } from './outcome.ts'
import { release } from './release.ts'

/** How a run stands, and why. */
export type Standing = { readonly kind: OutcomeKind; readonly reason: string }

/** How often an attempt may end this process before it is given up. */
const DEATHS_MAX = 10
/** The run is locked, so nobody could take a job over; the lease only has to outlast any run. */
const LEASE_MS = 7 * 24 * 3_600_000

/**
 * Round after round, from wherever the journal says the run is: what is under way is brought to its end, then the round is judged as
 * a whole, then the next one is sent out. Throws `Stopped` and `Interrupted`; the run can be gone on with after both.
 */
export async function loop(context: RunContext): Promise<Standing> {
  const { folder, options, journal } = context
  const queue = openSqliteQueue({ file: folder.queue, now: options.now, attemptsMax: DEATHS_MAX })
  try {
    // The run is ours alone, so whoever held these jobs is dead.
    queue.endLeases()
    for (;;) {
      const states = attemptStates(journal)
      const open = states.filter(({ finished }) => finished === undefined)
      if (open.length > 0) {
        await work(context, queue, open)
        continue
      }
      const standing = (await judgeRound(context, states)) ?? (await sendOut(context, states))
      if (standing !== undefined) return standing
    }
  } finally {
    await queue.close()
  }
}

const jobId = (attempt: number): string => `attempt-${String(attempt).padStart(5, '0')}`

/** Brings attempts to their end side by side. What stops one lets the others end first. */
async function work(context: RunContext, queue: SqliteQueue, open: readonly AttemptState[]): Promise<void> {
  const attempts = open.map(({ dispatched }) => dispatched.attempt)
  await queue.enqueueMany(attempts.map((attempt) => ({ id: jobId(attempt), payload: attempt })))
  const claims = await queue.claim(attempts.length, LEASE_MS)
  for (const attempt of attempts) if (!claims.some(({ id }) => id === jobId(attempt))) giveUp(context, attempt)
  const results = await Promise.allSettled(
    claims.map(async (claim) => {
      await runAttempt(context, Number(claim.payload))
      await queue.complete(claim, 'finished')
    }),
  )
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  const worst =
    reasons.find((reason) => !(reason instanceof Stopped || reason instanceof Interrupted)) ??
    reasons.find((reason) => reason instanceof Interrupted) ??
    reasons[0]
  if (worst !== undefined) throw worst
}

/** What the last round comes to: a release, a question for a person, or nothing yet. */
async function judgeRound(context: RunContext, states: readonly AttemptState[]): Promise<Standing | undefined> {
  const round = states.at(-1)?.dispatched.round
  const contenders = states
    .filter(({ dispatched }) => dispatched.round === round)
    .flatMap(({ dispatched: { attempt } }) => {
      const judged = judgedAttempt(context, attempt)
      return judged === undefined ? [] : [{ attempt, ...judged }]
    })
  const best = choose(contenders)
  if (best !== undefined) {
    const made = await release(context, best.attempt, best.verdict)
    const { attempt, evidence } = best
    return end(context, attempt, { kind: 'released', reason: `attempt ${attempt} passes`, ...made, evidence })
  }
  const waiting = contenders.find(({ verdict }) => verdict.status === 'needs-human')
  if (waiting === undefined) return undefined
  const asked = waiting.verdict.checks.find(({ status }) => status === 'needs-human')
  const { evidence } = waiting
  const reason = `attempt ${waiting.attempt} needs a person: ${asked?.reason ?? asked?.why ?? 'no reason given'}`
  return end(context, waiting.attempt, { kind: 'needs-human', reason, branch: null, commit: null, evidence })
}

/** Releases what waited for a person, once that person has signed. */
export async function releaseApproved(context: RunContext, { attempt, evidence }: Ended): Promise<Standing> {
  const judged = judgedAttempt(context, attempt)
  if (judged === undefined) throw new Error(`attempt ${attempt}: expected its verdict.`)
  const made = await release(context, attempt, judged.verdict)
  return end(context, attempt, { kind: 'released', reason: `attempt ${attempt} was approved`, ...made, evidence })
}

function end(
  { journal, options }: RunContext,
  attempt: number,
  made: {
    readonly kind: 'released' | 'needs-human'
    readonly reason: string
    readonly branch: string | null
    readonly commit: string | null
    readonly evidence: string | null
  },
): Standing {
  const { kind, reason, branch, commit, evidence } = made
  journal.append({ kind: 'ended', atMs: options.now(), attempt, outcome: kind, reason, branch, commit, evidence })
  return { kind, reason }
}

/** Sends the next round out; says why not when something is used up. */
async function sendOut(context: RunContext, states: readonly AttemptState[]): Promise<Standing | undefined> {
  const { options, journal, ledger, account, opened, folder } = context
  const spent = ledger.spent(account)
  const { attempts, microUsd, wallMs } = options.limits
  if (microUsd !== undefined && spent.microUsd >= microUsd)
    return exhausted(
      `${printMicroUsd(spent.microUsd)} of ${printMicroUsd(microUsd)} are spent, as reported`,
      '--budget-usd',
    )
  if (spent.wallMs >= wallMs) return exhausted(`${minutes(spent.wallMs)} of ${minutes(wallMs)} are used`, '--timeout')
  await mayGoOn(context)
  const about = await options.agent.client.describe()
  if (about.kind === 'failed') throw new Stopped(`the agent cannot be reached: ${about.message}`)
  const round = (states.at(-1)?.dispatched.round ?? 0) + 1
  for (let slot = 0; slot < options.parallel; slot++) {
    const attempt = attemptStates(journal).length + 1
    if (slot > 0) await mayGoOn(context)
    if (!ledger.charge(account, opened.run, attempt, attempts)) {
      if (slot > 0) break
      return exhausted(`${spent.attempts} of ${attempts} attempts on these requirements are used`, '--attempts')
    }
    writeRequest(folder.attempt(attempt).request, requestOf(context, { attempt, slot, round }))
    journal.append({ kind: 'dispatched', atMs: options.now(), attempt, slot, round })
  }
  return undefined
}

const minutes = (ms: number): string => `${Math.round(ms / 6000) / 10} min`
const exhausted = (what: string, option: string): Standing => ({
  kind: 'exhausted',
  reason: `${what}. Read what went wrong, then allow more with ${option}.`,
})

function requestOf(
  context: RunContext,
  { attempt, slot }: { readonly attempt: number; readonly slot: number; readonly round: number },
): ChangeRequest {
  const { options, opened, brief, project, workspace, ledger, account } = context
  const spent = ledger.spent(account)
  const { microUsd, wallMs, answerMs } = options.limits
  const timeoutMs = Math.max(1, Math.min(answerMs, wallMs - spent.wallMs))
  const { intake, protected: kept } = project.config
  return {
    specVersion: SPEC_VERSION,
    type: 'change.requested',
    // A request for each slot: within one, a newer attempt supersedes the older.
    requestId: `${opened.run}-${slot + 1}`,
    attempt,
    runToken: opened.token,
    goal: { text: brief.text, sha256: brief.sha256, origin: null },
    base: { commit: opened.base, fetch: null },
    scope: {
      allow: [`${workspace.prefix}**`],
      deny: [CONFIG, ...project.deciding, ...kept].map((path) => `${workspace.prefix}${path}`),
      tier: null,
      maxFiles: Math.min(intake['max-files'], WIRE_LIMITS.files),
      maxBytes: Math.min(intake['max-bytes'], WIRE_LIMITS.diffBytes),
    },
    feedback: feedbackFor(context, slot),
    budget: {
      deadline: new Date(options.now() + timeoutMs).toISOString(),
      timeoutMs,
      ...(microUsd === undefined ? {} : { maxCostUsd: (microUsd - spent.microUsd) / 1_000_000 }),
    },
    reply: { accept: ['patch', 'files', ...(options.remotes.length > 0 ? (['gitRef'] as const) : [])] },
  }
}
