import OpenAI from 'openai'
import { openai } from '../../../twins/openai/index.ts'
import type { Seed } from '../../../twins/openai/state.ts'
import { type Stage, setStage } from '../../conformance/twins.ts'

/** The vendor's own SDK, unmodified, whose requests reach the twin through the network kit. */
export function client(
  seed: Seed = {},
  options: { readonly apiKey?: string; readonly maxRetries?: number; readonly webhookSecret?: string } = {},
): { readonly api: OpenAI; readonly stage: Stage } {
  const stage = setStage({ twin: openai, seed })
  const api = new OpenAI({
    apiKey: options.apiKey ?? 'sk-test-123456789',
    maxRetries: options.maxRetries ?? 0,
    webhookSecret: options.webhookSecret ?? null,
    fetch: (input, init) => stage.send(new Request(input as string, init as RequestInit)),
  })
  return { api, stage }
}

/** A file of requests for one endpoint, `custom_id` `r0`, `r1`, ... */
export const batchFile = (bodies: readonly object[], url = '/v1/chat/completions'): File =>
  new File(
    bodies.map((body, at) => `${JSON.stringify({ custom_id: `r${at}`, method: 'POST', url, body })}\n`),
    'requests.jsonl',
  )
