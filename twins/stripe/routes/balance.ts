import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { missing } from '../errors.ts'
import { balance, SETTLEMENT } from '../ledger.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { string } from '../params.ts'
import { balanceTransactionBody } from '../wire.ts'

export function addBalance(account: Account, serve: Serve): void {
  const { state } = account
  serve({
    name: 'balance.retrieve',
    route: 'GET /v1/balance',
    spec: {},
    gives: 'balance',
    run() {
      const { available, pending } = balance(account)
      const entry = (amount: number) => [{ amount, currency: SETTLEMENT, source_types: { card: amount } }]
      return {
        object: 'balance',
        available: entry(available),
        livemode: false,
        pending: entry(pending),
        refund_and_dispute_prefunding: {
          available: [{ amount: 0, currency: SETTLEMENT }],
          pending: [{ amount: 0, currency: SETTLEMENT }],
        },
      }
    },
  })
  serve({
    name: 'balance_transactions.retrieve',
    route: 'GET /v1/balance_transactions/:id',
    spec: {},
    gives: 'balance_transaction',
    run(_, at) {
      const entry = state.balance_transactions.get(at('id'))
      if (entry === undefined) throw missing('balance transaction', at('id'), 'id', 404)
      return balanceTransactionBody(entry, account.nowS())
    },
  })
  serve({
    name: 'balance_transactions.list',
    route: 'GET /v1/balance_transactions',
    spec: {
      ...LIST_SPEC,
      currency: string(),
      payout: string(),
      source: string(),
      type: string(),
    },
    gives: 'balance_transaction',
    list: true,
    run(params) {
      const wanted = state.balance_transactions
        .all()
        .filter(({ currency }) => params.currency === undefined || currency === params.currency)
        .filter(({ payout }) => params.payout === undefined || payout === params.payout)
        .filter(({ source }) => params.source === undefined || source === params.source)
        .filter(({ type }) => params.type === undefined || type === params.type)
      return page('/v1/balance_transactions', 'balance transaction', wanted, params, (entry) =>
        balanceTransactionBody(entry, account.nowS()),
      )
    },
  })
}
