import { expect, test } from 'vitest'
import { fieldsOf, listOf } from '../../../twins/jira/state.ts'
import type { Json } from '../../../twins/trace.ts'
import { call, doc, openSite, SEED, type Setup } from './support.ts'

const V3 = '/rest/api/3'
const good = { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x' }
const make = (setup: Setup, fields: Json = good): Promise<Response> =>
  setup.send(call('POST', `${V3}/issue`, { fields }))

test.each<readonly [what: string, change: Record<string, Json | undefined>, field: string, message: string]>([
  ['no project', { project: undefined }, 'project', 'Specify a valid project ID or key'],
  ['an unknown project', { project: { key: 'NO' } }, 'project', 'Specify a valid project ID or key'],
  ['no type', { issuetype: undefined }, 'issuetype', 'Specify an issue type'],
  ['a type of no project', { issuetype: { name: 'Riddle' } }, 'issuetype', 'Specify a valid issue type'],
  ['no summary', { summary: undefined }, 'summary', 'You must specify a summary of the issue.'],
  ['a blank summary', { summary: '  ' }, 'summary', 'You must specify a summary of the issue.'],
  [
    'a summary of two lines',
    { summary: 'a\nb' },
    'summary',
    'The summary is invalid because it contains newline characters.',
  ],
  ['a long summary', { summary: 'a'.repeat(256) }, 'summary', 'Summary must be less than 255 characters.'],
  [
    'a text under version 3',
    { description: 'Hello' },
    'description',
    'Operation value must be an Atlassian Document (see the Atlassian Document Format)',
  ],
  ['a label with a space', { labels: ['a b'] }, 'labels', "The label 'a b' contains spaces which is invalid."],
  ['an unknown component', { components: [{ name: 'no' }] }, 'components', "Component name 'no' is not valid"],
  ['an unknown version', { fixVersions: [{ name: 'no' }] }, 'fixVersions', "Version name 'no' is not valid"],
  ['an unknown priority', { priority: { name: 'Huge' } }, 'priority', "Priority name 'Huge' is not valid"],
  [
    'somebody who left',
    { assignee: { id: '712020:gone' } },
    'assignee',
    "User '712020:gone' cannot be assigned issues.",
  ],
  ['nobody known', { assignee: { id: 'x' } }, 'assignee', 'Specify a valid value for assignee'],
  [
    'a day that is none',
    { duedate: '2030-13-01' },
    'duedate',
    "Operation value must be a string in the format 'yyyy-MM-dd'",
  ],
  [
    'an orphan',
    { issuetype: { name: 'Sub-task' } },
    'parent',
    'Issue type is a sub-task but parent issue key or id not specified.',
  ],
  ['a text for a number', { customfield_10016: '3' }, 'customfield_10016', 'Operation value must be a number'],
  [
    'an option that is none',
    { customfield_10020: { value: 'Blue' } },
    'customfield_10020',
    "Option value 'Blue' is not valid",
  ],
  ...['customfield_99999', 'status', 'created', 'resolution', 'Parent'].map(
    (id): readonly [string, Record<string, Json>, string, string] => [
      `the field ${id}`,
      { [id]: { name: 'x' } },
      id,
      `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`,
    ],
  ),
])('%s is refused at its field', async (_, change, field, message) => {
  const setup = openSite()
  const fields = Object.fromEntries(Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined))
  const answer = await make(setup, fields as Json)
  expect([answer.status, await answer.json()]).toEqual([400, { errorMessages: [], errors: { [field]: message } }])
  expect(setup.rows('issues')).toEqual([])
})

test('all that is wrong is told at once, and a bulk makes what can be made', async () => {
  const setup = openSite()
  const answer = await setup.send(call('POST', `${V3}/issue`, { fields: { project: { key: 'ONB' }, labels: ['a b'] } }))
  expect(Object.keys(fieldsOf(fieldsOf(await answer.json()).errors)).sort()).toEqual(['issuetype', 'labels', 'summary'])
  const bulk = await setup.send(call('POST', `${V3}/issue/bulk`, { issueUpdates: [{ fields: good }, { fields: {} }] }))
  expect([bulk.status, await bulk.json()]).toEqual([
    201,
    {
      issues: [{ id: '10000', key: 'ONB-1', self: expect.any(String) }],
      errors: [
        {
          status: 400,
          failedElementNumber: 1,
          elementErrors: { errorMessages: [], errors: { project: 'Specify a valid project ID or key' } },
        },
      ],
    },
  ])
})

test.each<readonly [method: string, path: string, body: Json | undefined, status: number, message: string]>([
  ['GET', '/issue/ONB-9', undefined, 404, 'Issue does not exist or you do not have permission to see it.'],
  ['GET', '/issue/ONB-1/comment/7', undefined, 404, 'Can not find a comment for the id: 7.'],
  ['GET', '/issue/ONB-1/worklog/7', undefined, 404, "Cannot find worklog with id: '7'."],
  ['GET', '/project/NO', undefined, 404, "No project could be found with key 'NO'."],
  ['GET', '/user?accountId=x', undefined, 404, 'Specified user does not exist or you do not have required permissions'],
  ['POST', '/issue/ONB-1/transitions', {}, 400, "Missing 'transition' identifier"],
  [
    'POST',
    '/issue/ONB-1/transitions',
    { transition: { id: '99' } },
    400,
    "Transition id '99' is not valid for this issue.",
  ],
  [
    'POST',
    '/issue/ONB-1/comment',
    { body: { type: 'doc', version: 1, content: [{ type: 'riddle' }] } },
    400,
    'INVALID_INPUT',
  ],
  [
    'POST',
    '/issueLink',
    { type: { name: 'Eats' }, inwardIssue: { key: 'ONB-1' }, outwardIssue: { key: 'ONB-1' } },
    404,
    "No issue link type with name 'Eats' found.",
  ],
  ['POST', '/issue', [], 400, 'Invalid request payload. Refer to the REST API documentation and try again.'],
])('%s %s with %j is refused', async (method, path, body, status, message) => {
  const setup = openSite()
  await make(setup)
  const answer = await setup.send(call(method, `${V3}${path}`, body))
  expect([answer.status, await answer.json()]).toEqual([status, { errorMessages: [message], errors: {} }])
})

test('a comment needs a body, and a document', async () => {
  const setup = openSite()
  await make(setup)
  for (const [body, comment] of [
    [{}, 'Comment body can not be empty!'],
    [{ body: 'text' }, 'Comment body is not valid!'],
  ] as const) {
    const answer = await setup.send(call('POST', `${V3}/issue/ONB-1/comment`, body))
    expect([answer.status, await answer.json()]).toEqual([400, { errorMessages: [], errors: { comment } }])
  }
})

test('a workflow offers what leads away from where an issue stands, and asks what it must', async () => {
  const setup = openSite()
  await make(setup, { ...good, project: { key: 'DOC' } })
  const path = `${V3}/issue/DOC-1/transitions`
  const offered = async (): Promise<readonly Json[]> => {
    const body = fieldsOf(await (await setup.send(call('GET', path))).json())
    return listOf(body.transitions).map((one) => fieldsOf(one).name ?? null)
  }
  const go = async (id: string, more: Record<string, Json> = {}): Promise<readonly [number, unknown]> => {
    const answer = await setup.send(call('POST', path, { transition: { id }, ...more }))
    return [answer.status, answer.status === 204 ? '' : fieldsOf(await answer.json())]
  }
  expect(await offered()).toEqual(['Ask'])
  expect((await go('7'))[0]).toBe(400)
  expect((await go('5', { fields: { resolution: { name: 'Done' } } }))[1]).toMatchObject({
    errors: { resolution: "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown." },
  })
  expect((await go('5'))[0]).toBe(204)
  expect(await offered()).toEqual(['Publish'])
  expect((await go('7'))[1]).toMatchObject({ errors: { resolution: 'Resolution is required.' } })
  expect((await go('7', { fields: { resolution: { name: "Won't Do" } } }))[0]).toBe(204)
  expect(setup.rows('issues')).toMatchObject([{ status: 'Live', resolution: "Won't Do" }])
  expect(await offered()).toEqual([])
})

test('sub-tasks go with their parent, if that is said', async () => {
  const setup = openSite()
  await make(setup)
  await make(setup, { ...good, issuetype: { name: 'Sub-task' }, parent: { key: 'ONB-1' } })
  const refused = await setup.send(call('DELETE', `${V3}/issue/ONB-1`))
  expect([refused.status, listOf(fieldsOf(await refused.json()).errorMessages)[0]]).toEqual([
    400,
    expect.stringContaining('has subtasks'),
  ])
  expect((await setup.send(call('DELETE', `${V3}/issue/ONB-1?deleteSubtasks=true`))).status).toBe(204)
  expect(setup.rows('issues')).toEqual([])
})

test('who is not known is not let in, and differently at each door', async () => {
  const setup = openSite({ ...SEED, tokens: ['right'] })
  const at = async (url: string, authorization?: string): Promise<readonly [number, string]> => {
    const headers = authorization === undefined ? {} : { Authorization: authorization }
    const answer = await setup.send(new Request(url, { headers }))
    return [answer.status, await answer.text()]
  }
  const site = 'https://acme.atlassian.net/rest/api/3/myself'
  const gateway = 'https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789/rest/api/3/myself'
  const basic = (email: string, token: string): string => `Basic ${btoa(`${email}:${token}`)}`
  const stranger = [401, 'Client must be authenticated to access this resource.']
  expect((await at(site, basic('bot@acme.test', 'right')))[0]).toBe(200)
  expect(await at(site, basic('bot@acme.test', 'wrong'))).toEqual(stranger)
  expect(await at(site, basic('who@acme.test', 'right'))).toEqual(stranger)
  expect(await at(site, basic('gone@acme.test', 'right'))).toEqual(stranger)
  expect(await at(site)).toEqual(stranger)
  expect(await at(site, 'Bearer right')).toEqual([403, '{"error":"Failed to parse Connect Session Auth Token"}'])
  expect((await at(gateway, 'Bearer right'))[0]).toBe(200)
  expect(await at(gateway, 'Bearer wrong')).toEqual([401, '{"code":401,"message":"Unauthorized"}'])
})

test('too many calls in a second, or writes to one issue, have to wait', async () => {
  const setup = openSite({ ...SEED, limits: { get: 3 } })
  await make(setup)
  const get = (): Promise<Response> => setup.send(call('GET', `${V3}/issue/ONB-1`))
  for (const _ of [1, 2, 3]) expect((await get()).status).toBe(200)
  const refused = await get()
  expect(refused.status).toBe(429)
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    'retry-after': '1',
    'ratelimit-reason': 'jira-burst-based',
    'x-ratelimit-limit': '3',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '2030-01-01T00:00:01Z',
  })
  await setup.world.clock.advance(1_000)
  expect((await get()).status).toBe(200)
  const write = (): Promise<Response> =>
    setup.send(call('POST', `${V3}/issue/ONB-1/comment`, { body: doc('x') as never }))
  for (let n = 0; n < 20; n++) expect((await write()).status).toBe(201)
  const full = await write()
  expect([full.status, full.headers.get('ratelimit-reason')]).toEqual([429, 'jira-per-issue-on-write'])
  await setup.world.clock.advance(2_000)
  expect((await write()).status).toBe(201)
})
