import { z } from 'zod'

/** The version of everything on this page; a hook server that speaks another one is refused. */
export const SPEC_VERSION = '1.0'

/** What crosses the wire at most, when nothing narrower was agreed on. */
export const WIRE_LIMITS = {
  diffBytes: 1_048_576,
  filesBytes: 5_242_880,
  files: 200,
  pathBytes: 512,
  feedbackChars: 2048,
  noteChars: 4096,
} as const

/** What a finding is about, in words that give no expected value away. `refused`: stopped at intake; `objection`: a critic's. */
export type Bucket =
  | 'value-mismatch'
  | 'missing-effect'
  | 'extra-effect'
  | 'wrong-order'
  | 'error-status'
  | 'timeout'
  | 'crash'
  | 'forbidden-call'
  | 'invariant'
  | 'cost'
  | 'not-measured'
  | 'refused'
  | 'objection'

/** One thing an earlier attempt got wrong. Of a holdout only the requirement is told: `scenario` is null and the text empty. */
export type FeedbackItem = {
  readonly set: 'visible' | 'holdout'
  readonly scenario: string | null
  readonly requirement: string | null
  readonly bucket: Bucket
  /** May quote the candidate: data for the reader, never instructions. */
  readonly untrustedText: string
}

/** What every message says first: which question it belongs to. `runToken` is echoed by the answer. */
type Envelope = {
  readonly specVersion: '1.0'
  readonly requestId: string
  readonly attempt: number
  readonly runToken: string
}

export type Goal = { readonly text: string; readonly sha256: string; readonly origin: string | null }
export type ChangeKind = 'patch' | 'files' | 'gitRef'

/** Where the agent gets the base from; null when it was given the repository beforehand. */
type Fetch = { readonly gitUrl: string } | { readonly bundleUrl: string }

/** What may be spent. The deadline runs on the asker's clock. */
export type Budget = {
  readonly deadline: string
  readonly timeoutMs: number
  readonly maxTokens?: number | undefined
  readonly maxCostUsd?: number | undefined
}

/** Asker to agent: change the base so that the goal is met. */
export type ChangeRequest = Envelope & {
  readonly type: 'change.requested'
  readonly goal: Goal
  readonly base: { readonly commit: string; readonly fetch: Fetch | null }
  readonly scope: {
    readonly allow: readonly string[]
    readonly deny: readonly string[]
    readonly tier: number | null
    readonly maxFiles: number
    readonly maxBytes: number
  }
  readonly feedback: readonly FeedbackItem[]
  readonly budget: Budget
  readonly reply: { readonly accept: readonly ChangeKind[] }
  readonly callbackUrl?: string | undefined
}

export type FileChange =
  | {
      readonly path: string
      readonly op: 'put'
      readonly mode: '100644' | '100755'
      readonly content: string
      readonly encoding: 'utf8' | 'base64'
      readonly sha256: string
    }
  | { readonly path: string; readonly op: 'delete' }

/** The source of a candidate. `sha256` is that of the diff's, or the file's, bytes. */
export type Change =
  | {
      readonly kind: 'patch'
      readonly format: 'git-diff'
      readonly baseCommit: string
      readonly diff: string
      readonly sha256: string
    }
  | { readonly kind: 'files'; readonly baseCommit: string; readonly files: readonly FileChange[] }
  | { readonly kind: 'gitRef'; readonly remote: string; readonly ref: string; readonly commit: string }

/** Who answered, as it says itself. */
export type Agent = {
  readonly name: string
  readonly version: string
  readonly model?: string | undefined
  readonly modelFamily?: string | undefined
}

/** What it cost, as reported: never trusted, and what is absent is unreported, not 0. */
export type Usage = {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly cachedTokens?: number | undefined
  readonly costUsd?: number | undefined
  readonly costIsEstimate?: boolean | undefined
  readonly wallMs?: number | undefined
}

type Answer = Envelope & {
  readonly agent: Agent
  readonly usage?: Usage | undefined
  /** For people; never summarised, never a reason to pass. */
  readonly notes?: string | undefined
}

/** Agent to asker. Only a completed one has a change. */
export type ChangeResult = Answer & { readonly type: 'change.result' } & (
    | { readonly status: 'completed'; readonly change: Change }
    | { readonly status: 'declined' | 'failed' | 'cancelled' | 'needs-input'; readonly change?: undefined }
  )

/** Asker to a second agent: does this change meet the goal? It may withhold, never grant. */
export type CritiqueRequest = Envelope & {
  readonly type: 'critique.requested'
  readonly goal: Goal
  readonly base: { readonly commit: string; readonly fetch: Fetch | null }
  readonly change: Change
  readonly budget: Budget
}
export type Objection = { readonly requirement: string | null; readonly text: string }
export type CritiqueResult = Answer & {
  readonly type: 'critique.result'
  readonly verdict: 'accept' | 'object'
  readonly objections: readonly Objection[]
}

/** Asker to a judge: do these trajectories satisfy the requirement? It may withhold, never grant. */
export type JudgeRequest = Envelope & {
  readonly type: 'judge.requested'
  readonly requirement: { readonly id: string; readonly text: string }
  /** What twins and clients saw; bytes of the candidate's in it are data, never instructions. */
  readonly trajectories: readonly { readonly id: string; readonly untrustedText: string }[]
  /** How often to judge, independently. */
  readonly votes: number
  readonly budget: Budget
}
export type JudgeResult = Answer & {
  readonly type: 'judge.result'
  readonly verdict: 'satisfied' | 'not-satisfied' | 'unsure'
  readonly votes: { readonly satisfied: number; readonly notSatisfied: number; readonly unsure: number }
  readonly reason: string
}

/** What an agent is and takes: the answer to GET /v1/agent. */
export type AgentDocument = {
  readonly specVersion: '1.0'
  readonly name: string
  readonly version: string
  readonly modelFamily: string | null
  readonly does: readonly ('change' | 'critique' | 'judge')[]
  readonly reply: readonly ChangeKind[]
  readonly maxBytes: number
  readonly auth: readonly ('none' | 'bearer' | 'signature')[]
  readonly pollMinMs: number
}

/** What GET Location answers. */
export type TaskState<R> =
  | { readonly state: 'running'; readonly progress?: string | undefined }
  | { readonly state: 'done'; readonly result: R }
  | { readonly state: 'failed'; readonly problem: Problem }

/** POST Location/cancel. Doing it twice is the same as once. */
export type CancelRequest = {
  readonly specVersion: '1.0'
  readonly type: 'cancel.requested'
  readonly requestId: string
  readonly attempt: number
  readonly reason: string
}

/** RFC 9457; `type` ends in the code. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string | undefined
  readonly requestId?: string | undefined
  readonly attempt?: number | undefined
  readonly retryable: boolean
}

const text = (longest: number): z.ZodString => z.string().max(longest)
const id = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'letters, digits, _ and -, at most 128')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal')
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id')
const count = z.int().min(0)
const path = z
  .string()
  .min(1)
  .refine((value) => Buffer.byteLength(value) <= WIRE_LIMITS.pathBytes, `at most ${WIRE_LIMITS.pathBytes} bytes`)
  .refine(
    (value) => !/^[/\\]|\0/.test(value) && !value.split('/').some((part) => ['', '.', '..'].includes(part)),
    'a path inside the repository',
  )
const url = z.url().max(2048)
const specVersion = z.literal(SPEC_VERSION)
const envelope = { specVersion, requestId: id, attempt: z.int().min(1).max(10_000), runToken: id }
const goal = z.strictObject({ text: text(262_144), sha256, origin: text(2048).nullable() })
const fetch = z.union([z.strictObject({ gitUrl: text(2048) }), z.strictObject({ bundleUrl: url })]).nullable()
const base = z.strictObject({ commit, fetch })
const budget = z.strictObject({
  deadline: z.iso.datetime(),
  timeoutMs: z.int().min(1),
  maxTokens: z.int().min(1).optional(),
  maxCostUsd: z.number().min(0).optional(),
})
const kind = z.enum(['patch', 'files', 'gitRef'])
const bucket = z.enum([
  'value-mismatch',
  'missing-effect',
  'extra-effect',
  'wrong-order',
  'error-status',
  'timeout',
  'crash',
  'forbidden-call',
  'invariant',
  'cost',
  'not-measured',
  'refused',
  'objection',
])

export const feedbackItemSchema: z.ZodType<FeedbackItem> = z.strictObject({
  set: z.enum(['visible', 'holdout']),
  scenario: text(200).nullable(),
  requirement: text(200).nullable(),
  bucket,
  untrustedText: text(WIRE_LIMITS.feedbackChars),
})

const fileChange = z.discriminatedUnion('op', [
  z.strictObject({
    path,
    op: z.literal('put'),
    mode: z.enum(['100644', '100755']),
    content: z.string(),
    encoding: z.enum(['utf8', 'base64']),
    sha256,
  }),
  z.strictObject({ path, op: z.literal('delete') }),
])

export const changeSchema: z.ZodType<Change> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('patch'),
    format: z.literal('git-diff'),
    baseCommit: commit,
    diff: text(WIRE_LIMITS.diffBytes).min(1),
    sha256,
  }),
  z.strictObject({
    kind: z.literal('files'),
    baseCommit: commit,
    files: z.array(fileChange).min(1).max(WIRE_LIMITS.files),
  }),
  z.strictObject({ kind: z.literal('gitRef'), remote: text(2048), ref: text(512), commit }),
])

export const changeRequestSchema: z.ZodType<ChangeRequest> = z.strictObject({
  ...envelope,
  type: z.literal('change.requested'),
  goal,
  base,
  scope: z.strictObject({
    allow: z.array(text(512)).max(1000),
    deny: z.array(text(512)).max(1000),
    tier: z.int().min(1).max(5).nullable(),
    maxFiles: z.int().min(1),
    maxBytes: z.int().min(1),
  }),
  feedback: z.array(feedbackItemSchema).max(200),
  budget,
  reply: z.strictObject({ accept: z.array(kind).min(1) }),
  callbackUrl: url.optional(),
})

const agent = z.strictObject({
  name: text(128).min(1),
  version: text(128),
  model: text(128).optional(),
  modelFamily: text(128).optional(),
})
export const usageSchema: z.ZodType<Usage> = z.strictObject({
  inputTokens: count.optional(),
  outputTokens: count.optional(),
  cachedTokens: count.optional(),
  costUsd: z.number().min(0).max(1_000_000).optional(),
  costIsEstimate: z.boolean().optional(),
  wallMs: count.optional(),
})
const answer = { ...envelope, agent, usage: usageSchema.optional(), notes: text(WIRE_LIMITS.noteChars).optional() }
const result = { ...answer, type: z.literal('change.result') }

export const changeResultSchema: z.ZodType<ChangeResult> = z.discriminatedUnion('status', [
  z.strictObject({ ...result, status: z.literal('completed'), change: changeSchema }),
  z.strictObject({ ...result, status: z.enum(['declined', 'failed', 'cancelled', 'needs-input']) }),
])

export const critiqueRequestSchema: z.ZodType<CritiqueRequest> = z.strictObject({
  ...envelope,
  type: z.literal('critique.requested'),
  goal,
  base,
  change: changeSchema,
  budget,
})
const critiqueSaid = {
  verdict: z.enum(['accept', 'object']),
  objections: z.array(z.strictObject({ requirement: text(200).nullable(), text: text(2048).min(1) })).max(50),
}
/** What a critic itself says: the result without its envelope. */
export const critiqueSaidSchema: z.ZodType<Pick<CritiqueResult, 'verdict' | 'objections'>> =
  z.strictObject(critiqueSaid)
export const critiqueResultSchema: z.ZodType<CritiqueResult> = z.strictObject({
  ...answer,
  type: z.literal('critique.result'),
  ...critiqueSaid,
})

export const judgeRequestSchema: z.ZodType<JudgeRequest> = z.strictObject({
  ...envelope,
  type: z.literal('judge.requested'),
  requirement: z.strictObject({ id: text(200), text: text(16_384) }),
  trajectories: z
    .array(z.strictObject({ id: text(200), untrustedText: text(262_144) }))
    .min(1)
    .max(50),
  votes: z.int().min(1).max(99),
  budget,
})
const judgeSaid = {
  verdict: z.enum(['satisfied', 'not-satisfied', 'unsure']),
  votes: z.strictObject({ satisfied: count, notSatisfied: count, unsure: count }),
  reason: text(2048),
}
/** What a judge itself says: the result without its envelope. */
export const judgeSaidSchema: z.ZodType<Pick<JudgeResult, 'verdict' | 'votes' | 'reason'>> = z.strictObject(judgeSaid)
export const judgeResultSchema: z.ZodType<JudgeResult> = z.strictObject({
  ...answer,
  type: z.literal('judge.result'),
  ...judgeSaid,
})

export const agentDocumentSchema: z.ZodType<AgentDocument> = z.strictObject({
  specVersion,
  name: text(128).min(1),
  version: text(128),
  modelFamily: text(128).nullable(),
  does: z.array(z.enum(['change', 'critique', 'judge'])).min(1),
  reply: z.array(kind),
  maxBytes: z.int().min(1),
  auth: z.array(z.enum(['none', 'bearer', 'signature'])).min(1),
  pollMinMs: count,
})

export const cancelRequestSchema: z.ZodType<CancelRequest> = z.strictObject({
  specVersion,
  type: z.literal('cancel.requested'),
  requestId: id,
  attempt: envelope.attempt,
  reason: text(500),
})

export const problemSchema: z.ZodType<Problem> = z.object({
  type: text(512),
  title: text(512),
  status: z.int().min(400).max(599),
  detail: text(4096),
  instance: text(2048).optional(),
  requestId: text(128).optional(),
  attempt: z.int().optional(),
  retryable: z.boolean().default(false),
})

/** The state of a task whose result has the shape of `of`. */
export const taskStateSchema = <R>(of: z.ZodType<R>): z.ZodType<TaskState<R>> =>
  z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('running'), progress: text(2048).optional() }),
    z.strictObject({ state: z.literal('done'), result: of }),
    z.strictObject({ state: z.literal('failed'), problem: problemSchema }),
  ]) as unknown as z.ZodType<TaskState<R>>
