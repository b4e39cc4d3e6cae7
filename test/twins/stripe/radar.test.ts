import { expect, test } from 'vitest'
import { chargeOf, errorOf, openListeningShop, openShop, pay } from './support.ts'

test('a card whose bank tells of fraud is paid with, and warned of a little later', async () => {
  const shop = openListeningShop()
  const intent = await pay(shop, { payment_method: 'pm_card_createIssuerFraudRecord', capture_method: 'automatic' })
  const { id } = await chargeOf(shop, intent)
  await shop.world.clock.advance(10_000)
  const [warning] = (await shop.sdk.radar.earlyFraudWarnings.list({ charge: id })).data
  expect(warning).toMatchObject({ actionable: true, charge: id, fraud_type: 'misc', payment_intent: intent.id })
  expect(shop.deliveries.some(({ body }) => JSON.parse(body).type === 'radar.early_fraud_warning.created')).toBe(true)
  await shop.sdk.refunds.create({ charge: id })
  expect((await shop.sdk.radar.earlyFraudWarnings.retrieve(warning?.id ?? '')).actionable).toBe(false)
  expect((await shop.sdk.radar.earlyFraudWarnings.list({ payment_intent: 'pi_x' })).data).toEqual([])
  expect((await errorOf(shop.sdk.radar.earlyFraudWarnings.retrieve('issfr_x'))).statusCode).toBe(404)
})

test('a bank tells of fraud with any charge', async () => {
  const shop = openShop()
  await pay(shop, { capture_method: 'automatic' })
  shop.twin.happen('radar.early_fraud_warning.created', { fraud_type: 'made_with_stolen_card' })
  expect((await shop.sdk.radar.earlyFraudWarnings.list()).data[0]?.fraud_type).toBe('made_with_stolen_card')
})

test('a session for the components of a customer says what they may do', async () => {
  const { sdk } = openShop({ customers: [{ id: 'cus_ann' }] })
  const session = await sdk.customerSessions.create({
    customer: 'cus_ann',
    components: { payment_element: { enabled: true, features: { payment_method_save: 'enabled' } } },
  })
  expect(session.client_secret).toMatch(/^cuss_secret_\w{60}$/)
  expect(session.expires_at - session.created).toBe(1800)
  expect(session.components?.payment_element).toMatchObject({
    enabled: true,
    features: { payment_method_save: 'enabled', payment_method_remove: 'disabled' },
  })
  expect(session.components?.pricing_table).toEqual({ enabled: false })
  expect((await errorOf(sdk.customerSessions.create({ customer: 'cus_x', components: {} }))).statusCode).toBe(400)
})
