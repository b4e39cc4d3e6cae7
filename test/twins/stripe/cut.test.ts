import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import { type Exchange, readHar } from '../../../twins/har.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import { KEY, openShop, RETURN, type Shop } from './support.ts'

/** A shop that writes down what is asked of it and answered. */
function openRecorded(shop: Shop): { readonly exchanges: Exchange[]; readonly ask: Ask } {
  const exchanges: Exchange[] = []
  const ask: Ask = async (method, path, form) => {
    await shop.world.clock.advance(3_000)
    const answer = await shop.raw(method, `/v1/${path}`, method === 'POST' ? (form ?? '') : undefined)
    const text = await answer.text()
    exchanges.push({
      method,
      url: `https://api.stripe.com/v1/${path}`,
      requestHeaders: [
        ['authorization', `Bearer ${KEY}`],
        ...(method === 'POST' ? [['content-type', 'application/x-www-form-urlencoded'] as const] : []),
      ],
      requestBody: Buffer.from(form ?? ''),
      status: answer.status,
      responseHeaders: [...answer.headers],
      responseBody: Buffer.from(text),
      atMs: shop.world.clock.now(),
    })
    return JSON.parse(text)
  }
  return { exchanges, ask }
}
// Answers are whatever Stripe's are; the test reads ids out of them.
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Ask = (method: 'GET' | 'POST' | 'DELETE', path: string, form?: string) => Promise<any>

const STORIES: Readonly<Record<string, (ask: Ask) => Promise<unknown>>> = {
  async 'a payment that is held, taken and given back'(ask) {
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com&name=Ann')
    const paid = `amount=5000&currency=usd&customer=${customer}&confirm=true&return_url=${encodeURIComponent(RETURN)}`
    const { id: card } = await ask('POST', 'payment_methods/pm_card_mastercard/attach', `customer=${customer}`)
    const { id } = await ask('POST', 'payment_intents', `${paid}&payment_method=${card}&capture_method=manual`)
    await ask('GET', `payment_intents/${id}?expand[]=latest_charge`)
    const { latest_charge: charge } = await ask('POST', `payment_intents/${id}/capture`, 'amount_to_capture=4000')
    await ask('GET', `charges/${charge}?expand[]=balance_transaction`)
    await ask('POST', 'refunds', `charge=${charge}&amount=1000`)
    const { id: refund } = await ask('POST', 'refunds', `payment_intent=${id}&amount=500&reason=duplicate`)
    await ask('GET', `refunds/${refund}?expand[]=charge`)
    await ask('GET', `refunds?charge=${charge}`)
    await ask('GET', `charges?customer=${customer}`)
    return await ask('POST', `payment_intents/${id}/cancel`)
  },
  async 'a subscription with a discount that is changed, paused and ended'(ask) {
    const { id: product } = await ask('POST', 'products', 'name=Tea')
    const price = `currency=usd&product=${product}&recurring[interval]=month`
    const { id: small } = await ask('POST', 'prices', `${price}&unit_amount=1000`)
    const { id: large } = await ask('POST', 'prices', `${price}&unit_amount=3000`)
    const { id: coupon } = await ask('POST', 'coupons', 'percent_off=20&duration=forever')
    const { id: code } = await ask(
      'POST',
      'promotion_codes',
      `promotion[type]=coupon&promotion[coupon]=${coupon}&code=TEA`,
    )
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com')
    const { id: card } = await ask('POST', 'payment_methods/pm_card_visa/attach', `customer=${customer}`)
    await ask('POST', `customers/${customer}`, `invoice_settings[default_payment_method]=${card}`)
    const wanted = `customer=${customer}&items[0][price]=${small}&discounts[0][promotion_code]=${code}`
    const { id, items } = await ask('POST', 'subscriptions', `${wanted}&trial_period_days=7&expand[]=latest_invoice`)
    await ask('GET', `promotion_codes/${code}`)
    await ask('POST', `subscriptions/${id}`, 'trial_end=now')
    const changed = `items[0][id]=${items.data[0].id}&items[0][price]=${large}&proration_behavior=always_invoice`
    await ask('POST', `subscriptions/${id}`, changed)
    await ask('POST', `subscriptions/${id}`, 'pause_collection[behavior]=void')
    await ask('POST', `subscriptions/${id}`, 'pause_collection=')
    await ask('POST', `subscriptions/${id}`, 'cancel_at_period_end=true')
    await ask('GET', `subscriptions/${id}?expand[]=latest_invoice&expand[]=discounts`)
    await ask('GET', `subscriptions?customer=${customer}`)
    await ask('GET', `subscription_items?subscription=${id}`)
    await ask('DELETE', `subscriptions/${id}`)
    return await ask('GET', `invoices?customer=${customer}`)
  },
  async 'invoices that are paid, voided and written off'(ask) {
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com')
    const { id: card } = await ask('POST', 'payment_methods/pm_card_visa/attach', `customer=${customer}`)
    const made: string[] = []
    for (const amount of [700, 800, 900]) {
      await ask('POST', 'invoiceitems', `customer=${customer}&amount=${amount}&currency=usd&description=Tea`)
      made.push((await ask('POST', 'invoices', `customer=${customer}&pending_invoice_items_behavior=include`)).id)
    }
    const [paid, voided, lost] = made
    await ask('POST', `invoices/${paid}/pay`, `payment_method=${card}`)
    await ask('GET', `invoice_payments?invoice=${paid}`)
    await ask('POST', `invoices/${voided}/finalize`)
    await ask('GET', `invoices/${voided}?expand[]=payments`)
    await ask('POST', `invoices/${voided}/void`)
    await ask('POST', `invoices/${lost}/finalize`)
    await ask('GET', `invoices/${lost}/lines`)
    await ask('POST', `invoices/${lost}/mark_uncollectible`)
    return await ask('GET', `invoices?customer=${customer}&status=paid`)
  },
  async 'what is saved, shown on a hosted page and paid out'(ask) {
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com')
    const { id: setup } = await ask('POST', 'setup_intents', `customer=${customer}`)
    const confirm = `payment_method=pm_card_visa&return_url=${encodeURIComponent(RETURN)}`
    await ask('POST', `setup_intents/${setup}/confirm`, confirm)
    await ask('GET', `setup_intents/${setup}`)
    const { id: other } = await ask('POST', 'setup_intents', `customer=${customer}`)
    await ask('POST', `setup_intents/${other}/cancel`)
    const line =
      'line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500&line_items[0][price_data][product_data][name]=Tea&line_items[0][quantity]=2'
    const page = `mode=payment&success_url=${encodeURIComponent(RETURN)}&customer=${customer}&${line}`
    const { id: session } = await ask('POST', 'checkout/sessions', page)
    await ask('GET', `checkout/sessions/${session}?expand[]=line_items`)
    await ask('POST', `checkout/sessions/${session}/expire`)
    const { id: endpoint } = await ask(
      'POST',
      'webhook_endpoints',
      'url=https%3A%2F%2Fshop.test%2Fhook&enabled_events[0]=*',
    )
    await ask('GET', `webhook_endpoints/${endpoint}`)
    const { id: method } = await ask('POST', 'payment_methods', 'type=card&card[token]=tok_amex')
    await ask('POST', `payment_methods/${method}/attach`, `customer=${customer}`)
    await ask('GET', `customers/${customer}/payment_methods`)
    return await ask('POST', `payment_methods/${method}/detach`)
  },
}

const MORE: typeof STORIES = {
  async 'taxes, credit notes and what a customer is owed'(ask) {
    const { id: rate } = await ask('POST', 'tax_rates', 'display_name=VAT&inclusive=false&percentage=20')
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com')
    const { id: card } = await ask('POST', 'payment_methods/pm_card_visa/attach', `customer=${customer}`)
    const owed = 'amount=-50&currency=usd&description=Sorry'
    const { id: change } = await ask('POST', `customers/${customer}/balance_transactions`, owed)
    await ask('GET', `customers/${customer}/balance_transactions/${change}`)
    await ask('POST', 'invoiceitems', `customer=${customer}&amount=1000&currency=usd&tax_rates[0]=${rate}`)
    const { id } = await ask('POST', 'invoices', `customer=${customer}&pending_invoice_items_behavior=include`)
    await ask('POST', `invoices/${id}/finalize`)
    const { id: note } = await ask('POST', 'credit_notes', `invoice=${id}&amount=300`)
    await ask('GET', `credit_notes/${note}`)
    await ask('POST', `credit_notes/${note}`, 'memo=Late')
    await ask('GET', `tax_rates/${rate}`)
    await ask('GET', `credit_notes?invoice=${id}`)
    return await ask('POST', `invoices/${id}/pay`, `payment_method=${card}`)
  },
  async 'a payment that is passed on, and taken back'(ask) {
    const { id: seller } = await ask('POST', 'accounts', 'type=express&capabilities[transfers][requested]=true')
    const shared = `transfer_data[destination]=${seller}&application_fee_amount=100&capture_method=automatic`
    const paid = `amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa&return_url=${encodeURIComponent(RETURN)}`
    const { id, latest_charge: charge } = await ask('POST', 'payment_intents', `${paid}&${shared}`)
    const { transfer, application_fee: fee, balance_transaction: entry } = await ask('GET', `charges/${charge}`)
    await ask('GET', `payment_intents/${id}`)
    await ask('GET', `transfers/${transfer}`)
    await ask('GET', `application_fees/${fee}`)
    await ask('GET', `balance_transactions/${entry}`)
    const { id: back } = await ask('POST', `transfers/${transfer}/reversals`, 'amount=300')
    await ask('GET', `transfers/${transfer}/reversals/${back}`)
    const { id: refund } = await ask('POST', `application_fees/${fee}/refunds`, 'amount=20')
    await ask('GET', `application_fees/${fee}/refunds/${refund}`)
    return await ask('GET', `transfers?destination=${seller}`)
  },
  async 'usage that is counted, and a link that is sold by'(ask) {
    const wanted = 'display_name=Calls&event_name=calls&default_aggregation[formula]=sum'
    const { id: meter } = await ask('POST', 'billing/meters', wanted)
    const price = `currency=usd&unit_amount=5&product_data[name]=Calls&recurring[interval]=month&recurring[usage_type]=metered`
    const { id: metered } = await ask('POST', 'prices', `${price}&recurring[meter]=${meter}`)
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com')
    const { id: card } = await ask('POST', 'payment_methods/pm_card_visa/attach', `customer=${customer}`)
    const on = `customer=${customer}&items[0][price]=${metered}&default_payment_method=${card}`
    const { id } = await ask('POST', 'subscriptions', on)
    await ask(
      'POST',
      'billing/meter_events',
      `event_name=calls&payload[stripe_customer_id]=${customer}&payload[value]=3`,
    )
    await ask('GET', `billing/meters/${meter}`)
    await ask('GET', `subscriptions/${id}`)
    const { id: once } = await ask('POST', 'prices', 'currency=usd&unit_amount=700&product_data[name]=Tea')
    const { id: link } = await ask('POST', 'payment_links', `line_items[0][price]=${once}&line_items[0][quantity]=1`)
    await ask('GET', `payment_links/${link}`)
    return await ask('POST', `payment_links/${link}`, 'active=false')
  },
}
const SCHEDULES: typeof STORIES = {
  async 'a subscription that follows a schedule'(ask) {
    const { id: price } = await ask(
      'POST',
      'prices',
      'currency=usd&unit_amount=500&product_data[name]=Tea&recurring[interval]=month',
    )
    const { id: customer } = await ask('POST', 'customers', 'email=ann%40example.com')
    const { id: card } = await ask('POST', 'payment_methods/pm_card_visa/attach', `customer=${customer}`)
    const on = `customer=${customer}&items[0][price]=${price}&default_payment_method=${card}`
    const { id: from } = await ask('POST', 'subscriptions', on)
    const { id, phases } = await ask('POST', 'subscription_schedules', `from_subscription=${from}`)
    await ask('GET', `subscriptions/${from}?expand[]=schedule`)
    const [{ start_date: start, end_date: end }] = phases
    const first = `phases[0][items][0][price]=${price}&phases[0][start_date]=${start}&phases[0][end_date]=${end}`
    const second = `phases[1][items][0][price]=${price}&phases[1][items][0][quantity]=2`
    await ask('POST', `subscription_schedules/${id}`, `${first}&${second}&end_behavior=cancel`)
    await ask('GET', `subscription_schedules/${id}`)
    return await ask('POST', `subscription_schedules/${id}/release`)
  },
}
const ALL = { ...STORIES, ...MORE, ...SCHEDULES }

test.each(Object.keys(ALL))('%s: a recording of it replays wherever it is cut', async (name) => {
  const { exchanges, ask } = openRecorded(openShop())
  await ALL[name]?.(ask)
  const differences: string[] = []
  for (let cut = 0; cut < exchanges.length; cut += 1) {
    const recording = { file: `from ${cut + 1}`, exchanges: exchanges.slice(cut) }
    const { interactions } = await measure(stripe, [recording])
    for (const { operation, outcome } of interactions)
      if (outcome.kind !== 'match') differences.push(`from ${cut + 1}, ${operation}: ${JSON.stringify(outcome)}`)
  }
  expect(differences).toEqual([])
})

const folder = process.env.BACKLOT_RECORDINGS === undefined ? undefined : join(process.env.BACKLOT_RECORDINGS, 'stripe')
const recorded = (folder === undefined || !existsSync(folder) ? [] : readdirSync(folder))
  .filter((file) => file.endsWith('.har'))
  .map((file) => readHar(join(folder ?? '', file)))

test.skipIf(recorded.length === 0).each([1 / 3, 1 / 2, 2 / 3])(
  'recordings of the real thing replay without their first %d',
  async (part) => {
    const cut = recorded.map(({ file, exchanges }) => ({
      file,
      exchanges: exchanges.slice(Math.ceil(exchanges.length * part)),
    }))
    const { interactions } = await measure(stripe, cut)
    const modelled = interactions.filter(({ outcome }) => outcome.kind !== 'unmodelled')
    const matching = modelled.filter(({ outcome }) => outcome.kind === 'match')
    expect(matching.length / modelled.length).toBeGreaterThanOrEqual(0.95)
  },
)
