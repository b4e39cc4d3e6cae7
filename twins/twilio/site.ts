import { createErrands, type Errands } from '../errands.ts'
import type { World } from '../world.ts'
import { ownPrices, PRICES } from './prices.ts'
import type { Account, Seed } from './state.ts'
import type { Store } from './store.ts'

/** One account at Twilio: what all its parts share. */
export type Site = Errands & {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  now(): number
  /** The account; throws where nobody has called yet and the seed names none. */
  account(): Account
  /** Books so much of something on the account; its price, or undefined where there is none. */
  charge(sku: string, quantity: number): string | undefined
  /** The price of one unit, as a decimal string. */
  priceOf(sku: string): string | undefined
}

export function createSite(world: World, seed: Seed, store: Store): Site {
  const own = ownPrices(seed.prices)
  world.money.addPrices('twilio', own)
  const rates = new Map([...PRICES, ...own].map(({ sku, rate }) => [sku, rate]))
  return {
    ...createErrands(world, 'twilio'),
    world,
    seed,
    store,
    now: () => world.clock.now(),
    account() {
      const [account] = store.accounts.all()
      if (account === undefined)
        throw new Error('twilio: expected an account, got none yet. Give the seed an account: { sid, auth_token }.')
      return account
    },
    charge(sku, quantity) {
      world.money.charge('twilio', sku, quantity)
      return rates.get(sku)
    },
    priceOf: (sku) => rates.get(sku),
  }
}
