import { z } from 'zod'
import type { Seed } from '../../../twins/jira/given.ts'
import { jira } from '../../../twins/jira/index.ts'
import { fieldsOf } from '../../../twins/jira/state.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { ADA, call, doc, SEED } from './support.ts'

const V3 = '/rest/api/3'
const act =
  (method: string, path: string, body?: Parameters<typeof call>[2]) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(call(method, path, body))
/** An act upon ONB-1. */
const upon =
  (method: string, path: string, body?: Parameters<typeof call>[2]) =>
  async ({ twin }: Stage): Promise<unknown> => {
    await twin.fetch(
      call('POST', `${V3}/issue`, { fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x' } }),
    )
    return twin.fetch(call(method, `${V3}/issue/ONB-1${path}`, body))
  }
const search = (jql: string): ReturnType<typeof act> => act('POST', `${V3}/search/jql`, { jql })
const described = (description: Parameters<typeof call>[2], version = 3): ReturnType<typeof act> =>
  act('POST', `/rest/api/${version}/issue`, {
    fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x', description: description ?? null },
  })

const seed: Seed = {
  ...SEED,
  boards: [
    { name: 'Team', project: 'ONB', sprints: [{ name: 'Now', state: 'active' }, { name: 'Next' }] },
    { name: 'Flow', project: 'DOC', type: 'kanban' },
  ],
  issues: [{ project: 'ONB', summary: 'Seeded', assignee: 'Ada Lovelace', comments: [{ author: ADA, body: 'First' }] }],
  webhooks: [
    {
      url: 'https://app.test/jira',
      events: ['jira:issue_created', 'jira:issue_updated', 'comment_created'],
      secret: 's',
    },
  ],
}

runTwinTests({
  twin: jira,
  seed,
  async story({ send, world, twin }) {
    const made = fieldsOf(
      await (
        await send(
          call('POST', `${V3}/issue`, {
            fields: {
              project: { key: 'ONB' },
              issuetype: { name: 'Story' },
              summary: 'A story',
              description: doc('Hello') as never,
            },
          }),
        )
      ).json(),
    )
    const path = `${V3}/issue/${String(made.key)}`
    await send(call('PUT', path, { fields: { summary: 'Another' }, update: { labels: [{ add: 'x' }] } }))
    await send(call('GET', `${path}?expand=changelog,names,schema,transitions`))
    await send(call('POST', `${path}/comment`, { body: doc('Look') as never }))
    await send(call('POST', `${path}/worklog`, { timeSpentSeconds: 3600 }))
    await send(call('PUT', `${path}/properties/app`, { seen: true }))
    await send(call('POST', `${path}/transitions`, { transition: { id: '31' } }))
    await send(call('POST', `${path}/transitions`, { transition: { id: '99' } }))
    await send(
      call('POST', `${V3}/issueLink`, {
        type: { name: 'Relates' },
        inwardIssue: { key: 'ONB-1' },
        outwardIssue: { key: String(made.key) },
      }),
    )
    await send(
      call('POST', `${V3}/search/jql`, { jql: 'project = ONB AND text ~ look ORDER BY created', fields: ['*all'] }),
    )
    await send(call('GET', `${V3}/search/jql?jql=nonsense`))
    await send(call('GET', `${V3}/project/search`))
    await world.within({ step: 'join', key: 'join' }, () => twin.happen('user.joined', { name: 'New Person' }))
    await world.within({ step: 'talk', key: 'talk' }, () =>
      twin.happen('comment.added', { by: 'ada@acme.test', issue: 'ONB-1', text: 'Any news?' }),
    )
    await world.clock.advance(60_000)
  },
  gaps: {
    'other versions of the API': act('GET', '/rest/api/latest/myself'),
    'another site': ({ twin }) => twin.fetch(new Request('https://other.atlassian.net/rest/api/3/myself')),
    'the consent page of OAuth': ({ twin }) =>
      twin.fetch(new Request('https://auth.atlassian.com/authorize?client_id=1')),
    'thumbnails, and what is inside archives': act('GET', `${V3}/attachment/thumbnail/1`),
    'settings of boards': act('GET', '/rest/agile/1.0/board/1/quickfilter'),
    'backlogs of kanban boards': act('GET', '/rest/agile/1.0/board/2/backlog'),
    'boards of people': act('POST', '/rest/agile/1.0/board', {
      name: 'Mine',
      type: 'scrum',
      filterId: 10_000,
      location: { type: 'user' },
    }),
    'two active sprints on a board': act('POST', '/rest/agile/1.0/sprint/2', {
      state: 'active',
      startDate: '2030-01-01T00:00:00.000Z',
      endDate: '2030-01-15T00:00:00.000Z',
    }),
    'anonymous calls where a grant lets anyone in': async ({ twin }) => {
      const grant = { permission: 'BROWSE_PROJECTS', holder: { type: 'anyone' } }
      await twin.fetch(call('POST', `${V3}/permissionscheme/0/permission`, grant))
      return twin.fetch(new Request('https://acme.atlassian.net/rest/api/3/issue/ONB-1'))
    },
    'apps of Connect and Forge': ({ twin }) =>
      twin.fetch(call('GET', `${V3}/myself`, undefined, { Authorization: 'JWT a.b.c' })),
    mails: act('POST', `${V3}/issue/ONB-1/notify`, {}),
    'new keys of projects': act('PUT', `${V3}/project/ONB`, { key: 'NEW' }),
    'columns of filters, and what is on dashboards': act('GET', `${V3}/filter/10000/columns`),
    'grants to groups in fields, and to customers': act('POST', `${V3}/permissionscheme/0/permission`, {
      permission: 'EDIT_ISSUES',
      holder: { type: 'groupCustomField', value: 'customfield_10016' },
    }),
    'default actors of roles, and roles that swap': act('GET', `${V3}/role/10002/actors`),
    'variables in the addresses of webhooks': act('POST', '/rest/webhooks/1.0/webhook', {
      name: 'x',
      url: `https://app.test/\${sprint.id}`,
      events: [],
    }),
    'service desks': act('GET', '/rest/servicedeskapi/request'),
    administration: act('POST', `${V3}/field`, {}),
    'bulk operations in the background': act('POST', `${V3}/bulk/issues/fields`, {}),
    'expressions, pickers and other helpers of the interface': act('GET', `${V3}/issue/picker`),
    'media, cards, extensions and layouts in documents': described({
      type: 'doc',
      version: 1,
      content: [{ type: 'mediaSingle' }],
    }),
    'wiki markup': described('see *this*', 2),
    'rendered fields and other expansions': upon('GET', '?expand=renderedFields'),
    'turning sub-tasks into issues and back': upon('PUT', '', { fields: { issuetype: { name: 'Sub-task' } } }),
    'updates other than add, remove and set': upon('PUT', '', { update: { comment: [{ edit: {} }] } }),
    'history metadata': upon('PUT', '', { historyMetadata: {} }),
    'transitions while creating': act('POST', `${V3}/issue`, { transition: { id: '11' } }),
    'comments and links with a transition': upon('POST', '/transitions', {
      transition: { id: '11' },
      update: { comment: [] },
    }),
    'properties of anything but issues': upon('POST', '/comment', { body: doc('x') as never, properties: [] }),
    'JQL beyond the common grammar': search('category = x'),
    'JQL functions beyond people, time and what is here': search('key in issueHistory()'),
    'query operators inside a text search': search('summary ~ "a~"'),
    'properties in searches': act('POST', `${V3}/search/jql`, { jql: 'project = ONB', properties: ['x'] }),
  },
  failureBody: z.strictObject({ errorMessages: z.array(z.string()).min(1), errors: z.strictObject({}) }),
})
