import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openShop, type Shop } from './support.ts'

const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }

async function invoiced(shop: Shop, amount = 1000): Promise<Stripe.Invoice & { readonly id: string }> {
  await shop.sdk.invoiceItems.create({ customer: 'cus_ann', amount, currency: 'usd', description: 'Tea' })
  const draft = await shop.sdk.invoices.create({ customer: 'cus_ann', pending_invoice_items_behavior: 'include' })
  const invoice = await shop.sdk.invoices.finalizeInvoice(draft.id ?? '')
  return { ...invoice, id: invoice.id ?? '' }
}
const open = (): Shop => openShop({ customers: [ANN] })

test('a credit note takes off what is due; what is left is charged', async () => {
  const shop = open()
  const { id, lines } = await invoiced(shop)
  const note = await shop.sdk.creditNotes.create({
    invoice: id,
    lines: [{ type: 'invoice_line_item', invoice_line_item: lines.data[0]?.id ?? '', amount: 300 }],
    reason: 'duplicate',
  })
  expect([note.type, note.total, note.pre_payment_amount, note.number.slice(-6)]).toEqual([
    'pre_payment',
    300,
    300,
    '-CN-01',
  ])
  const left = await shop.sdk.invoices.retrieve(id)
  expect([left.amount_due, left.amount_remaining, left.pre_payment_credit_notes_amount, left.total]).toEqual([
    700, 700, 300, 1000,
  ])
  expect((await shop.sdk.invoices.pay(id)).amount_paid).toBe(700)
  expect(shop.rows('charges').map(({ amount }) => amount)).toEqual([700])
})

test('one over all that is due settles the invoice, and can be voided while it is open', async () => {
  const shop = open()
  const partly = await invoiced(shop)
  const note = await shop.sdk.creditNotes.create({ invoice: partly.id, amount: 400 })
  expect((await shop.sdk.creditNotes.voidCreditNote(note.id)).status).toBe('void')
  expect((await shop.sdk.invoices.retrieve(partly.id)).amount_due).toBe(1000)
  const whole = await invoiced(shop)
  await shop.sdk.creditNotes.create({ invoice: whole.id, amount: 1000 })
  expect((await shop.sdk.invoices.retrieve(whole.id)).status).toBe('paid')
  expect(shop.rows('charges')).toEqual([])
  expect(shop.events(/^credit_note\./)).toEqual(['credit_note.created', 'credit_note.voided', 'credit_note.created'])
})

test('after payment it gives back: to the card, and to the balance that pays the next invoice', async () => {
  const shop = open()
  const { id } = await invoiced(shop)
  await shop.sdk.invoices.pay(id)
  const uneven = await errorOf(shop.sdk.creditNotes.create({ invoice: id, amount: 500, refund_amount: 100 }))
  expect(uneven.message).toContain('must equal the post payment amount')
  const note = await shop.sdk.creditNotes.create({ invoice: id, amount: 500, refund_amount: 200, credit_amount: 300 })
  expect([note.type, note.refunds.map((one) => one.amount_refunded)]).toEqual(['post_payment', [200]])
  expect((await shop.sdk.refunds.list()).data.map(({ amount }) => amount)).toEqual([200])
  const customer = (await shop.sdk.customers.retrieve('cus_ann')) as Stripe.Customer
  expect(customer.balance).toBe(-300)
  const next = await invoiced(shop)
  expect([next.starting_balance, next.ending_balance, next.amount_due]).toEqual([-300, 0, 700])
  const changes = await shop.sdk.customers.listBalanceTransactions('cus_ann')
  expect(changes.data.map(({ type, amount, ending_balance }) => [type, amount, ending_balance])).toEqual([
    ['applied_to_invoice', 300, 0],
    ['credit_note', -300, -300],
  ])
  const more = await errorOf(shop.sdk.creditNotes.create({ invoice: id, amount: 600, refund_amount: 600 }))
  expect(more.param).toBe('amount')
})

test('a balance is adjusted by hand, covers invoices whole, and comes back when one is voided', async () => {
  const shop = open()
  const change = await shop.sdk.customers.createBalanceTransaction('cus_ann', { amount: -1500, currency: 'usd' })
  expect([change.type, change.ending_balance]).toEqual(['adjustment', -1500])
  const covered = await invoiced(shop)
  expect([covered.status, covered.amount_due, covered.ending_balance]).toEqual(['paid', 0, -500])
  const partly = await invoiced(shop)
  expect([partly.status, partly.amount_due]).toEqual(['open', 500])
  await shop.sdk.invoices.voidInvoice(partly.id)
  expect(((await shop.sdk.customers.retrieve('cus_ann')) as Stripe.Customer).balance).toBe(-500)
  const updated = await shop.sdk.customers.updateBalanceTransaction('cus_ann', change.id, { description: 'Sorry' })
  expect(updated.description).toBe('Sorry')
  const found = await shop.sdk.customers.retrieveBalanceTransaction('cus_ann', change.id)
  expect(found.description).toBe('Sorry')
})

test('a preview changes nothing; notes are read, changed and listed with their lines', async () => {
  const shop = open()
  const { id } = await invoiced(shop)
  const preview = await shop.sdk.creditNotes.preview({ invoice: id, amount: 250 })
  expect([preview.total, shop.rows('credit_notes')]).toEqual([250, []])
  const previewed = await shop.sdk.creditNotes.listPreviewLineItems({ invoice: id, amount: 250 })
  expect(previewed.data.map(({ amount }) => amount)).toEqual([250])
  const note = await shop.sdk.creditNotes.create({
    invoice: id,
    lines: [{ type: 'custom_line_item', description: 'Sorry', quantity: 2, unit_amount: 50 }],
  })
  await shop.sdk.creditNotes.update(note.id, { memo: 'Late' })
  expect((await shop.sdk.creditNotes.retrieve(note.id)).memo).toBe('Late')
  expect((await shop.sdk.creditNotes.list({ invoice: id })).data).toHaveLength(1)
  expect((await shop.sdk.creditNotes.listLineItems(note.id)).data.map(({ type }) => type)).toEqual(['custom_line_item'])
  const draft = await shop.sdk.invoices.create({ customer: 'cus_ann' })
  expect((await errorOf(shop.sdk.creditNotes.create({ invoice: draft.id ?? '', amount: 1 }))).param).toBe('invoice')
})
