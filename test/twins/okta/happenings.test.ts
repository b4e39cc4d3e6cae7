import { expect, test } from 'vitest'
import { HOOK, openOrg } from './support.ts'

const ADA = 'ada@acme.example'
const NEW = 'new@acme.example'
const SEED = {
  users: [
    { login: ADA, password: 'Abcd1234', groups: ['Staff'] },
    { login: NEW, status: 'STAGED' as const },
  ],
  groups: [{ name: 'Staff' }],
}

test.each([
  ['user.locked', 'LOCKED_OUT'],
  ['user.suspended', 'SUSPENDED'],
  ['user.deactivated', 'DEPROVISIONED'],
])('%s leaves the user %s', async (event, status) => {
  const org = openOrg(SEED)
  org.twin.happen(event, { login: ADA })
  expect(await (await org.send('GET', `/api/v1/users/${ADA}`)).json()).toMatchObject({ status })
})

test('who is activated without a password is provisioned, and hooks hear of it', async () => {
  const org = openOrg({ ...SEED, event_hooks: [{ url: HOOK, events: ['user.lifecycle.activate'] }] })
  org.twin.happen('user.activated', { login: NEW })
  expect(await (await org.send('GET', `/api/v1/users/${NEW}`)).json()).toMatchObject({ status: 'PROVISIONED' })
  await org.world.clock.advance(5_000)
  expect(org.deliveries).toHaveLength(1)
})

test('who is removed from a group is out of it', async () => {
  const org = openOrg(SEED)
  const groups = async (): Promise<readonly string[]> =>
    ((await (await org.send('GET', `/api/v1/users/${ADA}/groups`)).json()) as { profile: { name: string } }[]).map(
      ({ profile }) => profile.name,
    )
  expect(await groups()).toEqual(['Everyone', 'Staff'])
  org.twin.happen('user.removed_from_group', { login: ADA, group: 'Staff' })
  expect(await groups()).toEqual(['Everyone'])
})

test.each([
  ['user.locked', { login: 'nobody@acme.example' }],
  ['user.locked', {}],
  ['user.removed_from_group', { login: ADA, group: 'Nobody' }],
])('%s with %j is refused with what was expected', (event, fields) => {
  expect(() => openOrg(SEED).twin.happen(event, fields)).toThrow(/expected/)
})
