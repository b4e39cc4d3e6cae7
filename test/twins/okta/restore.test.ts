import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { canonical, type Json } from '../../../twins/trace.ts'
import { openOrg, user, withPassword } from './support.ts'

test('all that an org knows comes back in another world', async () => {
  const org = openOrg({ users: [{ login: 'grace@acme.example', password: 'Abcd1234' }] })
  await org.send('POST', '/api/v1/users', user('ada@acme.example', withPassword))
  await org.send('POST', '/api/v1/groups', { profile: { name: 'Engineers' } })
  const other = openOrg({}, '2')
  other.twin.restore(org.twin.snapshot())
  expect(canonical(other.twin.snapshot())).toBe(canonical(org.twin.snapshot()))
  // By login, with its password, and with names that are still taken.
  expect((await other.send('GET', '/api/v1/users/ada@acme.example')).status).toBe(200)
  const signed = await other.send('POST', '/api/v1/authn', { username: 'grace@acme.example', password: 'Abcd1234' })
  expect(signed.status).toBe(200)
  expect((await other.send('POST', '/api/v1/groups', { profile: { name: 'engineers' } })).status).toBe(400)
})

test('after a restore, what came later is gone', async () => {
  const org = openOrg()
  const before = org.twin.snapshot()
  await org.send('POST', '/api/v1/users', user('ada@acme.example'))
  org.twin.restore(before)
  expect((await org.send('GET', '/api/v1/users/ada@acme.example')).status).toBe(404)
  expect((await org.send('POST', '/api/v1/users', user('ada@acme.example'))).status).toBe(200)
})

test.each([
  ['a list', []],
  ['a row without an id', { users: [{}] }],
  ['rows that are none', { users: ['ada'] }],
])('%s is no snapshot', (_, snapshot) => {
  expect(() => openOrg().twin.restore(snapshot as Json)).toThrow()
})

test('a hundred thousand rows are kept and put back in a moment', () => {
  const rows = Array.from({ length: 100_000 }, (_, n) => ({ id: `00u${n}`, profile: { login: `u${n}@acme.example` } }))
  const org = openOrg()
  org.twin.restore({ users: rows })
  const startedMs = performance.now()
  const snapshot = org.twin.snapshot()
  const kept = performance.now() - startedMs
  expect((snapshot as { users: unknown[] }).users).toHaveLength(100_000)
  expect(kept).toBeLessThan(1_000)
})
