import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Payout } from '../billing-state.ts'
import { payoutBody } from '../billing-wire.ts'
import { currency } from '../currencies.ts'
import { invalid, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { gap, loudly } from '../gaps.ts'
import { balance, bookPayout, SETTLEMENT } from '../ledger.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { choice, integer, mergeMetadata, metadata, required, string } from '../params.ts'
import { blankPayout, tellPayout, watchPayout } from '../payouts.ts'

export function addPayouts(account: Account, serve: Serve): void {
  const { state } = account
  const payoutAt = (id: string): Payout => {
    const payout = state.payouts.get(id)
    if (payout === undefined) throw missing('payout', id, 'payout', 404)
    return payout
  }
  serve({
    name: 'payouts.create',
    route: 'POST /v1/payouts',
    spec: {
      amount: required(integer(1)),
      currency: required(currency()),
      description: string(),
      metadata: metadata(),
      method: choice('standard', 'instant'),
      statement_descriptor: string(22),
      ...loudly('destination payout_method source_type', 'bank accounts and other ways out'),
    },
    gives: 'payout',
    run(params) {
      if (params.currency !== SETTLEMENT) throw gap('settlement in another currency')
      if (params.amount > balance(account).available) {
        throw invalid(
          'You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).',
          { code: 'balance_insufficient' },
        )
      }
      const payout = state.payouts.add(
        blankPayout(account, {
          amount: params.amount,
          description: params.description ?? null,
          metadata: mergeMetadata({}, params.metadata),
          method: params.method ?? 'standard',
          statement_descriptor: params.statement_descriptor ?? null,
        }),
      )
      payout.balance_transaction = bookPayout(account, payout.id, -payout.amount).id
      tellPayout(account, 'created', payout)
      watchPayout(account, payout)
      return payoutBody(payout)
    },
  })
  serve({
    name: 'payouts.retrieve',
    route: 'GET /v1/payouts/:id',
    spec: {},
    gives: 'payout',
    run: (_, at) => payoutBody(payoutAt(at('id'))),
  })
  serve({
    name: 'payouts.update',
    route: 'POST /v1/payouts/:id',
    spec: { metadata: metadata() },
    gives: 'payout',
    run(params, at) {
      const payout = payoutAt(at('id'))
      const before = payoutBody(payout)
      payout.metadata = mergeMetadata(payout.metadata, params.metadata)
      emit(account, 'payout.updated', payoutBody(payout), before)
      return payoutBody(payout)
    },
  })
  serve({
    name: 'payouts.cancel',
    route: 'POST /v1/payouts/:id/cancel',
    spec: {},
    gives: 'payout',
    run(_, at) {
      const payout = payoutAt(at('id'))
      if (payout.status !== 'pending')
        throw invalid('Payouts can only be canceled while they are pending.', { code: 'payout_not_cancelable' })
      payout.status = 'canceled'
      bookPayout(account, payout.id, payout.amount)
      tellPayout(account, 'canceled', payout)
      return payoutBody(payout)
    },
  })
  serve({
    name: 'payouts.list',
    route: 'GET /v1/payouts',
    spec: {
      ...LIST_SPEC,
      status: choice('pending', 'paid', 'failed', 'canceled'),
      ...loudly('arrival_date destination', 'bank accounts and other ways out'),
    },
    gives: 'payout',
    list: true,
    run: (params) =>
      page(
        '/v1/payouts',
        'payout',
        state.payouts.all().filter((one) => params.status === undefined || one.status === params.status),
        params,
        payoutBody,
      ),
  })
}
