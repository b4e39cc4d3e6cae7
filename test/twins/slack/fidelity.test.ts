import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import type { Exchange } from '../../../twins/har.ts'
import { slack } from '../../../twins/slack/index.ts'
import { fieldsOf, type Seed } from '../../../twins/slack/state.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { openWorkspace, SEED } from './support.ts'

/** A recording of another workspace: its own twin's, whose credentials nobody else has. */
async function record(
  seed: Seed,
  story: (web: ReturnType<ReturnType<typeof openWorkspace>['client']>, wait: () => Promise<void>) => Promise<void>,
): Promise<readonly Exchange[]> {
  const setup = openWorkspace(seed, 'recorded')
  const exchanges: Exchange[] = []
  const fetch: typeof setup.fetch = async (input, init) => {
    const request = new Request(input, init)
    const requestBody = new Uint8Array(await request.clone().arrayBuffer())
    const answer = await setup.fetch(request)
    const { method, url } = request
    const requestHeaders = [...request.headers].filter(([name]) => name !== 'authorization')
    if (request.headers.has('authorization')) requestHeaders.push(['authorization', 'Bearer REDACTED'])
    const responseBody = new Uint8Array(await answer.clone().arrayBuffer())
    const { status, headers } = answer
    const atMs = setup.world.clock.now()
    exchanges.push({
      method,
      url,
      requestHeaders,
      requestBody,
      status,
      responseHeaders: [...headers],
      responseBody,
      atMs,
    })
    return answer
  }
  const token = seed.tokens?.[0]?.token
  await story(setup.client(token, { fetch: fetch as never }), () => setup.world.clock.advance(5_000))
  return exchanges
}

const replayed = async (exchanges: readonly Exchange[]): Promise<unknown> => {
  const { report } = await measure(slack as unknown as TwinDefinition<unknown>, [{ file: 'own.har', exchanges }])
  const differences = report.operations.flatMap(({ firstDifference }) => firstDifference ?? [])
  return [report.interactions, report.modelled, report.matched, differences]
}

test('a recording of another workspace replays from what its answers show', async () => {
  const seed: Seed = {
    ...SEED,
    team: { id: 'T0OTHER0001', name: 'Other', domain: 'other' },
    messages: [{ channel: 'ops', user: 'ada', text: 'an old one', ts: '1893000000.000100' }],
  }
  const exchanges = await record(seed, async (web, wait) => {
    await web.auth.test()
    await web.conversations.list({ limit: 2 })
    await web.conversations.history({ channel: 'C0OPS000001' })
    await web.chat.postMessage({ channel: 'C0OPS000001', thread_ts: '1893000000.000100', text: 'an answer' })
    await wait()
    const { ts = '' } = await web.chat.postMessage({ channel: 'C0OPS000001', text: 'a *new* one' })
    await web.reactions.add({ channel: 'C0OPS000001', timestamp: ts, name: 'eyes' })
    await web.reactions.get({ channel: 'C0OPS000001', timestamp: ts })
    await web.pins.add({ channel: 'C0OPS000001', timestamp: ts })
    await web.pins.list({ channel: 'C0OPS000001' })
    await web.chat.update({ channel: 'C0OPS000001', ts, text: 'changed' })
    const { channel } = await web.conversations.create({ name: 'made' })
    const id = channel?.id ?? ''
    await web.conversations.invite({ channel: id, users: 'U0ADA000001' })
    await web.conversations.setPurpose({ channel: id, purpose: 'why' })
    await web.conversations.members({ channel: id })
    const im = await web.conversations.open({ users: 'U0GRACE0001' })
    await web.chat.postMessage({ channel: im.channel?.id ?? '', text: 'hello' })
    await web.users.info({ user: 'U0GRACE0001' })
    await web.users.lookupByEmail({ email: 'ada@acme.test' })
    await web.filesUploadV2({ channel_id: 'C0OPS000001', content: 'x', filename: 'x.txt' })
    await wait()
    await web.files.list({})
    const group = await web.usergroups.create({ name: 'On call' })
    await web.usergroups.users.update({ usergroup: group.usergroup?.id ?? '', users: 'U0ADA000001' })
    await web.bookmarks.add({ channel_id: id, title: 'Wiki', type: 'link', link: 'https://wiki.test' })
    await web.chat.scheduleMessage({ channel: id, text: 'later', post_at: 1893500000 })
    await web.chat
      .postMessage({ channel: id, text: 'x', blocks: [{ type: 'section' }] as never })
      .catch(() => undefined)
    await web.conversations.archive({ channel: id })
    await web.users.list({})
  })
  expect(exchanges.length).toBeGreaterThan(28)
  expect(await replayed(exchanges)).toEqual([exchanges.length, exchanges.length, exchanges.length, []])
})

test.each<[string, Seed['tokens'], string]>([
  ['a bad token', [{ token: 'xoxb-1' }, { token: 'xoxb-bot', revoked: true }], ''],
  ['a revoked one', [{ token: 'xoxb-1', revoked: true }], 'account_inactive'],
  ['one with few scopes', [{ token: 'xoxb-1', scopes: ['chat:write'] }], 'missing_scope'],
  ['a person’s', [{ token: 'xoxp-1', type: 'user', user: 'grace' }], ''],
])('a credential is chosen by what Slack said of it: %s', async (_, tokens, error) => {
  const exchanges = await record({ ...SEED, tokens }, async (web) => {
    await web.auth.test().catch(() => undefined)
    await web.users.info({ user: 'U0ADA000001' }).catch(() => undefined)
  })
  const said = exchanges.map(
    ({ responseBody }) => fieldsOf(JSON.parse(Buffer.from(responseBody ?? []).toString())).error ?? '',
  )
  expect(said).toContain(error)
  expect(await replayed(exchanges)).toEqual([2, 2, 2, []])
})

test.each([1, 2])('a recording that begins after %d requests of an upload replays', async (lost) => {
  const exchanges = await record(SEED, async (web, wait) => {
    await web.filesUploadV2({ channel_id: 'C0OPS000001', content: 'x', filename: 'x.txt' })
    await wait()
  })
  const rest = exchanges.slice(lost)
  expect(rest.length).toBe(3 - lost)
  expect(await replayed(rest)).toEqual([rest.length, rest.length, rest.length, []])
})

test('a recording without the request that sends the bytes replays', async () => {
  const exchanges = await record(SEED, async (web, wait) => {
    await web.filesUploadV2({ channel_id: 'C0OPS000001', content: 'x', filename: 'x.txt' })
    await wait()
  })
  const rest = exchanges.filter(({ url }) => new URL(url).hostname === 'slack.com')
  expect(rest.length).toBe(2)
  expect(await replayed(rest)).toEqual([2, 2, 2, []])
})

test('a burst that Slack let through replays', async () => {
  const limits = { tier1: 999, tier2: 999, tier3: 999, tier4: 999, post_burst: 999 }
  const exchanges = await record({ ...SEED, limits }, async (web) => {
    for (let times = 0; times < 25; times++) await web.conversations.list({ limit: 1 })
    for (let times = 0; times < 3; times++) await web.chat.postMessage({ channel: 'C0OPS000001', text: `${times}` })
  })
  expect(await replayed(exchanges)).toEqual([28, 28, 28, []])
})
