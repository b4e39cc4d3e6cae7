import type { Price, PriceList } from '../money.ts'

/** Read by way of https://github.com/api-evangelist/posts (2026-11-12), which quotes the page as of October 2026. */
const US = { fixed: '0', currency: 'USD', source: 'https://www.twilio.com/en-us/sms/pricing/us', readOn: '2026-11-26' }
/** The page itself was not opened; resellers pass on one price for both countries. */
const CA = { ...US, source: 'https://www.twilio.com/en-us/sms/pricing/ca' }
/** What Meta asks for templates (`whatsapp.template.utility.DE`) stands on its own rate cards: give the seed its prices. */
const WHATSAPP = { ...US, source: 'https://www.twilio.com/en-us/whatsapp/pricing' }
const VERIFY = { ...US, source: 'https://www.twilio.com/en-us/verify/pricing' }

/** Other countries have no row: a message there is unpriced, and fails the run, until the seed's `prices` say what it costs. */
export const PRICES: PriceList = [
  { sku: 'sms.outbound.US', rate: '0.0083', per: 'segment sent', ...US },
  { sku: 'sms.inbound.US', rate: '0.0083', per: 'segment received', ...US },
  { sku: 'mms.outbound.US', rate: '0.022', per: 'message sent', ...US },
  { sku: 'mms.inbound.US', rate: '0.0165', per: 'message received', ...US },
  { sku: 'sms.outbound.CA', rate: '0.0083', per: 'segment sent', ...CA },
  { sku: 'sms.inbound.CA', rate: '0.0083', per: 'segment received', ...CA },
  { sku: 'whatsapp.outbound', rate: '0.005', per: 'message sent', ...WHATSAPP },
  { sku: 'whatsapp.inbound', rate: '0.005', per: 'message received', ...WHATSAPP },
  { sku: 'failed', rate: '0.001', per: 'message that failed', ...US },
  { sku: 'number.US', rate: '1.15', per: 'month of a local number, when it is bought', ...US },
  { sku: 'verification', rate: '0.05', per: 'approved verification', ...VERIFY },
]

/** The account's own prices, as a seed has them. */
export const ownPrices = (prices: Readonly<Record<string, string>> = {}): readonly Price[] =>
  Object.entries(prices).map(([sku, rate]) => ({
    sku,
    rate,
    per: 'unit',
    ...US,
    source: 'https://www.twilio.com/docs/messaging/api/pricing',
  }))
