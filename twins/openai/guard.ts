import type { World } from '../world.ts'
import { inLastMinute } from './answer.ts'
import { MODELS, modelOf } from './prices.ts'
import type { Seed, State } from './state.ts'
import { errorBody, printReset, refusal } from './wire.ts'

const MINUTE_MS = 60_000

/** 401 unless a bearer key is there and valid. Source: https://developers.openai.com/api/docs/guides/error-codes (2026-11-24). */
export function checkKey(header: string | undefined, seed: Seed): Response | undefined {
  const key = /^Bearer (.+)$/.exec(header ?? '')?.[1]
  if (key === undefined) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
    return refusal(401, errorBody(message, 'invalid_request_error', null, null))
  }
  const valid = seed.keys === undefined ? key.startsWith('sk-') : seed.keys.includes(key)
  if (valid) return undefined
  const shown = key.length > 12 ? `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}` : '*'.repeat(key.length)
  return refusal(
    401,
    errorBody(
      `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      'invalid_request_error',
      null,
      'invalid_api_key',
    ),
  )
}

/** 404 for a model nobody has. */
export function checkModel(name: unknown): { readonly model: string } | Response {
  if (typeof name !== 'string' || name === '')
    return refusal(400, errorBody('you must provide a model parameter', 'invalid_request_error', null, null))
  const model = modelOf(name)
  if (model !== undefined) return { model }
  return refusal(
    404,
    errorBody(
      `The model \`${name}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      null,
      'model_not_found',
    ),
  )
}

/** 429 when a minute's requests or tokens are used up, or the account has no money left; the headers of a good answer otherwise. */
export function checkLimits(
  world: World,
  seed: Seed,
  state: State,
  model: string,
  tokens: number,
): Record<string, string> | Response {
  if (seed.quota_exceeded === true) {
    const message =
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.'
    return refusal(429, errorBody(message, 'insufficient_quota', null, 'insufficient_quota'))
  }
  const limits = seed.limits
  if (limits === undefined) return {}
  const nowMs = world.clock.now()
  state.window = inLastMinute(state, nowMs)
  const used = { requests: state.window.length, tokens: state.window.reduce((sum, entry) => sum + entry.tokens, 0) }
  const resetMs = state.window[0] === undefined ? 0 : state.window[0].at_ms + MINUTE_MS - nowMs
  const headers: Record<string, string> = {}
  for (const kind of ['requests', 'tokens'] as const) {
    const limit = limits[kind]
    if (limit === undefined) continue
    headers[`x-ratelimit-limit-${kind}`] = `${limit}`
    headers[`x-ratelimit-remaining-${kind}`] = `${Math.max(0, limit - used[kind] - (kind === 'requests' ? 1 : tokens))}`
    headers[`x-ratelimit-reset-${kind}`] = printReset(resetMs)
    if (used[kind] + (kind === 'requests' ? 1 : tokens) <= limit) continue
    const unit = kind === 'requests' ? 'RPM' : 'TPM'
    const message = `Rate limit reached for ${model} in organization org-backlot on ${kind} per min (${unit}): Limit ${limit}, Used ${used[kind]}, Requested ${kind === 'requests' ? 1 : tokens}. Please try again in ${printReset(resetMs)}. Visit https://platform.openai.com/account/rate-limits to learn more.`
    return refusal(429, errorBody(message, kind, null, 'rate_limit_exceeded'), {
      ...headers,
      'retry-after': `${Math.ceil(resetMs / 1000)}`,
      'retry-after-ms': `${resetMs}`,
    })
  }
  return headers
}

/** 400 when the input does not fit the model. */
export function checkContext(model: string, tokens: number): Response | undefined {
  const context = MODELS[model]?.context ?? 0
  if (tokens <= context) return undefined
  const message = `This model's maximum context length is ${context} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`
  return refusal(400, errorBody(message, 'invalid_request_error', 'messages', 'context_length_exceeded'))
}
