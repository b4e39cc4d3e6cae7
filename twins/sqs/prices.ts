import type { PriceList } from '../money.ts'

const SOURCE = { currency: 'USD', source: 'https://aws.amazon.com/sqs/pricing/', readOn: '2026-11-26' } as const

/**
 * The first tier in US East, without the free million a month. Each 64 KB of payload is one request.
 */
export const PRICES: PriceList = [
  { ...SOURCE, sku: 'request', rate: '0.0000004', fixed: '0', per: 'request to a standard queue, per 64 KB' },
  { ...SOURCE, sku: 'fifo-request', rate: '0.0000005', fixed: '0', per: 'request to a FIFO queue, per 64 KB' },
]
