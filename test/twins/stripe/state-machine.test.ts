import fc from 'fast-check'
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { openShop, RETURN, type Shop } from './support.ts'

// Random acts against a small model: the twin and the model must agree on money and on states, whatever the order.

type Payment = { readonly amount: number; status: 'requires_capture' | 'succeeded' | 'canceled'; refunded: number }
type Model = { readonly payments: Map<string, Payment>; subscriptions: Map<string, 'active' | 'canceled'> }
type Real = { readonly shop: Shop; readonly ids: string[]; readonly subscriptions: string[] }
type Command = fc.AsyncCommand<Model, Real>

const statusOf = async (act: Promise<unknown>): Promise<number> => {
  try {
    await act
    return 200
  } catch (error) {
    return (error as Stripe.errors.StripeError).statusCode ?? 0
  }
}

/** Runs `act` on one of the payments there are. */
class OnPayment implements Command {
  readonly name: string
  readonly pick: number
  readonly act: (real: Real, id: string, payment: Payment) => Promise<void>
  constructor(name: string, pick: number, act: OnPayment['act']) {
    this.name = name
    this.pick = pick
    this.act = act
  }
  check = ({ payments }: Readonly<Model>): boolean => payments.size > 0
  async run({ payments }: Model, real: Real): Promise<void> {
    const id = real.ids[this.pick % real.ids.length] ?? ''
    const payment = payments.get(id)
    if (payment === undefined) throw new Error('expected a payment of the model')
    await this.act(real, id, payment)
  }
  toString = (): string => `${this.name}(${this.pick})`
}

class Pay implements Command {
  readonly amount: number
  readonly hold: boolean
  /** The vendor fails; nothing must have happened. */
  readonly fault: boolean
  constructor(amount: number, hold: boolean, fault: boolean) {
    this.amount = amount
    this.hold = hold
    this.fault = fault
  }
  check = (): boolean => true
  async run({ payments }: Model, { shop, ids }: Real): Promise<void> {
    if (this.fault)
      shop.world.faults.add({ on: 'stripe.payment_intents.create', kind: 'status', status: 503, times: 1 })
    const pay = shop.sdk.paymentIntents.create(
      {
        amount: this.amount,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
        return_url: RETURN,
        capture_method: this.hold ? 'manual' : 'automatic',
      },
      { maxNetworkRetries: 0 },
    )
    if (this.fault) {
      expect(await statusOf(pay)).toBe(503)
      return
    }
    const { id, status } = await pay
    expect(status).toBe(this.hold ? 'requires_capture' : 'succeeded')
    payments.set(id, { amount: this.amount, status: this.hold ? 'requires_capture' : 'succeeded', refunded: 0 })
    ids.push(id)
  }
  toString = (): string => `pay(${this.amount}${this.hold ? ', hold' : ''}${this.fault ? ', 503' : ''})`
}

class Subscribe implements Command {
  check = (): boolean => true
  async run({ subscriptions }: Model, real: Real): Promise<void> {
    const { id, status } = await real.shop.sdk.subscriptions.create({
      customer: 'cus_1',
      items: [{ price: 'monthly' }],
    })
    expect(status).toBe('active')
    subscriptions.set(id, 'active')
    real.subscriptions.push(id)
  }
  toString = (): string => 'subscribe'
}
class Unsubscribe implements Command {
  check = ({ subscriptions }: Readonly<Model>): boolean => [...subscriptions.values()].includes('active')
  async run({ subscriptions }: Model, { shop }: Real): Promise<void> {
    const [id = ''] = [...subscriptions].find(([, status]) => status === 'active') ?? []
    await shop.sdk.subscriptions.cancel(id)
    subscriptions.set(id, 'canceled')
  }
  toString = (): string => 'unsubscribe'
}

/** Everything is put away and taken out again: nothing may be lost. */
class Restore implements Command {
  check = (): boolean => true
  async run(_: Model, { shop }: Real): Promise<void> {
    shop.twin.restore(structuredClone(shop.twin.snapshot()))
  }
  toString = (): string => 'restore'
}

const capture = (pick: number): Command =>
  new OnPayment('capture', pick, async ({ shop }, id, payment) => {
    const held = payment.status === 'requires_capture'
    expect(await statusOf(shop.sdk.paymentIntents.capture(id))).toBe(held ? 200 : 400)
    if (held) payment.status = 'succeeded'
  })
const cancel = (pick: number): Command =>
  new OnPayment('cancel', pick, async ({ shop }, id, payment) => {
    const held = payment.status === 'requires_capture'
    expect(await statusOf(shop.sdk.paymentIntents.cancel(id))).toBe(held ? 200 : 400)
    if (held) payment.status = 'canceled'
  })
const refund = (pick: number, amount: number): Command =>
  new OnPayment(`refund ${amount}`, pick, async ({ shop }, id, payment) => {
    const fits = payment.status === 'succeeded' && payment.refunded + amount <= payment.amount
    expect(await statusOf(shop.sdk.refunds.create({ payment_intent: id, amount }))).toBe(fits ? 200 : 400)
    if (fits) payment.refunded += amount
  })

const pick = fc.nat(20)
const commands = fc.commands(
  [
    fc.tuple(fc.integer({ min: 50, max: 5_000 }), fc.boolean(), fc.boolean()).map((args) => new Pay(...args)),
    pick.map(capture),
    pick.map(cancel),
    fc.tuple(pick, fc.integer({ min: 1, max: 6_000 })).map((args) => refund(...args)),
    fc.constant(new Subscribe()),
    fc.constant(new Unsubscribe()),
    fc.constant(new Restore()),
  ],
  { maxCommands: 25 },
)

async function open(): Promise<{ readonly model: Model; readonly real: Real }> {
  const shop = openShop({
    prices: [{ id: 'monthly', unit_amount: 1000, interval: 'month' }],
    customers: [{ id: 'cus_1', payment_methods: [{ card: 'pm_card_visa', default: true }] }],
  })
  return { model: { payments: new Map(), subscriptions: new Map() }, real: { shop, ids: [], subscriptions: [] } }
}

test('whatever is done in whatever order, the twin and a small model agree', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (acts) => {
      const { model, real } = await open()
      await fc.asyncModelRun(() => ({ model, real }), acts)
      await real.shop.world.clock.advance(10_000)
      for (const [id, { status, refunded, amount }] of model.payments) {
        const intent = await real.shop.sdk.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
        const charge = intent.latest_charge as Stripe.Charge
        expect([intent.status, charge.amount_refunded]).toEqual([status, status === 'canceled' ? amount : refunded])
      }
      for (const [id, status] of model.subscriptions)
        expect((await real.shop.sdk.subscriptions.retrieve(id)).status).toBe(status)
      // What the ledger holds is what was taken, less what was given back, less the fees.
      const entries = real.shop.rows('balance_transactions') as unknown as readonly {
        amount: number
        fee: number
        net: number
      }[]
      const taken = [...model.payments.values()].reduce(
        (sum, one) => sum + (one.status === 'succeeded' ? one.amount - one.refunded : 0),
        0,
      )
      expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(taken + 1000 * model.subscriptions.size)
      expect(entries.every(({ amount, fee, net }) => net === amount - fee)).toBe(true)
    }),
    { numRuns: 25, seed: 7, endOnFailure: true },
  )
}, 60_000)

test('100,000 entities are put away and taken out again in a moment', () => {
  const customers = Array.from({ length: 100_000 }, (_, at) => ({ id: `cus_${at}` }))
  const shop = openShop({ customers })
  const best = Math.min(
    ...Array.from({ length: 5 }, () => {
      const cpu = process.cpuUsage()
      shop.twin.restore(shop.twin.snapshot())
      const { user, system } = process.cpuUsage(cpu)
      return (user + system) / 1000
    }),
  )
  // The aim is 100 ms on a quiet machine; here only that it is no matter of seconds.
  expect(best).toBeLessThan(1_000)
  process.stderr.write(`snapshot and restore of 100,000 customers: ${best.toFixed(0)} ms of CPU\n`)
}, 60_000)
