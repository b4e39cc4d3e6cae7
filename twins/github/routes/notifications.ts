import type { Json } from '../../trace.ts'
import { type Ask, done, gap, type On, ok, type Reply, repoOf } from '../ask.ts'
import { findRepo } from '../github.ts'
import { page } from '../paging.ts'
import { repoMinimal } from '../shapes/repos.ts'
import { isRow, type Row, rowOf, text } from '../store.ts'
import { API, notFound } from '../wire.ts'

const NOTIFICATIONS = 'notifications'

/** Those of a seed: what happens here notifies nobody. */
function all(ask: Ask): readonly Row[] {
  const rows = ask.github.store.rows(NOTIFICATIONS)
  if (rows.length === 0) throw gap('notifications of what happens')
  return rows
}

const timeOf = (value: Json | undefined): number => Date.parse(text(value)) || 0

/** https://docs.github.com/rest/activity/notifications (2026-11-26): unread ones unless `all` is asked for, newest first. */
function list(ask: Ask, rows: readonly Row[]): Reply {
  const { query } = ask
  const [since, before] = [query.get('since'), query.get('before')]
  const seen = rows.filter(
    (row) =>
      (query.get('all') === 'true' || row.unread !== false) &&
      (query.get('participating') !== 'true' || row.reason !== 'subscribed') &&
      (since === null || timeOf(row.updated_at) >= Date.parse(since)) &&
      (before === null || timeOf(row.updated_at) < Date.parse(before)),
  )
  const newest = [...seen].sort((a, b) => timeOf(b.updated_at) - timeOf(a.updated_at))
  const reply = page(ask, newest, (row) => threadDoc(ask, row))
  return { ...reply, headers: { ...reply.headers, 'X-Poll-Interval': '60' } }
}

/** Marks what was not changed since `last_read_at` as read. */
function readAll(ask: Ask, rows: readonly Row[]): Reply {
  const { last_read_at = ask.github.now() } = ask.body()
  for (const row of rows)
    if (timeOf(row.updated_at) <= timeOf(last_read_at))
      ask.github.store.put(NOTIFICATIONS, String(row.id), read(row, last_read_at))
  return done(205)
}
const read = (row: Row, at: Json | undefined): Row => ({ ...row, unread: false, last_read_at: at })

/** A seed may leave out what follows from the rest. */
function threadDoc(ask: Ask, row: Row): Json {
  const repository = rowOf(row.repository)
  const known = repository.owner === undefined ? findRepo(ask.github, text(repository.full_name)) : undefined
  const { title = '', url = null, latest_comment_url = url, type = 'Issue' } = rowOf(row.subject)
  const thread = `${API}/notifications/threads/${row.id}`
  return {
    ...{ unread: true, last_read_at: null, reason: 'subscribed', ...row },
    repository: known === undefined ? repository : repoMinimal(ask.github, known),
    subject: { title, url, latest_comment_url, type },
    ...{ url: thread, subscription_url: `${thread}/subscription` },
  } as Json
}

function threadIn(ask: Ask): Row {
  const row = ask.github.store.get(NOTIFICATIONS, ask.param('thread'))
  if (row === undefined) throw notFound()
  return row
}

function subscriptionDoc(ask: Ask, thread: Row, row: Row): Json {
  return {
    subscribed: row.subscribed ?? true,
    ignored: row.ignored ?? false,
    reason: null,
    created_at: row.created_at ?? ask.github.now(),
    url: `${API}/notifications/threads/${thread.id}/subscription`,
    thread_url: `${API}/notifications/threads/${thread.id}`,
  } as Json
}

export function addNotificationRoutes(on: On): void {
  const ofRepo = (ask: Ask): readonly Row[] => {
    const repo = repoOf(ask)
    const name = text(repo.full_name).toLowerCase()
    return all(ask).filter(({ repository }) => {
      const { id, full_name } = rowOf(repository)
      return id === undefined ? text(full_name).toLowerCase() === name : id === repo.id
    })
  }
  on('notifications.list', 'GET /notifications', (ask) => list(ask, all(ask)), 'user')
  // Whoever has none may mark them as read as well.
  on('notifications.read', 'PUT /notifications', (ask) => readAll(ask, ask.github.store.rows(NOTIFICATIONS)), 'user')
  const repo = '/repos/:owner/:repo/notifications'
  on('repos.notifications.list', `GET ${repo}`, (ask) => list(ask, ofRepo(ask)), 'user')
  on('repos.notifications.read', `PUT ${repo}`, (ask) => readAll(ask, ofRepo(ask)), 'user')
  const thread = '/notifications/threads/:thread'
  on('notifications.threads.get', `GET ${thread}`, (ask) => ok(threadDoc(ask, threadIn(ask))), 'user')
  on(
    'notifications.threads.read',
    `PATCH ${thread}`,
    (ask) => {
      const row = threadIn(ask)
      ask.github.store.put(NOTIFICATIONS, String(row.id), read(row, ask.github.now()))
      return done(205)
    },
    'user',
  )
  on(
    'notifications.threads.done',
    `DELETE ${thread}`,
    (ask) => {
      ask.github.store.remove(NOTIFICATIONS, String(threadIn(ask).id))
      return done()
    },
    'user',
  )
  addSubscriptions(on, `${thread}/subscription`)
}

function addSubscriptions(on: On, path: string): void {
  const at = (row: Row): string => `${NOTIFICATIONS}/${row.id}/subscription`
  on(
    'notifications.subscription.get',
    `GET ${path}`,
    (ask) => {
      const thread = threadIn(ask)
      const row = ask.github.store.get(at(thread), 'own')
      return isRow(row) ? ok(subscriptionDoc(ask, thread, row)) : ok(subscriptionDoc(ask, thread, {}))
    },
    'user',
  )
  on(
    'notifications.subscription.set',
    `PUT ${path}`,
    (ask) => {
      const thread = threadIn(ask)
      const ignored = ask.body().ignored === true
      const row = { subscribed: !ignored, ignored, created_at: ask.github.now() }
      return ok(subscriptionDoc(ask, thread, ask.github.store.put(at(thread), 'own', row)))
    },
    'user',
  )
  on(
    'notifications.subscription.delete',
    `DELETE ${path}`,
    (ask) => {
      ask.github.store.remove(at(threadIn(ask)), 'own')
      return done()
    },
    'user',
  )
}
