import { createAgileClient } from 'jira.js/agile'
import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/jira/given.ts'
import { fieldsOf, listOf } from '../../../twins/jira/state.ts'
import { client, HOST, openSite, refusal, SEED } from './support.ts'

const seed: Seed = {
  ...SEED,
  boards: [
    {
      name: 'Team',
      project: 'ONB',
      sprints: [
        { name: 'First', state: 'closed' },
        { name: 'Second', state: 'active' },
      ],
    },
    { name: 'Flow', project: 'DOC', type: 'kanban' },
  ],
  issues: [
    { project: 'ONB', summary: 'Onboard everybody', type: 'Epic' },
    { project: 'ONB', summary: 'Laptop', sprint: 'Second', parent: 'ONB-1' },
    { project: 'ONB', summary: 'Badge' },
    { project: 'ONB', summary: 'Desk', status: 'Done' },
  ],
  webhooks: [
    {
      url: 'https://app.test/jira',
      events: ['sprint_created', 'sprint_started', 'sprint_closed', 'jira:issue_updated'],
    },
  ],
}
const agile = (): ReturnType<typeof createAgileClient> =>
  createAgileClient({
    host: HOST,
    auth: { type: 'basic', email: 'bot@acme.test', apiToken: 'token' },
    onSchemaMismatch: 'throw',
  })
const keys = (issues: readonly { readonly key?: string | undefined }[] | undefined): unknown[] =>
  (issues ?? []).map(({ key }) => key)

test('a board lists its issues, its backlog, its epics and its sprints', async () => {
  const { online } = openSite(seed)
  await online(async () => {
    const { board, sprint, epic } = agile()
    const boards = await board.getAllBoards({ projectKeyOrId: 'ONB' })
    expect(boards.values.map(({ id, name, type, location }) => [id, name, type, location?.projectKey])).toEqual([
      [1, 'Team', 'scrum', 'ONB'],
    ])
    expect((await board.getAllSprints({ boardId: 1 })).values?.map(({ name, state }) => [name, state])).toEqual([
      ['First', 'closed'],
      ['Second', 'active'],
    ])
    expect(keys((await board.getIssuesForBoard({ boardId: 1 })).issues)).toEqual(['ONB-2', 'ONB-3', 'ONB-4'])
    expect(keys((await board.getIssuesForBacklog({ boardId: 1 })).issues)).toEqual(['ONB-3'])
    expect((await board.getEpics({ boardId: 1 })).values?.map(({ key, done }) => [key, done])).toEqual([
      ['ONB-1', false],
    ])
    expect(keys((await epic.getIssuesForEpic({ epicIdOrKey: 'ONB-1' })).issues)).toEqual(['ONB-2'])
    const first = await board.getIssuesForBoard({ boardId: 1, maxResults: 2 })
    expect([keys(first.issues), first.isLast]).toEqual([['ONB-2', 'ONB-3'], false])
    const second = await board.getIssuesForBoard({
      boardId: 1,
      maxResults: 2,
      nextPageToken: first.nextPageToken ?? '',
    })
    expect([keys(second.issues), second.isLast]).toEqual([['ONB-4'], true])
    expect(keys((await board.getIssuesForBoard({ boardId: 1, jql: 'status = Done' })).issues)).toEqual(['ONB-4'])
    const shown = (await sprint.getIssuesForSprint({ sprintId: 2 })).issues[0]
    expect(shown?.fields).toMatchObject({
      summary: 'Laptop',
      sprint: { id: 2, name: 'Second', state: 'active', originBoardId: 1 },
      epic: { key: 'ONB-1' },
    })
    const { columnConfig, filter, type } = await board.getConfiguration({ boardId: 1 })
    expect([columnConfig?.columns?.map(({ name }) => name), type]).toEqual([['To Do', 'In Progress', 'Done'], 'scrum'])
    expect((await client().filters.getFilter({ id: Number(filter?.id) })).jql).toBe('project = ONB ORDER BY Rank ASC')
    expect(await refusal(board.getBoard({ boardId: 9 }))).toMatchObject({ status: 404 })
    expect(await refusal(board.getAllSprints({ boardId: 2 }))).toMatchObject({
      status: 400,
      errorMessages: ['The board does not support sprints'],
    })
  })
})

test('a sprint is planned, started and closed, and what is left goes back to the backlog', async () => {
  const { online, world, deliveries, rows } = openSite({
    ...seed,
    boards: [{ name: 'Team', project: 'ONB' }],
    issues: seed.issues?.map(({ sprint: _, ...rest }) => rest),
  })
  await online(async () => {
    const { board, sprint, backlog, issue } = agile()
    const made = await sprint.createSprint({ name: ' Week 1 ', originBoardId: 1, goal: 'Laptops' })
    expect([made.id, made.name, made.state]).toEqual([1, 'Week 1', 'future'])
    await sprint.moveIssuesToSprintAndRank({ sprintId: 1, issues: ['ONB-2', 'ONB-3'] })
    expect(keys((await board.getIssuesForBacklog({ boardId: 1 })).issues)).toEqual([])
    expect(await refusal(sprint.partiallyUpdateSprint({ sprintId: 1, state: 'active' } as never))).toMatchObject({
      status: 400,
    })
    const [startDate, endDate] = ['2030-01-01T09:00:00.000Z', '2030-01-08T09:00:00.000Z']
    await sprint.partiallyUpdateSprint({ sprintId: 1, state: 'active', startDate, endDate } as never)
    const found = await client().issueSearch.searchAndReconsileIssuesUsingJql({
      jql: 'sprint in openSprints()',
      fields: ['sprint', 'customfield_10020', 'customfield_10000'],
    })
    expect(found.issues?.length).toBe(2)
    await issue.rankIssues({ issues: ['ONB-3'], rankBeforeIssue: 'ONB-2' })
    expect(keys((await sprint.getIssuesForSprint({ sprintId: 1 })).issues)).toEqual(['ONB-3', 'ONB-2'])
    await backlog.moveIssuesToBacklog({ issues: ['ONB-3'] })
    await world.clock.advance(3_600_000)
    await sprint.partiallyUpdateSprint({ sprintId: 1, state: 'closed' } as never)
    expect((await sprint.getSprint({ sprintId: 1 })).completeDate).toEqual(new Date('2030-01-01T01:00:00.000Z'))
    expect(keys((await board.getIssuesForBacklog({ boardId: 1 })).issues)).toEqual(['ONB-3', 'ONB-2'])
    expect(await refusal(sprint.moveIssuesToSprintAndRank({ sprintId: 1, issues: ['ONB-2'] }))).toMatchObject({
      status: 400,
    })
  })
  expect(
    rows('histories')
      .flatMap(({ items }) => listOf(items).map((item) => fieldsOf(item)))
      .map(({ field, toString: to }) => [field, to]),
  ).toEqual([
    ['Sprint', 'Week 1'],
    ['Sprint', 'Week 1'],
    ['Sprint', ''],
  ])
  await world.clock.advance(60_000)
  expect(deliveries.map(({ body }) => fieldsOf(JSON.parse(body)).webhookEvent)).toEqual(
    expect.arrayContaining(['sprint_created', 'sprint_started', 'sprint_closed']),
  )
})
