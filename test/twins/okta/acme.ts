import type { Seed } from '../../../twins/okta/state.ts'

export const ADA = '00u00000000000000ada'
export const STAFF = '00g0000000000000staf'
export const WIKI = '0oa000000000000wiki1'
export const DEVICE = 'guo0000000000device1'
export const PASSWORD = 'Abcd1234xyz'
/** An org with somebody in a group, an app, a device and what else an SDK can only read. */
export const SEED: Seed = {
  users: [{ id: ADA, login: 'ada@acme.example', password: PASSWORD, groups: ['Staff'] }],
  groups: [{ id: STAFF, name: 'Staff' }],
  clients: [{ id: 'shop', secret: 's3cret', grant_types: ['authorization_code', 'refresh_token', 'password'] }],
  features: ['GROUP_OWNERS'],
  rate_limit: 10_000,
  rows: {
    apps: [
      {
        id: WIKI,
        name: 'bookmark',
        label: 'Wiki',
        status: 'ACTIVE',
        signOnMode: 'BOOKMARK',
        settings: { app: { url: 'https://wiki.test' } },
      },
    ],
    [`apps/${WIKI}/features`]: [{ name: 'USER_PROVISIONING', status: 'ENABLED', capabilities: {} }],
    devices: [{ id: DEVICE, status: 'ACTIVE', profile: { displayName: 'Phone', platform: 'IOS', registered: true } }],
    features: [
      { id: 'ftr1', name: 'Beta', status: 'DISABLED', type: 'self-service', stage: { value: 'BETA', state: 'OPEN' } },
    ],
    'api-tokens': [{ id: '00T1', name: 'CI', userId: ADA, clientName: 'Okta API' }],
    mappings: [
      {
        id: 'prm1',
        source: { id: 'oty1', name: 'user', type: 'user' },
        target: { id: WIKI, name: 'bookmark', type: 'appuser' },
        properties: { userName: { expression: 'user.login', pushStatus: 'PUSH' } },
      },
    ],
  },
}
