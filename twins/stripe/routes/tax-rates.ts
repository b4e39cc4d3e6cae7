import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { TaxRate } from '../billing-state.ts'
import { malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { choice, type Field, flag, mergeMetadata, metadata, type Raw, required, type Spec, string } from '../params.ts'
import { taxRateBody } from '../taxes.ts'

/** 0 to 100 with at most four decimals: https://docs.stripe.com/api/tax_rates/create (2026-11-26). */
const percentage = (): Field<number> => ({
  needed: false,
  read(raw: Raw, path: string): number {
    if (typeof raw !== 'string' || !/^\d+(\.\d+)?$/.test(raw))
      throw malformed(`Invalid decimal: ${String(raw)}`, { param: path })
    if (Number(raw) > 100) throw malformed('This value must be less than or equal to 100.', { param: path })
    if (/\.\d{5,}$/.test(raw))
      throw malformed(`Invalid decimal: ${raw}; must contain at maximum four decimal places.`, { param: path })
    return Number(raw)
  },
})

const editable = {
  active: flag(),
  country: string(2),
  description: string(),
  jurisdiction: string(50),
  metadata: metadata(),
  state: string(),
  tax_type: choice(
    'amusement_tax',
    'communications_tax',
    'gst',
    'hst',
    'igst',
    'jct',
    'lease_tax',
    'pst',
    'qst',
    'retail_delivery_fee',
    'rst',
    'sales_tax',
    'service_tax',
    'vat',
  ),
} satisfies Spec

export function addTaxRates(account: Account, serve: Serve): void {
  const { state } = account
  const rateAt = (id: string): TaxRate => {
    const rate = state.tax_rates.get(id)
    if (rate === undefined) throw missing('tax rate', id, 'tax_rate', 404)
    return rate
  }
  serve({
    name: 'tax_rates.create',
    route: 'POST /v1/tax_rates',
    spec: {
      ...editable,
      display_name: required(string(50)),
      inclusive: required(flag()),
      percentage: required(percentage()),
    },
    gives: 'tax_rate',
    run(params) {
      const rate = state.tax_rates.add({
        id: account.newId('txr_1', 23, state.tax_rates),
        created: account.nowS(),
        active: params.active ?? true,
        country: params.country ?? null,
        description: params.description ?? null,
        display_name: params.display_name,
        inclusive: params.inclusive,
        jurisdiction: params.jurisdiction ?? null,
        metadata: mergeMetadata({}, params.metadata),
        percentage: params.percentage,
        state: params.state ?? null,
        tax_type: params.tax_type ?? null,
      })
      emit(account, 'tax_rate.created', taxRateBody(rate))
      return taxRateBody(rate)
    },
  })
  serve({
    name: 'tax_rates.retrieve',
    route: 'GET /v1/tax_rates/:id',
    spec: {},
    gives: 'tax_rate',
    run: (_, at) => taxRateBody(rateAt(at('id'))),
  })
  serve({
    name: 'tax_rates.update',
    route: 'POST /v1/tax_rates/:id',
    spec: { ...editable, display_name: string(50) },
    gives: 'tax_rate',
    run(params, at) {
      const rate = rateAt(at('id'))
      const before = taxRateBody(rate)
      rate.metadata = mergeMetadata(rate.metadata, params.metadata)
      rate.active = params.active ?? rate.active
      rate.country = params.country ?? rate.country
      rate.description = params.description ?? rate.description
      rate.display_name = params.display_name ?? rate.display_name
      rate.jurisdiction = params.jurisdiction ?? rate.jurisdiction
      rate.state = params.state ?? rate.state
      rate.tax_type = params.tax_type ?? rate.tax_type
      emit(account, 'tax_rate.updated', taxRateBody(rate), before)
      return taxRateBody(rate)
    },
  })
  serve({
    name: 'tax_rates.list',
    route: 'GET /v1/tax_rates',
    spec: { ...LIST_SPEC, active: flag(), inclusive: flag() },
    gives: 'tax_rate',
    list: true,
    run(params) {
      const rows = state.tax_rates
        .all()
        .filter(({ active }) => params.active === undefined || active === params.active)
        .filter(({ inclusive }) => params.inclusive === undefined || inclusive === params.inclusive)
      return page('/v1/tax_rates', 'tax rate', rows, params, taxRateBody)
    },
  })
}
