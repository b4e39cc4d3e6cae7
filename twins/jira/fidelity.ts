import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { type Category, type Fields, type FieldType, fieldsOf, isFields, listOf, textOf } from './state.ts'

const OLDER = 'Some recordings are older than the field.'
const PRODUCT = 'Other products and apps add it.'

/** Recordings are scrubbed, and say nothing of the site but what its answers show. */
export const FIDELITY: FidelityProfile = {
  authorize(headers, { status }) {
    if (!headers.has('Authorization')) return
    if (status === 401) headers.set('Authorization', 'Basic bm9ib2R5Og==')
    else headers.set('Authorization', `Basic ${Buffer.from('fidelity@example.com:token').toString('base64')}`)
  },
  given,
  ignores: [
    { at: '**.accountType', what: 'extra', why: OLDER },
    { at: '**.fields.statusCategory', what: 'extra', why: OLDER },
    { at: '**.fields.issuerestriction', what: 'extra', why: OLDER },
    { at: '**.fields.security', what: 'extra', why: OLDER },
    { at: 'displayUrl', what: 'extra', why: OLDER },
    { at: 'serverTimeZone', what: 'extra', why: OLDER },
    { at: '**.entityId', what: 'missing', why: PRODUCT },
    { at: '**.uuid', what: 'missing', why: PRODUCT },
  ],
  live: {
    env: 'JIRA_BASIC_AUTH',
    authorize: (headers, secret) => headers.set('Authorization', `Basic ${Buffer.from(secret).toString('base64')}`),
  },
}

const KEY = /^([A-Z][A-Z0-9_]+)-\d+$/
const KINDS: Readonly<Record<string, FieldType>> = {
  textfield: 'text',
  textarea: 'textarea',
  float: 'number',
  datepicker: 'date',
  datetime: 'datetime',
  userpicker: 'user',
  labels: 'labels',
  url: 'url',
  'gh-sprint': 'sprint',
}

/** What a recording shows of the time before it. */
class Before {
  readonly users = new Map<string, Fields>()
  readonly projects = new Map<string, Fields>()
  readonly types = new Map<string, Set<string>>()
  readonly statuses = new Map<string, Map<string, Category>>()
  readonly fields = new Map<string, Fields>()
  readonly issues = new Map<string, Fields>()
  /** Keys of what the recording itself made. */
  readonly made = new Set<string>()

  /** Walks through an answer and keeps what is like something that a site has. */
  see(value: Json): void {
    if (Array.isArray(value)) for (const one of value) this.see(one)
    if (!isFields(value)) return
    const { accountId, displayName, key, name, id, projectTypeKey, schema, fields } = value
    if (typeof accountId === 'string' && typeof displayName === 'string') this.users.set(accountId, value)
    if (typeof projectTypeKey === 'string' && typeof key === 'string' && !this.made.has(key))
      this.projects.set(key, value)
    if (typeof id === 'string' && id.startsWith('customfield_') && isFields(schema))
      this.#field(id, textOf(name), schema)
    if (KEY.test(textOf(key)) && isFields(fields)) this.#issue(textOf(key), fields)
    for (const one of Object.values(value)) this.see(one)
  }

  #field(id: string, name: string, schema: Fields): void {
    const type = KINDS[textOf(schema.custom).split(':')[1] ?? ''] ?? 'text'
    this.fields.set(id, { id, name, type })
  }

  #issue(key: string, fields: Fields): void {
    const project = KEY.exec(key)?.[1] ?? ''
    const { issuetype, status } = fields
    const [type, state] = [textOf(fieldsOf(issuetype).name), fieldsOf(status)]
    if (type !== '') this.types.set(project, (this.types.get(project) ?? new Set<string>()).add(type))
    const category = textOf(fieldsOf(state.statusCategory).key)
    if (category === 'new' || category === 'indeterminate' || category === 'done') {
      const known = this.statuses.get(project) ?? new Map<string, Category>()
      this.statuses.set(project, known.set(textOf(state.name), category))
    }
    for (const id of Object.keys(fields))
      if (id.startsWith('customfield_') && !this.fields.has(id)) this.fields.set(id, { id, name: id, type: 'text' })
    // Links and parents show less of an issue: the fuller one is kept.
    const before = this.issues.get(key)
    if (!this.made.has(key) && Object.keys(before ?? {}).length < Object.keys(fields).length)
      this.issues.set(key, fields)
  }
}

function answerOf({ responseBody }: Exchange): Json {
  try {
    return JSON.parse(Buffer.from(responseBody ?? new Uint8Array()).toString()) as Json
  } catch {
    return null
  }
}

function given(exchanges: readonly Exchange[]): Json {
  const before = new Before()
  let me: Fields = {}
  let site: Fields = {}
  for (const exchange of exchanges) {
    const { hostname, pathname } = new URL(exchange.url)
    const name = /^([^.]+)\.atlassian\.net$/.exec(hostname)?.[1]
    const cloud_id = /^\/ex\/jira\/([^/]+)/.exec(pathname)?.[1]
    site = { ...site, ...(name === undefined ? {} : { name }), ...(cloud_id === undefined ? {} : { cloud_id }) }
    const answer = answerOf(exchange)
    if (exchange.status === 201) before.made.add(textOf(fieldsOf(answer).key))
    if (exchange.status >= 300) continue
    if (pathname.endsWith('/myself')) me = fieldsOf(answer)
    before.see(answer)
  }
  const creator = [...before.issues.values()].map(({ creator: who }) => fieldsOf(who))[0] ?? {}
  const account = me.accountId === undefined ? creator : me
  return {
    site,
    ...(account.accountId === undefined
      ? {}
      : {
          account: {
            account_id: account.accountId,
            name: account.displayName ?? '',
            anybody: true,
            ...(account.emailAddress === undefined ? {} : { email: account.emailAddress }),
          },
        }),
    users: [...before.users.values()]
      .filter(({ accountId }) => accountId !== account.accountId)
      .map(({ accountId, displayName, emailAddress, active, accountType }) => ({
        account_id: accountId ?? '',
        name: displayName ?? '',
        ...(emailAddress === undefined ? {} : { email: emailAddress }),
        active: active !== false,
        ...(accountType === 'app' || accountType === 'customer' ? { type: accountType } : {}),
      })),
    fields: [...before.fields.values()],
    projects: [...before.projects.values()].map((project) => projectOf(before, project)),
    issues: [...before.issues].flatMap(([key, fields]) => issueOf(before, key, fields)),
  }
}

function projectOf({ types, statuses }: Before, { id, key, name, simplified, projectTypeKey }: Fields): Fields {
  const [kinds, states] = [types.get(textOf(key)), statuses.get(textOf(key))]
  const usual: Readonly<Record<string, Category>> = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' }
  const all = states === undefined ? undefined : { ...usual, ...Object.fromEntries(states) }
  return {
    id: textOf(id),
    key: textOf(key),
    name: textOf(name),
    style: simplified === true ? 'next-gen' : 'classic',
    ...(['software', 'business', 'service_desk'].includes(textOf(projectTypeKey))
      ? { kind: textOf(projectTypeKey) }
      : {}),
    ...(kinds === undefined ? {} : { types: [...new Set(['Task', 'Bug', 'Story', 'Epic', 'Sub-task', ...kinds])] }),
    ...(all === undefined
      ? {}
      : { statuses: Object.entries(all).map(([called, category]) => ({ name: called, category })) }),
  }
}

/** What an issue was, as far as the twin can be told: its people, its words and where it stood. */
function issueOf({ projects, users }: Before, key: string, fields: Fields): readonly Fields[] {
  const project = KEY.exec(key)?.[1] ?? ''
  if (!projects.has(project)) return []
  const person = (value: Json | undefined): string | undefined => {
    const id = textOf(fieldsOf(value).accountId)
    return users.has(id) ? id : undefined
  }
  const { summary, issuetype, status, description, labels } = fields
  const kind = fieldsOf(issuetype)
  if (kind.subtask === true) return []
  const [assignee, reporter] = [person(fields.assignee), person(fields.reporter)]
  return [
    {
      project,
      key,
      summary: textOf(summary) || 'An issue',
      type: textOf(kind.name) || 'Task',
      ...(textOf(fieldsOf(status).name) === '' ? {} : { status: textOf(fieldsOf(status).name) }),
      ...(isFields(description) || typeof description === 'string' ? { description } : {}),
      ...(assignee === undefined ? {} : { assignee }),
      ...(reporter === undefined ? {} : { reporter }),
      labels: listOf(labels),
    },
  ]
}
