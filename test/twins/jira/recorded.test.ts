import { expect, test } from 'vitest'
import { freshTwin, replayRecording } from '../../../runner/fidelity/replay.ts'
import type { Exchange } from '../../../twins/har.ts'
import { jira } from '../../../twins/jira/index.ts'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

// Exchanges with a real site, as https://github.com/JupiterOne/graph-jira recorded them in src/jira/__recordings__ in 2022 and 2023; names
// and addresses of people are others, and answers are cut down to the keys that matter.
const HOST = 'https://acme-dev.atlassian.net'
const ME = '61da048e7aa7ac0070657b4f'
const avatarUrls = Object.fromEntries(
  ['48x48', '24x24', '16x16', '32x32'].map((size) => [size, 'https://x.test/a.png']),
)
const person = {
  self: `${HOST}/rest/api/3/user?accountId=${ME}`,
  accountId: ME,
  emailAddress: 'dev@acme.test',
  avatarUrls,
  displayName: 'acme-dev',
  active: true,
  timeZone: 'America/New_York',
}
const project = {
  expand: 'description,lead,issueTypes,url,projectKeys,permissions,insight',
  self: `${HOST}/rest/api/3/project/10000`,
  id: '10000',
  key: 'BUG',
  name: 'BUG',
  avatarUrls,
  projectTypeKey: 'software',
  simplified: false,
  style: 'classic',
  isPrivate: false,
  properties: {},
}
const status = (id: string, name: string, category: readonly [number, string, string]): Json => ({
  self: `${HOST}/rest/api/3/status/${id}`,
  description: '',
  iconUrl: `${HOST}/`,
  name,
  id,
  statusCategory: {
    self: `${HOST}/rest/api/3/statuscategory/${category[0]}`,
    id: category[0],
    key: category[1],
    colorName: category[2],
    name,
  },
})
const description = {
  version: 1,
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Test description' }] }],
}

type Row = readonly [method: string, path: string, body: Json, status: number, answer: Json]
const ROWS: readonly Row[] = [
  [
    'GET',
    '/rest/api/3/serverInfo',
    null,
    200,
    {
      baseUrl: HOST,
      version: '1001.0.0-SNAPSHOT',
      versionNumbers: [1001, 0, 0],
      deploymentType: 'Cloud',
      buildNumber: 100_187,
      buildDate: '2022-01-05T08:01:29.000-0500',
      serverTime: '2022-01-16T01:44:54.000-0500',
      scmInfo: '07b4f58ec2724461528057c7cbdf73a2f653f223',
      serverTitle: 'Jira',
      defaultLocale: { locale: 'en_US' },
    },
  ],
  [
    'GET',
    '/rest/api/3/myself',
    null,
    200,
    {
      ...person,
      locale: 'en_US',
      groups: { size: 1, items: [] },
      applicationRoles: { size: 1, items: [] },
      expand: 'groups,applicationRoles',
    },
  ],
  ['GET', '/rest/api/3/project', null, 200, [project]],
  [
    'POST',
    '/rest/api/3/issue',
    { fields: { summary: 'Test Issue', project: { id: 10_000 }, issuetype: { name: 'Task' }, description } },
    201,
    { id: '10017', key: 'BUG-16', self: `${HOST}/rest/api/3/issue/10017` },
  ],
  [
    'GET',
    '/rest/api/3/issue/10017?expand=&fields=summary,description,status,creator,watches,votes,progress&properties=*all&fieldsByKeys=false',
    null,
    200,
    {
      expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
      id: '10017',
      self: `${HOST}/rest/api/3/issue/10017`,
      key: 'BUG-16',
      properties: {},
      fields: {
        watches: { self: `${HOST}/rest/api/3/issue/BUG-16/watchers`, watchCount: 1, isWatching: true },
        votes: { self: `${HOST}/rest/api/3/issue/BUG-16/votes`, votes: 0, hasVoted: false },
        progress: { progress: 0, total: 0 },
        status: status('10000', 'To Do', [2, 'new', 'blue-gray']),
        description,
        summary: 'Test Issue',
        creator: person,
      },
    },
  ],
  [
    'GET',
    '/rest/api/3/issue/BUG-9?expand=transitions&fields=summary,status',
    null,
    200,
    {
      expand: 'renderedFields,names,schema,transitions,operations,editmeta,changelog,versionedRepresentations',
      id: '56278',
      self: `${HOST}/rest/api/3/issue/56278`,
      key: 'BUG-9',
      transitions: [
        {
          id: '21',
          name: 'To Do',
          to: status('10000', 'To Do', [2, 'new', 'blue-gray']),
          hasScreen: false,
          isGlobal: true,
          isInitial: false,
          isAvailable: true,
          isConditional: false,
          isLooped: false,
        },
      ],
      fields: { summary: 'Blummary', status: status('10001', 'Done', [3, 'done', 'green']) },
    },
  ],
]

test('what was recorded at a real site is answered the same way', async () => {
  const exchanges = ROWS.map(([method, path, body, code, answer], at): Exchange => {
    const type: readonly [string, string] = ['Content-Type', 'application/json;charset=UTF-8']
    return {
      method,
      url: HOST + path,
      requestHeaders: [['Authorization', 'Bearer [REDACTED]'], type],
      requestBody: Buffer.from(body === null ? '' : JSON.stringify(body)),
      status: code,
      responseHeaders: [type],
      responseBody: Buffer.from(JSON.stringify(answer)),
      atMs: Date.UTC(2022, 0, 16, 1, 44, at),
    }
  })
  const definition = jira as unknown as TwinDefinition<unknown>
  const recording = { file: 'jira', exchanges }
  const interactions = await replayRecording(definition, recording, freshTwin(definition, recording))
  expect(interactions.map(({ operation, outcome }) => [operation, outcome])).toEqual(
    ['server_info.get', 'myself.get', 'projects.list', 'issues.create', 'issues.get', 'issues.get'].map((operation) => [
      operation,
      { kind: 'match' },
    ]),
  )
})
