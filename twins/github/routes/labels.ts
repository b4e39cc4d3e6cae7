import { loginOf } from '../access.ts'
import { type Ask, below, done, made, type On, ok, type Reply, repoOf } from '../ask.ts'
import { edits, emit } from '../events.ts'
import { type GitHub, numberOf } from '../github.ts'
import { page, sorted } from '../paging.ts'
import { label, milestone } from '../shapes/issues.ts'
import { listOf, type Row, text } from '../store.ts'
import { invalid, missingField, nodeId, notFound } from '../wire.ts'

const path = (repo: Row): string => below(repo, 'labels')

export function newLabel(github: GitHub, repo: Row, fields: Row): Row {
  const id = github.nextId()
  const name = text(fields.name)
  const row = {
    id,
    node_id: nodeId('LA', Number(repo.id), id),
    name,
    color: fields.color ?? 'ededed',
    default: fields.default ?? false,
    description: fields.description ?? null,
  }
  return github.store.put(path(repo), name.toLowerCase(), row)
}

/** The label of that name; one that nobody has heard of is made, grey. */
export function labelNamed(github: GitHub, repo: Row, name: string): Row {
  return github.store.get(path(repo), name.toLowerCase()) ?? newLabel(github, repo, { name })
}

function labelIn(ask: Ask, repo: Row): Row {
  const row = ask.github.store.get(path(repo), ask.param('name').toLowerCase())
  if (row === undefined) throw notFound()
  return row
}

function create(ask: Ask): Reply {
  const repo = repoOf(ask, 'triage')
  const { name, color, description } = ask.body()
  if (text(name) === '') throw missingField('Label', 'name')
  if (color !== undefined && !/^[0-9a-f]{6}$/i.test(text(color)))
    throw invalid({ resource: 'Label', code: 'invalid', field: 'color' })
  if (ask.github.store.get(path(repo), text(name).toLowerCase()) !== undefined)
    throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' })
  const row = newLabel(ask.github, repo, {
    name,
    color: color ?? 'ededed',
    description: description === '' ? '' : (description ?? null),
  })
  emit(ask.github, ask.viewer, repo, 'label.created', { label: label(repo, row) })
  return made(label(repo, row))
}

function update(ask: Ask): Reply {
  const repo = repoOf(ask, 'triage')
  const old = labelIn(ask, repo)
  const { new_name, name, color = old.color, description = old.description } = ask.body()
  const now = text(new_name) || text(name) || text(old.name)
  const taken = ask.github.store.get(path(repo), now.toLowerCase())
  if (taken !== undefined && taken.id !== old.id)
    throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' })
  if (now !== old.name) {
    ask.github.store.remove(path(repo), text(old.name).toLowerCase())
    rename(ask, repo, text(old.name), now)
  }
  const row = ask.github.store.put(path(repo), now.toLowerCase(), { ...old, name: now, color, description })
  emit(ask.github, ask.viewer, repo, 'label.edited', {
    label: label(repo, row),
    changes: edits(old, row, 'name', 'color', 'description'),
  })
  return ok(label(repo, row))
}

/** Issues keep their labels under the new name; without one they lose it. */
function rename(ask: Ask, repo: Row, from: string, to: string | undefined): void {
  for (const issue of ask.github.store.rows(below(repo, 'issues'))) {
    const names = listOf(issue.labels).map(String)
    if (!names.includes(from)) continue
    const labels = names.flatMap((name) => (name !== from ? [name] : to === undefined ? [] : [to]))
    ask.github.store.put(below(repo, 'issues'), numberOf(issue), { ...issue, labels })
  }
}

export function addLabelRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('labels.list', `GET ${repo}/labels`, (ask) => {
    const of = repoOf(ask)
    return page(ask, ask.github.store.rows(path(of)), (row) => label(of, row))
  })
  on('labels.create', `POST ${repo}/labels`, create, 'user')
  on('labels.get', `GET ${repo}/labels/:name`, (ask) => {
    const of = repoOf(ask)
    return ok(label(of, labelIn(ask, of)))
  })
  on('labels.update', `PATCH ${repo}/labels/:name`, update, 'user')
  on(
    'labels.delete',
    `DELETE ${repo}/labels/:name`,
    (ask) => {
      const of = repoOf(ask, 'triage')
      const row = labelIn(ask, of)
      ask.github.store.remove(path(of), text(row.name).toLowerCase())
      rename(ask, of, text(row.name), undefined)
      emit(ask.github, ask.viewer, of, 'label.deleted', { label: label(of, row) })
      return done()
    },
    'user',
  )
  addMilestoneRoutes(on, repo)
}

function addMilestoneRoutes(on: On, repo: string): void {
  const all = (of: Row): string => below(of, 'milestones')
  const find = (ask: Ask, of: Row): Row => {
    const row = ask.github.store.get(all(of), ask.param('number'))
    if (row === undefined) throw notFound()
    return row
  }
  const completeness = (ask: Ask, of: Row, row: Row): number => {
    const { open_issues, closed_issues } = milestone(ask.github, of, row) as {
      readonly open_issues: number
      readonly closed_issues: number
    }
    return open_issues + closed_issues === 0 ? 0 : closed_issues / (open_issues + closed_issues)
  }
  const dueOn = (value: unknown): string | null =>
    typeof value === 'string' && !Number.isNaN(Date.parse(value))
      ? new Date(value).toISOString().replace('.000Z', 'Z')
      : null
  on('milestones.list', `GET ${repo}/milestones`, (ask) => {
    const of = repoOf(ask)
    const state = ask.query.get('state') ?? 'open'
    const rows = ask.github.store.rows(all(of)).filter((row) => state === 'all' || row.state === state)
    // The query says `due-on` or `due_on`.
    const orders = {
      due_on: (row: Row): string => text(row.due_on),
      'due-on': (row: Row): string => text(row.due_on),
      completeness: (row: Row): number => completeness(ask, of, row),
    }
    return page(ask, sorted(ask, rows, orders, { sort: 'due_on', direction: 'asc' }), (row) =>
      milestone(ask.github, of, row),
    )
  })
  on(
    'milestones.create',
    `POST ${repo}/milestones`,
    (ask) => {
      const of = repoOf(ask, 'triage')
      const { title, state = 'open', description = null, due_on } = ask.body()
      if (text(title) === '') throw missingField('Milestone', 'title')
      const rows = ask.github.store.rows(all(of))
      if (rows.some((one) => one.title === title))
        throw invalid({ resource: 'Milestone', code: 'already_exists', field: 'title' })
      const number = Math.max(Number(of._last_milestone ?? 0), ...rows.map(numberOf)) + 1
      ask.github.store.put('repos', text(of.full_name).toLowerCase(), { ...of, _last_milestone: number })
      const id = ask.github.nextId()
      const now = ask.github.now()
      const row = ask.github.store.put(all(of), number, {
        id,
        node_id: nodeId('MI', Number(of.id), id),
        number,
        title,
        description,
        state,
        creator: loginOf(ask.viewer),
        created_at: now,
        updated_at: now,
        due_on: dueOn(due_on),
        closed_at: state === 'closed' ? now : null,
      })
      emit(ask.github, ask.viewer, of, 'milestone.created', { milestone: milestone(ask.github, of, row) })
      return made(milestone(ask.github, of, row))
    },
    'user',
  )
  on('milestones.get', `GET ${repo}/milestones/:number`, (ask) => {
    const of = repoOf(ask)
    return ok(milestone(ask.github, of, find(ask, of)))
  })
  on(
    'milestones.update',
    `PATCH ${repo}/milestones/:number`,
    (ask) => {
      const of = repoOf(ask, 'triage')
      const old = find(ask, of)
      const { title = old.title, state = old.state, description = old.description, due_on } = ask.body()
      const now = ask.github.now()
      const closed_at = state === 'closed' ? (old.closed_at ?? now) : null
      const row = ask.github.store.put(all(of), numberOf(old), {
        ...old,
        title,
        state,
        description,
        due_on: due_on === undefined ? (old.due_on ?? null) : dueOn(due_on),
        closed_at,
        updated_at: now,
      })
      const type =
        state === old.state ? 'milestone.edited' : state === 'closed' ? 'milestone.closed' : 'milestone.opened'
      emit(ask.github, ask.viewer, of, type, {
        ...(type === 'milestone.edited' ? { changes: edits(old, row, 'title', 'description', 'due_on') } : {}),
        milestone: milestone(ask.github, of, row),
      })
      return ok(milestone(ask.github, of, row))
    },
    'user',
  )
  on(
    'milestones.delete',
    `DELETE ${repo}/milestones/:number`,
    (ask) => {
      const of = repoOf(ask, 'triage')
      const row = find(ask, of)
      emit(ask.github, ask.viewer, of, 'milestone.deleted', { milestone: milestone(ask.github, of, row) })
      ask.github.store.remove(all(of), numberOf(row))
      for (const issue of ask.github.store.rows(below(of, 'issues')))
        if (issue.milestone === row.number)
          ask.github.store.put(below(of, 'issues'), numberOf(issue), { ...issue, milestone: null })
      return done()
    },
    'user',
  )
  on('milestones.labels.list', `GET ${repo}/milestones/:number/labels`, (ask) => {
    const of = repoOf(ask)
    const { number } = find(ask, of)
    const names = ask.github.store
      .rows(below(of, 'issues'))
      .filter((issue) => issue.milestone === number)
      .flatMap((issue) => listOf(issue.labels).map(String))
    return page(ask, [...new Set(names)], (name) => label(of, labelNamed(ask.github, of, name)))
  })
}
