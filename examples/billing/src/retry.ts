import { setTimeout as sleep } from 'node:timers/promises'

export type RetryOptions = {
  /** Attempts in all, the first one included. */
  attempts: number
  baseDelayMs: number
  retryable: (error: unknown) => boolean
}

const retryAfterMs = (error: unknown): number | undefined => {
  const headers = (error as { headers?: unknown }).headers
  const value =
    headers instanceof Headers
      ? headers.get('retry-after')
      : (headers as Record<string, string> | undefined)?.['retry-after']
  const seconds = Number(value)
  return value === undefined || value === null || Number.isNaN(seconds) ? undefined : seconds * 1000
}

/** Exponential backoff with full jitter; honours Retry-After; gives up after a fixed number of attempts. */
export async function retry<T>(name: string, task: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task(attempt)
    } catch (error) {
      if (attempt >= options.attempts || !options.retryable(error)) throw error
      const backoffMs = options.baseDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
      const delayMs = Math.max(backoffMs, retryAfterMs(error) ?? 0)
      console.warn(JSON.stringify({ event: 'retry', name, attempt, delayMs: Math.round(delayMs) }))
      await sleep(delayMs)
    }
  }
}

/** Errors that may go away by themselves: the network, timeouts, 409, 429 and 5xx. */
export function isTransient(error: unknown): boolean {
  const status =
    (error as { status?: number; statusCode?: number; code?: number | string }).status ??
    (error as { statusCode?: number }).statusCode ??
    (error as { code?: number }).code
  if (typeof status === 'number') return status === 409 || status === 429 || status >= 500
  return true
}
