import { expect, test } from 'vitest'
import { createAddresses, nameOfCredential, namespaceOf } from '../../../runner/serve/address.ts'

const stripe = { name: 'stripe', origins: ['https://api.stripe.com', 'https://files.stripe.com'] }
const okta = { name: 'okta', origins: ['https://*.okta.com'] }

test.each([
  ['api.stripe.com', '/v1/charges?x=1', 'stripe', 'https://api.stripe.com/v1/charges?x=1'],
  ['files.stripe.com:443', '/v1/files', 'stripe', 'https://files.stripe.com/v1/files'],
  ['acme.okta.com', '/api/v1/users', 'okta', 'https://acme.okta.com/api/v1/users'],
  ['stripe.localhost:4010', '/v1/charges', 'stripe', 'https://api.stripe.com/v1/charges'],
  ['127.0.0.1:4010', '/stripe/v1/charges', 'stripe', 'https://api.stripe.com/v1/charges'],
  ['127.0.0.1:4010', '/okta', 'okta', 'https://backlot.okta.com/'],
  ['127.0.0.1:4010', '/~files.stripe.com/v1/files', 'stripe', 'https://files.stripe.com/v1/files'],
])('%s%s is meant for %s', (authority, target, twin, url) => {
  expect(createAddresses([stripe, okta])(authority, target)).toEqual({ twin, host: new URL(url).host, url })
})

test.each([
  ['127.0.0.1:4010', '/v1/charges'],
  ['127.0.0.1:4010', '/~api.paypal.com/v1'],
  ['evil.test', '/stripes/v1'],
])('%s%s is meant for nobody', (authority, target) => {
  expect(createAddresses([stripe, okta])(authority, target)).toBeUndefined()
})

test('a twin that is alone needs no prefix', () => {
  expect(createAddresses([stripe])('localhost:4010', '/v1/x')?.url).toBe('https://api.stripe.com/v1/x')
})

const named = (headers: Readonly<Record<string, string>>): string => namespaceOf((name) => headers[name])

test('a namespace is named by its header, else by the credential, else it is the default', () => {
  expect(named({ 'x-backlot-namespace': 'a', authorization: 'Bearer sk_1' })).toBe('a')
  expect(named({ authorization: 'Bearer sk_1' })).toBe(nameOfCredential('sk_1'))
  expect(named({ authorization: `Basic ${Buffer.from('sk_1:').toString('base64')}` })).toBe(nameOfCredential('sk_1'))
  expect(named({ 'x-api-key': 'k' })).toBe(nameOfCredential('k'))
  expect(named({})).toBe('default')
})

test('signatures of one access key are one namespace', () => {
  const signed = (signature: string): string =>
    `AWS4-HMAC-SHA256 Credential=AKID/20300101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=${signature}`
  expect(named({ authorization: signed('a') })).toBe(named({ authorization: signed('b') }))
})
