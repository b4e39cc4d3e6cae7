import { createHash } from 'node:crypto'
import { canonical, type Json } from '../../twins/trace.ts'
import { failureOf } from './answer.ts'
import type { HookConfig, Real } from './client.ts'
import type { Answered, Exchange, ExchangeLimits } from './exchange.ts'
import { HookFailure } from './failure.ts'
import { sign, signatureProblem } from './signature.ts'

/** Messages with their headers. An error status is thrown as the failure it tells. */
export type Wire = {
  post(url: URL, id: string, body: object, signal: AbortSignal, limits?: ExchangeLimits): Promise<Answered>
  get(url: URL, id: string, signal: AbortSignal): Promise<Answered>
}

/** What a proxy says on the way, without a secret: all that is believed of it is to try again. */
const LATER: readonly number[] = [408, 429, 503]

/** Puts on headers and signatures, takes signatures and error statuses off. Every error status is thrown. */
export function createWire(
  config: HookConfig,
  base: URL,
  limits: ExchangeLimits,
  exchange: Exchange,
  real: Real,
): Wire {
  const bearer: Record<string, string> = config.bearer === undefined ? {} : { authorization: `Bearer ${config.bearer}` }
  const signed = (id: string, raw: Buffer): Record<string, string> =>
    config.secret === undefined ? { 'webhook-id': id } : { ...sign(config.secret, id, real.now(), raw) }
  const send = async (
    ask: Parameters<Exchange>[0],
    id: string,
    signal: AbortSignal,
    within: ExchangeLimits,
  ): Promise<Answered> => {
    const where = `${ask.method} ${ask.url.pathname}`
    if (ask.url.origin !== base.origin) throw new Error(`hook: expected ${base.origin}, got ${ask.url.origin}`)
    const answered = await exchange(ask, within, signal)
    const needed = config.signedAnswers === true && !LATER.includes(answered.status)
    if (config.secret !== undefined && (needed || answered.header('webhook-signature'))) {
      const wrong =
        answered.header('webhook-id') === id
          ? signatureProblem([config.secret], answered.header, answered.body, real.now())
          : 'expected the webhook-id of the request, got another'
      if (wrong !== undefined) throw new HookFailure('bad-signature', `${where}: ${wrong}`)
    }
    if (answered.status >= 400) throw failureOf(answered, where, real.now())
    return answered
  }
  return {
    post(url, id, body, signal, within = limits) {
      // Canonical, so that the same question has the same bytes in another process too.
      const raw = Buffer.from(canonical(body as Json))
      const headers = {
        ...bearer,
        ...signed(id, raw),
        accept: 'application/json, application/problem+json',
        'content-type': 'application/json',
        'idempotency-key': `"${id}"`,
        prefer: 'respond-async',
        traceparent: traceparent(id),
      }
      return send({ method: 'POST', url, headers, body: raw }, id, signal, within)
    },
    get(url, id, signal) {
      const headers = { ...bearer, ...signed(id, Buffer.alloc(0)), accept: 'application/json' }
      return send({ method: 'GET', url, headers }, id, signal, limits)
    },
  }
}

/** W3C trace context, the same for every message about one question. */
function traceparent(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex')
  return `00-${hex.slice(0, 32)}-${hex.slice(32, 48)}-01`
}
