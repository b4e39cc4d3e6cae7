import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/twilio/state.ts'
import { ADA, GRACE, openAccount, SEED, VERIFY } from './support.ts'

function open(seed: Seed = {}) {
  const setup = openAccount({ ...SEED, ...seed })
  const service = setup.client.verify.v2.services(VERIFY)
  return {
    ...setup,
    service,
    start: (to = ADA, more: object = {}) => service.verifications.create({ to, channel: 'sms', ...more }),
    check: (code: string, to = ADA) => service.verificationChecks.create({ to, code }),
    code: () => String(setup.rows('verifications').at(-1)?.code),
    wait: (ms: number) => setup.world.clock.advance(ms),
  }
}
const wrong = (code: string): string => (code === '000000' ? '000001' : '000000')

test('the right code approves once; then there is no such verification', async () => {
  const { start, check, code, world, service } = open()
  const started = await start()
  expect(started).toMatchObject({ status: 'pending', valid: false, channel: 'sms', to: ADA, serviceSid: VERIFY })
  expect(started.sendCodeAttempts).toMatchObject([{ channel: 'sms', time: '2030-01-01T00:00:00Z' }])
  expect(code()).toMatch(/^\d{6}$/)
  expect(await check(wrong(code()))).toMatchObject({ status: 'pending', valid: false })
  expect(await check(code())).toMatchObject({ sid: started.sid, status: 'approved', valid: true })
  await expect(check(code())).rejects.toMatchObject({
    status: 404,
    code: 20404,
    message: `The requested resource /Services/${VERIFY}/VerificationCheck was not found`,
  })
  await expect(service.verifications(started.sid).fetch()).rejects.toMatchObject({ code: 20404 })
  expect(world.money.bill.lines.map(({ sku, amount }) => [sku, amount])).toEqual([
    ['sms.outbound.US', '0.0083'],
    ['verification', '0.05'],
  ])
})

test('a code lives ten minutes, and is the same however often it is sent, five times at most', async () => {
  const { start, check, code, wait } = open()
  const { sid } = await start()
  const first = code()
  for (let n = 1; n < 5; n++) expect(await start()).toMatchObject({ sid })
  expect(code()).toBe(first)
  await expect(start()).rejects.toMatchObject({ status: 429, code: 60203 })
  await wait(599_999)
  expect(await check(wrong(first))).toMatchObject({ valid: false })
  await wait(1)
  await expect(check(first)).rejects.toMatchObject({ status: 404 })
  expect((await start()).sid).not.toBe(sid)
})

test('five checks, then none is right any more, until the code has run out', async () => {
  const { start, check, code, wait } = open()
  await start()
  const right = code()
  for (let n = 0; n < 5; n++) expect(await check(wrong(right))).toMatchObject({ status: 'pending' })
  await expect(check(right)).rejects.toMatchObject({ status: 429, code: 60202 })
  await expect(start()).rejects.toMatchObject({ status: 429, code: 60202 })
  await start(GRACE)
  await wait(600_000)
  expect(await start()).toMatchObject({ status: 'pending' })
})

test('a verification is fetched by SID or number, canceled, and approved by hand', async () => {
  const { start, service, check, code } = open()
  const { sid } = await start()
  expect(await service.verifications(ADA).fetch()).toMatchObject({ sid })
  expect(await service.verifications(sid).update({ status: 'canceled' })).toMatchObject({
    status: 'canceled',
    valid: false,
  })
  await expect(check(code())).rejects.toMatchObject({ code: 20404 })
  const own = await start(ADA, { customCode: '4711' })
  expect(own.sid).not.toBe(sid)
  const bySid = service.verificationChecks.create({ verificationSid: own.sid, code: '0815' })
  expect(await bySid).toMatchObject({ valid: false })
  expect(await service.verifications(own.sid).update({ status: 'approved' })).toMatchObject({
    status: 'approved',
    valid: true,
  })
  await expect(service.verifications(own.sid).fetch()).rejects.toMatchObject({ code: 20404 })
})

test('the state of one may be asked for sixty times a minute', async () => {
  const { start, service, wait } = open()
  const { sid } = await start()
  for (let n = 0; n < 60; n++) await service.verifications(sid).fetch()
  await expect(service.verifications(sid).fetch()).rejects.toMatchObject({ status: 429, code: 20429 })
  await wait(60_000)
  expect(await service.verifications(sid).fetch()).toMatchObject({ sid })
})

test.each<readonly [string, object, number, number]>([
  ['a number that nobody can have', { to: '+15551234567' }, 400, 60200],
  ['a channel that is none', { channel: 'pigeon' }, 400, 60200],
  ['a code of three', { customCode: '123' }, 400, 60200],
  ['another name', { customFriendlyName: 'Shop' }, 403, 60204],
])('%s is refused by code', async (_, change, status, code) => {
  const { service } = open()
  await expect(service.verifications.create({ to: ADA, channel: 'sms', ...change })).rejects.toMatchObject({
    status,
    code,
  })
})

test('services are created, changed, listed and deleted; a code of one’s own has to be enabled', async () => {
  const { client } = open()
  const { services } = client.verify.v2
  const made = await services.create({ friendlyName: 'Shop', codeLength: 4 })
  expect(made).toMatchObject({ friendlyName: 'Shop', codeLength: 4, customCodeEnabled: false })
  const own = { to: ADA, channel: 'sms', customCode: '1234' }
  await expect(services(made.sid).verifications.create(own)).rejects.toMatchObject({ status: 403, code: 60204 })
  expect(await services(made.sid).update({ customCodeEnabled: true })).toMatchObject({ customCodeEnabled: true })
  expect(await services(made.sid).verifications.create(own)).toMatchObject({ status: 'pending' })
  expect(await services.list()).toHaveLength(2)
  await expect(services.create({ friendlyName: 'x'.repeat(33) })).rejects.toMatchObject({ code: 60200 })
  expect(await services(made.sid).remove()).toBe(true)
  await expect(services(made.sid).fetch()).rejects.toMatchObject({ code: 20404 })
})

test('rate limits of a service hold by key, in each of their buckets', async () => {
  const { client, start, wait } = open()
  const limits = client.verify.v2.services(VERIFY).rateLimits
  const limit = await limits.create({ uniqueName: 'ip', description: 'by address' })
  await expect(limits.create({ uniqueName: 'ip' })).rejects.toMatchObject({ status: 400, code: 60208 })
  const buckets = limits(limit.sid).buckets
  await buckets.create({ max: 2, interval: 60 })
  const hour = await buckets.create({ max: 3, interval: 3600 })
  await expect(buckets.create({ max: 9, interval: 60 })).rejects.toMatchObject({ code: 60211 })
  const from = (ip: string) => start(ADA, { rateLimits: { ip } })
  await from('a')
  await from('a')
  await expect(from('a')).rejects.toMatchObject({ status: 429, code: 20429 })
  await from('b')
  await wait(60_000)
  await from('a')
  await wait(60_000)
  await expect(from('a')).rejects.toMatchObject({ code: 20429 })
  expect(await buckets(hour.sid).update({ max: 9 })).toMatchObject({ max: 9, interval: 3600 })
  await from('a')
  expect([(await limits.list()).length, (await buckets.list()).length]).toEqual([1, 2])
  expect(await limits(limit.sid).remove()).toBe(true)
  await expect(buckets(hour.sid).fetch()).rejects.toMatchObject({ code: 20404 })
})

test('a scenario may say what recipients read; a call has no price but the seed’s', async () => {
  const { start, check, world } = open({ codes: { [ADA]: '123456' }, prices: { 'call.outbound.US': '0.014' } })
  await start(ADA, { channel: 'call' })
  expect(await check('123456')).toMatchObject({ valid: true, channel: 'call' })
  expect(world.money.bill.unpriced).toEqual([])
})
