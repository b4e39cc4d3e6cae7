import type {
  Agent,
  AgentDocument,
  Change,
  ChangeRequest,
  ChangeResult,
  CritiqueRequest,
  CritiqueResult,
  JudgeRequest,
  JudgeResult,
  Usage,
} from './contract.ts'

/** What an agent has while it works: the word to stop, and a way to say where it is. */
export type Work = { readonly signal: AbortSignal; progress(text: string): void }

type Said = { readonly agent?: Agent; readonly usage?: Usage | undefined; readonly notes?: string | undefined }

/** Answers without the envelope: the server adds what ties them to their question. */
export type ChangeAnswer = Said &
  (
    | { readonly status: 'completed'; readonly change: Change }
    | { readonly status: Exclude<ChangeResult['status'], 'completed'> }
  )
export type CritiqueAnswer = Said & Pick<CritiqueResult, 'verdict' | 'objections'>
export type JudgeAnswer = Said & Pick<JudgeResult, 'verdict' | 'votes' | 'reason'>

/**
 * Anybody's agent, in this process. What it lacks it does not do; what it throws becomes `agent-error`. It ends soon after its signal
 * aborts, and whatever it returns then does not count.
 */
export interface HookAgent {
  readonly about: Pick<AgentDocument, 'name' | 'version' | 'modelFamily' | 'reply'>
  change?(request: ChangeRequest, work: Work): Promise<ChangeAnswer>
  critique?(request: CritiqueRequest, work: Work): Promise<CritiqueAnswer>
  judge?(request: JudgeRequest, work: Work): Promise<JudgeAnswer>
}
