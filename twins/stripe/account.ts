import type { World } from '../world.ts'
import { gap } from './gaps.ts'
import { type Charge, createState, type Dispute, type Seed, type State } from './state.ts'
import {
  balanceTransactionBody,
  chargeBody,
  customerBody,
  disputeBody,
  paymentIntentBody,
  paymentMethodBody,
  refundBody,
  type Wire,
  webhookEndpointBody,
} from './wire.ts'

/** The request being served, as events name it. */
export type RequestNote = { readonly id: string | null; readonly idempotency_key: string | null }
const BY_ITSELF: RequestNote = { id: null, idempotency_key: null }

/** One Stripe account: its state, and what all its parts need. */
export interface Account {
  readonly world: World
  readonly state: State
  readonly id: string
  readonly descriptor: string
  readonly redirects: boolean
  readonly rawCardData: boolean
  /** US dollars for one unit of `currency`, as a decimal string. Throws where the seed gives none. */
  rate(currency: string): string
  /** The request on whose account things happen now. */
  readonly request: RequestNote
  serve<T>(request: RequestNote, work: () => T): T
  /** Whole seconds of virtual time. */
  nowS(): number
  /** An id that no row of `taken` has: after a restore, chance may repeat itself. */
  newId(prefix: string, length: number, taken: { get(id: string): unknown }): string
  /** Runs `task` in `delayMs`, unless the account has been restored to another state by then. */
  later(delayMs: number, task: () => void, label: string): void
  /** Forgets what `later` still has to do. */
  forget(): void
  /** A delay of the twin's own, decided by causal key. */
  delay(name: string, minMs: number, maxMs: number): number
  chargeBody(charge: Charge): Wire
  disputeBody(dispute: Dispute): Wire
  /** The wire form of any object by id; undefined when there is none. */
  body(id: string): Wire | undefined
}

/** Throws when a row that the state refers to is not there: a bug of ours, never an answer. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new Error(`twins/stripe: expected ${what} in the state, got none.`)
  return row
}

export function createAccount(world: World, seed: Seed): Account {
  const state = createState()
  const { descriptor = 'BACKLOT', redirects = true, raw_card_data = false, rates = {} } = seed.account ?? {}
  let request = BY_ITSELF
  let generation = 0
  const nowS = (): number => Math.floor(world.clock.now() / 1000)
  const account: Account = {
    world,
    state,
    id: seed.account?.id ?? world.id('acct_', 16),
    descriptor,
    redirects,
    rawCardData: raw_card_data,
    rate(currency) {
      if (currency === 'usd') return '1'
      const rate = rates[currency]
      if (rate === undefined) throw gap('settlement in another currency')
      return rate
    },
    get request() {
      return request
    },
    serve(next, work) {
      const outer = request
      request = next
      try {
        return work()
      } finally {
        request = outer
      }
    },
    nowS,
    newId(prefix, length, taken) {
      for (;;) {
        const id = world.id(prefix, length)
        if (taken.get(id) === undefined) return id
      }
    },
    later(delayMs, task, label) {
      const mine = generation
      world.clock.schedule(
        Math.max(0, Math.ceil(delayMs)),
        () => {
          if (mine === generation) account.serve(BY_ITSELF, task)
        },
        `stripe ${label}`,
      )
    },
    forget() {
      generation += 1
    },
    delay: (name, minMs, maxMs) => world.decide(`${world.cause.key}/stripe ${name}`, (rng) => rng.int(minMs, maxMs)),
    chargeBody: (charge) => chargeBody(charge, descriptor),
    disputeBody(dispute) {
      const entries = dispute.balance_transactions.map((id) =>
        balanceTransactionBody(found(state.balance_transactions.get(id), id), nowS()),
      )
      return disputeBody(dispute, entries, found(state.charges.get(dispute.charge), dispute.charge), nowS())
    },
    body(id) {
      const customer = state.customers.get(id)
      if (customer !== undefined) return customerBody(customer)
      const method = state.payment_methods.get(id)
      if (method !== undefined) return paymentMethodBody(method)
      const intent = state.payment_intents.get(id)
      if (intent !== undefined) return paymentIntentBody(intent)
      const charge = state.charges.get(id)
      if (charge !== undefined) return account.chargeBody(charge)
      const refund = state.refunds.get(id)
      if (refund !== undefined) return refundBody(refund)
      const entry = state.balance_transactions.get(id)
      if (entry !== undefined) return balanceTransactionBody(entry, nowS())
      const dispute = state.disputes.get(id)
      if (dispute !== undefined) return account.disputeBody(dispute)
      const endpoint = state.webhook_endpoints.get(id)
      return endpoint === undefined ? undefined : webhookEndpointBody(endpoint, 'hidden')
    },
  }
  return account
}
