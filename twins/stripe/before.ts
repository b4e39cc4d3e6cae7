import type { z } from 'zod'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { cardShown } from './cards.ts'
import { LOOSE } from './invoices.ts'
import { askedBy, objectsIn, thereBefore } from './made.ts'
import { seededRows } from './seeded.ts'
import { seededMoney } from './seeded-money.ts'
import { idOf, isShown, KINDS, type Shown } from './shown.ts'
import { undone } from './undone.ts'

// What a recording that begins in the midst uses, and nothing in it has made.

/** An object as it first shows itself, as it was before the request that shows it. */
function firstShown(
  exchanges: readonly Exchange[],
  bodies: readonly Json[],
  objects: readonly Shown[],
): ReadonlyMap<string, Shown> {
  const shown = new Map<string, Shown>()
  const credited = exchanges.flatMap((exchange) => {
    const { path, form } = askedBy(exchange)
    return path === '/v1/credit_notes' ? [form.get('invoice')] : []
  })
  for (const [at, exchange] of exchanges.entries()) {
    for (const object of objectsIn(bodies[at] ?? null)) {
      const { id, object: kind } = object
      if (typeof id !== 'string' || typeof kind !== 'string' || shown.has(id)) continue
      shown.set(id, undone(exchange, object, { objects, final: credited.includes(id) }))
    }
  }
  return shown
}

function cardOf(id: string, objects: readonly Shown[]): string {
  for (const object of objects) {
    const { payment_method: method, payment_method_details: details, status } = object
    const card = object.id === id ? object.card : method === id && isShown(details) ? details.card : undefined
    if (isShown(card) && typeof card.last4 === 'string') return cardShown(card)
    if (method === id && status === 'requires_action') return 'pm_card_authenticationRequired'
  }
  return 'pm_card_visa'
}

/** Who pays with a method, as answers tell. */
const ownerOf = (id: string, objects: readonly Shown[]): string | undefined =>
  objects
    .filter((object) => object.id === id || idOf(object.payment_method) === id || defaultOf(object) === id)
    .map((object) => (object.object === 'customer' ? object.id : idOf(object.customer)))
    .find((customer) => typeof customer === 'string')

const defaultOf = (object: Shown): Json | undefined => {
  const { invoice_settings: settings, default_payment_method: own } = object
  if (object.object === 'subscription') return idOf(own)
  return isShown(settings) ? (idOf(settings.default_payment_method) ?? settings.default_payment_method) : undefined
}

/** What a customer is called: as it shows itself, or else as its invoices and checkouts do. */
function namesOf(id: string, { email, name, description }: Shown, objects: readonly Shown[]): Shown {
  const all: Record<string, Json> = {}
  const keep = (key: string, value: Json | undefined): void => {
    if (typeof value === 'string') all[key] ??= value
  }
  keep('email', email)
  keep('name', name)
  keep('description', description)
  for (const { customer, customer_email, customer_name, customer_details } of objects) {
    if (idOf(customer) !== id) continue
    const details = isShown(customer_details) ? customer_details : {}
    keep('email', customer_email ?? details.email)
    keep('name', customer_name ?? details.name)
  }
  return all
}

/** What else a customer shows of itself. */
function profileOf(shown: Shown): Shown {
  const { address, phone, shipping, tax_exempt, preferred_locales: locales, invoice_prefix, metadata } = shown
  const told: Record<string, Json> = {}
  const keep = (name: string, value: Json | undefined, wanted: boolean): void => {
    if (wanted && value !== undefined) told[name] = value
  }
  keep('address', address, isShown(address))
  keep('phone', phone, typeof phone === 'string')
  keep('shipping', shipping, isShown(shipping))
  keep('tax_exempt', tax_exempt, typeof tax_exempt === 'string' && tax_exempt !== 'none')
  keep('preferred_locales', locales, Array.isArray(locales) && locales.length > 0)
  keep('invoice_prefix', invoice_prefix, typeof invoice_prefix === 'string')
  keep('metadata', metadata, isShown(metadata) && Object.keys(metadata).length > 0)
  return told
}

/** Customers with their cards, and whatever else was there, as the twin's seed has them. */
export function storedBefore(exchanges: readonly Exchange[], bodies: readonly Json[]): Shown {
  const before = thereBefore(exchanges, bodies)
  const objects = bodies.flatMap((body) => [...objectsIn(body)])
  const shown = firstShown(exchanges, bodies, objects)
  const rows = rowsOf(before, shown, objects, exchanges)
  const ids = (prefix: string): readonly string[] => [...before].filter((id) => id.startsWith(prefix))
  const poor = bodies.some((body) => JSON.stringify(body).includes('no attached payment source'))
  const loose = new Set(
    exchanges.flatMap((exchange) => {
      const [, id] = /\/payment_methods\/(pm_\w+)\/attach$/.exec(askedBy(exchange).path) ?? []
      return id !== undefined && before.has(id) ? [id] : []
    }),
  )
  const owned = ids('pm_').filter((id) => !loose.has(id))
  const others = Object.values(rows).flatMap((list) => list.map((row) => idOf((row as Shown).customer)))
  const known = [...new Set([...ids('cus_'), ...others.filter((id) => id !== null)])]
  // A card that somebody has, nobody knows who.
  if (known.length === 0 && owned.length > 0) known.push('cus_before')
  const customers = known.map((id): Json => {
    const self = shown.get(id)
    const cards = owned.filter((method) => (ownerOf(method, objects) ?? id) === id)
    const told = self === undefined ? undefined : defaultOf(self)
    const usual = told === undefined ? (poor ? undefined : cards[0]) : told
    return {
      id,
      ...namesOf(id, self ?? {}, objects),
      ...profileOf(self ?? {}),
      // One that pays by nobody knows what pays by a card all the same.
      payment_methods:
        cards.length === 0 && !poor && paysUnnamed(id, exchanges, bodies)
          ? [{ card: 'pm_card_visa', default: true }]
          : cards.map((card) => ({ id: card, card: cardOf(card, objects), default: card === usual })),
    }
  })
  return {
    customers,
    ...rows,
    payment_methods_unattached: [...loose].map((id) => ({ id, card: cardOf(id, objects) })),
  }
}

/** Whether something is billed to a customer without a word of what pays for it. */
const paysUnnamed = (id: string, exchanges: readonly Exchange[], bodies: readonly Json[]): boolean =>
  exchanges.some(({ url, method, status, requestBody }, at) => {
    const bills = /\/v1\/(subscriptions(\/\w+)?|invoices\/\w+\/pay)$/.test(new URL(url).pathname)
    const text = Buffer.from(requestBody).toString()
    const body = bodies[at] ?? null
    const isTheirs = text.includes(id) || text === '' || (isShown(body) && idOf(body.customer) === id)
    return method === 'POST' && status === 200 && bills && isTheirs
  })

type Rows = Readonly<Record<string, readonly Json[]>>

/** Rows of every kind but customers, methods and prices. */
function rowsOf(
  before: ReadonlySet<string>,
  shown: ReadonlyMap<string, Shown>,
  objects: readonly Shown[],
  exchanges: readonly Exchange[],
): Rows {
  const given = refundsMade(exchanges, objects, before)
  const rows: Record<string, readonly Json[]> = {}
  for (const { object, id: pattern, section, row } of KINDS) {
    rows[section] = [...before]
      .filter((id) => pattern.test(id))
      .flatMap((id): readonly Json[] => {
        const self = shown.get(id)
        if (self === undefined) return hinted(section, id, objects, before)
        if (self.object !== object) return []
        const made = row(self, objects)
        if (object === 'invoice') return [uncredited(made, id, objects, before)]
        return [object === 'charge' ? less(made, given.get(id) ?? 0) : made]
      })
  }
  return consistent(rows)
}

/** What requests of the recording give back of each charge. */
function refundsMade(
  exchanges: readonly Exchange[],
  objects: readonly Shown[],
  before: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  if (!exchanges.some(({ method, url }) => method === 'POST' && /\/v1\/refunds$/.test(new URL(url).pathname)))
    return sums
  const seen = new Set<string>()
  for (const { object, id, charge, amount } of objects) {
    if (object !== 'refund' || typeof id !== 'string' || seen.has(id) || before.has(id)) continue
    seen.add(id)
    const of = idOf(charge)
    if (of !== null && typeof amount === 'number') sums.set(of, (sums.get(of) ?? 0) + amount)
  }
  return sums
}

/** An invoice without what credit notes of the recording have taken off it. */
function uncredited(invoice: Shown, id: string, objects: readonly Shown[], before: ReadonlySet<string>): Shown {
  const notes = new Map(
    objects
      .filter((one) => one.object === 'credit_note' && idOf(one.invoice) === id && !before.has(String(one.id)))
      .map((note) => [note.id, note]),
  )
  const sum = (name: string): number => [...notes.values()].reduce((total, note) => total + Number(note[name] ?? 0), 0)
  const left = (credit: Json | undefined, taken: number): number => Math.max(0, Number(credit ?? 0) - taken)
  return {
    ...invoice,
    pre_payment_credit: left(invoice.pre_payment_credit, sum('pre_payment_amount')),
    post_payment_credit: left(invoice.post_payment_credit, sum('post_payment_amount')),
  }
}

function less(charge: Shown, given: number): Shown {
  if (given === 0 || typeof charge.amount_refunded !== 'number') return charge
  const amount_refunded = Math.max(0, charge.amount_refunded - given)
  return { ...charge, amount_refunded, refunded: amount_refunded === charge.amount }
}

/** A row that is named and never shown, as what is about it tells. */
function hinted(section: string, id: string, objects: readonly Shown[], before: ReadonlySet<string>): readonly Json[] {
  const about = (field: string): readonly Shown[] => objects.filter((object) => idOf(object[field]) === id)
  const first = (of: readonly Shown[], field: string): string | undefined =>
    of.map((object) => idOf(object[field]) ?? undefined).find((value) => value !== undefined)
  switch (section) {
    case 'charges': {
      // Assumed of a charge that is given back: as much again was paid.
      const refunds = about('charge').filter(({ object }) => object === 'refund')
      const amounts = new Map(refunds.map((one) => [one.id, Number(one.amount)]))
      const sum = [...amounts.values()].reduce((total, amount) => total + amount, 0)
      if (sum === 0) return []
      const [{ currency = 'usd' } = {}] = refunds
      const intent = first(refunds, 'payment_intent')
      return [{ id, amount: 2 * sum, currency, ...(intent === undefined ? {} : { payment_intent: intent }) }]
    }
    case 'payment_intents': {
      const [charge] = about('payment_intent').filter(({ object }) => object === 'charge' || object === 'refund')
      if (charge === undefined) return []
      const factor = charge.object === 'refund' ? 2 : 1
      const customer = idOf(charge.customer)
      const own = charge.object === 'charge' ? charge.id : idOf(charge.charge)
      return [
        {
          id,
          amount: factor * Number(charge.amount),
          currency: charge.currency ?? 'usd',
          status: 'succeeded',
          latest_charge: own ?? null,
          ...(customer === null ? {} : { customer }),
        },
      ]
    }
    case 'subscriptions': {
      // One that shows itself by its schedule alone is what the first phase says.
      const [plan] = objects.filter(
        ({ object, subscription, released_subscription: released }) =>
          object === 'subscription_schedule' && (idOf(subscription) === id || idOf(released) === id),
      )
      const [phase] = Array.isArray(plan?.phases) ? (plan.phases as readonly Json[]).filter(isShown) : []
      const customer = idOf(plan?.customer)
      if (phase === undefined || customer === null || !Array.isArray(phase.items)) return []
      const items = (phase.items as readonly Json[])
        .filter(isShown)
        .map(({ price, quantity }, at) => ({ id: `si_${at}_${id}`, price: idOf(price) ?? '', quantity: quantity ?? 1 }))
      const { start_date: current_period_start = null, end_date: current_period_end = null } = phase
      return [{ id, customer, items, current_period_start, current_period_end }]
    }
    case 'tax_rates': {
      const taxed = objects.find(({ tax_rate }) => tax_rate === id) === undefined ? undefined : taxOf(id, objects)
      return taxed === undefined ? [] : [{ id, ...taxed }]
    }
    case 'application_fees':
    case 'transfers': {
      const isFee = section === 'application_fees'
      const backs = about(isFee ? 'fee' : 'transfer').filter(
        ({ object }) => object === 'fee_refund' || object === 'transfer_reversal',
      )
      const sum = [...new Map(backs.map((one) => [one.id, Number(one.amount)])).values()].reduce((a, b) => a + b, 0)
      if (sum === 0) return []
      return [
        {
          id,
          amount: 2 * sum,
          ...(isFee ? { account: 'acct_before', charge: 'py_before' } : { destination: 'acct_before' }),
        },
      ]
    }
    case 'products':
      return [{ id, name: 'Product', ...(isLoose(id, objects) ? { active: false, metadata: LOOSE } : {}) }]
    case 'discounts': {
      const [of] = objects.filter(({ discounts }) => Array.isArray(discounts) && discounts.includes(id))
      const customer = idOf(of?.customer)
      if (of === undefined || customer === null) return []
      const owner = of.object === 'subscription' ? { subscription: of.id ?? null } : {}
      return [{ id, coupon: `off_${id}`, customer, ...owner }]
    }
    case 'invoice_items': {
      const line = objects.find(({ object, parent }) => {
        const details = isShown(parent) ? (parent.invoice_item_details ?? parent.subscription_item_details) : null
        return object === 'line_item' && isShown(details) && details.invoice_item === id
      })
      const invoice = objects.find((object) => object.object === 'invoice' && object.id === line?.invoice)
      const customer = idOf(invoice?.customer)
      if (line === undefined || customer === null) return []
      // It was waiting for the invoice that the recording makes; one of an older invoice is on that.
      const { amount = 0, currency = 'usd', description = null, metadata = {}, period = null } = line
      const { product, price } =
        isShown(line.pricing) && isShown(line.pricing.price_details) ? line.pricing.price_details : {}
      const sold = price === undefined || product === undefined ? {} : { price, product }
      const tax_rates = ratesOf(line)
      const row = { id, amount, currency, customer, description, metadata, tax_rates, ...sold }
      return [
        {
          ...row,
          invoice: before.has(String(invoice?.id)) ? (invoice?.id ?? null) : null,
          ...(period === null ? {} : { period }),
        },
      ]
    }
    default:
      return []
  }
}

const taxesOf = ({ taxes }: Shown): readonly Shown[] =>
  Array.isArray(taxes) ? (taxes as readonly Json[]).filter(isShown) : []
const rateIn = ({ tax_rate_details: details }: Shown): string | null =>
  isShown(details) ? idOf(details.tax_rate) : null
const ratesOf = (line: Shown): readonly string[] => taxesOf(line).flatMap((tax) => rateIn(tax) ?? [])

/** A tax rate, as what it takes of lines tells. */
function taxOf(id: string, objects: readonly Shown[]): Shown | undefined {
  const tax = objects.flatMap(taxesOf).find((one) => rateIn(one) === id && Number(one.taxable_amount) > 0)
  if (tax === undefined) return undefined
  const percentage = Math.round((1e4 * 100 * Number(tax.amount)) / Number(tax.taxable_amount)) / 1e4
  return { inclusive: tax.tax_behavior === 'inclusive', percentage: Math.min(100, percentage) }
}

/** Whether a product stands for amounts without a price: its price is shown by items alone. */
function isLoose(id: string, objects: readonly Shown[]): boolean {
  const priced = new Set(objects.filter(({ object }) => object === 'price').map((price) => price.id))
  return objects.some(({ object, pricing, proration }) => {
    if ((object !== 'invoiceitem' && object !== 'line_item') || proration === true || !isShown(pricing)) return false
    const { product, price } = isShown(pricing.price_details) ? pricing.price_details : {}
    return product === id && !priced.has(price)
  })
}

/** Rows that fit each other: each payment once, and nothing without what it is of. */
function consistent(rows: Rows): Rows {
  // What the seed would leave out is not there for others to be of.
  const schemas: Readonly<Record<string, z.ZodType>> = { ...seededRows, ...seededMoney }
  const idsIn = (section: string): ReadonlySet<string> =>
    new Set(
      (rows[section] ?? [])
        .filter((row) => schemas[section]?.safeParse([row]).success ?? true)
        .flatMap((row) => idOf((row as Shown).id) ?? []),
    )
  const held = new Set(
    (rows.payment_intents ?? []).flatMap((row) =>
      (row as Shown).status === 'requires_capture' ? [idOf((row as Shown).latest_charge)] : [],
    ),
  )
  const charges = (rows.charges ?? []).map((row): Json => {
    if (!held.has(idOf((row as Shown).id))) return row
    const { balance_transaction: _, ...rest } = row as Shown
    return { ...rest, captured: false, amount_captured: 0, amount_refunded: 0, refunded: false }
  })
  const [chargeIds, intents, invoices] = [idsIn('charges'), idsIn('payment_intents'), idsIn('invoices')]
  const of = (section: string, field: string, ids: ReadonlySet<string>): readonly Json[] =>
    (rows[section] ?? []).filter((row) => ids.has(idOf((row as Shown)[field]) ?? ''))
  const paying = of('invoice_payments', 'invoice', invoices)
  // A payment of an invoice that shows itself nowhere else.
  const unshown = paying.flatMap((row): readonly Json[] => {
    const { payment_intent: id, amount_requested: amount, currency = 'usd', status, invoice } = row as Shown
    if (typeof id !== 'string' || intents.has(id) || typeof amount !== 'number' || amount <= 0) return []
    return [
      {
        id,
        amount,
        currency,
        invoice: invoice ?? null,
        status: status === 'paid' ? 'succeeded' : 'requires_payment_method',
      },
    ]
  })
  const payment_intents = [...(rows.payment_intents ?? []), ...unshown]
  const paid = new Set(payment_intents.map((row) => idOf((row as Shown).id)))
  const discounts = idsIn('discounts')
  const rates = idsIn('tax_rates')
  /** A row without the discounts and tax rates that nobody knows of, and so what is in it. */
  const known = (row: Json): Json => {
    const of = row as Shown
    const kept = (name: string, ids: ReadonlySet<string>): Shown => {
      const all = of[name]
      return Array.isArray(all) ? { [name]: all.filter((id: Json) => ids.has(String(id))) } : {}
    }
    const inner = (name: string): Shown => {
      const all = of[name]
      return Array.isArray(all) ? { [name]: all.map((one: Json) => known(one)) } : {}
    }
    return {
      ...of,
      ...kept('discounts', discounts),
      ...kept('tax_rates', rates),
      ...kept('default_tax_rates', rates),
      ...inner('lines'),
      ...inner('items'),
      ...inner('phases'),
    }
  }
  return {
    ...rows,
    charges,
    payment_intents,
    subscriptions: (rows.subscriptions ?? []).map((row) => {
      const { schedule, ...rest } = known(row) as Shown
      return idsIn('subscription_schedules').has(idOf(schedule) ?? '') ? { ...rest, schedule: schedule ?? null } : rest
    }),
    invoices: (rows.invoices ?? []).map(known),
    invoice_items: (rows.invoice_items ?? []).map(known),
    invoice_payments: paying.filter((row) => paid.has(idOf((row as Shown).payment_intent))),
    subscription_schedules: (rows.subscription_schedules ?? [])
      .filter((row) => {
        const { status, subscription } = row as Shown
        return status !== 'active' || idsIn('subscriptions').has(idOf(subscription) ?? '')
      })
      .map(known),
    credit_notes: of('credit_notes', 'invoice', invoices).map(known),
    early_fraud_warnings: of('early_fraud_warnings', 'charge', chargeIds),
    fee_refunds: of('fee_refunds', 'fee', idsIn('application_fees')),
    transfer_reversals: of('transfer_reversals', 'transfer', idsIn('transfers')),
    refunds: of('refunds', 'charge', chargeIds),
    disputes: of('disputes', 'charge', chargeIds),
  }
}
