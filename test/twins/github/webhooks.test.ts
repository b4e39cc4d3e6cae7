import { verify } from '@octokit/webhooks-methods'
import { expect, test } from 'vitest'
import type { Delivery } from '../../../twins/world.ts'
import { ACME, APP, HOOK, type Hub, openHub } from './support.ts'

const SECRET = 'It is a secret to everybody'
const header = ({ headers }: Delivery, name: string): string | undefined => headers.find(([key]) => key === name)?.[1]
const eventOf = (delivery: Delivery): string => {
  const { action } = JSON.parse(delivery.body)
  return `${header(delivery, 'X-GitHub-Event')}${action === undefined ? '' : `.${action}`}`
}

async function hooked(events: string[]): Promise<Hub & { readonly hook: number }> {
  const hub = openHub(ACME)
  const config = { url: HOOK, content_type: 'json', secret: SECRET }
  const { data } = await hub.octokit.rest.repos.createWebhook({ ...APP, config, events })
  await hub.world.clock.advance(1_000)
  return Object.assign(hub, { hook: data.id })
}

test('a new hook is pinged, signed so that the vendor’s own verifier takes it', async () => {
  const { deliveries, octokit, hook } = await hooked(['push'])
  expect(deliveries.map(eventOf)).toEqual(['ping'])
  const [ping] = deliveries
  if (ping === undefined) throw new Error('expected a ping')
  expect(await verify(SECRET, ping.body, header(ping, 'X-Hub-Signature-256') ?? '')).toBe(true)
  expect(await verify('another', ping.body, header(ping, 'X-Hub-Signature-256') ?? '')).toBe(false)
  const shown = await octokit.rest.repos.getWebhook({ ...APP, hook_id: hook })
  expect(shown.data).toMatchObject({ config: { secret: '********' }, last_response: { code: 200, status: 'active' } })
})

test('a hook hears of what it asked for and of nothing else', async () => {
  const { deliveries, octokit, world } = await hooked(['issues', 'push'])
  await octokit.rest.issues.create({ ...APP, title: 'Broken', labels: ['bug'] })
  await octokit.rest.issues.createComment({ ...APP, issue_number: 1, body: 'unheard' })
  const content = Buffer.from('x').toString('base64')
  await octokit.rest.repos.createOrUpdateFileContents({ ...APP, path: 'x', message: 'Add x', content })
  await world.clock.advance(1_000)
  expect(deliveries.map(eventOf)).toEqual(['ping', 'issues.opened', 'issues.labeled', 'push'])
  expect(JSON.parse(deliveries.at(-1)?.body ?? '')).toMatchObject({
    ref: 'refs/heads/main',
    commits: [{ message: 'Add x', added: ['x'] }],
    pusher: { name: 'ada' },
    repository: { full_name: 'acme/app', pushed_at: 1893456001, owner: { name: 'acme' } },
    sender: { login: 'ada' },
  })
})

test('a trial sends the last push once more, to whom pushes are told', async () => {
  const { deliveries, octokit, world, hook } = await hooked(['push'])
  await octokit.rest.repos.testPushWebhook({ ...APP, hook_id: hook })
  const { data } = await octokit.rest.repos.createWebhook({ ...APP, config: { url: `${HOOK}/2` }, events: ['issues'] })
  await octokit.rest.repos.testPushWebhook({ ...APP, hook_id: data.id })
  await world.clock.advance(1_000)
  expect(deliveries.filter(({ url }) => url === HOOK).map(eventOf)).toEqual(['ping', 'push'])
  expect(deliveries.filter(({ url }) => url !== HOOK)).toHaveLength(1)
  const { data: main } = await octokit.rest.git.getRef({ ...APP, ref: 'heads/main' })
  expect(JSON.parse(deliveries[1]?.body ?? '')).toMatchObject({ ref: 'refs/heads/main', after: main.object.sha })
})

test('what is not taken is never sent again by itself, only by hand', async () => {
  const hub = await hooked(['issues'])
  hub.listener = () => ({ kind: 'answer', status: 500, body: 'no' })
  await hub.octokit.rest.issues.create({ ...APP, title: 'Broken' })
  await hub.world.clock.advance(24 * 3_600_000)
  expect(hub.deliveries.map(eventOf)).toEqual(['ping', 'issues.opened'])
  const one = { ...APP, hook_id: hub.hook }
  const { data } = await hub.octokit.rest.repos.listWebhookDeliveries(one)
  expect(data.map(({ event, status_code, redelivery }) => [event, status_code, redelivery])).toEqual([
    ['issues', 500, false],
    ['ping', 200, false],
  ])
  const delivery_id = data[0]?.id ?? 0
  expect((await hub.octokit.rest.repos.redeliverWebhookDelivery({ ...one, delivery_id })).status).toBe(202)
  await hub.world.clock.advance(1_000)
  const [, first, second] = hub.deliveries
  expect(second?.body).toBe(first?.body)
  expect(second === undefined ? '' : header(second, 'X-GitHub-Delivery')).toBe(
    first === undefined ? '-' : header(first, 'X-GitHub-Delivery'),
  )
})

test('a closed pull request says whether it was merged', async () => {
  const hub = await hooked(['pull_request'])
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'main', files: { z: 'z' } })
  const { data } = await hub.octokit.rest.git.getRef({ ...APP, ref: 'heads/main' })
  await hub.octokit.rest.git.createRef({ ...APP, ref: 'refs/heads/more', sha: data.object.sha })
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'more', files: { a: 'a' } })
  await hub.octokit.rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  hub.twin.happen('pull_request.merged', { repo: 'acme/app', login: 'ada', number: 1 })
  await hub.world.clock.advance(1_000)
  expect(hub.deliveries.map(eventOf)).toEqual(['ping', 'pull_request.opened', 'pull_request.closed'])
  expect(JSON.parse(hub.deliveries.at(-1)?.body ?? '')).toMatchObject({
    number: 1,
    pull_request: { merged: true, merged_by: { login: 'ada' }, additions: 1, changed_files: 1 },
  })
})

test('deliveries are forgotten after three days', async () => {
  const { octokit, world, hook } = await hooked(['issues'])
  await world.clock.advance(3 * 24 * 3_600_000 + 1_000)
  expect((await octokit.rest.repos.listWebhookDeliveries({ ...APP, hook_id: hook })).data).toEqual([])
})

test('pull requests follow their branch, and tell so', async () => {
  const hub = await hooked(['pull_request', 'check_run'])
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'main', files: { 'z.txt': 'z' } })
  const { data: main } = await hub.octokit.rest.git.getRef({ ...APP, ref: 'heads/main' })
  await hub.octokit.rest.git.createRef({ ...APP, ref: 'refs/heads/more', sha: main.object.sha })
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'more', files: { 'a.txt': 'a' } })
  await hub.octokit.rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main', draft: true })
  hub.twin.happen('push', { repo: 'acme/app', login: 'bob', branch: 'more', files: { 'b.txt': 'b' } })
  hub.twin.happen('check_run.completed', { repo: 'acme/app', ref: 'more', name: 'ci', conclusion: 'failure' })
  await hub.octokit.rest.git.deleteRef({ ...APP, ref: 'heads/more' })
  await hub.world.clock.advance(1_000)
  expect(hub.deliveries.map(eventOf)).toEqual([
    'ping',
    'pull_request.opened',
    'pull_request.synchronize',
    'check_run.completed',
    'pull_request.closed',
  ])
})

test.each([
  ['issue.opened', { repo: 'acme/none', login: 'bob', title: 'a' }, /acme\/none/],
  ['issue.closed', { repo: 'acme/app', login: 'bob', number: 9 }, /issue 9/],
  ['push', { repo: 'acme/app' }, /expected/i],
])('%s of what is not there is a mistake of the scenario', (event, fields, message) => {
  expect(() => openHub(ACME).twin.happen(event, fields)).toThrow(message)
})
