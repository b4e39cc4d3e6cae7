import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { missing } from '../errors.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { string } from '../params.ts'
import { warningBody } from '../radar.ts'

export function addRadar(account: Account, serve: Serve): void {
  const { state } = account
  serve({
    name: 'radar.early_fraud_warnings.retrieve',
    route: 'GET /v1/radar/early_fraud_warnings/:id',
    spec: {},
    gives: 'radar.early_fraud_warning',
    run(_, at) {
      const warning = state.fraud_warnings.get(at('id'))
      if (warning === undefined) throw missing('early fraud warning', at('id'), 'early_fraud_warning', 404)
      return warningBody(account, warning)
    },
  })
  serve({
    name: 'radar.early_fraud_warnings.list',
    route: 'GET /v1/radar/early_fraud_warnings',
    spec: { ...LIST_SPEC, charge: string(), payment_intent: string() },
    gives: 'radar.early_fraud_warning',
    list: true,
    run(params) {
      const of = (id: string): string | undefined => state.charges.get(id)?.payment_intent
      const rows = state.fraud_warnings
        .all()
        .filter(({ charge }) => params.charge === undefined || charge === params.charge)
        .filter(({ charge }) => params.payment_intent === undefined || of(charge) === params.payment_intent)
      return page('/v1/radar/early_fraud_warnings', 'early fraud warning', rows, params, (one) =>
        warningBody(account, one),
      )
    },
  })
}
