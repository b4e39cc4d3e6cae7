import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { printable } from '../gate/intake.ts'
import { type Change, type ChangeRequest, type ChangeResult, problemSchema, WIRE_LIMITS } from './contract.ts'
import type { Answered } from './exchange.ts'
import { codeOf, HookFailure } from './failure.ts'
import { explain, readJson } from './json.ts'

/** What ties an answer to its question. */
export type Question = {
  readonly specVersion: string
  readonly type: string
  readonly requestId: string
  readonly attempt: number
  readonly runToken: string
}

/** The body of an answer by its schema. Throws `unsupported-media`, `bad-json`, `unsupported-version` or `invalid-result`. */
export function readBody<T>(answered: Answered, schema: z.ZodType<T>, where: string): T {
  const media = answered.header('content-type') ?? 'none'
  if (!/^application\/([a-z0-9.+-]+\+)?json(;|$)/i.test(media))
    throw new HookFailure('unsupported-media', `${where}: expected application/json, got ${printable(media, 80)}`)
  const json = readJson(answered.body, where)
  const version = versionOf(json)
  if (version !== undefined && version !== '1.0')
    throw new HookFailure(
      'unsupported-version',
      `${where}: expected specVersion "1.0", got "${printable(version, 20)}". Use a hook server of that version.`,
    )
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new HookFailure(
    'invalid-result',
    `${where}: expected an answer by the contract, got one where ${explain(parsed.error)}`,
  )
}

function versionOf(json: unknown): string | undefined {
  if (json === null || typeof json !== 'object') return undefined
  const inner = 'result' in json ? json.result : json
  return inner !== null && typeof inner === 'object' && 'specVersion' in inner ? String(inner.specVersion) : undefined
}

/** The failure that an error status tells. 408, 429 and 503 may be asked again, unless the problem says otherwise. */
export function failureOf(answered: Answered, where: string, nowMs: number): HookFailure {
  const { status } = answered
  let code = status >= 500 ? 'agent-error' : `http-${status}`
  let detail = ''
  let retryable = status === 408 || status === 429 || status === 503
  try {
    const json = readJson(answered.body, where)
    const told = problemSchema.safeParse(json)
    if (told.success) {
      code = codeOf(told.data.type) ?? code
      detail = `: ${printable(told.data.detail || told.data.title, 300)}`
      // Only what is said counts: a document without the word is no answer to the question.
      if (json !== null && typeof json === 'object' && 'retryable' in json && json.retryable === false)
        retryable = false
    }
  } catch {
    // No problem document: the status has to do.
  }
  const waitMs = retryAfterMs(answered, nowMs)
  return new HookFailure(code, `${where}: expected an answer, got ${status} ${code}${detail}`, {
    retryable,
    ...(waitMs === undefined ? {} : { waitMs }),
  })
}

/** Retry-After in milliseconds, whether seconds or a date; undefined when there is none that can be read. */
export function retryAfterMs(answered: Answered, nowMs: number): number | undefined {
  const text = answered.header('retry-after')?.trim()
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

/** Where a task lives. The same origin or nothing: an answer must not send us to other machines. */
export function locationOf(answered: Answered, base: URL, where: string): URL {
  const text = answered.header('location')
  if (text === undefined || !URL.canParse(text, base.href))
    throw new HookFailure('bad-location', `${where}: expected 202 with a Location, got none`)
  const url = new URL(text, base)
  if (url.origin !== base.origin || url.username !== '' || url.password !== '')
    throw new HookFailure(
      'foreign-location',
      `${where}: expected a Location on ${base.origin}, got one on ${printable(url.origin, 100)}. It was not asked.`,
    )
  return url
}

/** Throws `wrong-answer` unless an answer belongs to the question: a replayed or mixed-up one does not. */
export function checkEcho(question: Question, answer: Omit<Question, 'type'>, where: string): void {
  for (const field of ['requestId', 'attempt', 'runToken'] as const) {
    if (question[field] === answer[field]) continue
    const got = field === 'runToken' ? 'another' : `"${printable(`${answer[field]}`, 60)}"`
    const wanted = field === 'runToken' ? 'the one of this run' : `"${question[field]}"`
    throw new HookFailure('wrong-answer', `${where}: expected ${field} to be ${wanted}, got ${got}`)
  }
}

/** Throws unless a completed change is of a kind that was asked for, for the right base, whole, and within the limits. */
export function checkChange(request: ChangeRequest, result: ChangeResult, where: string): void {
  if (result.status !== 'completed') return
  const { change } = result
  if (!request.reply.accept.includes(change.kind))
    throw new HookFailure(
      'unsupported-reply',
      `${where}: expected ${request.reply.accept.join(' or ')}, got ${change.kind}`,
    )
  if (change.kind !== 'gitRef' && change.baseCommit !== request.base.commit)
    throw new HookFailure(
      'wrong-base',
      `${where}: expected a change of ${request.base.commit}, got one of ${change.baseCommit}`,
    )
  checkDigests(change, where)
  checkSize(request, change, where)
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** The bytes of a file in a reply. */
export const contentOf = (file: { readonly content: string; readonly encoding: 'utf8' | 'base64' }): Buffer =>
  Buffer.from(file.content, file.encoding)

function checkDigests(change: Change, where: string): void {
  const wrong = (what: string): HookFailure =>
    new HookFailure('wrong-digest', `${where}: expected ${what} to have the sha256 it is sent with, got another`)
  if (change.kind === 'patch' && sha256(Buffer.from(change.diff)) !== change.sha256) throw wrong('the diff')
  if (change.kind !== 'files') return
  for (const file of change.files) {
    if (file.op === 'put' && sha256(contentOf(file)) !== file.sha256) throw wrong(printable(file.path, 100))
  }
}

function checkSize({ scope }: ChangeRequest, change: Change, where: string): void {
  const tooLarge = (expected: string, got: number): HookFailure =>
    new HookFailure('too-large', `${where}: expected ${expected}, got ${got}`)
  if (change.kind === 'patch') {
    const bytes = Buffer.byteLength(change.diff)
    const most = Math.min(WIRE_LIMITS.diffBytes, scope.maxBytes)
    if (bytes > most) throw tooLarge(`a diff of at most ${most} bytes`, bytes)
  }
  if (change.kind !== 'files') return
  const bytes = change.files.reduce((sum, file) => sum + (file.op === 'put' ? contentOf(file).length : 0), 0)
  const most = Math.min(WIRE_LIMITS.filesBytes, scope.maxBytes)
  if (bytes > most) throw tooLarge(`files of at most ${most} bytes in all`, bytes)
  if (change.files.length > scope.maxFiles) throw tooLarge(`at most ${scope.maxFiles} files`, change.files.length)
  if (new Set(change.files.map(({ path }) => path)).size < change.files.length)
    throw new HookFailure('invalid-result', `${where}: expected each path once, got one twice`)
}
