import type { PriceList } from '../money.ts'

const SOURCE = { currency: 'USD', source: 'https://aws.amazon.com/s3/pricing/', readOn: '2026-11-26' } as const

/** S3 Standard in US East: requests by class. DELETE costs nothing. */
export const PRICES: PriceList = [
  { ...SOURCE, sku: 'write', rate: '0.000005', fixed: '0', per: 'PUT, COPY, POST or LIST request' },
  { ...SOURCE, sku: 'read', rate: '0.0000004', fixed: '0', per: 'GET, HEAD or other request' },
]
