import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { balanceChangeBody, changeBalance } from '../balances.ts'
import type { BalanceChange } from '../billing-state.ts'
import { currency } from '../currencies.ts'
import { missing } from '../errors.ts'
import { LIST_SPEC, page } from '../lists.ts'
import { integer, mergeMetadata, metadata, required, string } from '../params.ts'
import { customerOf } from './customers.ts'

const PATH = '/v1/customers/:id/balance_transactions'

export function addCustomerBalance(account: Account, serve: Serve): void {
  const { state } = account
  const changeAt = (customer: string, id: string): BalanceChange => {
    const change = state.balance_changes.get(id)
    if (change?.customer !== customer) throw missing('customer balance transaction', id, 'transaction', 404)
    return change
  }
  serve({
    name: 'customers.create_balance_transaction',
    route: `POST ${PATH}`,
    spec: {
      amount: required(integer()),
      currency: required(currency()),
      description: string(350),
      metadata: metadata(),
    },
    gives: 'customer_balance_transaction',
    run(params, at) {
      const customer = customerOf(account, at('id'), 'customer', 404)
      const change = changeBalance(account, customer, {
        amount: params.amount,
        currency: params.currency,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
        type: 'adjustment',
      })
      return balanceChangeBody(change)
    },
  })
  serve({
    name: 'customers.retrieve_balance_transaction',
    route: `GET ${PATH}/:transaction`,
    spec: {},
    gives: 'customer_balance_transaction',
    run: (_, at) => balanceChangeBody(changeAt(at('id'), at('transaction'))),
  })
  serve({
    name: 'customers.update_balance_transaction',
    route: `POST ${PATH}/:transaction`,
    spec: { description: string(350), metadata: metadata() },
    gives: 'customer_balance_transaction',
    run(params, at) {
      const change = changeAt(at('id'), at('transaction'))
      change.description = params.description ?? change.description
      change.metadata = mergeMetadata(change.metadata, params.metadata)
      return balanceChangeBody(change)
    },
  })
  serve({
    name: 'customers.list_balance_transactions',
    route: `GET ${PATH}`,
    spec: { ...LIST_SPEC, invoice: string() },
    gives: 'customer_balance_transaction',
    list: true,
    run(params, at) {
      const customer = customerOf(account, at('id'), 'customer', 404)
      const rows = state.balance_changes
        .all()
        .filter((one) => one.customer === customer.id)
        .filter(({ invoice }) => params.invoice === undefined || invoice === params.invoice)
      const path = `/v1/customers/${customer.id}/balance_transactions`
      return page(path, 'customer balance transaction', rows, params, balanceChangeBody)
    },
  })
}
