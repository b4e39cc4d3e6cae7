import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/jira/given.ts'
import { ADA, BOT, doc, GRACE, HOST, openSite, SEED } from './support.ts'
import { type Step, walk } from './walk.ts'

const seed: Seed = {
  ...SEED,
  groups: [{ name: 'movers', members: ['Ada Lovelace'] }],
  permission_schemes: [{ name: 'Open', grants: { '*': ['logged-in'] } }],
  security_schemes: [{ name: 'Secrets', levels: [{ name: 'Ours', members: ['reporter'] }] }],
  projects: [
    {
      key: 'ONB',
      name: 'Onboarding',
      components: ['web'],
      versions: [{ name: '1.0' }],
      permission_scheme: 'Open',
      security_scheme: 'Secrets',
    },
    { key: 'DOC' },
  ],
  boards: [
    {
      name: 'Team',
      project: 'ONB',
      sprints: [
        { name: 'One', state: 'active' },
        { name: 'Two', state: 'future' },
      ],
    },
  ],
  filters: [{ name: 'Mine', jql: 'project = ONB' }],
  issues: [
    { project: 'ONB', summary: 'Onboard everybody', type: 'Epic' },
    { project: 'ONB', summary: 'Laptop', labels: ['hw'], sprint: 'One', comments: [{ body: 'Soon' }] },
    { project: 'ONB', summary: 'Badge' },
  ],
}
const at = { issueIdOrKey: 'ONB-2' }
const project = { projectIdOrKey: 'ONB' }
const one = { values: [expect.anything()] }

const WALKS: Readonly<Record<string, readonly Step[]>> = {
  'what is told of an issue: history, comments, watchers': [
    ['issues.editIssue', { ...at, fields: { summary: 'Big laptop' } }],
    ['issues.getChangeLogs', at, { total: 1, values: [{ items: [{ field: 'summary' }] }] }, 'log'],
    ['issues.getChangeLogsByIds', { ...at, changelogIds: ['$log.values.0.id'] }, { total: 1 }],
    ['issues.bulkFetchIssues', { issueIdsOrKeys: ['ONB-2', 'ONB-9'] }, { issues: [{ key: 'ONB-2' }] }],
    ['issueComments.getComments', at, { total: 1 }, 'told'],
    ['issueComments.getComment', { ...at, id: '$told.comments.0.id' }, { author: { accountId: BOT } }],
    ['issueComments.getCommentsByIds', { ids: ['$told.comments.0.id'] }, one],
    ['issueWatchers.addWatcher', { ...at, accountId: GRACE }],
    ['issueWatchers.removeWatcher', { ...at, accountId: GRACE }],
    ['issueWatchers.getIssueWatchers', at, { watchCount: 1, watchers: [{ accountId: BOT }] }],
    ['issueAttachments.getAttachmentMeta', {}, { enabled: true }],
  ],
  'time that was worked': [
    ['issueWorklogs.addWorklog', { ...at, timeSpentSeconds: 3600 }, { timeSpent: '1h' }, 'work'],
    ['issueWorklogs.getIssueWorklog', at, { total: 1 }],
    ['issueWorklogs.getWorklog', { ...at, id: '$work.id' }, { timeSpentSeconds: 3600 }],
    [
      'issueWorklogs.updateWorklog',
      { ...at, id: '$work.id', body: { timeSpent: '2h', comment: doc('Long') } },
      { timeSpentSeconds: 7200 },
    ],
    ['issueWorklogs.getWorklog', { ...at, id: '99' }, 404],
  ],
  'properties of an issue': [
    ['issueProperties.setIssueProperty', { ...at, propertyKey: 'app', body: { step: 1 } }],
    ['issueProperties.getIssuePropertyKeys', at, { keys: [{ key: 'app' }] }],
    ['issueProperties.getIssueProperty', { ...at, propertyKey: 'app' }, { key: 'app', value: { step: 1 } }],
    ['issueProperties.deleteIssueProperty', { ...at, propertyKey: 'app' }],
    ['issueProperties.getIssueProperty', { ...at, propertyKey: 'app' }, 404],
  ],
  'links to issues and to elsewhere': [
    ['issueLinkTypes.getIssueLinkTypes', {}, undefined, 'types'],
    [
      'issueLinkTypes.getIssueLinkType',
      {
        issueLinkTypeId: '$types.issueLinkTypes.0.id',
      },
      { name: 'Blocks' },
    ],
    [
      'issueLinks.linkIssues',
      { type: { name: 'Blocks' }, inwardIssue: { key: 'ONB-2' }, outwardIssue: { key: 'ONB-3' } },
    ],
    ['issues.getIssue', at, { fields: { issuelinks: [{ type: { name: 'Blocks' } }] } }, 'issue'],
    [
      'issueLinks.getIssueLink',
      {
        linkId: '$issue.fields.issuelinks.0.id',
      },
      { type: { name: 'Blocks' } },
    ],
    [
      'issueRemoteLinks.createOrUpdateRemoteIssueLink',
      { ...at, object: { url: 'https://shop.test/1', title: 'Order' } },
      undefined,
      'remote',
    ],
    [
      'issueRemoteLinks.updateRemoteIssueLink',
      {
        ...at,
        linkId: '$remote.id',
        object: { url: 'https://shop.test/2', title: 'Order' },
      },
    ],
    ['issueRemoteLinks.deleteRemoteIssueLinkById', { ...at, linkId: '$remote.id' }],
    ['issueRemoteLinks.getRemoteIssueLinks', at, []],
  ],
  'what a site has': [
    ['serverInfo.getServerInfo', {}, { deploymentType: 'Cloud', baseUrl: HOST }],
    ['jiraSettings.getConfiguration', {}, { votingEnabled: true }],
    ['issueTypes.getIssueAllTypes', {}, undefined, 'kinds'],
    ['issueTypes.getIssueType', { id: '$kinds.0.id' }],
    ['workflowStatuses.getStatuses', {}, expect.arrayContaining([expect.objectContaining({ name: 'To Do' })])],
    ['workflowStatuses.getStatus', { idOrName: 'Done' }, { statusCategory: { key: 'done' } }, 'done'],
    ['workflowStatusCategories.getStatusCategories', {}, expect.arrayContaining([expect.anything()])],
    ['workflowStatusCategories.getStatusCategory', { idOrKey: 'done' }, { key: 'done' }],
    ['status.search', { searchString: 'Do', maxResults: 1 }, { maxResults: 1, values: [expect.anything()] }],
    ['status.getStatusesById', { id: ['$done.id'] }, [{ name: 'Done' }]],
    ['issuePriorities.searchPriorities', { maxResults: 2 }, { total: 5 }, 'priorities'],
    ['issuePriorities.getPriority', { id: '$priorities.values.0.id' }, { name: 'Highest' }],
    ['issueResolutions.getResolution', { id: '10000' }, { name: 'Done' }],
    ['labels.getAllLabels', {}, { values: ['hw'] }],
    ['issueFields.getFieldsPaginated', { query: 'summ' }, { values: [{ id: 'summary' }] }],
    ['permissions.getAllPermissions', {}, { permissions: { BROWSE_PROJECTS: { type: 'PROJECT' } } }],
    ['jql.getAutoComplete', {}, { visibleFieldNames: expect.arrayContaining([expect.anything()]) }],
    ['projectKeyAndNameValidation.validateProjectKey', { key: 'ONB' }, { errors: { projectKey: expect.any(String) } }],
  ],
  'components and versions of a project': [
    ['projectComponents.getProjectComponents', project, [{ name: 'web' }], 'parts'],
    ['projectComponents.getProjectComponentsPaginated', project, { values: [{ name: 'web' }] }],
    ['projectComponents.createComponent', { project: 'ONB', name: 'api' }, { name: 'api' }, 'part'],
    ['projectComponents.getComponent', { id: '$part.id' }, { name: 'api' }],
    [
      'projectComponents.updateComponent',
      { id: '$part.id', body: { name: 'core', description: 'Inside' } },
      { name: 'core', description: 'Inside' },
    ],
    ['projectComponents.getComponentRelatedIssues', { id: '$part.id' }, { issueCount: 0 }],
    ['projectVersions.createVersion', { name: '2.0', projectId: 10_000 }, { name: '2.0' }, 'second'],
    ['projectVersions.createVersion', { name: '3.0', projectId: 10_000 }, { name: '3.0' }, 'third'],
    ['projectVersions.getProjectVersionsPaginated', { ...project, query: '.0' }, { total: 3 }],
    ['projectVersions.getVersion', { id: '$second.id' }, { name: '2.0' }],
    ['projectVersions.getVersionRelatedIssues', { id: '$second.id' }, { issuesFixedCount: 0 }],
    ['projectVersions.moveVersion', { id: '$third.id', position: 'First' }, { name: '3.0' }],
    [
      'projectVersions.mergeVersions',
      {
        id: '$third.id',
        moveIssuesTo: '$second.id',
      },
    ],
    ['projectVersions.deleteAndReplaceVersion', { id: '$second.id' }],
    ['projectVersions.getProjectVersions', project, [{ name: '1.0' }]],
  ],
  people: [
    ['users.getAllUsers', { maxResults: 50 }, expect.arrayContaining([expect.objectContaining({ accountId: ADA })])],
    ['users.getAllUsersDefault', { maxResults: 1 }, [expect.anything()]],
    ['userSearch.findBulkAssignableUsers', { query: 'ada', projectKeys: 'ONB' }, [{ accountId: ADA }]],
    ['userSearch.findUsersWithBrowsePermission', { query: 'ada', projectKey: 'ONB' }, [{ accountId: ADA }]],
    ['userSearch.findUsersForPicker', { query: 'ada' }, { total: 1, users: [{ accountId: ADA }] }],
    ['groupAndUserPicker.findUsersAndGroups', { query: 'mov' }, { groups: { total: 1 } }],
    ['groups.createGroup', { name: 'guests' }, { name: 'guests' }],
    ['groups.addUserToGroup', { groupname: 'guests', accountId: ADA }],
    ['groups.removeUserFromGroup', { groupname: 'guests', accountId: ADA }],
    ['groups.removeGroup', { groupname: 'guests' }],
    ['groups.removeGroup', { groupname: 'guests' }, 404],
  ],
  'roles and schemes': [
    ['projectRoles.createProjectRole', { name: 'Guides' }, { name: 'Guides' }, 'role'],
    ['projectRoles.getAllProjectRoles', {}, expect.arrayContaining([expect.objectContaining({ name: 'Guides' })])],
    ['projectRoles.getProjectRoleById', { id: '$role.id' }, { name: 'Guides' }],
    [
      'projectRoles.getProjectRoleDetails',
      project,
      expect.arrayContaining([expect.objectContaining({ name: 'Guides' })]),
    ],
    ['projectRoles.partialUpdateProjectRole', { id: '$role.id', name: 'Mentors' }, { name: 'Mentors' }],
    [
      'projectRoles.fullyUpdateProjectRole',
      { id: '$role.id', name: 'Tutors', description: 'Who teach' },
      { name: 'Tutors', description: 'Who teach' },
    ],
    ['projectRoles.deleteProjectRole', { id: '$role.id' }],
    ['projectPermissionSchemes.getAssignedPermissionScheme', { projectKeyOrId: 'ONB' }, { name: 'Open' }, 'scheme'],
    ['permissionSchemes.getPermissionScheme', { schemeId: '$scheme.id' }],
    [
      'permissionSchemes.getPermissionSchemeGrants',
      { schemeId: '$scheme.id' },
      { permissions: expect.arrayContaining([expect.anything()]) },
      'grants',
    ],
    [
      'permissionSchemes.getPermissionSchemeGrant',
      {
        schemeId: '$scheme.id',
        permissionId: '$grants.permissions.0.id',
      },
    ],
    ['permissionSchemes.updatePermissionScheme', { schemeId: '$scheme.id', body: { name: 'Wide' } }, { name: 'Wide' }],
    ['issueSecuritySchemes.getIssueSecuritySchemes', {}, { issueSecuritySchemes: [{ name: 'Secrets' }] }, 'secrets'],
    [
      'issueSecuritySchemes.getIssueSecurityScheme',
      {
        id: '$secrets.issueSecuritySchemes.0.id',
      },
      { levels: [{ name: 'Ours' }] },
      'secret',
    ],
    ['projectPermissionSchemes.getProjectIssueSecurityScheme', { projectKeyOrId: 'ONB' }, { name: 'Secrets' }],
    ['issueSecurityLevel.getIssueSecurityLevel', { id: '$secret.levels.0.id' }, { name: 'Ours' }],
  ],
  'filters and dashboards': [
    ['filters.getMyFilters', {}, expect.arrayContaining([expect.objectContaining({ name: 'Mine' })])],
    [
      'filterSharing.addSharePermission',
      { id: 10_000, type: 'user', accountId: ADA },
      [{ type: 'loggedin' }, { type: 'user' }],
      'shares',
    ],
    ['filterSharing.getSharePermissions', { id: 10_000 }, [{}, { user: { accountId: ADA } }]],
    ['filterSharing.getSharePermission', { id: 10_000, permissionId: '$shares.1.id' }, { type: 'user' }],
    ['filterSharing.deleteSharePermission', { id: 10_000, permissionId: '$shares.1.id' }],
    ['filterSharing.getSharePermissions', { id: 10_000 }, [{ type: 'loggedin' }]],
    ['filters.setFavouriteForFilter', { id: 10_000 }, { favourite: true }],
    ['filters.deleteFavouriteForFilter', { id: 10_000 }, { favourite: false }],
    ['dashboards.getAllDashboards', {}, { total: 0 }],
    ['dashboards.getDashboardsPaginated', {}, { total: 0 }],
    ['dashboards.getDashboard', { id: '10000' }, 404],
  ],
  'boards, sprints and epics': [
    ['board.createBoard', { name: 'Flow', type: 'kanban', filterId: 10_000 }, { name: 'Flow', type: 'kanban' }, 'made'],
    ['board.getBoardByFilterId', { filterId: 10_000 }, { values: [{ name: 'Flow' }] }],
    ['board.deleteBoard', { boardId: '$made.id' }],
    ['board.getProjects', { boardId: 1 }, { values: [{ key: 'ONB' }] }],
    ['board.getAllVersions', { boardId: 1 }, { values: [{ name: '1.0' }] }],
    ['board.getIssuesWithoutEpicForBoard', { boardId: 1 }, { issues: [{ key: 'ONB-2' }, { key: 'ONB-3' }] }],
    ['board.getBoardIssuesForSprint', { boardId: 1, sprintId: 1 }, { issues: [{ key: 'ONB-2' }] }],
    ['board.getApproximateIssueCountForBoard', { boardId: 1 }, { count: 2 }],
    ['board.getApproximateIssueCountForBacklog', { boardId: 1 }, { count: 1 }],
    ['epic.moveIssuesToEpic', { epicIdOrKey: 'ONB-1', issues: ['ONB-3'] }],
    ['epic.getEpic', { epicIdOrKey: 'ONB-1' }, { key: 'ONB-1', done: false }, 'epic'],
    ['board.getBoardIssuesForEpic', { boardId: 1, epicId: '$epic.id' }, { issues: [{ key: 'ONB-3' }] }],
    ['epic.getIssuesWithoutEpic', {}, { issues: expect.arrayContaining([expect.objectContaining({ key: 'ONB-2' })]) }],
    ['epic.removeIssuesFromEpic', { issues: ['ONB-3'] }],
    ['issue.getIssue', at, { fields: { sprint: { name: 'One' } } }],
    ['issue.estimateIssueForBoard', { ...at, boardId: 1, value: '5' }, { value: 5 }],
    ['issue.getIssueEstimationForBoard', { ...at, boardId: 1 }, { value: 5 }],
    ['sprint.updateSprint', { sprintId: 2, name: 'Second', state: 'future' }, { name: 'Second' }],
    ['sprint.deleteSprint', { sprintId: 2 }],
    ['sprint.getSprint', { sprintId: 2 }, 404],
  ],
}

test.each(Object.entries(WALKS))('the client walks through %s', async (_, steps) => {
  await walk(openSite(seed), steps)
})
