import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/jira/given.ts'
import { fieldsOf, listOf } from '../../../twins/jira/state.ts'
import { NotModelled } from '../../../twins/twin.ts'
import { ADA, call, GRACE, openSite, SEED, type Setup } from './support.ts'

const seed: Seed = {
  ...SEED,
  issues: [
    {
      project: 'ONB',
      summary: 'Order a laptop',
      assignee: 'Ada Lovelace',
      labels: ['hw', 'urgent'],
      fields: { priority: { name: 'High' } },
    },
    {
      project: 'ONB',
      summary: 'Badge for the new colleague',
      type: 'Bug',
      status: 'Done',
      labels: ['door'],
      reporter: 'Grace Hopper',
    },
    {
      project: 'ONB',
      summary: 'Introduce to team',
      type: 'Story',
      status: 'In Progress',
      assignee: 'Grace Hopper',
      description: 'Coffee with the whole team',
      fields: {
        customfield_10016: 5,
        customfield_10020: { value: 'Red' },
        duedate: '2030-01-10',
        components: [{ name: 'web' }],
      },
      comments: [{ author: 'Ada Lovelace', body: 'Bring the cake' }],
    },
    {
      project: 'ONB',
      summary: 'Tea',
      type: 'Sub-task',
      parent: 'ONB-3',
      fields: { fixVersions: [{ name: '1.0' }], priority: { id: '5' } },
    },
    { project: 'DOC', summary: 'Write "the rules"', assignee: 'Ada Lovelace', fields: { customfield_10016: 2 } },
  ],
}

async function ask(
  setup: Setup,
  jql: string,
): Promise<{ readonly status: number; readonly keys: readonly unknown[]; readonly error: unknown }> {
  const answer = await setup.send(call('POST', '/rest/api/3/search/jql', { jql, fields: ['key'] }))
  const body = fieldsOf(await answer.json())
  const keys = listOf(body.issues).map((issue) => String(fieldsOf(issue).key))
  return { status: answer.status, keys, error: listOf(body.errorMessages)[0] }
}

test.each<readonly [jql: string, keys: string]>([
  ['project = ONB', 'ONB-4 ONB-3 ONB-2 ONB-1'],
  ['project = "Onboarding" order by key', 'ONB-1 ONB-2 ONB-3 ONB-4'],
  ['key in (ONB-1, doc-1)', 'DOC-1 ONB-1'],
  ['key > ONB-2 AND project = ONB', 'ONB-4 ONB-3'],
  ['status = Done', 'ONB-2'],
  ['status != Done and project = ONB', 'ONB-4 ONB-3 ONB-1'],
  ['statusCategory = "In Progress"', 'ONB-3'],
  ['statusCategory in ("To Do", done)', 'DOC-1 ONB-4 ONB-2 ONB-1'],
  ['type not in (Task, Bug)', 'ONB-4 ONB-3'],
  ['issuetype in subTaskIssueTypes()', 'ONB-4'],
  ['assignee = "ada@acme.test"', 'DOC-1 ONB-1'],
  [`assignee = ${GRACE.replace(':', '\\:')}`, 'ONB-3'],
  // Nobody's issues are neither Ada's nor not Ada's, also under NOT.
  [`assignee != "${ADA}"`, 'ONB-3'],
  [`NOT assignee = "${ADA}"`, 'ONB-3'],
  ['assignee is EMPTY', 'ONB-4 ONB-2'],
  ['assignee IN (EMPTY, "Grace Hopper")', 'ONB-4 ONB-3 ONB-2'],
  ['assignee is not null', 'DOC-1 ONB-3 ONB-1'],
  ['reporter = currentUser() and project = ONB', 'ONB-4 ONB-3 ONB-1'],
  ['watcher = "Grace Hopper"', 'ONB-2'],
  ['key in watchedIssues() and project = DOC', 'DOC-1'],
  ['labels = hw', 'ONB-1'],
  ['labels in (door, urgent)', 'ONB-2 ONB-1'],
  ['labels is empty and project = ONB', 'ONB-4 ONB-3'],
  ['labels != hw', 'ONB-2'],
  ['priority > Medium', 'ONB-1'],
  ['priority <= Low', 'ONB-4'],
  ['resolution = Unresolved and type = Task', 'DOC-1 ONB-1'],
  ['resolution = Done', 'ONB-2'],
  ['component = web', 'ONB-3'],
  ['fixVersion = "1.0"', 'ONB-4'],
  ['parent = ONB-3', 'ONB-4'],
  ['due <= "2030-01-10"', 'ONB-3'],
  ['due < 2030-01-10', ''],
  ['due >= startOfMonth() AND due <= endOfMonth()', 'ONB-3'],
  ['due > 1w AND due < "2w"', 'ONB-3'],
  ['created >= -1d and project = DOC', 'DOC-1'],
  ['created < startOfDay()', ''],
  ['created <= now() and project = DOC', 'DOC-1'],
  ['summary ~ laptop', 'ONB-1'],
  ['summary ~ "order lap*"', 'ONB-1'],
  ['summary ~ lap', ''],
  ['summary !~ laptop and project = ONB', 'ONB-4 ONB-3 ONB-2'],
  ['summary ~ "\\"new colleague\\""', 'ONB-2'],
  ['summary ~ "\\"colleague new\\""', ''],
  ['text ~ cake', 'ONB-3'],
  ['comment ~ cake or description ~ coffee', 'ONB-3'],
  ['cf[10016] > 2', 'ONB-3'],
  ['"Story Points" in (2, 5)', 'DOC-1 ONB-3'],
  ['Team = red', 'ONB-3'],
  ['customfield_10020 is empty and project = DOC', 'DOC-1'],
  ['project = ONB AND (labels = hw OR status = Done) AND NOT type = Bug', 'ONB-1'],
  ['project = DOC || labels = hw && labels = door', 'DOC-1'],
  ['!(project = ONB)', 'DOC-1'],
  ['project = ONB ORDER BY priority', 'ONB-1 ONB-3 ONB-2 ONB-4'],
  ['project = ONB ORDER BY priority ASC, key ASC', 'ONB-4 ONB-2 ONB-3 ONB-1'],
  ['project = ONB ORDER BY assignee', 'ONB-1 ONB-3 ONB-4 ONB-2'],
  ['project = ONB ORDER BY summary ASC', 'ONB-2 ONB-3 ONB-1 ONB-4'],
])('%s names %s', async (jql, keys) => {
  const answer = await ask(openSite(seed), jql)
  expect([answer.status, answer.error, answer.keys.join(' ')]).toEqual([200, undefined, keys])
})

test('what stood in a field once is found by was and changed', async () => {
  const setup = openSite(seed)
  await setup.happen('issue.transitioned', { issue: 'ONB-1', to: 'In Progress' })
  await setup.happen('issue.transitioned', { issue: 'ONB-1', to: 'Done' })
  await setup.happen('issue.assigned', { issue: 'ONB-1', assignee: null })
  const keys = async (jql: string): Promise<string> => (await ask(setup, `project = ONB AND ${jql}`)).keys.join(' ')
  expect(await keys('status was "In Progress"')).toBe('ONB-3 ONB-1')
  expect(await keys('status was in ("In Progress") AND status = Done')).toBe('ONB-1')
  expect(await keys('status was not "In Progress"')).toBe('ONB-4 ONB-2')
  expect(await keys('status changed')).toBe('ONB-1')
  expect(await keys('assignee was "Ada Lovelace"')).toBe('ONB-1')
  expect(await keys('NOT status was "To Do"')).toBe('ONB-3 ONB-2')
})

const VALID = "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
test.each<readonly [jql: string, error: string]>([
  ['', 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.'],
  ['ORDER BY created', 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.'],
  ['invalid query', `Error in the JQL Query: Expecting operator but got 'query'. ${VALID} (line 1, character 9)`],
  ['project', `Error in the JQL Query: Expecting operator before the end of the query. ${VALID}`],
  ['project = ONB x', "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'x'. (line 1, character 15)"],
  ['project =\n ONB x', "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'x'. (line 2, character 6)"],
  [
    'reporter=a/b',
    "Error in the JQL Query: The character '/' is a reserved JQL character. You must enclose it in a string or use the escape '\\u002f' instead. (line 1, character 11)",
  ],
  [
    'project = select',
    "Error in the JQL Query: 'select' is a reserved JQL word. You must surround it in quotation marks to use it in a query. (line 1, character 11)",
  ],
  [
    'summary ~ "open',
    "Error in the JQL Query: The quoted string 'open' has not been completed. (line 1, character 11)",
  ],
  ['project = NOPE', "The value 'NOPE' does not exist for the field 'project'."],
  ['issuetype = 123', "A value with ID '123' does not exist for the field 'issuetype'."],
  ['key = ONB-99', "An issue with key 'ONB-99' does not exist for field 'key'."],
  ['universe = 42', "Field 'universe' does not exist or you do not have permission to view it."],
  ['project ~ ONB', "The operator '~' is not supported by the 'project' field."],
  ['summary = test', "The operator '=' is not supported by the 'summary' field."],
  ['labels > urgent', "The operator '>' is not supported by the 'labels' field."],
  ['assignee = whoami()', "Unable to find JQL function 'whoami()'."],
  [
    'created > yesterday',
    "Date value 'yesterday' for field 'created' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
  ],
  [
    'created > 2030-02-30',
    "Date value '2030-02-30' for field 'created' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
  ],
  ['project = ONB order by text', "Not able to sort using field 'text'."],
  ['(project = ONB', "Error in the JQL Query: Expecting ')' before the end of the query."],
  ['project in ONB', `Operator 'in' does not support the non-list value '"ONB"' for field 'project'.`],
  ['assignee is "Ada Lovelace"', "The operator 'is' only supports EMPTY or NULL as a value for the field 'assignee'."],
])('%s is refused in Jira’s words', async (jql, error) => {
  expect(await ask(openSite(seed), jql)).toEqual({ status: 400, keys: [], error })
})

test.each(['sprint = 1', 'issue.property[x].y = 1', 'key in issueHistory()', 'summary ~ "te?t"'])(
  '%s is loud',
  async (jql) => {
    await expect(ask(openSite(seed), jql)).rejects.toThrow(NotModelled)
  },
)

test('a search lags behind by as much as the seed says, and reconciling makes up for it', async () => {
  const setup = openSite({ ...seed, search: { lag_ms: 5_000 } })
  await setup.world.clock.advance(5_000)
  await setup.happen('issue.created', { project: 'ONB', summary: 'Fresh' })
  await setup.happen('issue.labelled', { issue: 'ONB-1', labels: ['new'] })
  expect((await ask(setup, 'project = ONB AND summary ~ fresh')).keys).toEqual([])
  expect((await ask(setup, 'labels = hw')).keys).toEqual(['ONB-1'])
  const body = { jql: 'summary ~ fresh', fields: ['key'], reconcileIssues: [10_005] }
  const reconciled = fieldsOf(await (await setup.send(call('POST', '/rest/api/3/search/jql', body))).json())
  expect(listOf(reconciled.issues)).toMatchObject([{ key: 'ONB-5' }])
  await setup.world.clock.advance(5_000)
  expect((await ask(setup, 'summary ~ fresh')).keys).toEqual(['ONB-5'])
  expect((await ask(setup, 'labels = hw')).keys).toEqual([])
  await setup.happen('issue.deleted', { issue: 'ONB-5' })
  expect((await ask(setup, 'summary ~ fresh')).keys).toEqual(['ONB-5'])
  await setup.world.clock.advance(5_000)
  expect((await ask(setup, 'summary ~ fresh')).keys).toEqual([])
})

test('the old search is gone, and a token belongs to its query', async () => {
  const setup = openSite(seed)
  expect((await setup.send(call('GET', '/rest/api/3/search?jql=project=ONB'))).status).toBe(410)
  expect((await setup.send(call('POST', '/rest/api/2/search', {}))).status).toBe(410)
  const first = fieldsOf(
    await (await setup.send(call('POST', '/rest/api/3/search/jql', { jql: 'project = ONB', maxResults: 1 }))).json(),
  )
  const other = { jql: 'project = DOC', nextPageToken: first.nextPageToken ?? null }
  expect((await setup.send(call('POST', '/rest/api/3/search/jql', other))).status).toBe(400)
})
