import { expect, test } from 'vitest'
import { checkAddress, isInside } from '../../../runner/hook/address.ts'
import { createHookClient } from '../../../runner/hook/client.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { changeRequest, going, ROOMY } from './support.ts'

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::FFFF:10.0.0.1',
  '64:ff9b::a00:1',
  '0:0:0:0:0:ffff:7f00:1',
])('%s is on this machine or a private network', (address) => {
  expect(isInside(address)).toBe(true)
})

test.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8'])(
  '%s is public',
  (address) => {
    expect(isInside(address)).toBe(false)
  },
)

test('a name that turns out to be inside is refused, unless it was meant', () => {
  expect(() => checkAddress('agent.example', '10.0.0.7', false)).toThrow('expected a public address, got 10.0.0.7')
  expect(() => checkAddress('agent.example', '10.0.0.7', true)).not.toThrow()
  expect(() => checkAddress('agent.example', '93.184.216.34', false)).not.toThrow()
  expect(() => checkAddress('127.0.0.1', '127.0.0.1', false)).not.toThrow()
})

test.each([
  'https://10.0.0.1',
  'https://[::ffff:a00:1]',
  'https://169.254.169.254',
  'https://0xA000001',
  'https://[fd00::1]',
])('%s is refused without a connection: Node looks up names only', async (url) => {
  const outcome = await createHookClient({ url }, REAL, { limits: ROOMY }).change(changeRequest(), going())
  expect(outcome).toMatchObject({ kind: 'failed', code: 'blocked-address', retryable: false })
})
