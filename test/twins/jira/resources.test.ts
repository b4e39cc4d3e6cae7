import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/jira/state.ts'
import { ADA, BOT, call, client, GRACE, HOST, openSite, refusal, SEED } from './support.ts'

const issues = [
  {
    project: 'ONB',
    summary: 'Laptop',
    reporter: 'Ada Lovelace',
    fields: { components: [{ name: 'web' }], fixVersions: [{ name: '1.0' }] },
  },
]

test('a file is attached, fetched back by redirect and by range, and removed', async () => {
  const { online, send, rows, world, deliveries } = openSite({
    ...SEED,
    issues,
    webhooks: [{ url: 'https://app.test/jira', events: ['attachment_created', 'jira:issue_updated'] }],
  })
  await online(async () => {
    const jira = client()
    const [made] = await jira.issueAttachments.addAttachment({
      issueIdOrKey: 'ONB-1',
      attachments: { filename: 'plan ä.txt', content: Buffer.from('Hello, world') },
    } as never)
    expect(made).toMatchObject({ id: '10000', filename: 'plan ä.txt', size: 12, author: { accountId: BOT } })
    const { fields } = await jira.issues.getIssue({ issueIdOrKey: 'ONB-1' })
    expect(fields?.attachment).toMatchObject([{ id: '10000', filename: 'plan ä.txt' }])
    const meta = await jira.issueAttachments.getAttachment({ id: 10_000 } as never)
    expect([meta.id, meta.size]).toEqual([10_000, 12])
    const content = await send(call('GET', '/rest/api/3/attachment/content/10000'))
    expect(content.status).toBe(303)
    const location = content.headers.get('Location') ?? ''
    expect(location).toMatch(/^https:\/\/api\.media\.atlassian\.com\/file\/[0-9a-f-]+\/binary\?token=/)
    expect(await (await send(new Request(location))).text()).toBe('Hello, world')
    expect((await send(new Request(location.replace(/token=\w/, 'token=x')))).status).toBe(403)
    const part = await send(
      call('GET', '/rest/api/3/attachment/content/10000?redirect=false', undefined, { Range: 'bytes=7-' }),
    )
    expect([part.status, part.headers.get('Content-Range'), await part.text()]).toEqual([206, 'bytes 7-11/12', 'world'])
    await jira.issueAttachments.removeAttachment({ id: '10000' } as never)
    expect(await refusal(jira.issueAttachments.getAttachment({ id: 10_000 } as never))).toMatchObject({ status: 404 })
  })
  const form = new FormData()
  form.append('file', new Blob(['x']), 'x.txt')
  const bare = new Request(`${HOST}/rest/api/3/issue/ONB-1/attachments`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa('bot@acme.test:token')}` },
    body: form,
  })
  const blocked = await send(bare)
  expect([blocked.status, await blocked.text()]).toEqual([403, 'XSRF check failed'])
  expect(rows('attachments')).toEqual([])
  await world.clock.advance(60_000)
  const told = deliveries.map(({ body }) => fieldsOf(JSON.parse(body)))
  expect(told.map(({ webhookEvent }) => webhookEvent).toSorted()).toEqual([
    'attachment_created',
    'jira:issue_updated',
    'jira:issue_updated',
  ])
})

test('votes count once a head, and neither the reporter nor the resolved get any', async () => {
  const { online } = openSite({
    ...SEED,
    issues: [...issues, { project: 'ONB', summary: 'Old', reporter: ADA, status: 'Done' }],
  })
  await online(async () => {
    const [bot, ada] = [client(), client('ada@acme.test')]
    await bot.issueVotes.addVote({ issueIdOrKey: 'ONB-1' })
    await bot.issueVotes.addVote({ issueIdOrKey: 'ONB-1' })
    expect(await bot.issueVotes.getVotes({ issueIdOrKey: 'ONB-1' })).toMatchObject({ votes: 1, hasVoted: true })
    expect(await refusal(ada.issueVotes.addVote({ issueIdOrKey: 'ONB-1' }))).toMatchObject({ status: 404 })
    expect(await refusal(bot.issueVotes.addVote({ issueIdOrKey: 'ONB-2' }))).toMatchObject({ status: 404 })
    await bot.issueVotes.removeVote({ issueIdOrKey: 'ONB-1' })
    expect(await bot.issueVotes.getVotes({ issueIdOrKey: 'ONB-1' })).toMatchObject({ votes: 0, hasVoted: false })
  })
})

test('a remote link with a global id is put, not added', async () => {
  const { online } = openSite({ ...SEED, issues })
  await online(async () => {
    const { issueRemoteLinks: links } = client()
    const object = { url: 'https://help.test/1', title: 'Ticket 1' }
    const made = await links.createOrUpdateRemoteIssueLink({
      issueIdOrKey: 'ONB-1',
      globalId: 'system=help&id=1',
      object,
    })
    const again = await links.createOrUpdateRemoteIssueLink({
      issueIdOrKey: 'ONB-1',
      globalId: 'system=help&id=1',
      object: { ...object, title: 'Closed' },
    })
    expect(again.id).toBe(made.id)
    expect(await links.getRemoteIssueLinkById({ issueIdOrKey: 'ONB-1', linkId: String(made.id) })).toMatchObject({
      object: { title: 'Closed' },
    })
    expect(
      await refusal(
        links.createOrUpdateRemoteIssueLink({ issueIdOrKey: 'ONB-1', object: { url: 'https://help.test/1' } } as never),
      ),
    ).toMatchObject({
      status: 400,
      errors: { title: "'title' is required." },
    })
    await links.deleteRemoteIssueLinkByGlobalId({ issueIdOrKey: 'ONB-1', globalId: 'system=help&id=1' })
    expect(await links.getRemoteIssueLinks({ issueIdOrKey: 'ONB-1' })).toEqual([])
  })
})

test('a project is made with a board, versions and components, and takes all along when it goes', async () => {
  const { online, rows } = openSite()
  await online(async () => {
    const jira = client()
    const made = await jira.projects.createProject({
      key: 'NEW',
      name: 'New things',
      projectTypeKey: 'software',
      projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-scrum-classic',
      leadAccountId: ADA,
    } as never)
    expect(made.key).toBe('NEW')
    expect(
      await refusal(
        jira.projects.createProject({ key: 'NEW', name: 'New things', projectTypeKey: 'software' } as never),
      ),
    ).toEqual({
      status: 400,
      errorMessages: [],
      errors: {
        projectKey: "Project 'New things' uses this project key.",
        projectName: 'A project with that name already exists.',
      },
    })
    const version = await jira.projectVersions.createVersion({
      projectId: made.id,
      name: '1.0',
      releaseDate: '2029-12-31',
    })
    expect(version).toMatchObject({ released: false, overdue: true, userReleaseDate: '31/Dec/29', projectId: made.id })
    const next = await jira.projectVersions.createVersion({ projectId: made.id, name: '2.0' })
    const component = await jira.projectComponents.createComponent({
      project: 'NEW',
      name: 'api',
      leadAccountId: GRACE,
      assigneeType: 'COMPONENT_LEAD',
    } as never)
    expect(component).toMatchObject({ lead: { accountId: GRACE }, realAssignee: { accountId: GRACE } })
    await jira.issues.createIssue({
      fields: {
        project: { key: 'NEW' },
        issuetype: { name: 'Task' },
        summary: 'One',
        fixVersions: [{ name: '1.0' }],
        components: [{ id: component.id ?? '' }],
      },
    } as never)
    expect(await jira.projectVersions.getVersionUnresolvedIssues({ id: version.id ?? '' })).toMatchObject({
      issuesUnresolvedCount: 1,
      issuesCount: 1,
    })
    await jira.projectVersions.updateVersion({
      id: version.id ?? '',
      body: { released: true, moveUnfixedIssuesTo: next.self ?? '' },
    } as never)
    const { fields } = await jira.issues.getIssue({ issueIdOrKey: 'NEW-1' })
    expect(fields?.fixVersions).toMatchObject([{ name: '2.0' }])
    await jira.projectComponents.deleteComponent({ id: component.id ?? '' } as never)
    expect((await jira.issues.getIssue({ issueIdOrKey: 'NEW-1' })).fields?.components).toEqual([])
    expect(
      (await jira.projectVersions.getProjectVersions({ projectIdOrKey: 'NEW' })).map(({ name, released }) => [
        name,
        released,
      ]),
    ).toEqual([
      ['1.0', true],
      ['2.0', false],
    ])
    await jira.projects.updateProject({ projectIdOrKey: 'NEW', description: 'Renamed', name: 'Newer' } as never)
    expect(await jira.projects.getProject({ projectIdOrKey: 'NEW' })).toMatchObject({
      name: 'Newer',
      description: 'Renamed',
      lead: { accountId: ADA },
    })
    expect(rows('boards').map(({ name }) => name)).toEqual(['NEW board'])
    await jira.projects.deleteProject({ projectIdOrKey: 'NEW' })
    expect(await refusal(jira.issues.getIssue({ issueIdOrKey: 'NEW-1' }))).toMatchObject({ status: 404 })
    expect(rows('boards')).toEqual([])
  })
})

test('people come and go, and groups know them', async () => {
  const { online, world } = openSite({ ...SEED, groups: [{ name: 'builders', members: ['Ada Lovelace'] }] })
  await online(async () => {
    const jira = client()
    const made = await jira.users.createUser({ emailAddress: 'new@acme.test', products: ['jira-software'] } as never)
    expect(made).toMatchObject({ emailAddress: 'new@acme.test', active: true })
    const group = await jira.groups.createGroup({ name: 'newcomers' } as never)
    await jira.groups.addUserToGroup({ groupname: 'newcomers', accountId: made.accountId ?? '' } as never)
    expect(
      (await jira.groups.getUsersFromGroup({ groupId: group.groupId ?? '' })).values.map(({ accountId }) => accountId),
    ).toEqual([made.accountId])
    expect(
      await refusal(jira.groups.addUserToGroup({ groupname: 'newcomers', accountId: made.accountId ?? '' } as never)),
    ).toMatchObject({ status: 400 })
    expect((await jira.groups.findGroups({ query: 'build' })).groups?.map(({ name, html }) => [name, html])).toEqual([
      ['builders', '<b>build</b>ers'],
    ])
    expect(await jira.users.getUserGroups({ accountId: ADA })).toMatchObject([{ name: 'builders' }])
    await jira.users.removeUser({ accountId: made.accountId ?? '' })
    expect((await jira.users.getUser({ accountId: made.accountId ?? '' })).active).toBe(false)
    expect((await jira.groups.getUsersFromGroup({ groupId: group.groupId ?? '' })).values).toEqual([])
    const { permissions } = await jira.permissions.getMyPermissions({
      permissions: 'EDIT_ISSUES,BROWSE_PROJECTS',
      projectKey: 'ONB',
    })
    expect(Object.keys(permissions ?? {})).toEqual(['BROWSE_PROJECTS', 'EDIT_ISSUES'])
    expect(await refusal(jira.permissions.getMyPermissions({ permissions: 'FLY' }))).toMatchObject({ status: 400 })
  })
  expect(world.trace.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['jira.user.joined', 'jira.user.deactivated']),
  )
})

test('filters are kept, found and only changed by their owner', async () => {
  const { online } = openSite({ ...SEED, issues })
  await online(async () => {
    const [bot, ada] = [client(), client('ada@acme.test')]
    const made = await bot.filters.createFilter({
      name: 'Laptops',
      jql: 'summary ~ laptop',
      sharePermissions: [{ type: 'authenticated' }],
    })
    expect(await refusal(bot.filters.createFilter({ name: 'laptops', jql: 'project = ONB' }))).toMatchObject({
      status: 400,
      errors: { filterName: 'Filter with same name already exists.' },
    })
    expect(await refusal(bot.filters.createFilter({ name: 'Bad', jql: 'nonsense' }))).toMatchObject({ status: 400 })
    const id = Number(made.id)
    expect(await refusal(ada.filters.updateFilter({ id, name: 'Hers' } as never))).toMatchObject({ status: 400 })
    await ada.filters.setFavouriteForFilter({ id })
    expect((await ada.filters.getFavouriteFilters()).map(({ name }) => name)).toEqual(['Laptops'])
    expect(
      (await bot.filters.getFiltersPaginated({ filterName: 'lap', expand: 'jql,favouritedCount' })).values,
    ).toMatchObject([{ name: 'Laptops', jql: 'summary ~ laptop', favouritedCount: 1 }])
    expect(
      (
        await bot.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'filter = Laptops', fields: ['summary'] })
      ).issues?.map(({ key }) => key),
    ).toEqual(['ONB-1'])
    await bot.filters.deleteFilter({ id })
    expect(await refusal(bot.filters.getFilter({ id }))).toMatchObject({ status: 400 })
  })
})

test('a query is taken apart, and matched against issues', async () => {
  const { online } = openSite({ ...SEED, issues })
  await online(async () => {
    const { jql, issueSearch } = client()
    const queries = [
      'status changed AFTER startOfMonth(-1M) AND labels in (hw, "b c") ORDER BY created DESC',
      'invalid query',
      'summary in test',
      'universe = 42',
    ]
    const parsed = await jql.parseJqlQueries({ queries, validation: 'strict' })
    expect(parsed.queries.map(({ errors }) => errors?.[0])).toEqual([
      undefined,
      "Error in the JQL Query: Expecting operator but got 'query'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 9)",
      `Operator 'in' does not support the non-list value '"test"' for field 'summary'.`,
      "Field 'universe' does not exist or you do not have permission to view it.",
    ])
    expect(parsed.queries[0]?.structure).toMatchObject({
      where: {
        operator: 'and',
        clauses: [
          {
            field: { name: 'status' },
            operator: 'changed',
            predicates: [{ operator: 'after', operand: { encodedOperand: 'startOfMonth(-1M)' } }],
          },
          { operator: 'in', operand: { encodedOperand: '(hw, "b c")' } },
        ],
      },
      orderBy: { fields: [{ direction: 'desc', field: { name: 'created' } }] },
    })
    expect(await issueSearch.matchIssues({ jqls: ['project = ONB', 'nonsense'], issueIds: [10_000] })).toMatchObject({
      matches: [{ matchedIssues: [10_000], errors: [] }, { matchedIssues: [] }],
    })
  })
})

test('worklogs adjust the estimate as they are told, and copies hear of what changed and what went', async () => {
  const { online, world } = openSite({
    ...SEED,
    issues: [{ project: 'ONB', summary: 'Laptop', fields: { timetracking: { originalEstimate: '1d' } } }],
  })
  await online(async () => {
    const { issueWorklogs: logs, issues: all } = client()
    const left = async (): Promise<unknown> => (await all.getIssue({ issueIdOrKey: 'ONB-1' })).fields?.timetracking
    const log = async (more: object): Promise<string> =>
      (await logs.addWorklog({ issueIdOrKey: 'ONB-1', timeSpent: '1h', ...more } as never)).id ?? ''
    await log({ adjustEstimate: 'leave' })
    expect(await left()).toMatchObject({ remainingEstimate: '1d', timeSpent: '1h' })
    await log({ adjustEstimate: 'new', newEstimate: '2h' })
    expect(await left()).toMatchObject({ remainingEstimate: '2h', timeSpent: '2h' })
    await world.clock.advance(60_000)
    const id = await log({ adjustEstimate: 'manual', reduceBy: '30m' })
    expect(await left()).toMatchObject({ remainingEstimate: '1h 30m' })
    expect(
      await refusal(logs.addWorklog({ issueIdOrKey: 'ONB-1', timeSpent: '1h', adjustEstimate: 'new' } as never)),
    ).toMatchObject({ status: 400 })
    await logs.deleteWorklog({ issueIdOrKey: 'ONB-1', id, adjustEstimate: 'manual', increaseBy: '1h' } as never)
    expect(await left()).toMatchObject({ remainingEstimate: '2h 30m', timeSpent: '2h' })
    expect((await logs.getIdsOfWorklogsModifiedSince({ since: Date.parse('2030-01-01T00:00:30Z') })).values).toEqual([])
    expect((await logs.getIdsOfWorklogsDeletedSince()).values?.map(({ worklogId }) => worklogId)).toEqual([Number(id)])
    expect((await logs.getWorklogsForIds({ ids: [10_000, 10_001] } as never)).length).toBe(2)
  })
})

test('a screen tells what it takes, and the history can be had for many issues at once', async () => {
  const { online, happen } = openSite({ ...SEED, issues })
  await happen('issue.transitioned', { issue: 'ONB-1', to: 'Done' })
  await happen('issue.labelled', { issue: 'ONB-1', labels: ['hw'] })
  await online(async () => {
    const { issues: all } = client()
    const { fields } = await all.getEditIssueMeta({ issueIdOrKey: 'ONB-1' })
    expect(fields?.summary).toMatchObject({ required: true, operations: ['set'] })
    expect(fields?.comment).toMatchObject({ operations: ['add', 'edit', 'remove'] })
    const { issueChangeLogs } = await all.getBulkChangelogs({
      issueIdsOrKeys: ['ONB-1'],
      fieldIds: ['labels'],
    } as never)
    expect(issueChangeLogs?.map(({ issueId, changeHistories }) => [issueId, changeHistories?.length])).toEqual([
      ['10000', 1],
    ])
  })
})

test('who is not known hears what the server is, and nothing else', async () => {
  const { send } = openSite()
  const info = await send(new Request(`${HOST}/rest/api/3/serverInfo`))
  expect([info.status, fieldsOf(await info.json())]).toMatchObject([200, { deploymentType: 'Cloud', baseUrl: HOST }])
  expect((await send(new Request(`${HOST}/rest/api/3/project`))).status).toBe(401)
  const known = await send(call('GET', '/rest/api/3/serverInfo'))
  expect([known.headers.get('X-AACCOUNTID'), fieldsOf(await known.json()).serverTime]).toEqual([
    encodeURIComponent(BOT),
    '2030-01-01T00:00:00.000+0000',
  ])
})

test('an issue of a seed may have its own number, and the next one comes after it', async () => {
  const { online } = openSite({
    ...SEED,
    issues: [
      { project: 'ONB', key: 'ONB-41', summary: 'Old' },
      { project: 'ONB', key: 'ONB-7', summary: 'Older' },
    ],
  })
  await online(async () => {
    expect((await client().issues.getIssue({ issueIdOrKey: 'ONB-7' })).fields?.summary).toBe('Older')
    const fields = { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'New' }
    expect((await client().issues.createIssue({ fields })).key).toBe('ONB-42')
  })
})
