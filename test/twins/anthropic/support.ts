import Anthropic from '@anthropic-ai/sdk'
import { anthropic } from '../../../twins/anthropic/index.ts'
import type { Seed } from '../../../twins/anthropic/state.ts'
import { type Stage, setStage } from '../../conformance/twins.ts'

/** The vendor's own SDK, unmodified, whose requests reach the twin through the network kit. */
export function client(
  seed: Seed = {},
  options: { readonly apiKey?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): { readonly api: Anthropic; readonly stage: Stage } {
  const stage = setStage({ twin: anthropic, seed })
  const api = new Anthropic({
    apiKey: options.apiKey ?? 'sk-ant-test',
    maxRetries: 0,
    fetch: (input, init) => stage.send(new Request(input as string, init as RequestInit)),
    ...(options.headers === undefined ? {} : { defaultHeaders: { ...options.headers } }),
  })
  return { api, stage }
}

/** A request as any program may send it, under the version that most still do. */
export const request = (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(`https://api.anthropic.com${path}`, {
    method,
    headers: {
      'x-api-key': 'sk-ant-test',
      'anthropic-version': '2023-06-01',
      'Content-Type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

type Hello = {
  readonly model: string
  readonly max_tokens: number
  readonly messages: { role: 'user'; content: string }[]
}
export const hello: Hello = {
  model: 'claude-sonnet-4-6',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hello there' }],
}

/** More words than any model's cache needs. */
export const LONG_TEXT: string = Array.from({ length: 3000 }, (_, at) => `w${at % 100}`).join(' ')
