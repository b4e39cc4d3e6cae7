import { calcPrice } from '@pydantic/genai-prices'
import type { Price } from '../money.ts'

/** What an API's answers know of a model. */
type Model = {
  readonly snapshot: string
  readonly context: number
  /** It thinks before it speaks. */
  readonly reasons: boolean
  /** Other names the API takes. */
  readonly aliases?: readonly string[]
  /** What its chat completions lack or have, as recorded by github.com/pydantic/pydantic-ai. */
  readonly logprobs?: true
  readonly audio?: true
  /** It searches the web by itself: nothing else of chat completions does. */
  readonly searches?: true
  /** The row of the price list that it is charged by, where that is another one's. */
  readonly pricedAs?: string
  /** Its messages say whether they are commentary or the final answer. */
  readonly phases?: true
}

/**
 * Models that answer, by the names the API takes; each stands for a snapshot, which is what an answer names.
 * Sources: https://developers.openai.com/api/docs/models (2026-11-24), recordings of 2025-02 to 2026-08.
 */
export const MODELS: Readonly<Record<string, Model>> = {
  'gpt-4o': { snapshot: 'gpt-4o-2024-08-06', context: 128_000, reasons: false, logprobs: true },
  'gpt-4o-mini': { snapshot: 'gpt-4o-mini-2024-07-18', context: 128_000, reasons: false, logprobs: true },
  'gpt-4o-audio-preview': {
    snapshot: 'gpt-4o-audio-preview-2024-12-17',
    context: 128_000,
    reasons: false,
    audio: true,
  },
  'gpt-4o-search-preview': {
    snapshot: 'gpt-4o-search-preview-2025-03-11',
    context: 128_000,
    reasons: false,
    searches: true,
  },
  'gpt-4o-mini-search-preview': {
    snapshot: 'gpt-4o-mini-search-preview-2025-03-11',
    context: 128_000,
    reasons: false,
    searches: true,
    pricedAs: 'gpt-4o-mini',
  },
  'gpt-4o-mini-audio-preview': {
    snapshot: 'gpt-4o-mini-audio-preview-2024-12-17',
    context: 128_000,
    reasons: false,
    audio: true,
  },
  'gpt-audio': { snapshot: 'gpt-audio-2025-08-28', context: 128_000, reasons: false, audio: true },
  'gpt-audio-mini': { snapshot: 'gpt-audio-mini-2025-10-06', context: 128_000, reasons: false, audio: true },
  'gpt-4o-2024-05-13': { snapshot: 'gpt-4o-2024-05-13', context: 128_000, reasons: false, logprobs: true },
  'gpt-4o-2024-11-20': {
    snapshot: 'gpt-4o-2024-11-20',
    context: 128_000,
    reasons: false,
    logprobs: true,
    pricedAs: 'gpt-4o',
  },
  'chatgpt-4o-latest': { snapshot: 'chatgpt-4o-latest', context: 128_000, reasons: false, logprobs: true },
  'gpt-4.1': { snapshot: 'gpt-4.1-2025-04-14', context: 1_047_576, reasons: false, logprobs: true },
  'gpt-4.1-mini': { snapshot: 'gpt-4.1-mini-2025-04-14', context: 1_047_576, reasons: false, logprobs: true },
  'gpt-4.1-nano': { snapshot: 'gpt-4.1-nano-2025-04-14', context: 1_047_576, reasons: false, logprobs: true },
  'gpt-4.5-preview': { snapshot: 'gpt-4.5-preview-2025-02-27', context: 128_000, reasons: false },
  'gpt-5': { snapshot: 'gpt-5-2025-08-07', context: 400_000, reasons: true },
  'gpt-5-mini': { snapshot: 'gpt-5-mini-2025-08-07', context: 400_000, reasons: true },
  'gpt-5-nano': { snapshot: 'gpt-5-nano-2025-08-07', context: 400_000, reasons: true },
  'gpt-5.1': { snapshot: 'gpt-5.1-2025-11-13', context: 400_000, reasons: true },
  'gpt-5.2': { snapshot: 'gpt-5.2-2025-12-11', context: 400_000, reasons: true },
  'gpt-5.4': { snapshot: 'gpt-5.4-2026-03-05', context: 1_050_000, reasons: true, phases: true },
  'gpt-5.5': { snapshot: 'gpt-5.5-2026-04-23', context: 1_000_000, reasons: true, phases: true },
  'gpt-5.6-sol': { snapshot: 'gpt-5.6-sol', context: 1_050_000, reasons: true, phases: true, aliases: ['gpt-5.6'] },
  'gpt-5.4-mini': { snapshot: 'gpt-5.4-mini-2026-03-17', context: 400_000, reasons: true, phases: true },
  'gpt-5-codex': { snapshot: 'gpt-5-codex', context: 400_000, reasons: true, pricedAs: 'gpt-5' },
  'gpt-5-chat-latest': { snapshot: 'gpt-5-chat-latest', context: 128_000, reasons: false, pricedAs: 'gpt-5' },
  'gpt-5.1-codex': { snapshot: 'gpt-5.1-codex', context: 400_000, reasons: true, pricedAs: 'gpt-5.1' },
  'gpt-5.1-codex-max': { snapshot: 'gpt-5.1-codex-max', context: 400_000, reasons: true, pricedAs: 'gpt-5.1' },
  'gpt-5.1-codex-mini': { snapshot: 'gpt-5.1-codex-mini', context: 400_000, reasons: true },
  'gpt-5.1-chat-latest': { snapshot: 'gpt-5.1-chat-latest', context: 128_000, reasons: false, pricedAs: 'gpt-5.1' },
  'gpt-5.2-codex': { snapshot: 'gpt-5.2-codex', context: 400_000, reasons: true, pricedAs: 'gpt-5.2' },
  'gpt-5.2-chat-latest': { snapshot: 'gpt-5.2-chat-latest', context: 128_000, reasons: false, pricedAs: 'gpt-5.2' },
  'gpt-5.2-pro': { snapshot: 'gpt-5.2-pro-2025-12-11', context: 400_000, reasons: true },
  'gpt-5.3-codex': { snapshot: 'gpt-5.3-codex', context: 400_000, reasons: true },
  'gpt-5.4-nano': { snapshot: 'gpt-5.4-nano-2026-03-17', context: 400_000, reasons: true, phases: true },
  'gpt-5.4-pro': { snapshot: 'gpt-5.4-pro-2026-03-05', context: 1_050_000, reasons: true, phases: true },
  'gpt-5.5-pro': { snapshot: 'gpt-5.5-pro-2026-04-23', context: 1_000_000, reasons: true, phases: true },
  'gpt-6-astra': { snapshot: 'gpt-6-astra', context: 1_050_000, reasons: true, phases: true },
  'gpt-6-sol': { snapshot: 'gpt-6-sol', context: 1_050_000, reasons: true, phases: true },
  'gpt-6-luna': { snapshot: 'gpt-6-luna', context: 1_050_000, reasons: true, phases: true },
  'gpt-5.6-terra': { snapshot: 'gpt-5.6-terra', context: 1_050_000, reasons: true, phases: true },
  'gpt-5.6-luna': { snapshot: 'gpt-5.6-luna', context: 1_050_000, reasons: true, phases: true },
  'gpt-5-pro': { snapshot: 'gpt-5-pro-2025-10-06', context: 400_000, reasons: true },
  'gpt-4-turbo': { snapshot: 'gpt-4-turbo-2024-04-09', context: 128_000, reasons: false, logprobs: true },
  'gpt-4': { snapshot: 'gpt-4-0613', context: 8_192, reasons: false, logprobs: true },
  'gpt-3.5-turbo': { snapshot: 'gpt-3.5-turbo-0125', context: 16_385, reasons: false, logprobs: true },
  'gpt-3.5-turbo-1106': { snapshot: 'gpt-3.5-turbo-1106', context: 16_385, reasons: false, logprobs: true },
  'codex-mini-latest': { snapshot: 'codex-mini-latest', context: 200_000, reasons: true, pricedAs: 'codex-mini' },
  'computer-use-preview': {
    snapshot: 'computer-use-preview-2025-03-11',
    context: 8_192,
    reasons: true,
    pricedAs: 'computer-use',
  },
  'o1-preview': { snapshot: 'o1-preview-2024-09-12', context: 128_000, reasons: true },
  'o1-pro': { snapshot: 'o1-pro-2025-03-19', context: 200_000, reasons: true },
  'o3-deep-research': { snapshot: 'o3-deep-research-2025-06-26', context: 200_000, reasons: true },
  'o4-mini-deep-research': { snapshot: 'o4-mini-deep-research-2025-06-26', context: 200_000, reasons: true },
  'o3-pro': { snapshot: 'o3-pro-2025-06-10', context: 200_000, reasons: true },
  o1: { snapshot: 'o1-2024-12-17', context: 200_000, reasons: true },
  'o1-mini': { snapshot: 'o1-mini-2024-09-12', context: 128_000, reasons: true },
  o3: { snapshot: 'o3-2025-04-16', context: 200_000, reasons: true },
  'o3-mini': { snapshot: 'o3-mini-2025-01-31', context: 200_000, reasons: true },
  'o4-mini': { snapshot: 'o4-mini-2025-04-16', context: 200_000, reasons: true },
}

/** The model a request names, by alias or snapshot; exact, because a prefix would give nonsense a price. */
export const modelOf = (name: string): string | undefined =>
  Object.keys(MODELS).find(
    (key) => key === name || MODELS[key]?.snapshot === name || MODELS[key]?.aliases?.includes(name) === true,
  )

const PER_MILLION = 6
/** A table number per million tokens as a decimal per token; text is shifted, so that no float multiplies. */
function perToken(perMillion: number): string {
  const [whole = '0', fraction = ''] = String(perMillion).split('.')
  const digits = (whole + fraction).padStart(PER_MILLION + fraction.length + 1, '0')
  const point = digits.length - PER_MILLION - fraction.length
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

/** The package gives numbers, or tiers whose base is the usual price. */
function rateOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return value !== null && typeof value === 'object' && 'base' in value && typeof value.base === 'number'
    ? value.base
    : undefined
}

/** Batches cost half: https://developers.openai.com/api/docs/guides/batch (2026-11-26). Halving a binary float is exact. */
function priced(model: string, kind: string, rate: number): readonly Price[] {
  return [
    [kind, rate],
    [`batch-${kind}`, rate / 2],
  ].map(([name, perMillion]) => ({
    sku: `${model}:${name}`,
    rate: perToken(Number(perMillion)),
    fixed: '0',
    currency: 'USD',
    per: `${name} token`,
    source: 'https://github.com/pydantic/genai-prices',
    readOn: '2026-11-24',
  }))
}

/** Rates of @pydantic/genai-prices 0.1.8 only: the package's own sums are binary floats. Its table is bundled and offline. */
const CHAT_PRICES: readonly Price[] = Object.keys(MODELS).flatMap((model): readonly Price[] => {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
    providerId: 'openai',
    timestamp: new Date('2026-11-24T12:00:00Z'),
  })
  if (found === null || found.model.id !== (MODELS[model]?.pricedAs ?? model))
    throw new Error(`twins/openai/prices.ts: expected a price of ${model}, got ${found?.model.id ?? 'none'}.`)
  const { input_mtok, output_mtok, cache_read_mtok = input_mtok } = found.model_price
  const rows = [
    ['input', rateOf(input_mtok)],
    ['cached-input', rateOf(cache_read_mtok)],
    ['output', rateOf(output_mtok)],
  ] as const
  return rows.flatMap(([kind, rate]) => {
    if (rate === undefined)
      throw new Error(`twins/openai/prices.ts: expected a rate for ${kind} of ${model}, got none.`)
    return priced(model, kind, rate)
  })
})

/** Embedding models and their dimensions: https://developers.openai.com/api/docs/guides/embeddings (2026-11-24). */
export const EMBEDDERS: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
}

export const PRICES: readonly Price[] = [
  ...CHAT_PRICES,
  ...Object.keys(EMBEDDERS).flatMap((model): readonly Price[] => {
    const found = calcPrice({ input_tokens: 1 }, model, {
      providerId: 'openai',
      timestamp: new Date('2026-11-24T12:00:00Z'),
    })
    const rate = rateOf(found?.model_price.input_mtok)
    if (rate === undefined) throw new Error(`twins/openai/prices.ts: expected a price of ${model}, got none.`)
    return priced(model, 'input', rate)
  }),
]
