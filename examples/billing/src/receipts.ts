import { mailer } from './clients.ts'
import { env } from './env.ts'
import { print } from './money.ts'
import type { Invoice, Order } from './store.ts'

/** Sends the receipt of a paid order, once. A mail whose answer is lost is not sent again: two receipts are worse than none. */
export async function sendReceipt(order: Order): Promise<void> {
  if (order.status !== 'paid' || order.receipt !== 'none') return
  order.receipt = 'sending'
  try {
    await mailer.send({
      to: order.email,
      from: env.MAIL_FROM,
      subject: `Your receipt for order ${order.id}`,
      text: [`Thank you! You paid ${print(order.amount)}.`, order.summary]
        .filter((line) => line !== undefined)
        .join('\n\n'),
      customArgs: { order: order.id },
    })
    order.receipt = 'sent'
  } catch (error) {
    order.receipt = 'failed'
    console.error(JSON.stringify({ event: 'receipt-failed', order: order.id, error: String(error) }))
  }
}

export async function sendInvoice(invoice: Invoice, email: string): Promise<void> {
  await mailer.send({
    to: email,
    from: env.MAIL_FROM,
    subject: `Your invoice for ${invoice.month}`,
    text: `${invoice.orders.length} orders, ${print(invoice.amount)} in all.`,
    customArgs: { invoice: invoice.id, amount: String(invoice.amount) },
  })
}
