import { expect, test } from 'vitest'
import { z } from 'zod'
import { measure } from '../../../runner/fidelity/measure.ts'
import type { Exchange } from '../../../twins/har.ts'
import { okta } from '../../../twins/okta/index.ts'
import { HOME, openOrg, type Setup, user, withPassword } from './support.ts'

const made = z.looseObject({ id: z.string() })
type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>

/** A session with an org, and its recording as a recorder would have kept it. */
async function recorded(session: (call: Call, org: Setup) => Promise<void>): Promise<readonly Exchange[]> {
  const org = openOrg({ org: 'acme', users: [{ login: 'eve@acme.example' }] }, 'recorded')
  const exchanges: Exchange[] = []
  await session(async (method, path, body) => {
    const answer = await org.send(method, `/api/v1/${path}`, body)
    const text = await answer.text()
    exchanges.push({
      method,
      url: `${HOME}/api/v1/${path}`,
      requestHeaders: [
        ['authorization', 'SSWS REDACTED'],
        ['content-type', 'application/json'],
      ],
      requestBody: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      status: answer.status,
      responseHeaders: [...answer.headers],
      responseBody: Buffer.from(text),
      atMs: org.world.clock.now(),
    })
    return text === '' ? {} : z.record(z.string(), z.unknown()).catch({}).parse(JSON.parse(text))
  }, org)
  return exchanges
}

const idOf = async (row: Promise<unknown>): Promise<string> => made.parse(await row).id

/** Users, groups, an app and its assignments, zones, roles, schemas and policies, read and then taken away. */
async function everything(call: Call): Promise<void> {
  const group = await idOf(call('POST', 'groups', { profile: { name: 'Readers' } }))
  const ada = await idOf(call('POST', 'users?activate=true', user('ada@acme.example', withPassword)))
  const app = await idOf(
    call('POST', 'apps', { label: 'Shop', name: 'bookmark', settings: { app: { url: 'https://shop.test' } } }),
  )
  const zone = await idOf(call('POST', 'zones', { name: 'Office', type: 'IP', gateways: [] }))
  const hook = await idOf(
    call('POST', 'inlineHooks', {
      name: 'Claims',
      type: 'com.okta.oauth2.tokens.transform',
      version: '1.0.1',
      channel: { type: 'HTTP', version: '1.0.0', config: { uri: 'https://shop.test/hook' } },
    }),
  )
  await call('PUT', `groups/${group}/users/${ada}`)
  await call('PUT', `apps/${app}/groups/${group}`)
  await call('POST', `apps/${app}/users`, { id: ada })
  const role = await idOf(call('POST', `groups/${group}/roles`, { type: 'USER_ADMIN' }))
  await call('PUT', `groups/${group}/roles/${role}/targets/groups/${group}`)
  for (let times = 0; times < 2; times++) {
    await call('GET', `groups/${group}`)
    await call('GET', `groups/${group}/users`)
    await call('GET', `users/${ada}`)
    await call('GET', `users/${ada}/groups`)
    await call('GET', `apps/${app}`)
    await call('GET', `apps/${app}/credentials/keys`)
    await call('GET', `apps/${app}/users/${ada}`)
    await call('GET', `apps/${app}/groups`)
    await call('GET', `groups/${group}/roles/${role}`)
    await call('GET', `groups/${group}/roles/${role}/targets/groups`)
    await call('GET', `zones/${zone}`)
    await call('GET', 'org/captcha')
    await call('GET', 'meta/schemas/user/default')
  }
  await call('POST', `zones/${zone}/lifecycle/deactivate`)
  await call('DELETE', `zones/${zone}`)
  await call('POST', `inlineHooks/${hook}/lifecycle/deactivate`)
  await call('DELETE', `inlineHooks/${hook}`)
  await call('DELETE', `groups/${group}/roles/${role}`)
  await call('POST', `apps/${app}/lifecycle/deactivate`)
  await call('DELETE', `apps/${app}`)
  await call('POST', `users/${ada}/lifecycle/deactivate`)
  await call('DELETE', `users/${ada}`)
  await call('DELETE', `groups/${group}`)
}

test.each([0, 5, 10, 20, 30, 38])('a recording that lacks its first %d requests comes out as it was', async (lost) => {
  const exchanges = (await recorded(everything)).slice(lost)
  const { report, interactions } = await measure(okta, [{ file: 'session.har', exchanges }])
  const others = interactions.filter(({ outcome }) => outcome.kind !== 'match')
  expect(others).toEqual([])
  expect(report.matched).toBe(exchanges.length)
})

test('servers that trust each other before a recording begins still do', async () => {
  const exchanges = await recorded(async (call) => {
    const [one, two] = [
      await idOf(call('POST', 'authorizationServers', server('One'))),
      await idOf(call('POST', 'authorizationServers', server('Two'))),
    ]
    const path = `authorizationServers/${one}/associatedServers`
    await call('POST', path, { trusted: [two] })
    await call('GET', path)
    await call('DELETE', `${path}/${two}`)
    await call('GET', path)
  })
  const { report } = await measure(okta, [{ file: 'session.har', exchanges: exchanges.slice(3) }])
  expect([report.interactions, report.matched]).toEqual([3, 3])
})
const server = (name: string): object => ({ name, audiences: ['api://shop'] })

test('a twin that forgets what was there before would be seen', async () => {
  const exchanges = (await recorded(everything)).slice(20)
  const { given: _, ...fidelity } = okta.fidelity ?? {}
  const { report } = await measure({ ...okta, fidelity }, [{ file: 'session.har', exchanges }])
  expect(report.matched).toBeLessThan(exchanges.length / 2)
})

test('what a recording makes itself is not there before', async () => {
  const exchanges = await recorded(everything)
  const rows = z
    .looseObject({ rows: z.record(z.string(), z.array(made)) })
    .parse(okta.fidelity?.given?.(exchanges)).rows
  const ids = Object.values(rows).flatMap((of) => of.map(({ id }) => id))
  const first = z.object({ id: z.string() }).parse(JSON.parse(Buffer.from(exchanges[0]?.responseBody ?? []).toString()))
  expect(ids).not.toContain(first.id)
})

test('an org that was never refused may ask as much as its recording does', async () => {
  const exchanges = await recorded(async (call) => {
    const app = await idOf(
      call('POST', 'apps', { label: 'Shop', name: 'bookmark', settings: { app: { url: 'https://shop.test' } } }),
    )
    for (let times = 0; times < 120; times++) await call('GET', `apps/${app}/users?limit=${times + 1}`)
  })
  const taken = exchanges.map((one) => ({
    ...one,
    ...(one.status === 429 ? { status: 200, responseBody: Buffer.from('[]') } : {}),
  }))
  expect(exchanges.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
  const { report } = await measure(okta, [{ file: 'session.har', exchanges: taken }])
  expect(report.matched).toBe(exchanges.length)
})
