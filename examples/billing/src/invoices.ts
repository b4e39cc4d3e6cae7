import { sendInvoice } from './receipts.ts'
import { type Invoice, invoices, type Order, orders } from './store.ts'

/** The month an instant belongs to, in UTC, as in our books: `2026-05`. */
const monthOf = (date: Date): string => `${date.getUTCFullYear()}-${String(date.getUTCMonth() + 1).padStart(2, '0')}`

const startOfNextHour = (date: Date): number => Math.floor(date.getTime() / 3_600_000) * 3_600_000 + 3_600_000

/** Invoices each customer's paid orders of a month, once. */
async function invoiceMonth(month: string): Promise<void> {
  const byCustomer = new Map<string, Order[]>()
  for (const order of orders.values()) {
    if (order.status !== 'paid' || order.paidAt === undefined || monthOf(order.paidAt) !== month) continue
    byCustomer.set(order.customer, [...(byCustomer.get(order.customer) ?? []), order])
  }
  for (const [customer, theirs] of byCustomer) {
    const id = `${customer}-${month}`
    const [first] = theirs
    if (invoices.has(id) || first === undefined) continue
    const invoice: Invoice = {
      id,
      customer,
      month,
      amount: theirs.reduce((sum, order) => sum + order.amount - order.refunded, 0),
      orders: theirs.map((order) => order.id),
    }
    invoices.set(id, invoice)
    try {
      await sendInvoice(invoice, first.email)
    } catch (error) {
      invoices.delete(id)
      console.error(JSON.stringify({ event: 'invoice-failed', invoice: id, error: String(error) }))
    }
  }
}

/** Looks every hour whether a month has ended, and invoices it. */
export function startInvoicing(): () => void {
  let timer: NodeJS.Timeout
  const plan = (): void => {
    const now = new Date()
    timer = setTimeout(() => void look(), startOfNextHour(now) - now.getTime())
  }
  const look = async (): Promise<void> => {
    // For a day after a month's end its invoices are looked at every hour: one that failed is tried again.
    const [today, yesterday] = [monthOf(new Date()), monthOf(new Date(Date.now() - 24 * 3_600_000))]
    if (today !== yesterday) await invoiceMonth(yesterday)
    plan()
  }
  plan()
  return () => clearTimeout(timer)
}
