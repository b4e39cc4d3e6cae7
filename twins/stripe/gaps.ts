import type { Gap } from '../twin.ts'
import { type NotModelled, notModelled } from '../twin.ts'
import { type Field, unmodelled } from './params.ts'

/** What this twin does not model. A row whose reason starts with `Assumed:` is modelled, on a guess. */
export const GAPS: readonly Gap[] = [
  {
    what: 'tax and other parts of billing',
    why: 'Products, prices, coupons, tax rates, subscriptions, invoices and credit notes are modelled.',
  },
  { what: 'tax that Stripe works out itself', why: 'Automatic tax needs the tax law of each place. Use tax rates.' },
  { what: 'wordings about credit notes', why: 'Assumed: which are refused is documented, the sentences are not.' },
  { what: 'how a schedule ends', why: 'Assumed: released by itself it is released, one that cancels is completed.' },
  { what: 'phases without an end', why: 'Assumed: one period of the first price.' },
  { what: 'what usage is refused', why: 'Assumed: which events are refused is documented, the sentences are not.' },
  { what: 'the first invoice of a metered price', why: 'Assumed: a line of nothing used.' },
  { what: 'credit notes by amount alone', why: 'Assumed: one line of their own, without taxes.' },
  { what: 'coupons in several currencies', why: 'Give a coupon for each currency.' },
  {
    what: 'discounts in phases, previews and things billed once',
    why: 'Discounts here are of a subscription, of an item of it or of an invoice item.',
  },
  {
    what: 'prices other than so much for each',
    why: 'Tiers and packages are modelled; parts of a cent, several currencies and tiers of what is bought once are not.',
  },
  { what: 'amounts that customers choose', why: 'Such a price can be made and read; nobody fills the page in.' },
  {
    what: 'flat amounts of tiers',
    why: 'Assumed: part of the line of their tier; that of the first is due of nothing used as well.',
  },
  { what: 'goods, tax codes and marketing features of products', why: 'They change no amount here.' },
  { what: 'billing cycles set by hand and pending updates', why: 'A cycle starts when it starts.' },
  { what: 'subscriptions of several intervals or currencies', why: 'One period holds for all items.' },
  {
    what: 'what a hosted page may ask for beyond the payment',
    why: 'Nobody fills the page in: checkout.session.completed pays.',
  },
  {
    what: 'what the billing portal lets customers do',
    why: 'A hosted page needs a browser that visits it.',
  },
  { what: 'ConfirmationTokens', why: 'Stripe.js makes them in a browser.' },
  { what: 'tokens and sources', why: 'Use a test PaymentMethod such as pm_card_visa, or card[token]=tok_visa.' },
  { what: 'creating or capturing charges directly', why: 'The Charges API is legacy; use PaymentIntents.' },
  {
    what: 'Connect',
    why: 'Accounts, links, transfers, fees, destination and direct charges are modelled; other countries and Connect webhooks are not.',
  },
  { what: 'transfers and top-ups', why: 'A transfer can be made and reversed; the balance cannot be fed.' },
  {
    what: 'wordings about fees and transfers',
    why: 'Assumed: which are refused is documented, the sentences are not.',
  },
  { what: 'the payment that a transfer makes at its destination', why: 'Assumed: it is in the balance there at once.' },
  {
    what: 'what Stripe wants to know of an account',
    why: 'Assumed: the same for all; happening account.onboarded tells it.',
  },
  { what: 'bank accounts and other ways out', why: 'Payouts go to the one account there is.' },
  { what: 'cash balance and tax ids', why: 'Only cards pay here.' },
  { what: 'files', why: 'Evidence is text; nothing is uploaded.' },
  { what: 'how far search is behind', why: 'Assumed: 5 s for what is new, nothing for changes. Stripe says a minute.' },
  { what: 'API v2', why: 'It has other idempotency, lists and events.' },
  { what: 'the rest of the API', why: 'Terminal, Issuing, Radar, Identity, Treasury, Reporting and others.' },
  {
    what: 'payment methods that are not cards',
    why: 'Some can be kept and read; charging them has its own flow and timing.',
  },
  { what: 'mandates', why: 'Cards need none.' },
  { what: 'line items, hooks and payment details', why: 'They do not change how a payment goes.' },
  { what: 'method options beyond request_three_d_secure', why: 'They belong to features that few accounts have.' },
  { what: 'multicapture, overcapture and incremental authorization', why: 'Most accounts are not eligible.' },
  { what: 'refund cancel, expire and instructions', why: 'A card refund can be neither canceled nor expired.' },
  { what: 'dispute appeals and Smart Disputes', why: 'Evidence is submitted by hand, once.' },
  { what: 'cards of a risk, or of several disputes', why: 'Radar’s scores and rules are not modelled.' },
  { what: 'settlement in another currency', why: 'Give its rate under given.stripe.account.rates.' },
  { what: 'other API versions', why: 'Shapes differ by version; send the one this twin speaks.' },
  { what: 'JSON bodies on /v1', why: 'The v1 API takes forms.' },
  { what: 'live keys', why: 'No simulated world needs one. Use a test key.' },
  { what: 'client-side calls with a publishable key', why: 'Stripe.js is not modelled; secret keys only.' },
  { what: 'validating a customer on save', why: 'The parameter validate belongs to sources.' },
  { what: 'discounts, taxes, revisions and files of quotes', why: 'A quote here is lines, a trial and who pays how.' },
  {
    what: 'numbers and ends of quotes',
    why: 'Assumed: QT, the prefix of the customer’s invoices and a count; one that expires is canceled; wordings.',
  },
  { what: 'what an accepted quote sells once', why: 'Assumed: a draft, which is collected when somebody asks for it.' },
  { what: 'customers that come to a test clock later', why: 'Give test_clock when the customer is made.' },
  {
    what: 'when invoice.upcoming comes',
    why: 'Assumed: seven days before, once a period. It is set in the Dashboard; shorter periods have none.',
  },
  {
    what: 'how test clocks advance',
    why: 'Assumed: 2 to 8 s; three subscriptions a customer are not counted, and events and payments bear the world’s time.',
  },
  {
    what: 'deleted test clocks',
    why: 'Assumed: their customers are deleted and subscriptions canceled, told by one event.',
  },
  { what: 'expanding what is not modelled', why: 'The object behind that field does not exist here.' },
  {
    what: 'webhook retry intervals',
    why: 'Assumed: 5 min, 30 min, 2, 5, 10 h, then every 12 h up to 3 days. Stripe publishes the 3 days only.',
  },
  {
    what: 'collecting an invoice again',
    why: 'Assumed: after 3, 5 and 7 more days; then the subscription is canceled.',
  },
  { what: 'payout arrival', why: 'Assumed: at midnight UTC two days later, weekends included.' },
  { what: 'older API versions', why: 'Assumed: what a later version added is left out, and nothing else differs.' },
  { what: 'webhook timeouts', why: 'Assumed: 20 s. Stripe asks for a quick answer and names no figure.' },
  { what: 'webhook delay', why: 'Assumed: an event is first sent 0.1 to 2 s after it happened, each on its own.' },
  { what: 'object locks', why: 'Assumed: never contended; inject a rate-limit fault to see a 429.' },
  { what: 'answers of publishable keys', why: 'Assumed: 401 with secret_key_required.' },
  { what: 'wordings of rare errors', why: 'Assumed: where code and status are documented but the sentence is not.' },
  { what: 'which refusals an idempotency key keeps', why: 'Assumed: all but parameter errors, conflicts and 401s.' },
  {
    what: 'injected 500s',
    why: 'Assumed: execution had begun, so the key keeps the 500. A 502, 503 or 504 is not kept.',
  },
  { what: 'return_url when off session', why: 'Assumed: required like any other confirmation that may redirect.' },
  { what: 'funds availability', why: 'Assumed: two days later at midnight UTC, weekends included.' },
  { what: 'asynchronous capture', why: 'Assumed: the balance transaction follows 0.5 to 3 s after the charge.' },
  { what: 'dispute fees', why: 'Assumed: 15 USD kept whatever the outcome, 15 USD for countering, returned when won.' },
  { what: 'released authorizations', why: 'Assumed: amount_refunded grows by what is released; no refund object.' },
  { what: 'refunds that fail or wait', why: 'Assumed: five seconds for either test card.' },
  { what: 'payment records and managed payments', why: 'Assumed: null; the account does not use them.' },
  {
    what: 'other intervals without prorations',
    why: 'Assumed: nothing is due until the new period ends. With them it is as recorded.',
  },
  { what: 'amounts off of several lines', why: 'Assumed: shared out by amount, the last cents going to the last.' },
]

/** The error for a row of the list above. */
export const gap = (what: string): NotModelled => notModelled('stripe', GAPS, what)

/** Parameters Stripe knows and this twin does not, by name, each running into the row `what`. */
export const loudly = (names: string, what: string): Readonly<Record<string, Field<never>>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, unmodelled(() => gap(what))]))
