import { calcPrice } from '@pydantic/genai-prices'
import type { Price } from '../money.ts'
import { MODELS } from './models.ts'

const READ_ON = '2026-11-26'
const PER_MILLION = 6
const HALF = 5n
/**
 * A table number per so many tokens (a power of ten) as a decimal for one, times `tenths` / 10; whole numbers are multiplied
 * and shifted, so that no float is.
 */
function forOne(number: number, places: number, tenths = 10n): string {
  const [whole = '0', fraction = ''] = String(number).split('.')
  const shift = places + fraction.length + 1
  const digits = String(BigInt(whole + fraction) * tenths).padStart(shift + 1, '0')
  const point = digits.length - shift
  const decimals = digits.slice(point).replace(/0+$/, '')
  return decimals === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${decimals}`
}

type Rates = { readonly base: number; readonly long: number | undefined }

/** The package gives numbers, or tiers above a base. Of the tiers only that of more than 200,000 tokens is known. */
function ratesOf(value: unknown): Rates | undefined {
  if (typeof value === 'number') return { base: value, long: undefined }
  if (value === null || typeof value !== 'object' || !('base' in value) || typeof value.base !== 'number')
    return undefined
  const tiers = 'tiers' in value && Array.isArray(value.tiers) ? (value.tiers as readonly unknown[]) : []
  const [tier] = tiers as readonly { readonly start: number; readonly price: number }[]
  if (tiers.length > 1 || tier?.start !== LONG_FROM)
    throw new Error(`twins/anthropic/prices.ts: expected one tier from ${LONG_FROM}, got ${JSON.stringify(tiers)}.`)
  return { base: value.base, long: tier.price }
}

/** Input of more tokens than this costs more, where the model has such a price; so does the output then. */
export const LONG_FROM = 200_000

/** Models that have a price for long input. */
export const LONG: ReadonlySet<string> = new Set(['claude-sonnet-4-5'])

/** Rates of @pydantic/genai-prices only: the package's own sums are binary floats. Its table is bundled and offline. */
export const PRICES: readonly Price[] = Object.keys(MODELS).flatMap((model): readonly Price[] => {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
    providerId: 'anthropic',
    timestamp: new Date('2026-11-26T12:00:00Z'),
  })
  if (found === null) throw new Error(`twins/anthropic/prices.ts: expected a price of ${model}, got none.`)
  const price = found.model_price as Readonly<Record<string, unknown>>
  const row = (sku: string, rate: string, per: string): Price => ({
    sku: `${model}:${sku}`,
    rate,
    fixed: '0',
    currency: 'USD',
    per,
    source: 'https://github.com/pydantic/genai-prices',
    readOn: READ_ON,
  })
  const kinds = [
    ['input', price.input_mtok],
    ['cache-write', price.cache_write_mtok],
    ['cache-write-1h', price.cache_write_1h_mtok],
    ['cache-read', price.cache_read_mtok],
    ['output', price.output_mtok],
  ] as const
  const tokens = kinds.flatMap(([kind, value]) => {
    const rates = ratesOf(value)
    if (rates === undefined) throw new Error(`twins/anthropic/prices.ts: expected a rate for ${kind} of ${model}.`)
    if ((rates.long !== undefined) !== LONG.has(model))
      throw new Error(`twins/anthropic/prices.ts: expected LONG to say whether ${model} has a tier.`)
    // Batches cost half: https://platform.claude.com/docs/en/build-with-claude/batch-processing#pricing (2026-11-26).
    const pair = (sku: string, rate: number, per: string): readonly Price[] => [
      row(sku, forOne(rate, PER_MILLION), per),
      row(`batch-${sku}`, forOne(rate, PER_MILLION, HALF), `${per} in a batch`),
    ]
    const long = rates.long === undefined ? [] : pair(`${kind}-long`, rates.long, `${kind} token above 200,000`)
    return [...pair(kind, rates.base, `${kind} token`), ...long]
  })
  const searches = typeof price.web_searches_kcount === 'number' ? price.web_searches_kcount : undefined
  return searches === undefined ? tokens : [...tokens, row('web-search', forOne(searches, 3), 'web search')]
})
