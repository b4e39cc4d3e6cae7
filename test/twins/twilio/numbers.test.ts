import { expect, test } from 'vitest'
import { ADA, openAccount, SEED, SHOP, VERIFY } from './support.ts'

const STOCK = ['+14155552001', '+14155557253', '+12125552002', '+442071838750']

test('local numbers are found by area code and by what they spell, and bought', async () => {
  const { client, world } = openAccount({ ...SEED, available_numbers: STOCK })
  const { local } = client.availablePhoneNumbers('US')
  const found = async (options: object): Promise<unknown> => (await local.list(options)).map((one) => one.phoneNumber)
  expect(await found({})).toEqual(STOCK.slice(0, 3))
  expect(await found({ areaCode: 415 })).toEqual(STOCK.slice(0, 2))
  expect(await found({ contains: 'sale' })).toEqual([STOCK[1]])
  expect(await found({ contains: '212555****' })).toEqual([STOCK[2]])
  expect(await found({ limit: 1 })).toEqual([STOCK[0]])
  const [some] = await client.availablePhoneNumbers('GB').local.list()
  expect(some).toMatchObject({ phoneNumber: STOCK[3], isoCountry: 'GB', capabilities: { sms: true } })
  const bought = await client.incomingPhoneNumbers.create({ areaCode: '212' })
  expect(bought.phoneNumber).toBe(STOCK[2])
  await expect(client.incomingPhoneNumbers.create({ areaCode: '212' })).rejects.toMatchObject({ code: 21452 })
  expect(await found({})).toEqual(STOCK.slice(0, 2))
  await expect(local.list({ inRegion: 'CA' })).rejects.toThrow('numbers that can be bought')
  expect(world.money.bill.lines).toMatchObject([{ sku: 'number.US' }])
})

test('what Lookup knows beside the number is the seed’s to say, and has no price but the seed’s', async () => {
  const line = { type: 'mobile', carrier_name: 'Acme', error_code: null }
  const { client, world } = openAccount({
    ...SEED,
    lookups: { [ADA]: { line_type_intelligence: line } },
    prices: { 'lookup.line_type_intelligence': '0.008' },
  })
  const { phoneNumbers } = client.lookups.v2
  const seen = await phoneNumbers(ADA).fetch({ fields: 'line_type_intelligence,validation' })
  expect(seen).toMatchObject({ lineTypeIntelligence: { carrierName: 'Acme' }, callerName: null, valid: true })
  expect(world.money.bill.lines).toMatchObject([{ sku: 'lookup.line_type_intelligence', amount: '0.008' }])
  await expect(phoneNumbers(ADA).fetch({ fields: 'caller_name' })).rejects.toThrow('packages of Lookup')
})

test('a message is confirmed; who reads it there is told', async () => {
  const { client, world } = openAccount()
  const { sid } = await client.messages.create({ to: ADA, from: SHOP, body: 'Code 1' })
  const feedback = await client.messages(sid).feedback.create({ outcome: 'confirmed' })
  expect(feedback).toMatchObject({ messageSid: sid, outcome: 'confirmed' })
  expect(world.trace.events.map(({ type }) => type)).toContain('twilio.message.confirmed')
  const other = { outcome: 'lost' } as never
  await expect(client.messages(sid).feedback.create(other)).rejects.toMatchObject({ code: 20001 })
})

test('a code goes over WhatsApp, as one of Meta’s templates', async () => {
  const prices = { 'whatsapp.template.authentication.US': '0.004' }
  const { client, world } = openAccount({ ...SEED, codes: { [ADA]: '123456' }, prices })
  const service = client.verify.v2.services(VERIFY)
  expect(await service.verifications.create({ to: ADA, channel: 'whatsapp' })).toMatchObject({ channel: 'whatsapp' })
  expect(await service.verificationChecks.create({ to: ADA, code: '123456' })).toMatchObject({ status: 'approved' })
  expect(world.money.bill.lines.map(({ sku }) => sku)).toEqual([
    'whatsapp.outbound',
    'whatsapp.template.authentication.US',
    'verification',
  ])
})

test('limits of a service are changed, and a bucket goes', async () => {
  const { client } = openAccount()
  const limits = client.verify.v2.services(VERIFY).rateLimits
  const { sid } = await limits.create({ uniqueName: 'ip' })
  await limits(sid).update({ description: 'by address' })
  expect(await limits(sid).fetch()).toMatchObject({ uniqueName: 'ip', description: 'by address' })
  const bucket = await limits(sid).buckets.create({ max: 2, interval: 60 })
  expect(await limits(sid).buckets(bucket.sid).remove()).toBe(true)
  expect(await limits(sid).buckets.list()).toEqual([])
})
