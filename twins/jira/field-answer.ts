import { SCREEN } from './fields.ts'
import type { Site } from './site.ts'
import type { Field, Fields, FieldType } from './state.ts'

type System = {
  readonly name: string
  readonly type: string
  readonly items?: string
  readonly clauses: readonly string[]
}

/** Fields that every site has: as recorded issues show them, https://github.com/JupiterOne/graph-jira/tree/main/src/jira/__recordings__ (2026-11-26). */
const SYSTEM: Readonly<Record<string, System>> = {
  summary: { name: 'Summary', type: 'string', clauses: ['summary'] },
  description: { name: 'Description', type: 'string', clauses: ['description'] },
  environment: { name: 'Environment', type: 'string', clauses: ['environment'] },
  issuetype: { name: 'Issue Type', type: 'issuetype', clauses: ['issuetype', 'type'] },
  project: { name: 'Project', type: 'project', clauses: ['project'] },
  status: { name: 'Status', type: 'status', clauses: ['status'] },
  statuscategorychangedate: {
    name: 'Status Category Changed',
    type: 'datetime',
    clauses: ['statusCategoryChangedDate'],
  },
  priority: { name: 'Priority', type: 'priority', clauses: ['priority'] },
  resolution: { name: 'Resolution', type: 'resolution', clauses: ['resolution'] },
  resolutiondate: { name: 'Resolved', type: 'datetime', clauses: ['resolutiondate', 'resolved'] },
  assignee: { name: 'Assignee', type: 'user', clauses: ['assignee'] },
  reporter: { name: 'Reporter', type: 'user', clauses: ['reporter'] },
  creator: { name: 'Creator', type: 'user', clauses: ['creator'] },
  security: { name: 'Security Level', type: 'securitylevel', clauses: ['level'] },
  issuerestriction: { name: 'Restrict to', type: 'issuerestriction', clauses: [] },
  statusCategory: { name: 'Status Category', type: 'statusCategory', clauses: ['statusCategory'] },
  progress: { name: 'Progress', type: 'progress', clauses: ['progress'] },
  aggregateprogress: { name: 'Σ Progress', type: 'progress', clauses: [] },
  aggregatetimespent: { name: 'Σ Time Spent', type: 'number', clauses: [] },
  aggregatetimeestimate: { name: 'Σ Remaining Estimate', type: 'number', clauses: [] },
  aggregatetimeoriginalestimate: { name: 'Σ Original Estimate', type: 'number', clauses: [] },
  labels: { name: 'Labels', type: 'array', items: 'string', clauses: ['labels'] },
  components: { name: 'Components', type: 'array', items: 'component', clauses: ['component'] },
  fixVersions: { name: 'Fix versions', type: 'array', items: 'version', clauses: ['fixVersion'] },
  versions: { name: 'Affects versions', type: 'array', items: 'version', clauses: ['affectedVersion'] },
  duedate: { name: 'Due date', type: 'date', clauses: ['due', 'duedate'] },
  parent: { name: 'Parent', type: 'issuelink', clauses: ['parent'] },
  subtasks: { name: 'Sub-tasks', type: 'array', items: 'issuelinks', clauses: ['subtasks'] },
  issuelinks: { name: 'Linked Issues', type: 'array', items: 'issuelinks', clauses: ['issueLink'] },
  attachment: { name: 'Attachment', type: 'array', items: 'attachment', clauses: ['attachments'] },
  comment: { name: 'Comment', type: 'comments-page', clauses: ['comment'] },
  worklog: { name: 'Log Work', type: 'array', items: 'worklog', clauses: [] },
  watches: { name: 'Watchers', type: 'watches', clauses: ['watchers'] },
  votes: { name: 'Votes', type: 'votes', clauses: ['votes'] },
  timetracking: { name: 'Time tracking', type: 'timetracking', clauses: [] },
  timeoriginalestimate: { name: 'Original estimate', type: 'number', clauses: ['originalEstimate'] },
  timeestimate: { name: 'Remaining Estimate', type: 'number', clauses: ['remainingEstimate'] },
  timespent: { name: 'Time Spent', type: 'number', clauses: ['timespent'] },
  workratio: { name: 'Work Ratio', type: 'number', clauses: ['workratio'] },
  created: { name: 'Created', type: 'datetime', clauses: ['created', 'createdDate'] },
  updated: { name: 'Updated', type: 'datetime', clauses: ['updated', 'updatedDate'] },
  lastViewed: { name: 'Last Viewed', type: 'datetime', clauses: ['lastViewed'] },
}

const KINDS: Readonly<Record<FieldType, readonly [type: string, items: string | undefined, plugin: string]>> = {
  text: ['string', undefined, 'textfield'],
  textarea: ['string', undefined, 'textarea'],
  number: ['number', undefined, 'float'],
  date: ['date', undefined, 'datepicker'],
  datetime: ['datetime', undefined, 'datetime'],
  select: ['option', undefined, 'select'],
  multiselect: ['array', 'option', 'multiselect'],
  user: ['user', undefined, 'userpicker'],
  labels: ['array', 'string', 'labels'],
  url: ['string', undefined, 'url'],
  sprint: ['array', 'json', 'gh-sprint'],
}

/** All fields of the site, as `GET /field` lists them. */
export const fieldBodies = (site: Site): readonly Fields[] => [
  ...Object.entries(SYSTEM).map(([id, { name, type, items, clauses }]) => ({
    id,
    key: id,
    name,
    custom: false,
    orderable: SCREEN.includes(id),
    navigable: true,
    searchable: clauses.length > 0,
    clauseNames: clauses,
    schema: { type, ...(items === undefined ? {} : { items }), system: id },
  })),
  ...site.store.fields.all().map(customBody),
]

function customBody({ id, name, type }: Field): Fields {
  const number = Number(id.replace('customfield_', ''))
  const [kind, items, plugin] = KINDS[type]
  return {
    id,
    key: id,
    name,
    untranslatedName: name,
    custom: true,
    orderable: true,
    navigable: true,
    searchable: true,
    clauseNames: [`cf[${number}]`, name],
    schema: {
      type: kind,
      ...(items === undefined ? {} : { items }),
      custom: `${type === 'sprint' ? 'com.pyxis.greenhopper.jira' : 'com.atlassian.jira.plugin.system.customfieldtypes'}:${plugin}`,
      customId: number,
    },
  }
}
