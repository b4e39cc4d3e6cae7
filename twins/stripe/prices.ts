import type { PriceList } from '../money.ts'

const PRICING = { source: 'https://stripe.com/pricing', readOn: '2026-09-20', currency: 'USD' } as const

/**
 * What Stripe takes, for an account in the US. Fees are not returned when a payment is refunded:
 * https://support.stripe.com/questions/understanding-fees-for-refunded-payments (2026-11-24).
 */
export const PRICES: PriceList = [
  { sku: 'card-charge', rate: '0.029', fixed: '0.30', per: 'dollar of a successful charge', ...PRICING },
  {
    sku: 'international-card',
    rate: '0.015',
    fixed: '0',
    per: 'dollar charged to a card of another country',
    ...PRICING,
  },
  { sku: 'currency-conversion', rate: '0.01', fixed: '0', per: 'dollar that had to be converted', ...PRICING },
  { sku: 'dispute', rate: '15', fixed: '0', per: 'dispute received', ...PRICING },
  {
    sku: 'dispute-countered',
    rate: '15',
    fixed: '0',
    currency: 'USD',
    per: 'dispute countered with evidence; returned when it is won',
    source: 'https://www.chargebackgurus.com/blog/stripe-dispute-fees',
    readOn: '2026-11-24',
  },
]
