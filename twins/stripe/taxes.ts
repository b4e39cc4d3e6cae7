import { type Account, found } from './account.ts'
import type { Invoice, InvoiceLine, LineTax, TaxRate } from './billing-state.ts'
import { discountLines } from './coupons.ts'
import { invalid, missing } from './errors.ts'
import { gap } from './gaps.ts'
import { type Field, flag, list, object, string, unmodelled } from './params.ts'
import type { Wire } from './wire.ts'

/** `TaxRate` of stripe 23.1. */
export const taxRateBody = (rate: TaxRate): Wire => ({
  id: rate.id,
  object: 'tax_rate',
  active: rate.active,
  country: rate.country,
  created: rate.created,
  description: rate.description,
  display_name: rate.display_name,
  effective_percentage: rate.percentage,
  flat_amount: null,
  inclusive: rate.inclusive,
  jurisdiction: rate.jurisdiction,
  jurisdiction_level: null,
  livemode: false,
  metadata: rate.metadata,
  percentage: rate.percentage,
  rate_type: 'percentage',
  state: rate.state,
  tax_type: rate.tax_type,
})

/** `tax_rates` and `default_tax_rates`; '' takes them away. */
export const taxRatesField = (): Field<readonly string[]> => ({
  needed: false,
  read: (raw, path) => (raw === '' ? [] : list(string()).read(raw, path)),
})

/** `automatic_tax`, which only Stripe Tax could work out: off. */
export const noAutomaticTax = (): Field<unknown> => {
  const spec = object({ enabled: flag(), liability: unmodelled(() => gap('Connect')) })
  return {
    needed: false,
    read(raw, path) {
      const { enabled } = spec.read(raw, path)
      if (enabled === true) throw gap('tax that Stripe works out itself')
      return undefined
    },
  }
}

/** Throws unless every rate is there and may still be used: https://docs.stripe.com/billing/taxes/tax-rates (2026-11-26). */
export function checkRates(account: Account, ids: readonly string[] | undefined, param: string): void {
  for (const id of ids ?? []) {
    const rate = account.state.tax_rates.get(id)
    if (rate === undefined) throw missing('tax rate', id, param)
    if (!rate.active) throw invalid(`The tax rate ${id} is inactive and cannot be added to new objects.`, { param })
  }
}

/** Lines of a draft with what discounts take off them, and the taxes on what is left. */
export function pricedLines(
  account: Account,
  invoice: Pick<Invoice, 'customer' | 'default_tax_rates' | 'discounts' | 'lines'>,
): readonly InvoiceLine[] {
  const exempt = account.state.customers.get(invoice.customer)?.tax_exempt ?? 'none'
  return discountLines(account, invoice).map((line) => {
    const ids = line.tax_rates.length > 0 ? line.tax_rates : invoice.default_tax_rates
    const off = line.discount_amounts.reduce((sum, { amount }) => sum + amount, 0)
    return { ...line, taxes: taxesOn(account, line.amount - off, ids, exempt) }
  })
}

/**
 * Taxes of rates on an amount, each rounded to the smallest unit, half away from zero. Inclusive ones are in the amount already, and
 * exclusive ones are on what is left without them: https://docs.stripe.com/billing/taxes/tax-rates (2026-11-26).
 */
export function taxesOn(account: Account, amount: number, ids: readonly string[], exempt: string): readonly LineTax[] {
  const rates = ids.map((id) => found(account.state.tax_rates.get(id), id))
  const within = rates.filter(({ inclusive }) => inclusive).reduce((sum, { percentage }) => sum + percentage, 0)
  const net = amount / (1 + within / 100)
  const reason = exempt === 'exempt' ? 'customer_exempt' : exempt === 'reverse' ? 'reverse_charge' : 'not_available'
  const shares = rates.map(({ percentage }) => (exempt === 'none' ? rounded((net * percentage) / 100) : 0))
  const included = rates.reduce((sum, { inclusive }, at) => sum + (inclusive ? (shares[at] ?? 0) : 0), 0)
  return rates.map(({ id, inclusive }, at) => ({
    amount: shares[at] ?? 0,
    inclusive,
    rate: id,
    reason,
    taxable: exempt === 'none' ? amount - included : 0,
  }))
}

/** Half away from zero, and blind to what binary fractions add: 0.145 * 100 is 14.5. */
const rounded = (amount: number): number => Math.sign(amount) * Math.round(Number(Math.abs(amount).toFixed(6)))

export const taxBody = (tax: LineTax): Wire => ({
  amount: tax.amount,
  tax_behavior: tax.inclusive ? 'inclusive' : 'exclusive',
  tax_rate_details: { tax_rate: tax.rate },
  taxability_reason: tax.reason,
  taxable_amount: tax.taxable,
  type: 'tax_rate_details',
})

/** Taxes of several lines, each rate once. */
export function totalTaxes(lines: readonly { readonly taxes: readonly LineTax[] }[]): readonly LineTax[] {
  const sums = new Map<string, LineTax>()
  for (const tax of lines.flatMap(({ taxes }) => taxes)) {
    const sum = sums.get(tax.rate)
    const [amount, taxable] = [tax.amount + (sum?.amount ?? 0), tax.taxable + (sum?.taxable ?? 0)]
    sums.set(tax.rate, { ...tax, amount, taxable })
  }
  return [...sums.values()]
}

const sumOf = (taxes: readonly LineTax[], inclusive: boolean): number =>
  taxes.reduce((sum, tax) => sum + (tax.inclusive === inclusive ? tax.amount : 0), 0)
export const exclusiveOf = (taxes: readonly LineTax[]): number => sumOf(taxes, false)
export const inclusiveOf = (taxes: readonly LineTax[]): number => sumOf(taxes, true)
