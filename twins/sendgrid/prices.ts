import type { PriceList } from '../money.ts'

/** Plans are flat; this is the Essentials 50K plan spread over its mails: 19.95 USD for 50,000. */
export const PRICES: PriceList = [
  {
    sku: 'mail',
    rate: '0.000399',
    fixed: '0',
    currency: 'USD',
    per: 'recipient of an accepted mail',
    source: 'https://sendgrid.com/en-us/pricing',
    readOn: '2026-11-24',
  },
]
