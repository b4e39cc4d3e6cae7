import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { type AccountType, accountBody, type ConnectedAccount, newConnected, type Transfer } from '../connect.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing, Refusal } from '../errors.ts'
import { emit } from '../events.ts'
import { transferWire } from '../fees.ts'
import { gap, loudly } from '../gaps.ts'
import { balance, bookTransfer, SETTLEMENT } from '../ledger.ts'
import { LIST_SPEC, page } from '../lists.ts'
import {
  choice,
  email,
  type Field,
  flag,
  integer,
  mergeMetadata,
  metadata,
  object,
  type Raw,
  required,
  string,
  url,
} from '../params.ts'
import { deletedBody } from '../wire.ts'

const CONNECT = 'Connect'

/** `{ transfers: { requested: true } }`: the names of those that are asked for. */
const capabilities = (): Field<Readonly<Record<string, boolean>>> => ({
  needed: false,
  read(raw: Raw, path: string) {
    if (typeof raw !== 'object' || Array.isArray(raw)) throw malformed('Invalid hash', { param: path })
    return Object.fromEntries(
      Object.entries(raw).map(([name, value]) => {
        const { requested } = object({ requested: flag() }).read(value, `${path}[${name}]`)
        return [name, requested === true]
      }),
    )
  },
})

const asked = (before: readonly string[], change: Readonly<Record<string, boolean>> = {}): readonly string[] => [
  ...before.filter((name) => change[name] !== false),
  ...Object.keys(change).filter((name) => change[name] === true && !before.includes(name)),
]

const PROFILE = object({
  name: string(),
  url: string(),
  ...loudly(
    'annual_revenue estimated_worker_count mcc minority_owned_business_designation monthly_estimated_revenue product_description specified_commercial_transactions_act_url support_address support_email support_phone support_url',
    CONNECT,
  ),
})

const DETAILS = loudly(
  'account_token company documents external_account groups individual settings tos_acceptance',
  CONNECT,
)

/** The account itself hears of it, in its own events. */
function accountUpdated(account: Account, row: ConnectedAccount): void {
  const own = account.hub.account(row.id)
  if (own !== undefined) emit(own, 'account.updated', accountBody(row))
}

/** The holder has told Stripe everything it wanted to know. */
export function onboard(account: Account, row: ConnectedAccount): void {
  row.onboarded = account.nowS()
  row.business_type ??= 'individual'
  accountUpdated(account, row)
}

export function addConnect(account: Account, serve: Serve): void {
  const { state } = account
  const rowAt = (id: string): ConnectedAccount => {
    const row = state.accounts.get(id)
    if (row === undefined) throw noAccess(id)
    return row
  }
  serve({
    name: 'accounts.create',
    route: 'POST /v1/accounts',
    spec: {
      type: choice('custom', 'express', 'standard'),
      business_profile: PROFILE,
      business_type: choice('company', 'government_entity', 'individual', 'non_profit'),
      capabilities: capabilities(),
      country: string(),
      email: email(),
      metadata: metadata(),
      ...loudly('controller default_currency', CONNECT),
      ...DETAILS,
    },
    gives: 'account',
    run(params) {
      if (account.platform !== null) throw gap(CONNECT)
      if (params.country !== undefined && params.country !== 'US') throw gap(CONNECT)
      const type: AccountType = params.type ?? 'none'
      const row = state.accounts.add({
        ...newConnected(account, type),
        email: params.email ?? null,
        business_type: params.business_type ?? null,
        business_name: params.business_profile?.name ?? null,
        business_url: params.business_profile?.url ?? null,
        capabilities: asked([], params.capabilities),
        metadata: mergeMetadata({}, params.metadata),
      })
      account.hub.open(row.id)
      return accountBody(row)
    },
  })
  serve({
    name: 'accounts.retrieve',
    route: 'GET /v1/accounts/:id',
    spec: {},
    gives: 'account',
    run: (_, at) => accountBody(rowAt(at('id'))),
  })
  serve({
    name: 'accounts.update',
    route: 'POST /v1/accounts/:id',
    spec: {
      business_profile: PROFILE,
      business_type: choice('company', 'government_entity', 'individual', 'non_profit'),
      capabilities: capabilities(),
      email: email(),
      metadata: metadata(),
      ...loudly('default_currency', CONNECT),
      ...DETAILS,
    },
    gives: 'account',
    run(params, at) {
      const row = rowAt(at('id'))
      row.email = params.email ?? row.email
      row.business_type = params.business_type ?? row.business_type
      row.business_name = params.business_profile?.name ?? row.business_name
      row.business_url = params.business_profile?.url ?? row.business_url
      row.capabilities = asked(row.capabilities, params.capabilities)
      row.metadata = mergeMetadata(row.metadata, params.metadata)
      accountUpdated(account, row)
      return accountBody(row)
    },
  })
  serve({
    name: 'accounts.delete',
    route: 'DELETE /v1/accounts/:id',
    spec: {},
    gives: 'account',
    run(_, at) {
      const row = rowAt(at('id'))
      state.accounts.remove(row.id)
      account.hub.close(row.id)
      return deletedBody('account', row.id)
    },
  })
  serve({
    name: 'accounts.list',
    route: 'GET /v1/accounts',
    spec: LIST_SPEC,
    gives: 'account',
    list: true,
    run: (params) => page('/v1/accounts', 'account', state.accounts.all(), params, accountBody),
  })
  serve({
    name: 'accounts.create_login_link',
    route: 'POST /v1/accounts/:id/login_links',
    spec: {},
    gives: 'login_link',
    run(_, at) {
      const row = rowAt(at('id'))
      if (row.type !== 'express' || row.onboarded === null)
        throw invalid(
          'Cannot create a login link for an account that has not completed onboarding, or that is no Express account.',
        )
      const token = account.world.draw('login link').text(12)
      return {
        object: 'login_link',
        created: account.nowS(),
        url: `https://connect.stripe.com/express/${row.id}/${token}`,
      }
    },
  })
  serve({
    name: 'account_links.create',
    route: 'POST /v1/account_links',
    spec: {
      account: required(string()),
      refresh_url: url(),
      return_url: url(),
      type: required(choice('account_onboarding', 'account_update')),
      ...loudly('collect collection_options', CONNECT),
    },
    gives: 'account_link',
    run(params) {
      const row = state.accounts.get(params.account)
      if (row === undefined) throw missing('account', params.account, 'account')
      if (params.type === 'account_update' && row.type !== 'custom')
        throw invalid('You cannot create `account_update` type Account Links for this account.', { param: 'type' })
      const created = account.nowS()
      const token = account.world.draw('account link').text(12)
      // https://docs.stripe.com/api/account_links (2026-11-26): a link is good for a few minutes.
      return {
        object: 'account_link',
        created,
        expires_at: created + 300,
        url: `https://connect.stripe.com/setup/e/${row.id}/${token}`,
      }
    },
  })
  addTransfers(account, serve)
}

/** As documented at https://docs.stripe.com/error-codes#account-invalid (2026-11-26). */
export const noAccess = (id: string): Refusal =>
  new Refusal(
    403,
    {
      type: 'invalid_request_error',
      code: 'account_invalid',
      message: `The provided key does not have access to account '${id}' (or that account does not exist). Application access may have been revoked.`,
    },
    false,
  )

function addTransfers(account: Account, serve: Serve): void {
  const { state } = account
  const transferAt = (id: string): Transfer => {
    const transfer = state.transfers.get(id)
    if (transfer === undefined) throw missing('transfer', id, 'transfer', 404)
    return transfer
  }
  serve({
    name: 'transfers.create',
    route: 'POST /v1/transfers',
    spec: {
      amount: required(integer(1)),
      currency: required(currency()),
      description: string(),
      destination: required(string()),
      metadata: metadata(),
      source_transaction: string(),
      source_type: choice('card'),
      transfer_group: string(),
    },
    gives: 'transfer',
    run(params) {
      const { amount, destination, source_transaction: source } = params
      if (params.currency !== SETTLEMENT) throw gap('settlement in another currency')
      const to = account.hub.account(destination)
      if (to === undefined) throw missing('destination', destination, 'destination')
      const charge = source === undefined ? undefined : state.charges.get(source)
      if (source !== undefined && charge === undefined) throw missing('charge', source, 'source_transaction')
      // A transfer of a payment waits for it; any other is of what is there.
      if (charge === undefined && amount > balance(account).available)
        throw invalid(
          'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance',
          { code: 'balance_insufficient' },
        )
      const id = account.newId('tr_1', 23, state.transfers)
      const payment = to.world.id('py_1', 23)
      const transfer = state.transfers.add({
        id,
        created: account.nowS(),
        amount,
        currency: params.currency,
        destination,
        destination_payment: payment,
        source_transaction: source ?? null,
        transfer_group: params.transfer_group ?? (charge === undefined ? null : `group_${charge.payment_intent}`),
        balance_transaction: bookTransfer(account, { type: 'transfer', source: id, amount: -amount }).id,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
        amount_reversed: 0,
      })
      bookTransfer(to, { type: 'payment', source: payment, amount })
      emit(account, 'transfer.created', transferWire(account, transfer))
      return transferWire(account, transfer)
    },
  })
  serve({
    name: 'transfers.retrieve',
    route: 'GET /v1/transfers/:id',
    spec: {},
    gives: 'transfer',
    run: (_, at) => transferWire(account, transferAt(at('id'))),
  })
  serve({
    name: 'transfers.update',
    route: 'POST /v1/transfers/:id',
    spec: { description: string(), metadata: metadata() },
    gives: 'transfer',
    run(params, at) {
      const transfer = transferAt(at('id'))
      const before = transferWire(account, transfer)
      transfer.description = params.description ?? transfer.description
      transfer.metadata = mergeMetadata(transfer.metadata, params.metadata)
      emit(account, 'transfer.updated', transferWire(account, transfer), before)
      return transferWire(account, transfer)
    },
  })
  serve({
    name: 'transfers.list',
    route: 'GET /v1/transfers',
    spec: { ...LIST_SPEC, destination: string(), transfer_group: string() },
    gives: 'transfer',
    list: true,
    run(params) {
      const rows = state.transfers
        .all()
        .filter(({ destination }) => params.destination === undefined || destination === params.destination)
        .filter(({ transfer_group: group }) => params.transfer_group === undefined || group === params.transfer_group)
      return page('/v1/transfers', 'transfer', rows, params, (one) => transferWire(account, one))
    },
  })
}
