import type { Account } from './account.ts'
import type { Interval, Price, Product } from './billing-state.ts'
import { missing } from './errors.ts'

/** A product by id. */
export function productOf(account: Account, id: string, param: string, status: number): Product {
  const product = account.state.products.get(id)
  if (product === undefined) throw missing('product', id, param, status)
  return product
}

/** A price by id. */
export function priceOf(account: Account, id: string, param: string, status = 400): Price {
  const price = account.state.prices.get(id)
  if (price === undefined) throw missing('price', id, param, status)
  return price
}

export const newProduct = (account: Account, name: string, id?: string): Product => ({
  id: id ?? account.newId('prod_', 14, account.state.products),
  created: account.nowS(),
  active: true,
  default_price: null,
  description: null,
  images: [],
  metadata: {},
  name,
  shippable: null,
  statement_descriptor: null,
  unit_label: null,
  updated: account.nowS(),
  url: null,
})

const DAY_S = 24 * 3600

/**
 * `count` intervals after `fromS`, as the calendar has it in UTC. `anchorS` keeps the day: a month after 31 January is
 * the last day of February, and the month after that is 31 March again.
 */
export function after(fromS: number, interval: Interval, count: number, anchorS: number = fromS): number {
  if (interval === 'day') return fromS + count * DAY_S
  if (interval === 'week') return fromS + 7 * count * DAY_S
  const from = new Date(fromS * 1000)
  const months = from.getUTCFullYear() * 12 + from.getUTCMonth() + count * (interval === 'year' ? 12 : 1)
  const [year, month] = [Math.floor(months / 12), months % 12]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = Math.min(new Date(anchorS * 1000).getUTCDate(), lastDay)
  const time = fromS - Math.floor(fromS / DAY_S) * DAY_S
  return Date.UTC(year, month, day) / 1000 + time
}
