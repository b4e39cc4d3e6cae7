import { expect, test } from 'vitest'
import { z } from 'zod'
import { HOOK, openOrg, type Setup, user } from './support.ts'

const HEADER = { key: 'Authorization', value: 's3cret' }
const seed = { event_hooks: [{ url: HOOK, events: ['user.lifecycle.create'], header: HEADER }] }
const body = z.object({
  eventType: z.literal('com.okta.event_hook'),
  eventTypeVersion: z.literal('1.0'),
  cloudEventsVersion: z.literal('0.1'),
  source: z.string(),
  eventId: z.string(),
  data: z.object({
    events: z
      .array(
        z.object({ eventType: z.string(), uuid: z.string(), target: z.array(z.object({ alternateId: z.string() })) }),
      )
      .length(1),
  }),
  eventTime: z.string(),
  contentType: z.literal('application/json'),
})

test('a hook hears of the events it asked for, with its static secret', async () => {
  const org = openOrg(seed)
  await org.send('POST', '/api/v1/users', user('ada@acme.example'))
  await org.world.clock.advance(5_000)
  expect(org.deliveries).toHaveLength(1)
  const [delivery] = org.deliveries
  expect(delivery?.headers).toContainEqual(['Authorization', 's3cret'])
  expect(delivery?.timeoutMs).toBe(3_000)
  const sent = body.parse(JSON.parse(delivery?.body ?? ''))
  expect(sent.data.events[0]).toMatchObject({
    eventType: 'user.lifecycle.create',
    target: [{ alternateId: 'ada@acme.example' }],
  })
  const log = (await (
    await org.send('GET', '/api/v1/logs?filter=eventType%20eq%20%22user.lifecycle.create%22')
  ).json()) as { uuid: string }[]
  expect(log.map(({ uuid }) => uuid)).toEqual([sent.data.events[0]?.uuid])
})

test.each([
  [500, 2],
  [404, 1],
  [204, 1],
])('after an answer of %d it has been sent %d times', async (status, times) => {
  const org = openOrg(seed)
  org.listener = () => ({ kind: 'answer', status, body: '' })
  await org.send('POST', '/api/v1/users', user('ada@acme.example'))
  await org.world.clock.advance(60_000)
  expect(org.deliveries).toHaveLength(times)
})

async function makeHook(org: Setup): Promise<string> {
  const answer = await org.send('POST', '/api/v1/eventHooks', {
    name: 'people',
    events: { type: 'EVENT_TYPE', items: ['user.lifecycle.create'] },
    channel: { type: 'HTTP', version: '1.0.0', config: { uri: HOOK, authScheme: { type: 'HEADER', ...HEADER } } },
  })
  const made = z.object({
    id: z.string(),
    verificationStatus: z.literal('UNVERIFIED'),
    channel: z.object({ config: z.object({ authScheme: z.strictObject({ type: z.string(), key: z.string() }) }) }),
  })
  return made.parse(await answer.json()).id
}
const statusOf = async (org: Setup, id: string): Promise<unknown> =>
  ((await (await org.send('GET', `/api/v1/eventHooks/${id}`)).json()) as { verificationStatus: string })
    .verificationStatus

test('a hook that says its challenge back is verified, and hears of events from then on', async () => {
  const org = openOrg()
  const id = await makeHook(org)
  org.listener = ({ method, headers }) => {
    const challenge = headers.find(([name]) => name === 'X-Okta-Verification-Challenge')?.[1]
    return { kind: 'answer', status: 200, body: method === 'GET' ? JSON.stringify({ verification: challenge }) : '' }
  }
  await org.send('POST', '/api/v1/users', user('before@acme.example'))
  await org.world.clock.advance(5_000)
  expect(org.deliveries).toEqual([])
  await org.send('POST', `/api/v1/eventHooks/${id}/lifecycle/verify`)
  await org.world.clock.advance(5_000)
  expect(org.deliveries.map(({ method }) => method)).toEqual(['GET'])
  expect(await statusOf(org, id)).toBe('VERIFIED')
  await org.send('POST', '/api/v1/users', user('after@acme.example'))
  await org.world.clock.advance(5_000)
  expect(org.deliveries).toHaveLength(2)
})

test.each(['{"verification":"another"}', 'no JSON'])('a hook that says %s stays unverified', async (said) => {
  const org = openOrg()
  const id = await makeHook(org)
  org.listener = () => ({ kind: 'answer', status: 200, body: said })
  await org.send('POST', `/api/v1/eventHooks/${id}/lifecycle/verify`)
  await org.world.clock.advance(5_000)
  expect(await statusOf(org, id)).toBe('UNVERIFIED')
})

test.each([
  [`event.target.?[type eq 'User' && displayName eq 'Ada Lovelace'].size() > 0`, 1],
  [`event.target.?[type eq 'User' && displayName eq 'Bob'].size() > 0`, 0],
  [`event.outcome.result eq 'SUCCESS' && event.actor.type ne 'SystemPrincipal'`, 1],
  [`event.target.?[type eq 'UserGroup'].size() > 0 || event.eventType eq 'user.lifecycle.delete'`, 0],
])('a hook hears of events that its filter lets through: %s', async (expression, times) => {
  const org = openOrg(seed)
  const [hook] = (await (await org.send('GET', '/api/v1/eventHooks')).json()) as { id: string; events: object }[]
  const condition = { version: null, expression }
  const filter = { type: 'EXPRESSION_LANGUAGE', eventFilterMap: [{ event: 'user.lifecycle.create', condition }] }
  await org.send('PUT', `/api/v1/eventHooks/${hook?.id}`, { ...hook, events: { ...hook?.events, filter } })
  await org.send('POST', '/api/v1/users', user('ada@acme.example'))
  await org.world.clock.advance(5_000)
  expect(org.deliveries).toHaveLength(times)
})
