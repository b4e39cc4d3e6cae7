import { calcPrice } from '@pydantic/genai-prices'
import type { Price } from '../money.ts'

/** Models that answer, by the names the API takes; each stands for a dated snapshot, which is what an answer names. */
export const MODELS: Readonly<
  Record<string, { readonly snapshot: string; readonly context: number; readonly reasons: boolean }>
> = {
  'gpt-4o': { snapshot: 'gpt-4o-2024-08-06', context: 128_000, reasons: false },
  'gpt-4o-mini': { snapshot: 'gpt-4o-mini-2024-07-18', context: 128_000, reasons: false },
  'gpt-4.1': { snapshot: 'gpt-4.1-2025-04-14', context: 1_047_576, reasons: false },
  'gpt-4.1-mini': { snapshot: 'gpt-4.1-mini-2025-04-14', context: 1_047_576, reasons: false },
  'gpt-4.1-nano': { snapshot: 'gpt-4.1-nano-2025-04-14', context: 1_047_576, reasons: false },
  'gpt-5': { snapshot: 'gpt-5-2025-08-07', context: 400_000, reasons: true },
  'gpt-5-mini': { snapshot: 'gpt-5-mini-2025-08-07', context: 400_000, reasons: true },
  'gpt-5-nano': { snapshot: 'gpt-5-nano-2025-08-07', context: 400_000, reasons: true },
}

/** The model a request names, by alias or snapshot; exact, because a prefix would give nonsense a price. */
export const modelOf = (name: string): string | undefined =>
  Object.keys(MODELS).find((alias) => alias === name || MODELS[alias]?.snapshot === name)

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

/** Rates of @pydantic/genai-prices 0.1.8 only: the package's own sums are binary floats. Its table is bundled and offline. */
export const PRICES: readonly Price[] = Object.keys(MODELS).flatMap((model): readonly Price[] => {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
    providerId: 'openai',
    timestamp: new Date('2026-11-24T12:00:00Z'),
  })
  if (found === null || found.model.id !== model)
    throw new Error(`twins/openai/prices.ts: expected a price of ${model}, got ${found?.model.id ?? 'none'}.`)
  const { input_mtok, output_mtok } = found.model_price
  const rows = [
    ['input', rateOf(input_mtok)],
    ['output', rateOf(output_mtok)],
  ] as const
  return rows.map(([kind, rate]) => {
    if (rate === undefined)
      throw new Error(`twins/openai/prices.ts: expected a rate for ${kind} of ${model}, got none.`)
    return {
      sku: `${model}:${kind}`,
      rate: perToken(rate),
      fixed: '0',
      currency: 'USD',
      per: `${kind} token`,
      source: 'https://github.com/pydantic/genai-prices',
      readOn: '2026-11-24',
    }
  })
})
