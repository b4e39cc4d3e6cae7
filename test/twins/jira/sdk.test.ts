import { createCloudClient } from 'jira.js/cloud'
import { expect, test } from 'vitest'
import { NotModelled } from '../../../twins/twin.ts'
import { ADA, BOT, client, doc, GRACE, HOST, openSite, refusal, SEED } from './support.ts'

const task = (
  summary: string,
  more: object = {},
): Parameters<ReturnType<typeof client>['issues']['createIssue']>[0] => ({
  fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary, ...more },
})

test('an issue is created, read, edited, moved and deleted', async () => {
  const { online, world, rows } = openSite()
  await online(async () => {
    const jira = client()
    const made = await jira.issues.createIssue(task('Laptop', { description: doc('A fast one'), labels: ['hw'] }))
    expect(made).toEqual({ id: '10000', key: 'ONB-1', self: `${HOST}/rest/api/3/issue/10000` })
    const { fields } = await jira.issues.getIssue({ issueIdOrKey: 'ONB-1' })
    expect(fields).toMatchObject({
      summary: 'Laptop',
      description: doc('A fast one'),
      status: { name: 'To Do', statusCategory: { key: 'new' } },
      priority: { name: 'Medium' },
      reporter: { accountId: BOT },
      assignee: null,
      created: '2030-01-01T00:00:00.000+0000',
    })
    await jira.issues.editIssue({
      issueIdOrKey: 'onb-1',
      fields: { summary: 'Big laptop', customfield_10016: 3, customfield_10020: { value: 'Red' } },
      update: { labels: [{ add: 'urgent' }, { remove: 'hw' }] },
    })
    await jira.issues.assignIssue({ issueIdOrKey: 'ONB-1', accountId: ADA })
    const { transitions } = await jira.issues.getTransitions({ issueIdOrKey: 'ONB-1' })
    expect(transitions?.map(({ id, name }) => [id, name])).toEqual([
      ['11', 'To Do'],
      ['21', 'In Progress'],
      ['31', 'Done'],
    ])
    await world.clock.advance(60_000)
    await jira.issues.doTransition({ issueIdOrKey: 'ONB-1', transition: { id: '31' } })
    const after = await jira.issues.getIssue({ issueIdOrKey: '10000', expand: 'changelog', fields: ['*all'] })
    expect(after.fields).toMatchObject({
      summary: 'Big laptop',
      labels: ['urgent'],
      assignee: { displayName: 'Ada Lovelace' },
      customfield_10016: 3,
      customfield_10020: { value: 'Red' },
      resolution: { name: 'Done' },
      resolutiondate: '2030-01-01T00:01:00.000+0000',
    })
    expect(after.changelog?.histories?.map(({ items }) => items?.map(({ field }) => field))).toEqual(
      [['status', 'resolution'], ['assignee'], ['labels', 'summary', 'Story Points', 'Team']].map((fields_) =>
        expect.arrayContaining(fields_),
      ),
    )
    await jira.issues.deleteIssue({ issueIdOrKey: 'ONB-1' })
    expect(await refusal(jira.issues.getIssue({ issueIdOrKey: 'ONB-1' }))).toEqual({
      status: 404,
      errorMessages: ['Issue does not exist or you do not have permission to see it.'],
      errors: {},
    })
  })
  expect(rows('issues')).toEqual([])
  expect(world.trace.events.map(({ type }) => type).filter((type) => type.startsWith('jira.issue'))).toEqual([
    'jira.issue.created',
    'jira.issue.updated',
    'jira.issue.updated',
    'jira.issue.updated',
    'jira.issue.transitioned',
    'jira.issue.deleted',
  ])
})

test('a string becomes a document: the client sends it to version 2 and reads it back through 3', async () => {
  const { online } = openSite()
  await online(async () => {
    const jira = client()
    await jira.issues.createIssue(task('Checklist', { description: 'Today:\n* badge\n* desk\n\nThat is all.' }))
    const { fields } = await jira.issues.getIssue({ issueIdOrKey: 'ONB-1', fields: ['description'] })
    const item = (text: string): object => ({ type: 'listItem', content: doc(text).content })
    expect(fields?.description).toEqual({
      type: 'doc',
      version: 1,
      content: [
        ...doc('Today:').content,
        { type: 'bulletList', content: [item('badge'), item('desk')] },
        ...doc('That is all.').content,
      ],
    })
    const comment = await jira.issueComments
      .addComment({ issueIdOrKey: 'ONB-1', body: 'Done with *that*' })
      .catch((error: unknown) => error)
    expect(comment).toBeInstanceOf(Error)
    expect(String((comment as Error).cause ?? comment)).toContain('wiki markup')
  })
})

test('comments, worklogs, watchers and links hang on an issue', async () => {
  const { online } = openSite()
  await online(async () => {
    const [jira, ada] = [client(), client('ada@acme.test')]
    await jira.issues.createIssues({
      issueUpdates: [
        task('One', { timetracking: { originalEstimate: '1d' } }),
        task('Two'),
        { fields: { summary: '' } },
      ] as never,
    })
    const added = await ada.issueComments.addComment({ issueIdOrKey: 'ONB-1', body: doc('Hello') as never })
    expect([added.author?.accountId, added.body]).toEqual([ADA, doc('Hello')])
    await jira.issueComments.updateComment({
      issueIdOrKey: 'ONB-1',
      id: added.id ?? '',
      body: { body: doc('Bye') as never },
    })
    expect((await jira.issueComments.getComments({ issueIdOrKey: 'ONB-1' })).comments?.map(({ body }) => body)).toEqual(
      [doc('Bye')],
    )
    await jira.issueComments.deleteComment({ issueIdOrKey: 'ONB-1', id: added.id ?? '' })
    expect((await jira.issueComments.getComments({ issueIdOrKey: 'ONB-1' })).total).toBe(0)
    const log = await jira.issueWorklogs.addWorklog({ issueIdOrKey: 'ONB-1', timeSpent: '3h 30m' } as never)
    expect(log).toMatchObject({ timeSpent: '3h 30m', timeSpentSeconds: 12_600 })
    expect((await jira.issues.getIssue({ issueIdOrKey: 'ONB-1' })).fields?.timetracking).toMatchObject({
      remainingEstimate: '4h 30m',
      timeSpent: '3h 30m',
    })
    await jira.issueWatchers.addWatcher({ issueIdOrKey: 'ONB-1', body: GRACE } as never)
    expect(
      (await jira.issueWatchers.getIssueWatchers({ issueIdOrKey: 'ONB-1' })).watchers?.map(
        ({ accountId }) => accountId,
      ),
    ).toEqual([BOT, ADA, GRACE])
    await jira.issueLinks.linkIssues({
      type: { name: 'Blocks' },
      inwardIssue: { key: 'ONB-1' },
      outwardIssue: { key: 'ONB-2' },
    })
    const links = async (key: string): Promise<unknown> =>
      (await jira.issues.getIssue({ issueIdOrKey: key })).fields?.issuelinks
    expect(await links('ONB-1')).toMatchObject([{ type: { outward: 'blocks' }, outwardIssue: { key: 'ONB-2' } }])
    expect(await links('ONB-2')).toMatchObject([{ type: { inward: 'is blocked by' }, inwardIssue: { key: 'ONB-1' } }])
    await jira.issueLinks.deleteIssueLink({ linkId: '10000' })
    expect(await links('ONB-1')).toEqual([])
  })
})

test('a search walks pages by token, and gives ids alone unless fields are asked for', async () => {
  const { online } = openSite()
  await online(async () => {
    const jira = client()
    for (const n of [1, 2, 3, 4, 5])
      await jira.issues.createIssue(task(`Task ${n}`, { labels: n % 2 === 0 ? ['even'] : [] }))
    const keys: unknown[] = []
    let nextPageToken: string | null | undefined
    do {
      const page = await jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({
        jql: 'project = ONB ORDER BY key ASC',
        maxResults: 2,
        fields: ['summary'],
        ...(nextPageToken ? { nextPageToken } : {}),
      })
      keys.push(page.issues?.map(({ key, fields }) => [key, fields?.summary]))
      nextPageToken = page.nextPageToken
      expect(page.isLast).toBe(nextPageToken === undefined)
    } while (nextPageToken)
    expect(keys).toEqual([
      [
        ['ONB-1', 'Task 1'],
        ['ONB-2', 'Task 2'],
      ],
      [
        ['ONB-3', 'Task 3'],
        ['ONB-4', 'Task 4'],
      ],
      [['ONB-5', 'Task 5']],
    ])
    const bare = await jira.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'labels = even' })
    expect(bare).toEqual({ issues: [{ id: '10003' }, { id: '10001' }], isLast: true })
    expect(await jira.issueSearch.countIssues({ jql: 'project = ONB' })).toEqual({ count: 5 })
  })
})

test('people, projects and everything else a site has are listed as the client expects', async () => {
  const { online } = openSite()
  await online(async () => {
    const jira = client()
    expect((await jira.myself.getCurrentUser()).accountId).toBe(BOT)
    expect((await jira.users.getUser({ accountId: ADA })).emailAddress).toBe('ada@acme.test')
    expect((await jira.userSearch.findUsers({ query: 'hop' })).map(({ accountId }) => accountId)).toEqual([GRACE])
    expect((await jira.userSearch.findAssignableUsers({ project: 'ONB' })).length).toBe(3)
    expect((await jira.projects.searchProjects()).values.map(({ key }) => key)).toEqual(['DOC', 'ONB'])
    expect((await jira.projects.getProject({ projectIdOrKey: 'ONB' })).issueTypes?.length).toBe(5)
    expect(
      (await jira.projects.getAllStatuses({ projectIdOrKey: 'DOC' }))[0]?.statuses?.map(({ name }) => name),
    ).toEqual(['Draft', 'Review', 'Live'])
    expect((await jira.issueFields.getFields()).some(({ name }) => name === 'Story Points')).toBe(true)
    expect((await jira.issueTypes.getIssueAllTypes()).length).toBe(5)
    expect((await jira.issueLinkTypes.getIssueLinkTypes()).issueLinkTypes?.length).toBe(4)
    expect(
      (await jira.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: 'DOC' })).issueTypes?.map(({ name }) => name),
    ).toEqual(['Task'])
    const meta = await jira.issues.getCreateIssueMetaIssueTypeId({ projectIdOrKey: 'ONB', issueTypeId: '10003' })
    expect(meta.fields?.filter(({ required }) => required).map(({ key }) => key)).toEqual([
      'summary',
      'issuetype',
      'project',
      'parent',
    ])
  })
})

test('OAuth goes through the gateway: a code, a site, an hour, and a refresh token once', async () => {
  const { online, world } = openSite({
    ...SEED,
    oauth: { client_id: 'app', client_secret: 'secret', refresh_tokens: [{ token: 'first', user: 'ada@acme.test' }] },
  })
  await online(async () => {
    const kept: string[] = []
    const jira = createCloudClient({
      auth: {
        type: 'oauth2',
        clientId: 'app',
        clientSecret: 'secret',
        refreshToken: 'first',
        onTokenRefresh: ({ accessToken, refreshToken }) => void kept.push(accessToken, refreshToken ?? ''),
      },
      onSchemaMismatch: 'throw',
    })
    expect((await jira.myself.getCurrentUser()).accountId).toBe(ADA)
    expect(kept.length).toBe(2)
    const registered = await jira.webhooks.registerDynamicWebhooks({
      url: 'https://app.test/jira',
      webhooks: [{ events: ['jira:issue_created'], jqlFilter: 'project = ONB' }],
    })
    expect(registered.webhookRegistrationResult).toEqual([{ createdWebhookId: 10_000 }])
    expect((await jira.webhooks.getDynamicWebhooksForApp()).values).toMatchObject([
      { id: 10_000, jqlFilter: 'project = ONB' },
    ])
    expect(await jira.webhooks.refreshWebhooks({ webhookIds: [10_000] })).toMatchObject({
      expirationDate: Date.parse('2030-01-31T00:00:00Z'),
    })
    await jira.webhooks.deleteWebhookById({ webhookIds: [10_000] })
    expect((await jira.webhooks.getDynamicWebhooksForApp()).values).toEqual([])
    await world.clock.advance(3_600_000)
    expect((await jira.myself.getCurrentUser()).accountId).toBe(ADA)
    expect(kept.length).toBe(4)
    const stale = createCloudClient({
      auth: { type: 'oauth2', clientId: 'app', clientSecret: 'secret', refreshToken: 'first' },
    })
    const gone = { status: 403, body: { error: 'invalid_grant' } }
    await expect(stale.myself.getCurrentUser()).rejects.toMatchObject(gone)
    // Whoever uses one too late has stolen it: its consent is over, for the rightful app as well.
    await world.clock.advance(3_600_000)
    await expect(jira.myself.getCurrentUser()).rejects.toMatchObject(gone)
  })
})

test('a refresh token may be used again for ten minutes, and a consent lasts a year', async () => {
  const { send, world } = openSite({
    ...SEED,
    oauth: { client_id: 'app', client_secret: 'secret', refresh_tokens: [{ token: 'first' }] },
  })
  const refresh = async (refresh_token: unknown): Promise<unknown> => {
    const body = JSON.stringify({
      grant_type: 'refresh_token',
      client_id: 'app',
      client_secret: 'secret',
      refresh_token,
    })
    const headers = { 'Content-Type': 'application/json' }
    const answer = await send(new Request('https://auth.atlassian.com/oauth/token', { method: 'POST', headers, body }))
    return answer.status === 200 ? ((await answer.json()) as { refresh_token: string }).refresh_token : answer.status
  }
  let token = await refresh('first')
  await world.clock.advance(599_000)
  expect(await refresh('first')).toEqual(expect.any(String))
  for (let month = 0; month < 12; month++) {
    await world.clock.advance(30 * 86_400_000)
    token = await refresh(token)
  }
  expect(token).toEqual(expect.any(String))
  await world.clock.advance(6 * 86_400_000)
  expect(await refresh(token)).toBe(403)
})

test('what is not modelled is loud', async () => {
  const { twin } = openSite()
  const request = new Request(`${HOST}/rest/servicedeskapi/request`, { headers: { Authorization: 'Basic x' } })
  await expect((async () => twin.fetch(request))()).rejects.toThrow(NotModelled)
})
