import { generateKeyPairSync, sign as signEd25519 } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { newSecret } from '../../../runner/hook/real.ts'
import { secretProblem, sign, signatureProblem } from '../../../runner/hook/signature.ts'
import { SECRET } from './support.ts'

const NOW = Date.now()
const BODY = Buffer.from('{"a":"ü"}')
const problemOf = (
  headers: Record<string, string>,
  { body = BODY, keys = [SECRET], now = NOW }: { body?: Buffer; keys?: string[]; now?: number } = {},
): string | undefined => signatureProblem(keys, (name) => headers[name], body, now)

test('the reference library takes our signature', () => {
  const headers = { ...sign(SECRET, 'msg_1', NOW, BODY) }
  expect(new Webhook(SECRET).verify(BODY.toString(), headers)).toEqual({ a: 'ü' })
})

test('we take the signature of the reference library', () => {
  const at = new Date(NOW)
  const signature = new Webhook(SECRET).sign('msg_1', at, BODY.toString())
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': `${Math.floor(NOW / 1000)}`,
    'webhook-signature': signature,
  }
  expect(problemOf(headers)).toBeUndefined()
  expect(headers['webhook-signature']).toBe(sign(SECRET, 'msg_1', NOW, BODY)['webhook-signature'])
})

const good = { ...sign(SECRET, 'msg_1', NOW, BODY) }
test.each([
  ['another body', good, { body: Buffer.from('{"a":"u"}') }, 'a known key, got another'],
  ['another key', good, { keys: [newSecret()] }, 'a known key, got another'],
  ['no keys', good, { keys: [] }, 'a known key, got another'],
  ['another id', { ...good, 'webhook-id': 'msg_2' }, {}, 'a known key, got another'],
  ['a moved time', { ...good, 'webhook-timestamp': `${Math.floor(NOW / 1000) + 1}` }, {}, 'a known key, got another'],
  ['ten minutes later', good, { now: NOW + 600_000 }, 'within 300 s'],
  ['ten minutes before', good, { now: NOW - 600_000 }, 'within 300 s'],
  ['a time in words', { ...good, 'webhook-timestamp': '1e9' }, {}, 'whole seconds'],
  ['an id with dots', { ...good, 'webhook-id': 'a.b' }, {}, 'without dots'],
  ['no signature', { ...good, 'webhook-signature': '' }, {}, 'got none'],
  [
    'an unknown scheme',
    { ...good, 'webhook-signature': good['webhook-signature'].replace('v1,', 'v9,') },
    {},
    'got another',
  ],
  [
    'a signature behind nine others',
    { ...good, 'webhook-signature': `${'v1,AAAA '.repeat(9)}${good['webhook-signature']}` },
    {},
    'got another',
  ],
])('%s is found', (_, headers, more, why) => {
  expect(problemOf(headers, more)).toContain(why)
})

test('two secrets are active while they are changed', () => {
  const next = newSecret()
  expect(problemOf(good, { keys: [next, SECRET] })).toBeUndefined()
  const both = `${sign(next, 'msg_1', NOW, BODY)['webhook-signature']} ${good['webhook-signature']}`
  expect(problemOf({ ...good, 'webhook-signature': both })).toBeUndefined()
})

test('an ed25519 signature counts for its public key and for no other', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const key = `whpk_${raw.toString('base64')}`
  const timestamp = `${Math.floor(NOW / 1000)}`
  const signature = signEd25519(null, Buffer.concat([Buffer.from(`msg_1.${timestamp}.`), BODY]), privateKey)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1a,${signature.toString('base64')}`,
  }
  expect(problemOf(headers, { keys: [key] })).toBeUndefined()
  expect(problemOf(headers, { keys: [key], body: Buffer.from('x') })).toContain('got another')
  expect(problemOf(headers, { keys: [SECRET] })).toContain('got another')
})

test('a new secret is a good one', () => {
  expect(secretProblem(newSecret())).toBeUndefined()
  expect(newSecret()).not.toBe(newSecret())
})
