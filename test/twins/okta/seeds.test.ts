import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { HAPPENINGS } from '../../../twins/okta/happenings.ts'
import { seedSchema } from '../../../twins/okta/state.ts'
import { openOrg } from './support.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/okta.md'), 'utf8')
const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']): unknown => parse(text))
const event = z.object({ event: z.string(), with: z.looseObject({}) })

test('the seed of the guide is one, and what it says was there is there', async () => {
  const { given } = z.object({ given: z.object({ okta: seedSchema }) }).parse(blocks[0])
  const org = openOrg(given.okta)
  const token = { Authorization: 'SSWS a-token' }
  const get = (path: string) => org.send('GET', `/api/v1/${path}`, undefined, token)
  expect((await org.send('GET', '/api/v1/users/ada@acme.example')).status).toBe(401)
  expect(await (await get('users/ada@acme.example')).json()).toMatchObject({ profile: { department: 'Books' } })
  expect(await (await get('users/eve@acme.example')).json()).toMatchObject({ status: 'SUSPENDED' })
  expect(await (await get('zones/nzo00000000000000001')).json()).toMatchObject({ name: 'Office' })
  expect(await (await get('apps/0oa00000000000000001/features')).json()).toMatchObject([{ name: 'USER_PROVISIONING' }])
  expect(await (await get('org/captcha')).json()).toMatchObject({ captchaId: null })
  const server = await org.send('POST', '/api/v1/authorizationServers', { name: 'S', audiences: ['a'] }, token)
  expect([server.status, server.headers.get('X-Rate-Limit-Limit')]).toEqual([401, '100'])
})

test('the guide names what can happen, and it can', async () => {
  for (const name of HAPPENINGS) expect(guide).toContain(`\`${name}\``)
  const { okta } = z.object({ given: z.object({ okta: seedSchema }) }).parse(blocks[0]).given
  const { when } = z.object({ when: z.array(event) }).parse(blocks[1])
  const org = openOrg(okta)
  const [gone] = when
  await org.world.within({ step: '1', key: '1' }, () => org.twin.happen('user.deactivated', gone?.with as never))
  const ada = await org.send('GET', '/api/v1/users/ada@acme.example', undefined, { Authorization: 'SSWS a-token' })
  expect(await ada.json()).toMatchObject({ status: 'DEPROVISIONED' })
})
