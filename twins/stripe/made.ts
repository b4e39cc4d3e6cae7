import { type Exchange, headerOf } from '../har.ts'
import type { Json } from '../trace.ts'
import { isShown, type Shown } from './shown.ts'

// Which objects of a recording its own requests have made, and which were there before.

export function* objectsIn(value: Json): Generator<Shown> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item as Json)
  else if (isShown(value)) {
    yield value
    for (const item of Object.values(value)) yield* objectsIn(item)
  }
}

/** Every text, with the id of the object that holds it; an object's own id is held by what is around it. */
function* textsIn(value: Json, holder = ''): Generator<readonly [text: string, holder: string]> {
  if (typeof value === 'string') yield [value, holder]
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item as Json, holder)
  else if (isShown(value)) {
    const { id } = value
    if (typeof id === 'string') yield [id, holder]
    for (const item of Object.values(value)) yield* textsIn(item, typeof id === 'string' ? id : holder)
  }
}

export const bodyOf = ({ responseBody }: Exchange): Json => {
  try {
    return JSON.parse(Buffer.from(responseBody ?? []).toString()) as Json
  } catch {
    return null
  }
}

/** Names, values and path of what an exchange asks. */
export function askedBy({ url, requestBody }: Exchange): {
  readonly path: string
  readonly form: URLSearchParams
  readonly ids: readonly string[]
} {
  const { pathname, searchParams } = new URL(url)
  const form = new URLSearchParams(Buffer.from(requestBody).toString())
  return {
    path: pathname,
    form,
    ids: [...pathname.split('/'), ...searchParams.values(), ...form.values()].filter(isId),
  }
}

const isId = (word: string): boolean =>
  /^(cus|pm|pi|ch|py|re|pyr|sub|si|in|ii|il|inpay|seti|cs_test|po|promo|di|tr|du|dp|evt|prod|price|we|txn|txr|cn|cbtxn|fee|fr|trr|issfr|plink|mtr)_(?!card_)\w{8,}$/.test(
    word,
  )
const kindOf = (id: string): string => (id.startsWith('cs_') ? 'cs' : (id.split('_')[0] ?? ''))

/** What else a request makes beside the object it is for, by kind. */
const MAKES: readonly (readonly [asked: RegExp, kinds: string])[] = [
  [/^POST \/v1\/subscriptions$/, 'in il si pi ch inpay txn ii seti di'],
  [/^POST \/v1\/subscription_schedules$/, 'sub si in il pi ch inpay txn ii'],
  [/^POST \/v1\/subscription_schedules\/\w+$/, 'in il pi ch inpay txn ii'],
  [/^POST \/v1\/subscription_items$/, 'ii in il pi ch inpay txn'],
  [/^POST \/v1\/invoices$/, 'il di'],
  [/^POST \/v1\/invoiceitems$/, 'il di'],
  [/^POST \/v1\/invoices\/\w+\/(pay|finalize|send)$/, 'pi ch inpay txn'],
  [/^POST \/v1\/payment_intents(\/\w+\/(confirm|capture))?$/, 'ch txn tr fee'],
  [/^POST \/v1\/refunds$/, 'txn pyr trr fr'],
  [/^POST \/v1\/credit_notes$/, 're txn pyr cbtxn'],
  [/\/(reversals|refunds)$/, 'txn pyr'],
  [/^POST \/v1\/checkout\/sessions$/, 'seti pi li'],
  [/^POST \/v1\/transfers$/, 'txn py'],
  [/^POST \/v1\/payouts/, 'txn'],
  [/^POST \/v1\/(prices|products)$/, 'prod price'],
]
/** An update of a subscription that bills at once. */
const BILLS = /^(items\[|trial_end$|billing_cycle_anchor$|add_invoice_items\[|proration_behavior$)/

function makes(method: string, path: string, form: URLSearchParams): ReadonlySet<string> {
  const asked = `${method} ${path}`
  const kinds = (MAKES.find(([pattern]) => pattern.test(asked))?.[1] ?? '').split(' ')
  const names = [...form.keys()]
  if (/^POST \/v1\/subscription(s|_items)\/\w+$/.test(asked) && names.some((name) => BILLS.test(name)))
    kinds.push(...'in il ii pi ch inpay txn'.split(' '))
  if (names.some((name) => name.startsWith('discounts['))) kinds.push('di')
  const values = [...form.values()]
  if (values.some((value) => /^(pm_card|tok)_/.test(value)) || names.some((name) => /_data\]?\[/.test(name)))
    kinds.push('pm', 'prod', 'price')
  if (/\/payment_methods\/(pm_card|tok)_\w+\/attach$/.test(path)) kinds.push('pm')
  return new Set(kinds)
}

const secondsOf = (exchange: Exchange): number | undefined => {
  const atMs = Date.parse(headerOf(exchange.responseHeaders, 'date') ?? '')
  const known = Number.isNaN(atMs) ? exchange.atMs : atMs
  return known === undefined ? undefined : Math.floor(known / 1000)
}

/** Ids of what was there before the first exchange. */
export function thereBefore(exchanges: readonly Exchange[], bodies: readonly Json[]): ReadonlySet<string> {
  const before = new Set<string>()
  const made = new Set<string>()
  const created = new Map<string, number>()
  for (const { id, created: at } of bodies.flatMap((body) => [...objectsIn(body)]))
    if (typeof id === 'string' && typeof at === 'number') created.set(id, at)
  const [first] = exchanges
  const startS = first === undefined ? undefined : secondsOf(first)
  /** Whether it came into being when the recording had begun; undefined when nothing tells. */
  const isLate = (id: string): boolean | undefined => {
    const at = created.get(id)
    return at === undefined || startS === undefined || at === startS ? undefined : at > startS
  }
  for (const [at, exchange] of exchanges.entries()) {
    const { path, form, ids } = askedBy(exchange)
    const body = bodies[at] ?? null
    const { method, status } = exchange
    // What is refused as unknown is unknown: by its name, or by the status alone.
    const refused = status >= 400 ? JSON.stringify(body) : ''
    const unnamed = status === 404 && !refused.includes('No such')
    for (const id of ids) if (!made.has(id) && !refused.includes(id) && !unnamed) before.add(id)
    if (status >= 400 && !refused.includes('_intent"')) continue
    const own = isShown(body) && typeof body.id === 'string' ? body.id : undefined
    if (method === 'POST' && own !== undefined && !ids.includes(own) && !before.has(own)) made.add(own)
    const kinds = method === 'GET' ? undefined : makes(method, path, form)
    for (const [id, holder] of textsIn(body)) {
      if (!isId(id) || made.has(id) || before.has(id)) continue
      const late = isLate(id)
      // A list shows what its reader did not ask for by name; time tells whose it is.
      const isMade = kinds === undefined ? (late ?? made.has(holder)) : kinds.has(kindOf(id)) && late !== false
      if (isMade) made.add(id)
      else before.add(id)
    }
  }
  return before
}
