import { expect, test } from 'vitest'
import { withDefaults } from '../../runner/project.ts'
import type { Json } from '../../twins/trace.ts'
import { scenario } from '../scenarios/support/stories.ts'

type Given = Readonly<Record<string, Json>>
const RATES = { account: { country: 'DE', rates: { eur: '1.10' } }, customers: [{ id: 'cus_1' }] }

test.each<[what: string, own: Given, whole: Given]>([
  ['says nothing', {}, { stripe: RATES }],
  [
    'says one field of an account',
    { stripe: { account: { country: 'FR' } } },
    { stripe: { ...RATES, account: { country: 'FR', rates: { eur: '1.10' } } } },
  ],
  ['has a list of its own', { stripe: { customers: [] } }, { stripe: { ...RATES, customers: [] } }],
  ['takes a field away', { stripe: { account: null } }, { stripe: { ...RATES, account: null } }],
  ['speaks of another twin', { okta: { users: [] } }, { stripe: RATES, okta: { users: [] } }],
])('over the defaults of a project, a scenario that %s', (_, given, whole) => {
  expect(withDefaults({ ...scenario([]), given }, { stripe: RATES }).given).toEqual(whole)
})
