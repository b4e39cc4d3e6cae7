import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/jira/given.ts'
import { fieldsOf, listOf } from '../../../twins/jira/state.ts'
import { ADA, call, client, doc, GRACE, openSite, refusal, SEED } from './support.ts'

const V3 = '/rest/api/3'
/** Ada works, Grace only looks, and Bob sees nothing; the bot may do everything. */
const BOB = '712020:bob'
const narrow: Seed = {
  ...SEED,
  users: [...(SEED.users ?? []), { account_id: BOB, name: 'Bob', email: 'bob@acme.test' }],
  groups: [
    { name: 'admins', members: ['Bot'] },
    { name: 'movers', members: ['Ada Lovelace'] },
  ],
  global_permissions: { ADMINISTER: ['admins'], USER_PICKER: ['admins', 'movers'], CREATE_SHARED_OBJECTS: ['movers'] },
  roles: [{ name: 'Watchmen' }],
  permission_schemes: [
    {
      name: 'Narrow',
      grants: {
        '*': ['role:Administrators'],
        BROWSE_PROJECTS: ['group:movers', 'role:Viewer'],
        CREATE_ISSUES: ['group:movers'],
        EDIT_ISSUES: ['group:movers', 'assignee'],
        TRANSITION_ISSUES: ['assignee'],
        ADD_COMMENTS: ['group:movers'],
        EDIT_OWN_COMMENTS: ['group:movers'],
        ASSIGNABLE_USER: ['group:movers', 'role:Viewer'],
        WORK_ON_ISSUES: ['reporter'],
      },
    },
  ],
  security_schemes: [
    {
      name: 'Secrets',
      levels: [
        { name: 'Open', members: ['anyone'] },
        { name: 'Ours', members: ['role:Administrators', 'reporter'] },
      ],
      default: 'Open',
    },
  ],
  projects: [
    {
      key: 'ONB',
      name: 'Onboarding',
      components: ['web'],
      versions: [{ name: '1.0' }],
      permission_scheme: 'Narrow',
      security_scheme: 'Secrets',
      roles: { Administrators: ['Bot'], Viewer: ['Grace Hopper'] },
    },
    { key: 'DOC' },
  ],
  issues: [
    { project: 'ONB', summary: 'One', comments: [{ body: 'Of the bot' }] },
    { project: 'ONB', summary: 'Two', assignee: 'Grace Hopper' },
    { project: 'ONB', summary: 'Three', security: 'Ours' },
  ],
}
const as = (name: string): Readonly<Record<string, string>> => ({
  Authorization: `Basic ${btoa(`${name}@acme.test:token`)}`,
})
const clients = { ada: client('ada@acme.test'), bob: client('bob@acme.test'), grace: client('grace@acme.test') }
const { ada, bob, grace } = clients
const bot = client()
const paragraph = doc('Hi') as never

test('who may not browse is told that there is nothing', async () => {
  const { online } = openSite(narrow)
  await online(async () => {
    const none = { status: 404, errorMessages: ['Issue does not exist or you do not have permission to see it.'] }
    expect(await refusal(bob.issues.getIssue({ issueIdOrKey: 'ONB-1' }))).toMatchObject(none)
    expect(await refusal(bob.issues.editIssue({ issueIdOrKey: 'ONB-1', fields: { summary: 'x' } }))).toMatchObject(none)
    expect(await refusal(bob.issueComments.addComment({ issueIdOrKey: 'ONB-1', body: paragraph }))).toMatchObject(none)
    expect(await refusal(bob.projects.getProject({ projectIdOrKey: 'ONB' }))).toMatchObject({
      status: 404,
      errorMessages: ["No project could be found with key 'ONB'."],
    })
    expect((await bob.projects.searchProjects()).values?.map(({ key }) => key)).toEqual(['DOC'])
    expect((await grace.projects.searchProjects()).values?.map(({ key }) => key)).toEqual(['DOC', 'ONB'])
    const fields = { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x' }
    expect(await refusal(bob.issues.createIssue({ fields } as never))).toMatchObject({
      status: 400,
      errors: { project: 'Specify a valid project ID or key' },
    })
    const all = { jql: 'created > "2000-01-01" ORDER BY key', fields: ['summary'] }
    const found = async (who: typeof bot): Promise<unknown> =>
      (await who.issueSearch.searchAndReconsileIssuesUsingJql(all)).issues?.map(({ key }) => key)
    expect([await found(bot), await found(ada), await found(bob)]).toEqual([
      ['ONB-1', 'ONB-2', 'ONB-3'],
      ['ONB-1', 'ONB-2'],
      [],
    ])
    expect(await refusal(bob.issueSearch.searchAndReconsileIssuesUsingJql({ jql: 'project = ONB' }))).toMatchObject({
      errorMessages: ["The value 'ONB' does not exist for the field 'project'."],
    })
  })
})

test('who may only look is refused every change, in the words and with the status of Jira', async () => {
  const { online, rows } = openSite(narrow)
  const before = rows('issues')
  await online(async () => {
    const [issueIdOrKey, project] = ['ONB-1', { key: 'ONB' }]
    const off = (field: string): string =>
      `Field '${field}' cannot be set. It is not on the appropriate screen, or unknown.`
    const comment = (await grace.issueComments.getComments({ issueIdOrKey })).comments?.[0]?.id ?? ''
    const attempts: readonly (readonly [() => Promise<unknown>, object])[] = [
      [
        () => grace.issues.editIssue({ issueIdOrKey, fields: { summary: 'x' } }),
        { status: 400, errorMessages: [], errors: { summary: off('summary') } },
      ],
      [
        () => grace.issues.createIssue({ fields: { project, issuetype: { name: 'Task' }, summary: 'x' } } as never),
        { status: 400, errors: { summary: off('summary') } },
      ],
      [
        () => grace.issues.deleteIssue({ issueIdOrKey }),
        { status: 403, errorMessages: ['You do not have permission to delete issues in this project.'] },
      ],
      [
        () => grace.issues.assignIssue({ issueIdOrKey, accountId: GRACE }),
        { status: 403, errorMessages: ['You do not have permission to assign issues.'] },
      ],
      [
        () => grace.issueComments.addComment({ issueIdOrKey, body: paragraph }),
        { status: 400, errorMessages: ['Grace Hopper, you do not have the permission to comment on this issue.'] },
      ],
      [
        () => grace.issueComments.updateComment({ issueIdOrKey, id: comment, body: { body: paragraph } }),
        { status: 400 },
      ],
      [() => grace.issueComments.deleteComment({ issueIdOrKey, id: comment }), { status: 400 }],
      [
        () => grace.issueWorklogs.addWorklog({ issueIdOrKey, timeSpent: '1h' } as never),
        {
          status: 400,
          errorMessages: ['Grace Hopper, you do not have the permission to associate a worklog to this issue.'],
        },
      ],
      [() => grace.issues.doTransition({ issueIdOrKey, transition: { id: '31' } }), { status: 400 }],
      [
        () =>
          grace.issueLinks.linkIssues({
            type: { name: 'Blocks' },
            inwardIssue: { key: 'ONB-1' },
            outwardIssue: { key: 'ONB-2' },
          } as never),
        { status: 401, errorMessages: ["No Link Issue Permission for issue 'ONB-1'"] },
      ],
      [
        () =>
          grace.issueRemoteLinks.createOrUpdateRemoteIssueLink({
            issueIdOrKey,
            object: { url: 'https://x.test', title: 'x' },
          } as never),
        { status: 403 },
      ],
      [
        () =>
          grace.issueAttachments.addAttachment({
            issueIdOrKey,
            attachments: { filename: 'a.txt', content: Buffer.from('x') },
          } as never),
        { status: 403, errorMessages: ['You do not have permission to create attachments for this issue.'] },
      ],
      [() => grace.issueWatchers.addWatcher({ issueIdOrKey, body: ADA } as never), { status: 403 }],
      [
        () => grace.projects.updateProject({ projectIdOrKey: 'ONB', name: 'Mine' } as never),
        { status: 403, errorMessages: ['You cannot edit the configuration of this project.'] },
      ],
      [() => grace.projects.deleteProject({ projectIdOrKey: 'ONB' }), { status: 404 }],
      [() => grace.projects.createProject({ key: 'NEW', name: 'New' } as never), { status: 403 }],
      [() => grace.projectComponents.createComponent({ project: 'ONB', name: 'x' } as never), { status: 403 }],
      [() => grace.projectVersions.createVersion({ projectId: 10_000, name: 'x' }), { status: 404 }],
      [
        () => grace.projectRoles.getProjectRoles({ projectIdOrKey: 'ONB' }),
        { status: 401, errorMessages: ['You cannot edit the configuration of this project.'] },
      ],
      [() => grace.users.createUser({ emailAddress: 'x@acme.test' } as never), { status: 403 }],
      [() => grace.groups.createGroup({ name: 'x' }), { status: 403 }],
      [() => grace.permissionSchemes.createPermissionScheme({ body: { name: 'x' } } as never), { status: 403 }],
      [
        () =>
          grace.filters.createFilter({
            name: 'x',
            jql: 'project = ONB',
            sharePermissions: [{ type: 'authenticated' }],
          }),
        { status: 400 },
      ],
    ]
    for (const [attempt, answer] of attempts) expect(await refusal(attempt())).toMatchObject(answer)
    expect(await grace.issues.getEditIssueMeta({ issueIdOrKey })).toEqual({ fields: {} })
    expect((await grace.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: 'ONB' })).issueTypes).toEqual([])
    expect(await grace.userSearch.findUsers({ query: 'a' })).toEqual([])
  })
  expect(rows('issues')).toEqual(before)
})

test('what hangs on the issue is weighed by the issue', async () => {
  const { online } = openSite(narrow)
  await online(async () => {
    // The assignee may edit and move; the reporter may log work.
    const ways = async (who: typeof bot, issueIdOrKey: string): Promise<number | undefined> =>
      (await who.issues.getTransitions({ issueIdOrKey })).transitions?.length
    expect([await ways(grace, 'ONB-1'), await ways(grace, 'ONB-2'), await ways(ada, 'ONB-2')]).toEqual([0, 3, 0])
    await grace.issues.editIssue({ issueIdOrKey: 'ONB-2', fields: { summary: 'Mine' } })
    await grace.issues.doTransition({ issueIdOrKey: 'ONB-2', transition: { id: '21' } })
    // Editing is not assigning.
    expect(
      await refusal(ada.issues.editIssue({ issueIdOrKey: 'ONB-2', fields: { assignee: { accountId: ADA } } } as never)),
    ).toMatchObject({ status: 400, errors: { assignee: expect.stringContaining('cannot be set') } })
    const made = await ada.issues.createIssue({
      fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'Hers' },
    } as never)
    await ada.issueWorklogs.addWorklog({ issueIdOrKey: made.key, timeSpent: '1h' } as never)
    const said = await ada.issueComments.addComment({ issueIdOrKey: made.key, body: paragraph })
    await ada.issueComments.updateComment({ issueIdOrKey: made.key, id: said.id ?? '', body: { body: paragraph } })
    expect(await refusal(ada.issueComments.deleteComment({ issueIdOrKey: made.key, id: said.id ?? '' }))).toMatchObject(
      { status: 400 },
    )
    const assignable = await bot.userSearch.findAssignableUsers({ project: 'ONB' })
    expect(assignable.map(({ displayName }) => displayName)).toEqual(['Bot', 'Ada Lovelace', 'Grace Hopper'])
    expect(await refusal(bot.issues.assignIssue({ issueIdOrKey: 'ONB-1', accountId: BOB }))).toMatchObject({
      status: 400,
      errors: { assignee: `User '${BOB}' cannot be assigned issues.` },
    })
  })
})

test('what the permissions of somebody are said to be is what they can do', async () => {
  const { online } = openSite(narrow)
  await online(async () => {
    const has = async (who: typeof bot, context: object): Promise<Record<string, boolean | undefined>> => {
      const permissions = 'BROWSE_PROJECTS,EDIT_ISSUES,DELETE_ISSUES,ADMINISTER'
      const mine = await who.permissions.getMyPermissions({ permissions, ...context })
      const rows = Object.entries(mine.permissions ?? {})
      return Object.fromEntries(rows.map(([key, row]) => [key, row?.havePermission]))
    }
    const yes = { BROWSE_PROJECTS: true, EDIT_ISSUES: true, DELETE_ISSUES: true, ADMINISTER: true }
    expect(await has(bot, { projectKey: 'ONB' })).toEqual(yes)
    expect(await has(grace, { projectKey: 'ONB' })).toEqual({ ...yes, DELETE_ISSUES: false, ADMINISTER: false })
    expect(await has(grace, { issueKey: 'ONB-1' })).toEqual({
      BROWSE_PROJECTS: true,
      EDIT_ISSUES: false,
      DELETE_ISSUES: false,
      ADMINISTER: false,
    })
    expect(await has(bob, {})).toEqual({ ...yes, ADMINISTER: false })
    expect(
      await refusal(bob.permissions.getMyPermissions({ permissions: 'EDIT_ISSUES', projectKey: 'ONB' })),
    ).toMatchObject({ status: 404 })
    const wish = {
      globalPermissions: ['ADMINISTER', 'USER_PICKER'],
      projectPermissions: [
        { permissions: ['EDIT_ISSUES', 'BROWSE_PROJECTS'], projects: [10000, 10001, 1], issues: [10000, 10001, 10002] },
      ],
    }
    expect(await ada.permissions.getBulkPermissions(wish)).toEqual({
      globalPermissions: ['USER_PICKER'],
      projectPermissions: [
        { permission: 'EDIT_ISSUES', projects: [10000, 10001], issues: [10000, 10001] },
        { permission: 'BROWSE_PROJECTS', projects: [10000, 10001], issues: [10000, 10001] },
      ],
    })
    expect(await bot.permissions.getBulkPermissions({ ...wish, accountId: GRACE })).toMatchObject({
      globalPermissions: [],
      projectPermissions: [{ issues: [10001] }, { issues: [10000, 10001] }],
    })
    expect(await refusal(ada.permissions.getBulkPermissions({ ...wish, accountId: GRACE }))).toMatchObject({
      status: 403,
      errorMessages: ['Only Jira administrators can perform this operation.'],
    })
    expect(await refusal(bot.permissions.getBulkPermissions({ globalPermissions: ['PERMISSION_123'] }))).toMatchObject({
      status: 400,
      errors: { PERMISSION_123: 'Unrecognized permission' },
    })
    const permitted = await ada.permissions.getPermittedProjects({ permissions: ['DELETE_ISSUES'] })
    expect(permitted.projects?.map(({ key }) => key)).toEqual(['DOC'])
  })
})

test('a level of security hides an issue from whoever is not in it', async () => {
  const { online } = openSite(narrow)
  await online(async () => {
    expect(await refusal(ada.issues.getIssue({ issueIdOrKey: 'ONB-3' }))).toMatchObject({ status: 404 })
    const level = async (issueIdOrKey: string): Promise<unknown> =>
      fieldsOf(fieldsOf((await bot.issues.getIssue({ issueIdOrKey })).fields).security).name
    expect([await level('ONB-1'), await level('ONB-3')]).toEqual(['Open', 'Ours'])
    await bot.issues.editIssue({ issueIdOrKey: 'ONB-1', fields: { security: { name: 'Ours' } } } as never)
    expect(await refusal(ada.issues.getIssue({ issueIdOrKey: 'ONB-1' }))).toMatchObject({ status: 404 })
    const found = await bot.issueSearch.searchAndReconsileIssuesUsingJql({
      jql: 'level = Ours ORDER BY key',
      fields: ['key'],
    })
    expect(found.issues?.map(({ key }) => key)).toEqual(['ONB-1', 'ONB-3'])
    const { levels } = await bot.projectPermissionSchemes.getSecurityLevelsForProject({ projectKeyOrId: 'ONB' })
    expect(levels?.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ['Open', true],
      ['Ours', false],
    ])
    const made = await ada.issues
      .createIssue({
        fields: { project: { key: 'ONB' }, issuetype: { name: 'Task' }, summary: 'x', security: { name: 'Ours' } },
      } as never)
      .catch((error: { readonly status?: number }) => error.status)
    expect(made).toBe(400)
  })
})

test('roles, schemes and shares that calls change are in force at once', async () => {
  const { online } = openSite(narrow)
  await online(async () => {
    const at = { projectIdOrKey: 'ONB', id: 10004 }
    await bot.projectRoleActors.addActorUsers({ ...at, user: [BOB] })
    expect((await bob.issues.getIssue({ issueIdOrKey: 'ONB-1' })).key).toBe('ONB-1')
    const role = await bot.projectRoles.getProjectRole(at)
    expect(role.actors?.map(({ displayName, type }) => [displayName, type])).toEqual([
      ['Bob', 'atlassian-user-role-actor'],
      ['Grace Hopper', 'atlassian-user-role-actor'],
    ])
    await bot.projectRoleActors.deleteActor({ ...at, user: BOB })
    expect(await refusal(bob.issues.getIssue({ issueIdOrKey: 'ONB-1' }))).toMatchObject({ status: 404 })
    await bot.projectRoleActors.setActors({
      ...at,
      body: { categorisedActors: { 'atlassian-group-role-actor': ['movers'] } },
    } as never)
    expect(await refusal(grace.issues.getIssue({ issueIdOrKey: 'ONB-1' }))).toMatchObject({ status: 404 })

    const { permissionSchemes } = await bot.permissionSchemes.getAllPermissionSchemes()
    expect(permissionSchemes?.map(({ name }) => name)).toEqual(['Default Permission Scheme', 'Narrow'])
    const schemeId = permissionSchemes?.[1]?.id ?? 0
    const grant = { permission: 'BROWSE_PROJECTS', holder: { type: 'user', parameter: BOB } }
    const made = await bot.permissionSchemes.createPermissionGrant({ schemeId, ...grant })
    expect((await bob.issues.getIssue({ issueIdOrKey: 'ONB-1' })).key).toBe('ONB-1')
    expect(await refusal(bot.permissionSchemes.createPermissionGrant({ schemeId, ...grant }))).toMatchObject({
      status: 400,
    })
    await bot.permissionSchemes.deletePermissionSchemeEntity({ schemeId, permissionId: made.id ?? 0 })
    expect(await refusal(bob.issues.getIssue({ issueIdOrKey: 'ONB-1' }))).toMatchObject({ status: 404 })
    expect(await refusal(bot.permissionSchemes.deletePermissionScheme({ schemeId }))).toMatchObject({ status: 400 })
    await bot.projectPermissionSchemes.assignPermissionScheme({ projectKeyOrId: 'ONB', id: 0 })
    expect((await bob.issues.getIssue({ issueIdOrKey: 'ONB-1' })).key).toBe('ONB-1')

    const filter = await ada.filters.createFilter({ name: 'Hers', jql: 'project = DOC' })
    const id = Number(filter.id)
    expect(await refusal(bob.filters.getFilter({ id }))).toMatchObject({ status: 400 })
    await ada.filterSharing.addSharePermission({ id, type: 'user', accountId: BOB } as never)
    expect((await bob.filters.getFilter({ id })).name).toBe('Hers')
  })
})

test('a comment can be for some alone', async () => {
  const { online, send } = openSite(narrow)
  await online(async () => {
    const visibility = { type: 'role', value: 'Administrators' } as const
    const made = await bot.issueComments.addComment({ issueIdOrKey: 'ONB-1', body: paragraph, visibility })
    expect(made.visibility).toEqual({ type: 'role', value: 'Administrators', identifier: 'Administrators' })
    const count = async (who: typeof bot): Promise<unknown> =>
      (await who.issueComments.getComments({ issueIdOrKey: 'ONB-1' })).total
    expect([await count(bot), await count(ada)]).toEqual([2, 1])
    expect(
      await refusal(ada.issueComments.addComment({ issueIdOrKey: 'ONB-1', body: paragraph, visibility })),
    ).toMatchObject({ errors: { commentLevel: 'You are currently not a member of the project role: Administrators.' } })
  })
  const issue = await send(call('GET', `${V3}/issue/ONB-1?fields=comment`, undefined, as('ada')))
  expect(listOf(fieldsOf(fieldsOf(fieldsOf(await issue.json()).fields).comment).comments)).toHaveLength(1)
})

test('what a token may do is said by its scopes', async () => {
  const { send } = openSite({
    ...SEED,
    oauth: { client_id: 'c', client_secret: 's', scopes: ['read:jira-work'], codes: [{ code: 'one' }] },
  })
  const token = await send(
    new Request('https://auth.atlassian.com/oauth/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'authorization_code',
        client_id: 'c',
        client_secret: 's',
        code: 'one',
      }),
    }),
  )
  const { access_token, scope } = fieldsOf(await token.json())
  expect(scope).toBe('read:jira-work offline_access')
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const gateway = 'https://api.atlassian.com/ex/jira/11223344-a1b2-3b33-c444-def123456789'
    const answer = await send(
      new Request(`${gateway}${path}`, {
        method,
        headers: { Authorization: `Bearer ${String(access_token)}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    return answer.status === 401 ? [401, await answer.json()] : answer.status
  }
  const missing = [401, { code: 401, message: 'Unauthorized; scope does not match' }]
  expect(await ask('GET', `${V3}/project/ONB`)).toBe(200)
  expect(await ask('POST', `${V3}/search/jql`, { jql: 'project = ONB' })).toBe(200)
  expect(await ask('POST', `${V3}/issue`, {})).toEqual(missing)
  expect(await ask('GET', `${V3}/myself`)).toEqual(missing)
  expect(await ask('GET', '/rest/agile/1.0/board')).toEqual(missing)
})

test.each([
  [{ global_permissions: { FLY: [] } }, /permission of Jira/],
  [{ permission_schemes: [{ name: 'x', grants: { EDIT_ISSUES: ['somebody'] } }] }, /Expected anyone/],
  [{ permission_schemes: [{ name: 'x', grants: { EDIT_ISSUES: ['group:none'] } }] }, /expected a group of the site/],
  [{ permission_schemes: [{ name: 'x', grants: { EDIT_ISSUES: ['role:none'] } }] }, /expected a role/],
  [{ projects: [{ key: 'ABC', permission_scheme: 'none' }] }, /expected a permission scheme, got "none"/],
] as const)('a seed of what there is not is told: %j', (seed, message) => {
  expect(() => openSite(seed as unknown as Seed)).toThrow(message)
})
