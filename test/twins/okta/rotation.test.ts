import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOrg, type Setup } from './support.ts'

const DAYS_MS = 86_400_000
const server = z.object({
  credentials: z.object({
    signing: z.object({ kid: z.string(), lastRotated: z.string(), nextRotation: z.string().optional() }),
  }),
})
const jwks = z.object({ keys: z.array(z.object({ kid: z.string() })) })
const signing = async (org: Setup): Promise<z.infer<typeof server>['credentials']['signing']> =>
  server.parse(await (await org.send('GET', '/api/v1/authorizationServers/default')).json()).credentials.signing
const kids = async (org: Setup): Promise<readonly string[]> =>
  jwks.parse(await (await org.send('GET', '/oauth2/default/v1/keys')).json()).keys.map(({ kid }) => kid)

test('keys rotate by themselves when their time has come, and the one before still verifies', async () => {
  const org = openOrg()
  const first = await signing(org)
  expect(first.nextRotation).toBe('2030-04-01T00:00:00.000Z')
  await org.world.clock.advance(90 * DAYS_MS - 1)
  expect(await kids(org)).toEqual([first.kid])
  await org.world.clock.advance(1)
  const second = await signing(org)
  expect(second.kid).not.toBe(first.kid)
  expect([second.lastRotated, second.nextRotation]).toEqual(['2030-04-01T00:00:00.000Z', '2030-06-30T00:00:00.000Z'])
  expect(await kids(org)).toEqual([second.kid, first.kid])
})

test('a server whose keys are rotated by hand keeps them', async () => {
  const org = openOrg()
  const path = '/api/v1/authorizationServers/default'
  const row = (await (await org.send('GET', path)).json()) as object
  await org.send('PUT', path, { ...row, credentials: { signing: { rotationMode: 'MANUAL' } } })
  const first = await signing(org)
  await org.world.clock.advance(400 * DAYS_MS)
  expect(await signing(org)).toEqual(first)
})
