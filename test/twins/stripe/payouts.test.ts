import { expect, test } from 'vitest'
import { openShop, pay, type Shop, START_S } from './support.ts'

const DAY_S = 24 * 3600
const settled = { capture_method: 'automatic' } as const

async function daysWith(shop: Shop, days: number): Promise<readonly (readonly [number, number])[]> {
  await shop.world.clock.advance(days * DAY_S * 1000)
  const { data } = await shop.sdk.payouts.list()
  return data.toReversed().map(({ amount, created }) => [amount, (created - START_S) / DAY_S])
}

test('what has become available is paid out on the day of the schedule', async () => {
  const shop = openShop({ account: { payouts: { interval: 'daily' } } })
  await pay(shop, settled)
  await shop.world.clock.advance(DAY_S * 1000)
  await pay(shop, settled)
  expect(await daysWith(shop, 10)).toEqual([
    [4728, 2],
    [4728, 3],
  ])
  const [last] = (await shop.sdk.payouts.list()).data
  expect([last?.automatic, last?.status, last?.reconciliation_status]).toEqual([true, 'paid', 'completed'])
  const entries = await shop.sdk.balanceTransactions.list({ payout: last?.id ?? '' })
  expect(entries.data.map(({ type }) => type).toSorted()).toEqual(['charge', 'payout'])
  expect((await shop.sdk.balance.retrieve()).available[0]?.amount).toBe(0)
  expect(shop.events(/^payout/)).toEqual(
    expect.arrayContaining(['payout.created', 'payout.paid', 'payout.reconciliation_completed']),
  )
})

test.each([
  ['weekly', { interval: 'weekly', weekly_anchor: 'friday' }, 3],
  ['monthly', { interval: 'monthly', monthly_anchor: 31 }, 30],
  ['monthly, in the middle', { interval: 'monthly', monthly_anchor: 15 }, 14],
] as const)('%s', async (_, payouts, day) => {
  const shop = openShop({ account: { payouts } })
  await pay(shop, settled)
  expect(await daysWith(shop, 40)).toEqual([[4728, day]])
})

test('by hand nothing goes out by itself', async () => {
  const shop = openShop()
  await pay(shop, settled)
  expect(await daysWith(shop, 40)).toEqual([])
})

test('what is owed is carried to the next payout', async () => {
  const shop = openShop({ account: { payouts: { interval: 'daily' } } })
  const first = await pay(shop, settled)
  await shop.world.clock.advance(3 * DAY_S * 1000)
  await shop.sdk.refunds.create({ payment_intent: first.id })
  await shop.world.clock.advance(3 * DAY_S * 1000)
  await pay(shop, { ...settled, amount: 10_000 })
  expect((await daysWith(shop, 5)).map(([amount]) => amount)).toEqual([4728, 9680 - 4900])
})

test('the schedule goes on after a restore, and pays out once', async () => {
  const shop = openShop({ account: { payouts: { interval: 'daily' } } })
  await pay(shop, settled)
  shop.twin.restore(shop.twin.snapshot())
  expect(await daysWith(shop, 5)).toEqual([[4728, 2]])
})

test('a payout is annotated', async () => {
  const shop = openShop({ payouts: [{ id: 'po_1', amount: 100 }] })
  expect((await shop.sdk.payouts.update('po_1', { metadata: { run: '7' } })).metadata).toEqual({ run: '7' })
})
