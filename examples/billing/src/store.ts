export type Item = { sku: string; quantity: number; unitAmount: number }
export type Order = {
  id: string
  customer: string
  email: string
  items: Item[]
  /** In cents, as all amounts. */
  amount: number
  status: 'pending' | 'paid' | 'declined' | 'failed'
  paymentIntent?: string
  refunded: number
  disputed: boolean
  receipt: 'none' | 'sending' | 'sent' | 'failed'
  summary?: string
  paidAt?: Date
}
export type Invoice = { id: string; customer: string; month: string; amount: number; orders: string[] }

export const orders = new Map<string, Order>()
export const invoices = new Map<string, Invoice>()
/** Ids of the events that have been handled: the provider delivers some more than once. */
export const handledEvents = new Set<string>()

export const orderByPayment = (paymentIntent: string): Order | undefined =>
  [...orders.values()].find((order) => order.paymentIntent === paymentIntent)
