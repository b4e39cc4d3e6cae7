import type { World } from '../world.ts'
import { ownPrices, PRICES } from './prices.ts'
import type { Account, Fields, Seed } from './state.ts'
import type { Store } from './store.ts'

/** One account at Twilio: what all its parts share. */
export type Site = {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  now(): number
  /** The account; throws where nobody has called yet and the seed names none. */
  account(): Account
  /** Runs `task` in `delayMs`, unless the state has been restored to another by then. */
  later(delayMs: number, task: () => void, label: string): void
  /** Forgets what `later` still has to do. */
  forget(): void
  /** A delay of the twin's own, decided by causal key. */
  delay(name: string, minMs: number, maxMs: number): number
  /** Tells the trace. */
  note(event: string, fields: Fields): void
  /** Books so much of something on the account; its price, or undefined where there is none. */
  charge(sku: string, quantity: number): string | undefined
  /** The price of one unit, as a decimal string. */
  priceOf(sku: string): string | undefined
}

export function createSite(world: World, seed: Seed, store: Store): Site {
  let generation = 0
  const own = ownPrices(seed.prices)
  world.money.addPrices('twilio', own)
  const rates = new Map([...PRICES, ...own].map(({ sku, rate }) => [sku, rate]))
  return {
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
    later(delayMs, task, label) {
      const mine = generation
      world.clock.schedule(
        Math.max(0, Math.ceil(delayMs)),
        () => {
          if (mine === generation) task()
        },
        `twilio ${label}`,
      )
    },
    forget() {
      generation += 1
    },
    delay: (name, minMs, maxMs) => world.decide(`${world.cause.key}/twilio ${name}`, (rng) => rng.int(minMs, maxMs)),
    note: (event, fields) => world.trace.record(`twilio.${event}`, fields),
    charge(sku, quantity) {
      world.money.charge('twilio', sku, quantity)
      return rates.get(sku)
    },
    priceOf: (sku) => rates.get(sku),
  }
}
