import type { World } from '../world.ts'
import { gap } from './gaps.ts'
import type { Bucket, Seed, State } from './state.ts'
import { invalid, refusal } from './wire.ts'

export type Version = '2023-06-01' | '2026-10-21'
const VERSIONS: readonly string[] = ['2023-06-01', '2026-10-21']

/**
 * 401 without a valid key, in `x-api-key` or as a bearer; the former is read where both are sent. 400 without a version.
 * Source: https://platform.claude.com/docs/en/api/versioning, …/errors (2026-11-26); SDK 1.14 client.js sends the bearer.
 */
export function checkCaller(world: World, request: Request, seed: Seed): Response | Version {
  const header = request.headers.get('x-api-key')
  const bearer = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  const key = header ?? bearer
  if (key === undefined) return refusal(world, 401, 'x-api-key header is required')
  const valid = seed.keys === undefined ? key.startsWith('sk-ant-') : seed.keys.includes(key)
  if (!valid) return refusal(world, 401, header === null ? 'Invalid bearer token' : 'invalid x-api-key')
  const version = request.headers.get('anthropic-version')
  if (version === null) return invalid(world, 'anthropic-version: header is required')
  if (!VERSIONS.includes(version)) throw gap('other API versions')
  return version as Version
}

/** 400 when the account has no money left. Source: https://platform.claude.com/docs/en/api/errors (2026-11-26). */
export const checkCredit = (world: World, seed: Seed): Response | undefined =>
  seed.credit_exhausted === true
    ? invalid(
        world,
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      )
    : undefined

type Kind = 'requests' | 'input_tokens' | 'output_tokens'
const KINDS: readonly Kind[] = ['requests', 'input_tokens', 'output_tokens']
const MINUTE_MS = 60_000

/** A bucket is full at first, and fills at an even pace. Source: https://platform.claude.com/docs/en/api/rate-limits (2026-11-26). */
function bucketOf(world: World, state: State, name: string, limit: number): Bucket {
  const nowMs = world.clock.now()
  const bucket = state.buckets.get(name) ?? { left: limit, at_ms: nowMs }
  bucket.left = Math.min(limit, bucket.left + ((nowMs - bucket.at_ms) * limit) / MINUTE_MS)
  bucket.at_ms = nowMs
  state.buckets.set(name, bucket)
  return bucket
}

export type Spent = { readonly model: string; readonly input: number; readonly output: number }

const named = (kind: Kind): string => kind.replace('_', ' ')
const printTime = (atMs: number): string => `${new Date(Math.ceil(atMs / 1000) * 1000).toISOString().slice(0, 19)}Z`

/** 429 when a limit is used up for now. A request needs itself, its uncached input, and some output left. */
export function checkLimits(world: World, seed: Seed, state: State, asked: Spent): Response | undefined {
  for (const kind of KINDS) {
    const limit = seed.limits?.[kind]
    if (limit === undefined) continue
    const need = kind === 'input_tokens' ? asked.input : 1
    const bucket = bucketOf(world, state, `${asked.model}:${kind}`, limit)
    if (bucket.left >= need) continue
    const waitMs = ((Math.min(need, limit) - bucket.left) * MINUTE_MS) / limit
    const message = `This request would exceed your organization's rate limit of ${limit.toLocaleString('en-US')} ${named(kind)} per minute (org: 00000000-0000-4000-8000-000000000001, model: ${asked.model}). For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact sales at https://claude.com/contact-sales to discuss your options for a rate limit increase.`
    return refusal(world, 429, message, {
      ...limitHeaders(world, seed, state, asked.model),
      'retry-after': `${Math.max(1, Math.ceil(waitMs / 1000))}`,
      'x-should-retry': 'true',
    })
  }
  return undefined
}

/** Takes out of the buckets what an answer took: reads from the cache are free of limits, and output may overdraw. */
export function spend(world: World, seed: Seed, state: State, spent: Spent): void {
  const taken = { requests: 1, input_tokens: spent.input, output_tokens: spent.output }
  for (const kind of KINDS) {
    const limit = seed.limits?.[kind]
    if (limit !== undefined) bucketOf(world, state, `${spent.model}:${kind}`, limit).left -= taken[kind]
  }
}

/** What is left of each limit, and when it is whole again. */
export function limitHeaders(world: World, seed: Seed, state: State, model: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const kind of KINDS) {
    const limit = seed.limits?.[kind]
    if (limit === undefined) continue
    const bucket = bucketOf(world, state, `${model}:${kind}`, limit)
    const name = `anthropic-ratelimit-${kind.replace('_', '-')}`
    headers[`${name}-limit`] = `${limit}`
    headers[`${name}-remaining`] = `${Math.max(0, Math.floor(bucket.left))}`
    headers[`${name}-reset`] = printTime(world.clock.now() + ((limit - bucket.left) * MINUTE_MS) / limit)
  }
  return headers
}
