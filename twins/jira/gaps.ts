import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. Rows that begin with "Assumed:" are guesses. */
export const GAPS: readonly Gap[] = [
  { what: 'other versions of the API', why: 'Versions 2 and 3 are modelled; `latest` hides which one is meant.' },
  { what: 'another site', why: 'There is one site: the one of given.jira.site.' },
  { what: 'the consent page of OAuth', why: 'Nobody fills it in; seed the code that it would bring.' },
  { what: 'thumbnails, and what is inside archives', why: 'Jira draws them; attachments themselves are kept.' },
  { what: 'settings of boards', why: 'Properties, features, quick filters and reports change no list here.' },
  { what: 'backlogs of kanban boards', why: 'Which status is the backlog is a setting of the board.' },
  { what: 'boards of people', why: 'Boards belong to projects here.' },
  { what: 'two active sprints on a board', why: 'Parallel sprints are a setting of the site.' },
  {
    what: 'anonymous calls where a grant lets anyone in',
    why: 'What strangers see of each call is documented nowhere; without such a grant they are refused.',
  },
  {
    what: 'apps of Connect and Forge',
    why: 'Nobody installs them here, so that no secret is shared with one; call with an API token or by OAuth.',
  },
  { what: 'mails', why: 'Nobody receives them.' },
  { what: 'new keys of projects', why: 'Jira keeps the old ones alive for links and queries.' },
  {
    what: 'variables in the addresses of webhooks',
    why: 'Those of issues, projects and properties are filled in; boards, sprints, versions and users are not.',
  },
  { what: 'service desks', why: 'They are a product of their own.' },
  {
    what: 'administration',
    why: 'Workflows, screens, fields, statuses, issue types and their schemes are seeded under given.jira, not made by calls.',
  },
  {
    what: 'columns of filters, and what is on dashboards',
    why: 'Columns, default shares, gadgets and copies serve the browser.',
  },
  { what: 'bulk operations in the background', why: 'They run as tasks; change issues one by one.' },
  { what: 'expressions, pickers and other helpers of the interface', why: 'They serve the browser.' },
  {
    what: 'media, cards, extensions and layouts in documents',
    why: 'They refer to files and apps that are not here.',
  },
  {
    what: 'wiki markup',
    why: 'Of version 2, plain paragraphs, headings and flat lists are modelled; send a document.',
  },
  {
    what: 'rendered fields and other expansions',
    why: 'HTML is Jira’s own; changelog, names, schema and transitions are modelled.',
  },
  { what: 'turning sub-tasks into issues and back', why: 'Jira asks for more than one call.' },
  { what: 'updates other than add, remove and set', why: 'Edit comments and worklogs at their own address.' },
  { what: 'history metadata', why: 'It shows in the interface only.' },
  { what: 'transitions while creating', why: 'Create first, then do the transition.' },
  {
    what: 'comments and links with a transition',
    why: 'Whether a screen takes them is seeded nowhere; send them at their own address.',
  },
  { what: 'properties of anything but issues', why: 'Issues alone keep them here.' },
  {
    what: 'grants to groups in fields, and to customers',
    why: 'Fields here hold no groups, and customers have a portal of their own.',
  },
  {
    what: 'default actors of roles, and roles that swap',
    why: 'Who acts in a role is a matter of each project here.',
  },
  {
    what: 'JQL beyond the common grammar',
    why: 'Properties and fields of other products are not modelled.',
  },
  {
    what: 'JQL functions beyond people, time and what is here',
    why: 'Service desks, approvals and what somebody has looked at are not here.',
  },
  { what: 'query operators inside a text search', why: 'Words, wildcards at the end and phrases are modelled.' },
  { what: 'properties in searches', why: 'Read them issue by issue.' },
  {
    what: 'wording of refusals',
    why: 'Assumed: what is not found in public reports of Jira’s errors. The places and the status are documented.',
  },
  {
    what: 'wording of JQL errors',
    why: 'Assumed: of ends of the query and of what cannot be sorted by. The others are documented, or found in public reports.',
  },
  {
    what: 'permissions by default',
    why: 'Assumed: everybody who is logged in may do everything, until given.jira.permission_schemes and global_permissions say who may. A real site is narrower from the start.',
  },
  { what: 'quotas in points', why: 'Assumed: no app comes near the points that it has in an hour.' },
  { what: 'page tokens', why: 'Assumed: they tell a position, and live as long as the query is the same.' },
  {
    what: 'search order',
    why: 'Assumed: newest first without ORDER BY; what is empty comes last ascending and first descending.',
  },
  { what: 'stemming', why: 'Assumed: a text search compares whole words as they are written.' },
  {
    what: 'resolutions',
    why: 'Assumed: where a transition does not say, a status of the category done sets Done and leaving it takes it away. A team-managed business project was recorded that sets none: give its transitions `resolution: null`.',
  },
  { what: 'what webhooks hear', why: 'Assumed: a comment is comment_created alone, and rich text is wiki notation.' },
  {
    what: 'how soon webhooks come',
    why: 'Assumed: 0.3 to 3 seconds, up to a minute for fallout; retries evenly within 5 to 15 minutes.',
  },
  {
    what: 'claims of dynamic webhooks',
    why: 'Assumed: their bearer token is signed with the secret of given.jira.oauth, and says who issued it and when; the claims are not documented.',
  },
]
