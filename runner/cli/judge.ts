import type { AskJudge } from '../holdout/ask-judge.ts'
import { createHookClient, type HookClient } from '../hook/client.ts'
import { SPEC_VERSION } from '../hook/contract.ts'
import { newToken, REAL } from '../hook/real.ts'
import { hookConfigOf } from '../hook/settings.ts'
import type { Project } from '../project.ts'

const TIMEOUT_MS = 10 * 60_000
const VOTES = 3

/** The judge that `hook.judge` of backlot.yaml names; undefined where it names none. */
export function judgeOf({ config: { hook } }: Project): AskJudge | undefined {
  if (hook?.judge === undefined) return undefined
  return askThrough(createHookClient(hookConfigOf(hook.judge, process.env), REAL))
}

/** A judge by its hook: what it does not answer in time or in form is silence. */
export function askThrough(client: Pick<HookClient, 'judge'>): AskJudge {
  return async ({ requirement, trajectories }) => {
    const outcome = await client.judge(
      {
        specVersion: SPEC_VERSION,
        type: 'judge.requested',
        requestId: newToken(),
        attempt: 1,
        runToken: newToken(),
        requirement,
        trajectories,
        votes: VOTES,
        budget: { deadline: new Date(REAL.now() + TIMEOUT_MS).toISOString(), timeoutMs: TIMEOUT_MS },
      },
      { signal: new AbortController().signal },
    )
    if (outcome.kind === 'failed') return { kind: 'silent', why: `${outcome.code}: ${outcome.message}` }
    const { verdict, votes, reason } = outcome.result
    const counted = `${votes.satisfied} satisfied, ${votes.notSatisfied} not, ${votes.unsure} unsure`
    return { kind: 'opinion', verdict, votes: counted, reason }
  }
}
