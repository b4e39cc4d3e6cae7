import type { Json } from '../trace.ts'
import { documentOf } from './adf.ts'
import { Refusal } from './ask.ts'
import { type Draft, SCREEN, wishOf } from './fields.ts'
import { named, RESOLUTIONS, STATUSES, TYPES } from './fixed.ts'
import type { BoardWish, FieldWish, IssueWish, ProjectWish, Seed } from './given.ts'
import { addComment, create, fresh, store } from './issues.ts'
import { plantActors, plantPermissions, schemeNamed } from './seed-permissions.ts'
import { projectOf, type Site, userNamed } from './site.ts'
import type { Board, Component, Project, Token, Transition, User } from './state.ts'

/** What was there before the scenario starts. It happened without events. */
export function plant(site: Site, seed: Seed): void {
  const { users, statuses, types, tokens, webhooks, groups, filters } = site.store
  users.put({
    id: site.account,
    account_type: 'atlassian',
    display_name: seed.account?.name ?? 'Backlot',
    email: seed.account?.email ?? null,
    active: true,
  })
  for (const wish of seed.users ?? [])
    users.put({
      ...newUser(site, wish.name, wish.email, wish.account_id),
      active: wish.active ?? true,
      account_type: wish.type ?? 'atlassian',
    })
  for (const status of STATUSES) statuses.put(status)
  for (const type of TYPES) types.put(type)
  for (const wish of seed.fields ?? []) plantField(site, wish)
  for (const { name, members } of seed.groups ?? [])
    groups.put({
      id: uuid(site),
      name,
      members: (members ?? []).map((one) => userId(site, one, `group ${name}`)),
    })
  plantPermissions(site, seed)
  for (const wish of seed.projects ?? []) plantProject(site, wish)
  for (const { name, jql, owner } of seed.filters ?? [])
    filters.put({
      // Those of the seed are for everybody, as on a site whose people work together.
      shares: [{ id: site.next('share'), type: 'loggedin', group: null, project: null, role: null, user: null }],
      edits: [],
      id: site.next('filter'),
      name,
      description: '',
      jql,
      owner: owner === undefined ? site.account : userId(site, owner, `filter ${name}`),
      favourite_of: [],
    })
  for (const wish of seed.boards ?? []) plantBoard(site, wish)
  for (const wish of seed.issues ?? []) plantIssue(site, wish)
  for (const { url, events, jql = '', secret = null } of seed.webhooks ?? []) {
    const id = site.next('webhook')
    webhooks.put({
      id,
      kind: 'admin',
      name: id,
      url,
      events,
      jql,
      fields: [],
      properties: [],
      secret,
      enabled: true,
      exclude_body: false,
      expires_ms: null,
      owner: site.account,
    })
  }
  const holder = (name: string | undefined): string => (name === undefined ? site.account : userId(site, name, 'oauth'))
  for (const { code, user } of seed.oauth?.codes ?? []) tokens.put(newToken(site, 'code', code, holder(user)))
  for (const { token, user } of seed.oauth?.refresh_tokens ?? [])
    tokens.put(newToken(site, 'refresh', token, holder(user)))
}

const newToken = (site: Site, kind: Token['kind'], id: string, user: string): Token => ({
  id,
  kind,
  user,
  expires_ms: null,
  used_ms: null,
  family: id,
  consented_ms: site.now(),
})

/** Somebody new; an account id is made up where none is given. */
export function newUser(site: Site, name: string, email?: string, id?: string): User {
  return {
    id: id ?? `712020:${uuid(site)}`,
    account_type: 'atlassian',
    display_name: name,
    email: email ?? null,
    active: true,
  }
}

export const uuid = (site: Site): string =>
  site.world
    .draw('account')
    .text(32, '0123456789abcdef')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5')
    .slice(0, 36)

/** The id of a user that a seed or a scenario names. */
export function userId(site: Site, name: string, where: string): string {
  const user = userNamed(site, name)
  if (user === undefined)
    throw new Error(`jira ${where}: expected a user of the site, got "${name}". Add one under given.jira.users.`)
  return user.id
}

/** The project that a seed or a scenario names. */
export function projectNamed(site: Site, key: string, where: string): Project {
  const project = projectOf(site, key)
  if (project === undefined)
    throw new Error(`jira ${where}: expected a project of the site, got "${key}". Add one under given.jira.projects.`)
  return project
}

function plantField(site: Site, { id, name, type, options }: FieldWish): void {
  site.store.fields.put({
    id: id ?? `customfield_${site.next('field')}`,
    name,
    type,
    options: (options ?? []).map((value) => ({ id: site.next('option'), value })),
  })
}

function plantProject(site: Site, wish: ProjectWish): void {
  const { statuses, types } = site.store
  const mine = wish.statuses ?? STATUSES.map(({ name, category }) => ({ name, category }))
  for (const { name, category } of mine) {
    const known = statuses.find(name.toLowerCase())[0]
    if (known === undefined) statuses.put({ id: String(10_002 + statuses.size - STATUSES.length), name, category })
    else if (known.category !== category)
      throw new Error(
        `given.jira.projects ${wish.key}: expected "${name}" to be ${known.category} as elsewhere, got ${category}.`,
      )
  }
  const names = wish.types ?? TYPES.map(({ name }) => name)
  const kinds = names.map((name) => {
    const known = types.find(name.toLowerCase())[0]
    const subtask = /^sub-?task$/i.test(name)
    return (
      known ?? types.put({ id: String(10_005 + types.size - TYPES.length), name, subtask, level: subtask ? -1 : 0 })
    )
  })
  const status = (name: string): string => {
    const found = mine.find((one) => one.name.toLowerCase() === name.toLowerCase())
    if (found === undefined)
      throw new Error(`given.jira.projects ${wish.key}: expected a status of the project, got "${name}".`)
    return site.status(found.name).name
  }
  const transitions = wish.transitions?.map(
    ({ id, name, to, from, screen, required, resolution }, at): Transition => ({
      ...(resolution === undefined ? {} : { resolution: resolutionNamed(resolution, wish.key) }),
      id: id ?? String((at + 1) * 10 + 1),
      name,
      to: status(to),
      from: (from ?? []).map(status),
      screen: [...new Set([...(screen ?? []), ...(required ?? [])])],
      required: required ?? [],
    }),
  )
  const project = site.store.projects.put({
    id: wish.id ?? site.next('project'),
    key: wish.key,
    name: wish.name ?? wish.key,
    description: wish.description ?? '',
    lead: wish.lead === undefined ? site.account : userId(site, wish.lead, `project ${wish.key}`),
    assignee_type: 'UNASSIGNED',
    kind: wish.kind ?? 'software',
    style: wish.style ?? 'classic',
    types: kinds.map(({ name }) => name),
    statuses: mine.map(({ name }) => site.status(name).name),
    transitions: transitions ?? fromAnyToAny(mine.map(({ name }) => site.status(name).name)),
    components: (wish.components ?? []).map((name) => newComponent(site, name)),
    versions: (wish.versions ?? []).map(({ name, released, archived, release_date, start_date, description }) => ({
      id: site.next('version'),
      name,
      description: description ?? null,
      released: released ?? false,
      archived: archived ?? false,
      start_date: start_date ?? null,
      release_date: release_date ?? null,
    })),
    permission_scheme:
      schemeNamed(site.store.permission_schemes, wish.permission_scheme, 'permission', wish.key) ?? '0',
    security_scheme: schemeNamed(site.store.security_schemes, wish.security_scheme, 'security', wish.key),
    issues: 0,
  })
  plantActors(site, project, wish.roles ?? {})
}

export const newComponent = (site: Site, name: string): Component => ({
  id: site.next('component'),
  name,
  description: null,
  lead: null,
  assignee_type: 'PROJECT_DEFAULT',
})

function resolutionNamed(name: string | null, project: string): string | null {
  if (name === null) return null
  const found = named(RESOLUTIONS, name)
  if (found !== undefined) return found.name
  const known = RESOLUTIONS.map((row) => row.name).join(', ')
  throw new Error(`given.jira.projects ${project}: expected a resolution (${known}), got "${name}".`)
}

/** The workflow of a new project: 11, 21, 31, each called as its status. */
export const fromAnyToAny = (names: readonly string[]): readonly Transition[] =>
  names.map((name, at) => ({ id: String((at + 1) * 10 + 1), name, to: name, from: [], screen: [], required: [] }))

/** The draft of an issue whose people, parent and texts are named as a scenario names them. Throws on what Jira would refuse. */
export function draftOf(site: Site, wish: IssueWish): { readonly project: Project; readonly draft: Draft } {
  const project = projectNamed(site, wish.project, `issue "${wish.summary}"`)
  const person = (name: string | undefined): Json =>
    name === undefined ? null : { accountId: userId(site, name, `issue "${wish.summary}"`) }
  const fields = {
    summary: wish.summary,
    issuetype: { name: wish.type ?? project.types.find((type) => type === 'Task') ?? project.types[0] ?? '' },
    ...(wish.description === undefined ? {} : { description: documentFrom(wish.description) }),
    ...(wish.assignee === undefined ? {} : { assignee: person(wish.assignee) }),
    ...(wish.reporter === undefined ? {} : { reporter: person(wish.reporter) }),
    ...(wish.labels === undefined ? {} : { labels: wish.labels }),
    ...(wish.parent === undefined ? {} : { parent: { key: wish.parent } }),
    ...(wish.security === undefined ? {} : { security: { name: wish.security } }),
    ...wish.fields,
  }
  try {
    return {
      project,
      draft: wishOf({ site, me: null, project, version: 3, issue: undefined }, { fields }, SCREEN).draft,
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Error(`jira issue "${wish.summary}": expected fields that Jira takes, got ${JSON.stringify(error.body)}.`)
  }
}

export const documentFrom = (value: Json): Json => (typeof value === 'string' ? documentOf(value) : value)

/** A board, with a filter of its own and the field that says what is in its sprints. */
export function newBoard(site: Site, name: string, type: Board['type'], project: Project, filter?: string): Board {
  plantSprintField(site)
  const made =
    filter ??
    site.store.filters.put({
      id: site.next('filter'),
      name: `Filter for ${name}`,
      description: '',
      jql: `project = ${project.key} ORDER BY Rank ASC`,
      owner: site.account,
      favourite_of: [],
      shares: [{ id: site.next('share'), type: 'project', group: null, project: project.id, role: null, user: null }],
      edits: [],
    }).id
  return site.store.boards.put({ id: site.next('board', 1), name, type, project: project.key, filter: made })
}

/** The id that sites of today give it, unless a seed has it for something else. */
const SPRINT_FIELD = 'customfield_10020'

function plantSprintField({ store, next }: Site): void {
  if (store.fields.all().some(({ type }) => type === 'sprint')) return
  const id = store.fields.get(SPRINT_FIELD) === undefined ? SPRINT_FIELD : `customfield_${next('field')}`
  store.fields.put({ id, name: 'Sprint', type: 'sprint', options: [] })
}

function plantBoard(site: Site, { name, type, project, sprints }: BoardWish): void {
  const board = newBoard(site, name, type ?? 'scrum', projectNamed(site, project, `board ${name}`))
  for (const { name: called, state = 'future', goal = '', start, end } of sprints ?? []) {
    const [startMs, endMs] = [start, end].map((time) => (time === undefined ? null : Date.parse(time)))
    site.store.sprints.put({
      id: site.next('sprint', 1),
      board: board.id,
      name: called,
      state,
      goal,
      start_ms: startMs ?? (state === 'future' ? null : site.now()),
      end_ms: endMs ?? (state === 'future' ? null : site.now() + 14 * 86_400_000),
      completed_ms: state === 'closed' ? (endMs ?? site.now()) : null,
      created_ms: site.now(),
    })
  }
}

function plantIssue(site: Site, wish: IssueWish): void {
  const { project, draft } = draftOf(site, wish)
  const me = draft.reporter ?? site.account
  const number = Number(wish.key?.split('-')[1] ?? project.issues + 1)
  const issue = create(site, me, { ...project, issues: number - 1 }, draft, true)
  site.store.projects.put({ ...project, issues: Math.max(project.issues, number) })
  if (wish.status !== undefined) {
    const name = project.statuses.find((one) => one.toLowerCase() === wish.status?.toLowerCase())
    if (name === undefined)
      throw new Error(`jira issue "${wish.summary}": expected a status of ${project.key}, got "${wish.status}".`)
    const done = site.status(name).category === 'done'
    store(site, {
      ...issue,
      status: name,
      ...(done ? { resolution: issue.resolution ?? 'Done', resolved_ms: site.now() } : {}),
    })
  }
  if (wish.sprint !== undefined) {
    const sprint = site.store.sprints.find(`name ${wish.sprint.toLowerCase()}`)[0]
    if (sprint === undefined)
      throw new Error(`jira issue "${wish.summary}": expected a sprint of given.jira.boards, got "${wish.sprint}".`)
    store(site, { ...fresh(site, issue), sprints: [sprint.id] })
  }
  for (const { author, body } of wish.comments ?? []) {
    const by = author === undefined ? site.account : userId(site, author, 'comment')
    addComment(site, by, 3, issue, { body: documentFrom(body) }, true)
  }
}
