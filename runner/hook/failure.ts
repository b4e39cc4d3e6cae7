import { printable } from '../gate/intake.ts'
import type { Problem } from './contract.ts'

/** Why a question to an agent has no answer. `code` is one word; `retryable` says whether asking again may help. */
export class HookFailure extends Error {
  readonly code: string
  readonly retryable: boolean
  /** How long the other side asks to wait. */
  readonly waitMs: number | undefined
  constructor(code: string, message: string, more: { readonly retryable?: boolean; readonly waitMs?: number } = {}) {
    super(message)
    this.name = 'HookFailure'
    this.code = code
    this.retryable = more.retryable ?? false
    this.waitMs = more.waitMs
  }
}

/** The error codes of the contract with their status. */
export const PROBLEMS = {
  'invalid-body': 400,
  'unsupported-version': 400,
  'bad-signature': 401,
  'agent-not-registered': 403,
  'unknown-change': 404,
  superseded: 409,
  expired: 410,
  'too-large': 413,
  'unsupported-media': 415,
  'idempotency-mismatch': 422,
  'unsupported-reply': 422,
  busy: 429,
  'attempts-exhausted': 429,
  'agent-error': 500,
  paused: 503,
} as const
export type ProblemCode = keyof typeof PROBLEMS

const PROBLEM_BASE = 'urn:backlot:problem:'
const RETRYABLE: readonly ProblemCode[] = ['busy', 'paused']

/** A problem document, as RFC 9457 has it. */
export function problem(
  code: ProblemCode,
  detail: string,
  about: { readonly requestId?: string; readonly attempt?: number; readonly instance?: string } = {},
): Problem {
  return {
    type: `${PROBLEM_BASE}${code}`,
    title: code.replaceAll('-', ' '),
    status: PROBLEMS[code],
    detail: printable(detail, 2000),
    ...about,
    retryable: RETRYABLE.includes(code),
  }
}

/** The code at the end of a problem's type; undefined when it is none of a sane shape. */
export const codeOf = (type: string): string | undefined => /(?:^|[/:#])([a-z0-9-]{1,64})$/.exec(type)?.[1]
