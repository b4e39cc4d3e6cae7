import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/jira/given.ts'
import { fieldsOf } from '../../../twins/jira/state.ts'
import type { Delivery } from '../../../twins/world.ts'
import { ADA, call, doc, openSite, SEED } from './support.ts'

const SECRET = 'It is a secret to everybody'
const APP = 'https://app.test/jira'
const listening = (events: readonly string[], more: object = {}): Seed => ({
  ...SEED,
  webhooks: [{ url: APP, events, ...more }],
})
const header = ({ headers }: Delivery, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name)?.[1]
const bodyOf = ({ body }: Delivery): ReturnType<typeof fieldsOf> => fieldsOf(JSON.parse(body))
const MINUTES = 60_000

test('what happens to issues is told, with what changed', async () => {
  const setup = openSite(
    listening(['jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted', 'comment_created']),
  )
  await setup.happen('issue.created', {
    by: 'ada@acme.test',
    project: 'ONB',
    summary: 'Laptop',
    description: 'A *fast* one'.replaceAll('*', ''),
  })
  await setup.world.clock.advance(5_000)
  await setup.happen('issue.transitioned', { issue: 'ONB-1', to: 'Done' })
  await setup.world.clock.advance(5_000)
  await setup.happen('comment.added', { issue: 'ONB-1', by: ADA, text: 'Thanks' })
  await setup.world.clock.advance(5_000)
  await setup.happen('issue.deleted', { issue: 'ONB-1' })
  await setup.world.clock.advance(MINUTES)
  const told = setup.deliveries.map(bodyOf)
  expect(told.map(({ webhookEvent }) => webhookEvent)).toEqual([
    'jira:issue_created',
    'jira:issue_updated',
    'comment_created',
    'jira:issue_deleted',
  ])
  expect(told[0]).toMatchObject({
    timestamp: 1893456000000,
    issue_event_type_name: 'issue_created',
    user: { accountId: ADA },
    issue: { key: 'ONB-1', fields: { summary: 'Laptop', description: 'A fast one' } },
  })
  expect(told[1]).toMatchObject({
    issue_event_type_name: 'issue_generic',
    changelog: {
      items: [
        { field: 'status', fromString: 'To Do', toString: 'Done' },
        { field: 'resolution', from: null, toString: 'Done' },
      ],
    },
  })
  expect(told[2]).toMatchObject({
    comment: { body: 'Thanks', author: { accountId: ADA } },
    issue: { key: 'ONB-1', fields: { summary: 'Laptop' } },
  })
})

test('a secret signs the body as WebSub does, and a stranger cannot', async () => {
  const setup = openSite(listening(['jira:issue_created'], { secret: SECRET }))
  await setup.happen('issue.created', { project: 'ONB', summary: 'Laptop' })
  await setup.world.clock.advance(5_000)
  const [delivery] = setup.deliveries
  if (delivery === undefined) throw new Error('expected a delivery')
  const hmac = (secret: string): string => `sha256=${createHmac('sha256', secret).update(delivery.body).digest('hex')}`
  expect(header(delivery, 'x-hub-signature')).toBe(hmac(SECRET))
  expect(header(delivery, 'x-hub-signature')).not.toBe(hmac('another'))
  expect(header(delivery, 'x-atlassian-webhook-flow')).toBe('Primary')
  expect(header(delivery, 'x-atlassian-webhook-retry')).toBeUndefined()
})

test('a webhook hears only of what its filter names', async () => {
  const setup = openSite(
    listening(['jira:issue_created', 'jira:issue_updated'], { jql: 'project = DOC AND status != Live' }),
  )
  await setup.happen('issue.created', { project: 'ONB', summary: 'No' })
  await setup.happen('issue.created', { project: 'DOC', summary: 'Yes' })
  await setup.world.clock.advance(5_000)
  expect(setup.deliveries.map((one) => fieldsOf(bodyOf(one).issue).key)).toEqual(['DOC-1'])
})

test('five retries, 5 to 15 minutes apart, under one identifier, and then no more', async () => {
  const setup = openSite(listening(['jira:issue_created']))
  const atMs: number[] = []
  setup.listener = () => {
    atMs.push(setup.world.clock.now())
    return { kind: 'answer', status: 503, body: '' }
  }
  await setup.happen('issue.created', { project: 'ONB', summary: 'Laptop' })
  await setup.world.clock.advance(120 * MINUTES)
  expect(setup.deliveries.length).toBe(6)
  expect(new Set(setup.deliveries.map((one) => header(one, 'x-atlassian-webhook-identifier'))).size).toBe(1)
  expect(setup.deliveries.map((one) => header(one, 'x-atlassian-webhook-retry'))).toEqual([
    undefined,
    '1',
    '2',
    '3',
    '4',
    '5',
  ])
  for (const [nth, at] of atMs.entries()) {
    if (nth === 0) continue
    const waitMs = at - (atMs[nth - 1] ?? 0)
    expect(waitMs).toBeGreaterThanOrEqual(5 * MINUTES)
    expect(waitMs).toBeLessThanOrEqual(15 * MINUTES + 10)
  }
  expect(setup.rows('deliveries')).toEqual([])
  expect(setup.world.trace.events.at(-1)?.type).toBe('jira.webhook.given_up')
})

test.each([
  [{ kind: 'answer', status: 404, body: '' }, 1],
  [{ kind: 'answer', status: 429, body: '' }, 6],
  [{ kind: 'failed', reason: 'timeout' }, 6],
] as const)('%j is asked %i times', async (outcome, times) => {
  const setup = openSite(listening(['jira:issue_created']))
  setup.listener = () => outcome
  await setup.happen('issue.created', { project: 'ONB', summary: 'Laptop' })
  await setup.world.clock.advance(120 * MINUTES)
  expect(setup.deliveries.length).toBe(times)
})

test('webhooks of an app are for apps, last 30 days and can be renewed', async () => {
  const setup = openSite()
  const gateway = 'https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789'
  const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
    setup.send(
      new Request(`${gateway}/rest/api/3/webhook${path}`, {
        method,
        headers: { Authorization: 'Bearer any', 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  expect((await setup.send(call('GET', '/rest/api/3/webhook'))).status).toBe(403)
  const webhooks = [
    { events: ['jira:issue_created'], jqlFilter: 'project = ONB', fieldIdsFilter: ['summary'] },
    { events: ['jira:issue_exploded'], jqlFilter: 'project = ONB' },
    { events: ['jira:issue_created'], jqlFilter: 'summary ~ x' },
    { events: ['jira:issue_created'], jqlFilter: 'project' },
  ]
  const registered = fieldsOf(await (await ask('POST', '', { url: APP, webhooks })).json())
  expect(registered.webhookRegistrationResult).toMatchObject(
    [{ createdWebhookId: 10000 }, { errors: [{}] }, { errors: [{}] }, { errors: [{}] }].map((one) =>
      'errors' in one ? { errors: [expect.any(String)] } : one,
    ),
  )
  await setup.world.clock.advance(29 * 1440 * MINUTES)
  await setup.happen('issue.created', { project: 'ONB', summary: 'One' })
  await ask('PUT', '/refresh', { webhookIds: [10000] })
  await setup.world.clock.advance(29 * 1440 * MINUTES)
  await setup.happen('issue.created', { project: 'ONB', summary: 'Two' })
  await setup.world.clock.advance(2 * 1440 * MINUTES)
  await setup.happen('issue.created', { project: 'ONB', summary: 'Three' })
  await setup.world.clock.advance(MINUTES)
  expect(setup.deliveries.map((one) => bodyOf(one).matchedWebhookIds)).toEqual([[10000], [10000]])
  expect(fieldsOf(await (await ask('GET', '')).json()).total).toBe(0)
})

test('an administrator’s webhook is made, listed and taken away by calls', async () => {
  const setup = openSite()
  const path = '/rest/webhooks/1.0/webhook'
  const wish = {
    name: 'mine',
    url: APP,
    events: ['comment_created'],
    filters: { 'issue-related-events-section': 'project = ONB' },
  }
  const made = await setup.send(call('POST', path, wish))
  expect([made.status, await made.json()]).toMatchObject([
    201,
    { name: 'mine', url: APP, self: expect.stringMatching(/10000$/) },
  ])
  await setup.send(
    call('POST', '/rest/api/3/issue', {
      fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x' },
    }),
  )
  await setup.send(call('POST', '/rest/api/3/issue/ONB-1/comment', { body: doc('Hi') as never }))
  await setup.world.clock.advance(5_000)
  expect(setup.deliveries.length).toBe(1)
  expect((await setup.send(call('DELETE', `${path}/10000`))).status).toBe(204)
  expect(await (await setup.send(call('GET', path))).json()).toEqual([])
  expect((await setup.send(call('POST', path, { ...wish, events: ['x'] }))).status).toBe(400)
})

test('what comes of an attempt is on the account of what happened, not of who answers', async () => {
  const setup = openSite(listening(['jira:issue_created']))
  setup.listener = () => ({ kind: 'answer', status: 503, body: '' })
  await setup.send(
    call('POST', '/rest/api/3/issue', {
      fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x' },
    }),
  )
  // The app's answers come in while something else goes on.
  for (let minute = 0; minute < 120; minute++)
    await setup.world.within({ step: 'elsewhere', key: 'elsewhere' }, () => setup.world.clock.advance(MINUTES))
  const told = setup.world.trace.events.filter(({ type }) => type.startsWith('jira.webhook.'))
  expect(told.length).toBe(12)
  expect([...new Set(told.map(({ step }) => step))]).toEqual(['step 1'])
})

test('a webhook can be told to be quiet, to say nothing of what happened, and where to say it', async () => {
  const setup = openSite()
  const path = '/rest/webhooks/1.0/webhook'
  const wish = {
    name: 'mine',
    url: `${APP}/\${project.key}/\${issue.key}`,
    events: ['jira:issue_created'],
    excludeBody: true,
  }
  expect((await setup.send(call('POST', path, wish))).status).toBe(201)
  await setup.happen('issue.created', { project: 'ONB', summary: 'One' })
  const quiet = await setup.send(call('PUT', `${path}/10000`, { enabled: false }))
  expect(await quiet.json()).toMatchObject({ enabled: false, excludeBody: true, name: 'mine' })
  await setup.happen('issue.created', { project: 'ONB', summary: 'Two' })
  await setup.world.clock.advance(MINUTES)
  expect(setup.deliveries.map(({ url, body }) => [url, body])).toEqual([[`${APP}/ONB/ONB-1`, '']])
})

test('what an app registered comes with a token that its secret verifies', async () => {
  const setup = openSite({ ...SEED, oauth: { client_id: 'c', client_secret: 's', codes: [{ code: 'one' }] } })
  const client = { grant_type: 'authorization_code', client_id: 'c', client_secret: 's', code: 'one' }
  const headers = { 'Content-Type': 'application/json' }
  const token = await setup.send(
    new Request('https://auth.atlassian.com/oauth/token', { method: 'POST', headers, body: JSON.stringify(client) }),
  )
  const { access_token } = fieldsOf(await token.json())
  await setup.send(
    new Request('https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789/rest/api/3/webhook', {
      method: 'POST',
      headers: { ...headers, Authorization: `Bearer ${String(access_token)}` },
      body: JSON.stringify({ url: APP, webhooks: [{ events: ['jira:issue_created'], jqlFilter: 'project = ONB' }] }),
    }),
  )
  await setup.happen('issue.created', { project: 'ONB', summary: 'One' })
  await setup.world.clock.advance(MINUTES)
  const bearer = setup.deliveries[0]?.headers.find(([name]) => name === 'Authorization')?.[1] ?? ''
  const [head = '', claims = '', signature = ''] = bearer.replace('Bearer ', '').split('.')
  expect(createHmac('sha256', 's').update(`${head}.${claims}`).digest('base64url')).toBe(signature)
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ iss: 'c' })
})
