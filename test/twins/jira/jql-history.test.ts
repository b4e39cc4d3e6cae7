import { expect, test } from 'vitest'
import { fieldsOf, listOf } from '../../../twins/jira/state.ts'
import { ADA, call, GRACE, openSite, SEED, type Setup } from './support.ts'

/** ONB-1: Ada's from the start, started by Ada on the first, done by Grace on the third, taken up by Ada on the fifth. */
async function lived(): Promise<Setup> {
  const setup = openSite({
    ...SEED,
    groups: [{ name: 'builders', members: ['Ada Lovelace', GRACE] }],
    boards: [
      {
        name: 'Team',
        project: 'ONB',
        sprints: [{ name: 'Sprint 1', state: 'closed' }, { name: 'Sprint 2', state: 'active' }, { name: 'Sprint 3' }],
      },
    ],
    filters: [
      { name: 'Mine', jql: 'assignee = "Ada Lovelace" ORDER BY key' },
      { name: 'Loop', jql: 'filter = Loop' },
    ],
    projects: [
      ...(SEED.projects ?? []),
      {
        key: 'VER',
        versions: [{ name: '0.9', released: true }, { name: '1.0', released: true }, { name: '1.1' }, { name: '2.0' }],
      },
    ],
    issues: [
      { project: 'ONB', summary: 'Laptop', assignee: 'Ada Lovelace', sprint: 'Sprint 2' },
      { project: 'ONB', summary: 'Badge', sprint: 'Sprint 3', fields: { timetracking: { originalEstimate: '3h' } } },
      { project: 'VER', summary: 'Ship', fields: { fixVersions: [{ name: '1.0' }] } },
      { project: 'VER', summary: 'Plan', fields: { fixVersions: [{ name: '2.0' }] } },
    ],
  })
  const { world, happen } = setup
  const later = (hours: number): Promise<void> => world.clock.advance(hours * 3_600_000)
  await later(12)
  await happen('issue.transitioned', { issue: 'ONB-1', to: 'In Progress', by: ADA })
  await later(48)
  await happen('issue.transitioned', { issue: 'ONB-1', to: 'Done', by: GRACE })
  await later(48)
  await happen('issue.transitioned', { issue: 'ONB-1', to: 'In Progress', by: ADA })
  await happen('issue.assigned', { issue: 'ONB-1', assignee: null })
  return setup
}

async function ask({ send }: Setup, jql: string): Promise<unknown> {
  const answer = await send(call('POST', '/rest/api/3/search/jql', { jql, fields: ['key'] }))
  const body = fieldsOf(await answer.json())
  return answer.status === 200 ? listOf(body.issues).map((one) => fieldsOf(one).key) : listOf(body.errorMessages)[0]
}

test('what was is weighed by when and by whom', async () => {
  const setup = await lived()
  const one = ['ONB-1']
  for (const [jql, keys] of [
    ['status was Done', one],
    ['status was Done AFTER "2030-01-06"', []],
    ['status was Done AFTER "2030-01-05"', one],
    ['status was Done BEFORE "2030-01-03"', []],
    ['status was Done BEFORE "2030-01-04"', one],
    ['status was Done ON "2030-01-04"', one],
    ['status was Done ON "2030-01-02"', []],
    ['status was Done DURING ("2030-01-01", "2030-01-02")', []],
    ['status was Done DURING ("2030-01-01", "2030-01-04")', one],
    [`status was Done BY "${GRACE}"`, one],
    [`status was Done BY "${ADA}"`, []],
    ['project = ONB AND status was "To Do" BEFORE startOfDay("+1d")', ['ONB-2', 'ONB-1']],
    ['status was not in ("In Progress", "To Do") AND project = ONB', []],
    ['assignee was "Ada Lovelace"', one],
    ['project = ONB AND assignee was EMPTY BEFORE "2030-01-02"', ['ONB-2']],
    ['status changed', one],
    ['status changed FROM "To Do" TO "In Progress"', one],
    ['status changed FROM "To Do" TO Done', []],
    ['status changed TO Done BY membersOf(builders) AFTER "2030-01-03"', one],
    ['status changed ON "2030-01-02"', []],
    ['status changed DURING ("2030-01-03", "2030-01-04")', one],
    ['assignee changed TO EMPTY', one],
    ['project = ONB AND NOT status changed', ['ONB-2']],
  ] as const)
    expect([jql, await ask(setup, jql)]).toEqual([jql, keys])
  expect(await ask(setup, 'status was Done FROM "To Do"')).toBe(
    "The predicate 'from' is not supported by the operator 'was'.",
  )
})

test('functions know groups, sprints, versions, links and who did what', async () => {
  const setup = await lived()
  await setup.send(
    call('POST', '/rest/api/3/issueLink', {
      type: { name: 'Blocks' },
      inwardIssue: { key: 'ONB-1' },
      outwardIssue: { key: 'ONB-2' },
    }),
  )
  for (const [jql, keys] of [
    ['sprint in openSprints()', ['ONB-1']],
    ['sprint = "Sprint 3"', ['ONB-2']],
    ['sprint in futureSprints()', ['ONB-2']],
    ['project = ONB AND sprint in closedSprints()', []],
    ['project = VER AND sprint is EMPTY', ['VER-2', 'VER-1']],
    ['fixVersion in releasedVersions(VER)', ['VER-1']],
    ['fixVersion in unreleasedVersions()', ['VER-2']],
    ['fixVersion = latestReleasedVersion(VER)', ['VER-1']],
    ['fixVersion = earliestUnreleasedVersion(VER)', []],
    ['key in linkedIssues(ONB-1)', ['ONB-2']],
    ['key in linkedIssues(ONB-1, "is blocked by")', []],
    ['key in linkedIssues(ONB-2, "is blocked by")', ['ONB-1']],
    ['issueLinkType = "is blocked by"', ['ONB-2']],
    [`key in updatedBy("${GRACE}")`, ['ONB-1']],
    [`key in updatedBy("${GRACE}", "2030-01-05")`, []],
    ['project in projectsLeadByUser() ORDER BY key ASC', ['ONB-1', 'ONB-2', 'VER-1', 'VER-2']],
    ['originalEstimate >= 2h', ['ONB-2']],
    ['filter = Mine', []],
    ['creator = currentUser() AND filter != Mine AND project = ONB ORDER BY Rank DESC', ['ONB-2', 'ONB-1']],
    ['reporter in membersOf("Builders")', []],
  ] as const)
    expect([jql, await ask(setup, jql)]).toEqual([jql, keys])
  for (const [jql, message] of [
    [
      'assignee in membersOf("none")',
      "Function 'membersOf' can not generate a list of usernames for group 'none'; the group does not exist.",
    ],
    ['key in linkedIssues(ONB-9)', "Issue 'ONB-9' could not be found in function 'linkedIssues'."],
    [
      'fixVersion in releasedVersions(NOPE)',
      "Could not resolve the project 'NOPE' provided to function 'releasedVersions'.",
    ],
    ['status in openSprints()', "A value provided by the function 'openSprints' is invalid for the field 'status'."],
    ['filter = Unknown', "The value 'Unknown' does not exist for the field 'filter'."],
    ['filter = Loop', "The filter 'Loop' refers to itself."],
  ] as const)
    expect([jql, await ask(setup, jql)]).toEqual([jql, message])
})
