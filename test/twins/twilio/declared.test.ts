import { expect, test } from 'vitest'
import { operations, twilio } from '../../../twins/twilio/index.ts'
import { ADA, API, openAccount, POOL, SID, VERIFY } from './support.ts'

test('operations are declared by the routes that answer them, each once', () => {
  const routes: string[] = []
  const names = operations((_, route) => void routes.push(route))
  expect(twilio.operations).toEqual(names)
  expect(new Set(routes).size).toBe(routes.length)
  for (const name of names) expect(name).toMatch(/^([a-z_]+\.)+[a-z]+$/)
})

test.each([
  ['POST', `${API}/Messages.json`, 'messages.create'],
  ['GET', `${API}/Messages.json?PageSize=1`, 'messages.list'],
  ['GET', `${API}/Messages/SM1.json`, 'messages.fetch'],
  ['DELETE', `${API}/Messages/SM1.json`, 'messages.delete'],
  ['GET', `${API}/Messages/MM1/Media.json`, 'media.list'],
  ['GET', `https://api.twilio.com/2010-04-01/Accounts/${SID}.json`, 'accounts.fetch'],
  ['POST', `https://messaging.twilio.com/v1/Services/${POOL}/PhoneNumbers`, 'messaging.services.numbers.create'],
  ['POST', `https://verify.twilio.com/v2/Services/${VERIFY}/Verifications`, 'verifications.create'],
  ['POST', `https://verify.twilio.com/v2/Services/${VERIFY}/VerificationCheck`, 'verification_checks.create'],
  ['GET', `https://lookups.twilio.com/v2/PhoneNumbers/${encodeURIComponent(ADA)}`, 'lookups.fetch'],
])('%s %s is %s', (method, url, operation) => {
  expect(openAccount().twin.operationOf(method, new URL(url))).toBe(operation)
})

test('a path at a host that does not answer it is loud', async () => {
  const { send } = openAccount()
  const lost = send(new Request(`https://messaging.twilio.com/v2/Services/${VERIFY}/Verifications`, { method: 'POST' }))
  await expect(lost).rejects.toThrow('It is served at verify.twilio.com.')
})
