import type {
  AgentDocument,
  ChangeRequest,
  ChangeResult,
  CritiqueRequest,
  CritiqueResult,
  JudgeRequest,
  JudgeResult,
} from './contract.ts'

/** How an agent is reached. Secrets are values here; settings.ts reads them from the environment. */
export type HookConfig = {
  /** The base URL, to which `v1/changes` is added: https, or http on loopback. */
  readonly url: string
  /** `whsec_` + base64: signs every POST, and answers that are signed must be signed by it. */
  readonly secret?: string | undefined
  /** Sent as `Authorization: Bearer`. */
  readonly bearer?: string | undefined
  /** Answers without a signature are refused too. */
  readonly signedAnswers?: boolean | undefined
  /** A name may stand for an address on a private network or on this machine. */
  readonly privateNetwork?: boolean | undefined
}

export type HookOutcome<R> =
  | { readonly kind: 'result'; readonly result: R }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly retryable: boolean }

export type CallOptions = {
  /** Aborted: the agent is told to cancel, and the outcome is `cancelled`. */
  readonly signal: AbortSignal
  /** What the agent says it is doing: untrusted, made printable. */
  readonly onProgress?: ((text: string) => void) | undefined
}

/**
 * One agent, asked over HTTP or in this process. Never throws for what an agent does: every ending is an outcome, in bounded time,
 * and a result belongs to the question that was asked. `status` of a change's result may still be `declined` or `failed`.
 */
export interface HookClient {
  describe(): Promise<HookOutcome<AgentDocument>>
  change(request: ChangeRequest, options: CallOptions): Promise<HookOutcome<ChangeResult>>
  critique(request: CritiqueRequest, options: CallOptions): Promise<HookOutcome<CritiqueResult>>
  judge(request: JudgeRequest, options: CallOptions): Promise<HookOutcome<JudgeResult>>
}

/** Real time and chance, handed in. `sleep` rejects when the signal aborts. */
export type Real = {
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  random(): number
}
