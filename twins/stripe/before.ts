import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'

// Customers, cards and payments of a recording that begins in the midst: what it uses, and nothing in it has made.

type Wire = { readonly [key: string]: Json }
const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function* objectsIn(value: Json): Generator<Wire> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item as Json)
  else if (isObject(value)) {
    yield value
    for (const item of Object.values(value)) yield* objectsIn(item)
  }
}

export const bodyOf = ({ responseBody }: Exchange): Json => {
  try {
    return JSON.parse(Buffer.from(responseBody ?? []).toString()) as Json
  } catch {
    return null
  }
}

const KINDS = /^(cus|pm|pi|ch)_(?!card_)\w{8,}$/

/** Ids that requests name, before any answer to a request that makes things has given them. */
function usedBefore(exchanges: readonly Exchange[], bodies: readonly Json[]): ReadonlySet<string> {
  const made = new Set<string>()
  const before = new Set<string>()
  for (const [at, { url, method, status, requestBody }] of exchanges.entries()) {
    const { pathname, searchParams } = new URL(url)
    const form = new URLSearchParams(Buffer.from(requestBody).toString())
    const body = bodies[at] ?? null
    const asked = [...pathname.split('/'), ...searchParams.values(), ...form.values()]
    // What is refused as unknown is unknown: by its name, or by the status alone.
    if (status === 404) continue
    const refused = status >= 400 ? JSON.stringify(body) : ''
    for (const id of asked) if (KINDS.test(id) && !made.has(id) && !refused.includes(id)) before.add(id)
    if (method !== 'POST') continue
    for (const { id } of objectsIn(body)) if (typeof id === 'string' && !before.has(id)) made.add(id)
  }
  return before
}

/** Test cards by the last digits they show: twins/stripe/cards.ts. */
const CARDS: Readonly<Record<string, string>> = {
  '3184': 'pm_card_authenticationRequired',
  '0002': 'pm_card_chargeDeclined',
  '8210': 'pm_card_amex',
  '8431': 'pm_card_amex',
  '0005': 'pm_card_amex',
  '1117': 'pm_card_discover',
  '4444': 'pm_card_mastercard',
}

function cardOf(id: string, objects: readonly Wire[]): string {
  for (const object of objects) {
    const { payment_method: method, payment_method_details: details, status } = object
    const card = object.id === id ? object.card : method === id && isObject(details) ? details.card : undefined
    if (isObject(card) && typeof card.last4 === 'string') return CARDS[card.last4] ?? 'pm_card_visa'
    if (method === id && status === 'requires_action') return 'pm_card_authenticationRequired'
  }
  return 'pm_card_visa'
}

/** Who pays with a method, as answers tell. */
const ownerOf = (id: string, objects: readonly Wire[]): string | undefined =>
  objects
    .filter((object) => object.id === id || object.payment_method === id || defaultOf(object) === id)
    .map((object) => (object.object === 'customer' ? object.id : object.customer))
    .find((customer) => typeof customer === 'string')

const defaultOf = ({ invoice_settings: settings }: Wire): Json | undefined =>
  isObject(settings) ? settings.default_payment_method : undefined

/** What a customer is called: as it shows itself, or else as its invoices and checkouts do. */
function namesOf(id: string, { email, name, description }: Wire, objects: readonly Wire[]): Wire {
  const all: Record<string, Json> = {}
  const keep = (key: string, value: Json | undefined): void => {
    if (typeof value === 'string') all[key] ??= value
  }
  keep('email', email)
  keep('name', name)
  keep('description', description)
  for (const { customer, customer_email, customer_name, customer_details } of objects) {
    if (customer !== id) continue
    const details = isObject(customer_details) ? customer_details : {}
    keep('email', customer_email ?? details.email)
    keep('name', customer_name ?? details.name)
  }
  return all
}

/** Customers with their cards, and payments, as the twin's seed has them. */
export function storedBefore(exchanges: readonly Exchange[], bodies: readonly Json[]): Wire {
  const used = usedBefore(exchanges, bodies)
  const objects = bodies.flatMap((body) => [...objectsIn(body)])
  const ids = (prefix: string): readonly string[] => [...used].filter((id) => id.startsWith(prefix))
  const attached = attachedIn(exchanges, bodies)
  const poor = bodies.some((body) => JSON.stringify(body).includes('no attached payment source'))
  const methods = [...new Set([...ids('pm_'), ...paidWith(objects, used)])].filter((id) => !attached.has(id))
  const customers = ids('cus_').map((id): Json => {
    const shown = objects.find((object) => object.id === id && object.object === 'customer')
    const cards = methods.filter((method) => (ownerOf(method, objects) ?? id) === id)
    const told = shown === undefined ? undefined : defaultOf(shown)
    const usual = told === undefined ? (poor ? undefined : cards[0]) : told
    return {
      id,
      ...namesOf(id, shown ?? {}, objects),
      // One that pays by nobody knows what pays by a card all the same.
      payment_methods:
        cards.length === 0 && !poor && paysUnnamed(id, exchanges)
          ? [{ card: 'pm_card_visa', default: true }]
          : cards.map((card) => ({ id: card, card: cardOf(card, objects), default: card === usual })),
    }
  })
  return { customers, payments: paymentsOf(objects, used) }
}

/** Methods of customers that were there before, which answers name though no request does. */
const paidWith = (objects: readonly Wire[], used: ReadonlySet<string>): readonly string[] =>
  objects.flatMap((object) => {
    const method = object.object === 'customer' ? defaultOf(object) : object.payment_method
    const owner = object.object === 'customer' ? object.id : object.customer
    return typeof method === 'string' && used.has(String(owner)) && /^pm_1/.test(method) ? [method] : []
  })

/** Methods that a test card became when it was attached. */
const attachedIn = (exchanges: readonly Exchange[], bodies: readonly Json[]): ReadonlySet<Json | undefined> =>
  new Set(
    exchanges.flatMap(({ url }, at) => {
      const body = bodies[at] ?? null
      return /\/payment_methods\/pm_card_\w+\/attach$/.test(url) && isObject(body) ? [body.id] : []
    }),
  )

/** Whether something is billed to a customer without a word of what pays for it. */
const paysUnnamed = (id: string, exchanges: readonly Exchange[]): boolean =>
  exchanges.some(({ url, method, status, requestBody }) => {
    const bills = /\/v1\/(subscriptions|invoices\/\w+\/pay)$/.test(new URL(url).pathname)
    const text = Buffer.from(requestBody).toString()
    return method === 'POST' && status === 200 && bills && (text.includes(id) || text === '')
  })

/** Payments that succeeded before: a charge, and the intent it belongs to. */
function paymentsOf(objects: readonly Wire[], used: ReadonlySet<string>): readonly Json[] {
  const seen = new Set<string>()
  return objects.flatMap((object): readonly Json[] => {
    const { id, amount, currency, customer, payment_intent: intent, object: kind } = object
    const of = isObject(intent) ? intent.id : intent
    if (kind !== 'charge' || typeof id !== 'string' || typeof amount !== 'number' || seen.has(id)) return []
    if (!used.has(id) && !(typeof of === 'string' && used.has(of))) return []
    seen.add(id)
    return [
      {
        charge: id,
        amount,
        ...(typeof of === 'string' ? { payment_intent: of } : {}),
        ...(typeof currency === 'string' ? { currency } : {}),
        ...(typeof customer === 'string' && used.has(customer) ? { customer } : {}),
      },
    ]
  })
}
