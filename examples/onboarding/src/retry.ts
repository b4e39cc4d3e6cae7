import { setTimeout as sleep } from 'node:timers/promises'
import { log } from './log.ts'

/** What somebody else has to do first has not been done yet: worth another try. */
export class NotYet extends Error {}
/** Trying again changes nothing. */
export class Pointless extends Error {}

const ATTEMPTS = 10
const BASE_MS = 1_000
const LONGEST_MS = 60_000

/** Exponential backoff with jitter, never sooner than the vendor asked for; gives up after some five minutes of trying. */
export async function retry<T>(name: string, login: string, task: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task()
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error
      const backoffMs = Math.min(BASE_MS * 2 ** (attempt - 1), LONGEST_MS) * (0.5 + Math.random() / 2)
      const delayMs = Math.max(backoffMs, retryAfterMs(error))
      log('warn', 'retry', { name, login, attempt, delayMs: Math.round(delayMs), error: String(error) })
      await sleep(delayMs)
    }
  }
}

/** What the clients of Okta, Slack and Google throw. */
type VendorError = {
  readonly status?: number | string
  readonly statusCode?: number
  readonly code?: number | string
  readonly retryAfter?: number
  readonly headers?: unknown
  readonly response?: { readonly status?: number; readonly headers?: unknown }
}

/** Errors that may go away by themselves: the network, 408, 409, 429 and 5xx. What Slack refuses in words it refuses for good. */
function isTransient(error: unknown): boolean {
  if (error instanceof Pointless) return false
  const { status, statusCode, code, response } = error as VendorError
  if (code === 'slack_webapi_platform_error') return false
  const number = Number(response?.status ?? statusCode ?? status)
  return Number.isNaN(number) || [408, 409, 429].includes(number) || number >= 500
}

function retryAfterMs(error: unknown): number {
  const { retryAfter, headers, response } = error as VendorError
  if (typeof retryAfter === 'number') return retryAfter * 1000
  const seconds = Number(header(headers) ?? header(response?.headers) ?? 0)
  return Number.isNaN(seconds) ? 0 : seconds * 1000
}

const header = (headers: unknown): string | null | undefined =>
  headers instanceof Headers
    ? headers.get('retry-after')
    : (headers as Record<string, string> | undefined)?.['retry-after']
