import { expect, test } from 'vitest'
import { errorOf, openShop, pay } from './support.ts'

const PEOPLE = [
  { id: 'cus_ann', email: 'ann@example.com', name: 'Ann Lee', metadata: { tier: 'gold' } },
  { id: 'cus_bob', email: 'bob@example.org', name: 'Bob "B" Ray', metadata: { tier: 'tin', 'a key': '1' } },
  { id: 'cus_eve', name: 'Eve Lee' },
]

test.each<readonly [string, readonly string[]]>([
  ['email:"ann@example.com"', ['cus_ann']],
  ["email:'ANN@example.com'", ['cus_ann']],
  ['email~"example"', ['cus_bob', 'cus_ann']],
  ['name~"lee" AND -email:"ann@example.com"', ['cus_eve']],
  ['name~"lee" email:null', ['cus_eve']],
  ['-email:null', ['cus_bob', 'cus_ann']],
  ['metadata["tier"]:"gold" OR metadata["tier"]:"tin"', ['cus_bob', 'cus_ann']],
  ['metadata["a key"]:"1"', ['cus_bob']],
  ['name:"Bob \\"B\\" Ray"', ['cus_bob']],
  ['created>0', ['cus_eve', 'cus_bob', 'cus_ann']],
  ['created<=0', []],
])('customers by %s', async (query, ids) => {
  const { sdk } = openShop({ customers: PEOPLE })
  expect((await sdk.customers.search({ query })).data.map(({ id }) => id)).toEqual(ids)
})

test.each<readonly [string, string]>([
  ['colour:"red"', 'Field `colour` is an unsupported search field for resource `customers`.'],
  ['email', 'We were unable to parse your search query.'],
  ['', 'We assume empty values are an attempt to unset a parameter'],
  ['name:"a" AND name:"b" OR name:"c"', 'You cannot combine `AND` and `OR`'],
  ['email~"ab"', 'at least 3 characters'],
  ['email>"a"', 'does not support the `>` operator'],
  ['created~"189"', 'does not support the `~` operator'],
  [Array(11).fill('name:"a"').join(' AND '), 'up to 10 query clauses'],
])('the query %s is refused', async (query, message) => {
  const error = await errorOf(openShop({ customers: PEOPLE }).sdk.customers.search({ query }))
  expect([error.statusCode, error.message]).toEqual([400, expect.stringContaining(message)])
})

test('pages follow each other', async () => {
  const { sdk } = openShop({ customers: PEOPLE })
  const first = await sdk.customers.search({ query: 'created>0', limit: 2 })
  expect([first.object, first.has_more, first.data.length]).toEqual(['search_result', true, 2])
  const next = await sdk.customers.search({ query: 'created>0', limit: 2, page: first.next_page ?? '' })
  expect([next.has_more, next.next_page, next.data.map(({ id }) => id)]).toEqual([false, null, ['cus_ann']])
  expect((await errorOf(sdk.customers.search({ query: 'created>0', page: 'x' }))).param).toBe('page')
})

test('the index is behind: what was just made is found a little later', async () => {
  const shop = openShop()
  await shop.world.clock.advance(60_000)
  await shop.sdk.customers.create({ email: 'new@example.com' })
  const find = async () => (await shop.sdk.customers.search({ query: 'email:"new@example.com"' })).data.length
  expect(await find()).toBe(0)
  await shop.world.clock.advance(10_000)
  expect(await find()).toBe(1)
})

test('payments, charges, invoices, subscriptions, prices and products are searched too', async () => {
  const shop = openShop({
    customers: [{ id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }],
    prices: [{ id: 'monthly', unit_amount: 1000, interval: 'month', lookup_key: 'basic', product: { name: 'Tea' } }],
  })
  const { sdk } = shop
  await pay(shop, { metadata: { order: '7' } })
  const { id } = await sdk.subscriptions.create({ customer: 'cus_ann', items: [{ price: 'monthly' }] })
  await shop.world.clock.advance(10_000)
  const found = [
    await sdk.paymentIntents.search({ query: 'status:"succeeded" AND metadata["order"]:"7"' }),
    await sdk.charges.search({ query: 'payment_method_details.card.last4:4242 AND amount>=4900' }),
    await sdk.invoices.search({ query: `subscription:"${id}" AND total:1000` }),
    await sdk.subscriptions.search({ query: 'status:"active"' }),
    await sdk.prices.search({ query: 'lookup_key:"basic" AND active:"true"' }),
    await sdk.products.search({ query: 'name~"tea"' }),
  ]
  expect(found.map(({ data }) => data.length)).toEqual([1, 1, 1, 1, 1, 1])
})
