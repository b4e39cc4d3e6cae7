import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, done, made, type On, ok, type Reply } from '../ask.ts'
import { gitSha } from '../git/objects.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { API, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { accountIn, me } from './users.ts'

/** Types and languages by the ending of a name; the common ones. */
const KINDS: Readonly<Record<string, readonly [type: string, language: string | null]>> = {
  txt: ['text/plain', 'Text'],
  md: ['text/markdown', 'Markdown'],
  js: ['application/javascript', 'JavaScript'],
  ts: ['application/x-typescript', 'TypeScript'],
  py: ['application/x-python', 'Python'],
  rb: ['application/x-ruby', 'Ruby'],
  json: ['application/json', 'JSON'],
  html: ['text/html', 'HTML'],
  java: ['text/plain', 'Java'],
}
const kindOf = (name: string): readonly [string, string | null] =>
  KINDS[name.split('.').at(-1) ?? ''] ?? ['text/plain', null]

function fileDoc(gist: Row, name: string, content: string, whole: boolean): Json {
  const [type, language] = kindOf(name)
  const raw = `https://gist.githubusercontent.com/${text(gist.owner)}/${gist.id}/raw/${gitSha('blob', Buffer.from(content))}/${encodeURIComponent(name)}`
  const size = Buffer.byteLength(content)
  return {
    filename: name,
    type,
    language,
    raw_url: raw,
    size,
    ...(whole ? { truncated: false, content, encoding: 'utf-8' } : {}),
  }
}

export function gistDoc(ask: Ask, row: Row, whole: boolean): Json {
  const url = `${API}/gists/${row.id}`
  const page = `https://gist.github.com/${text(row.owner)}/${row.id}`
  const files = Object.entries(rowOf(row.files)).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...{ url, forks_url: `${url}/forks`, commits_url: `${url}/commits`, id: row.id, node_id: row.node_id },
    ...{
      git_pull_url: `https://gist.github.com/${row.id}.git`,
      git_push_url: `https://gist.github.com/${row.id}.git`,
      html_url: page,
    },
    files: Object.fromEntries(files.map(([name, content]) => [name, fileDoc(row, name, text(content), whole)])),
    ...{
      public: row.public ?? false,
      created_at: row.created_at,
      updated_at: row.updated_at,
      description: row.description ?? null,
    },
    ...{
      comments: row.comments ?? ask.github.store.size(`gists/${row.id}/comments`),
      user: null,
      comments_url: `${url}/comments`,
      owner: person(ask.github, row.owner),
    },
    ...(whole
      ? { ...familyOf(ask, row), history: listOf(row._history).map((one) => versionDoc(ask, url, rowOf(one))) }
      : {}),
    truncated: false,
  } as Json
}
/** What was made from a gist, and what it was made from. */
function familyOf(ask: Ask, row: Row): Row {
  const { store } = ask.github
  const source = row._fork_of === undefined ? undefined : store.get('gists', text(row._fork_of))
  const forks = store.rows('gists').filter((one) => one._fork_of === row.id)
  const shown = forks.map(({ id, owner, created_at, updated_at }) => ({
    ...{ url: `${API}/gists/${id}`, user: person(ask.github, owner), id, created_at, updated_at },
  }))
  return { ...(source === undefined ? {} : { fork_of: gistDoc(ask, source, false) }), forks: shown as Json }
}
export const versionDoc = (ask: Ask, url: string, { version, committed_at, user, change_status }: Row): Json =>
  ({ user: person(ask.github, user), version, committed_at, change_status, url: `${url}/${text(version)}` }) as Json

export function gistIn(ask: Ask): Row {
  const row = ask.github.store.get('gists', ask.param('id'))
  if (row === undefined) throw notFound()
  return row
}

const lines = (content: string): number => (content === '' ? 0 : content.split('\n').length)

/** Keeps files with a new version in front of the old ones. */
function kept(ask: Ask, row: Row, old: Row, files: Row): Row {
  const [before, after] = [old, files].map((all) =>
    Object.values(all).reduce<number>((sum, one) => sum + lines(text(one)), 0),
  )
  const changed = Object.entries(files)
    .filter(([name, content]) => old[name] !== content)
    .reduce((sum, [, content]) => sum + lines(text(content)), 0)
  const deletions = Math.max(0, (before ?? 0) - ((after ?? 0) - changed))
  const version = gitSha(
    'commit',
    Buffer.from(`${row.id} ${JSON.stringify(files)} ${ask.github.now()} ${listOf(row._history).length}`),
  )
  const entry = {
    version,
    committed_at: ask.github.now(),
    user: loginOf(ask.viewer),
    change_status: { total: changed + deletions, additions: changed, deletions },
    _files: files as Json,
  }
  return ask.github.store.put('gists', String(row.id), {
    ...row,
    files: files as Json,
    updated_at: ask.github.now(),
    _history: [entry, ...listOf(row._history)] as Json,
  })
}

function create(ask: Ask): Reply {
  const body = ask.body()
  const given = Object.entries(rowOf(body.files))
  if (given.length === 0) throw missingField('Gist', 'files')
  const files = Object.fromEntries(given.map(([name, file]) => [name, text(rowOf(file).content)]))
  if (Object.values(files).some((content) => content === ''))
    throw invalid({ resource: 'Gist', code: 'missing_field', field: 'files' })
  const id = ask.github.draw('gist').text(32, '0123456789abcdef')
  const now = ask.github.now()
  const row = {
    id,
    node_id: nodeId('G', id),
    public: body.public === true || body.public === 'true',
    description: body.description ?? null,
    owner: text(me(ask).login),
    created_at: now,
    updated_at: now,
  }
  return made(gistDoc(ask, kept(ask, row, {}, files), true))
}

function update(ask: Ask): Reply {
  const row = gistIn(ask)
  if (row.owner !== loginOf(ask.viewer)) throw notFound()
  const body = ask.body()
  const old = rowOf(row.files)
  const files: { [name: string]: Json | undefined } = { ...old }
  for (const [name, change] of Object.entries(rowOf(body.files))) {
    if (change === null) {
      delete files[name]
      continue
    }
    const { filename, content } = rowOf(change)
    if (filename === null) {
      delete files[name]
      continue
    }
    const target = text(filename) || name
    const words = content === undefined ? files[name] : content
    if (target !== name) delete files[name]
    files[target] = words
  }
  const described = { ...row, ...(body.description === undefined ? {} : { description: body.description }) }
  return ok(gistDoc(ask, kept(ask, described, old, files), true))
}

export function addGistRoutes(on: On): void {
  const list = (ask: Ask, fits: (row: Row) => boolean): Reply =>
    page(ask, [...ask.github.store.rows('gists')].reverse().filter(fits), (row) => gistDoc(ask, row, false))
  on('gists.create', 'POST /gists', create, 'user')
  on('gists.list', 'GET /gists', (ask) =>
    list(ask, (row) => (ask.viewer.kind === 'anonymous' ? row.public === true : row.owner === loginOf(ask.viewer))),
  )
  on('gists.list_public', 'GET /gists/public', (ask) => list(ask, (row) => row.public === true))
  on(
    'gists.list_starred',
    'GET /gists/starred',
    (ask) => list(ask, (row) => ask.github.store.get(`gists/${row.id}/stars`, loginOf(ask.viewer)) !== undefined),
    'user',
  )
  on('gists.list_for_user', 'GET /users/:username/gists', (ask) => {
    const { login } = accountIn(ask, 'username')
    return list(ask, (row) => row.owner === login && (row.public === true || login === loginOf(ask.viewer)))
  })
  on('gists.get', 'GET /gists/:id', (ask) => ok(gistDoc(ask, gistIn(ask), true)))
  on('gists.update', 'PATCH /gists/:id', update, 'user')
  on(
    'gists.delete',
    'DELETE /gists/:id',
    (ask) => {
      if (gistIn(ask).owner !== loginOf(ask.viewer)) throw notFound()
      ask.github.store.remove('gists', ask.param('id'))
      return done()
    },
    'user',
  )
  const star =
    (on: boolean) =>
    (ask: Ask): Reply => {
      const path = `gists/${gistIn(ask).id}/stars`
      if (on) ask.github.store.put(path, loginOf(ask.viewer), { login: loginOf(ask.viewer) })
      else ask.github.store.remove(path, loginOf(ask.viewer))
      return done()
    }
  on('gists.star', 'PUT /gists/:id/star', star(true), 'user')
  on('gists.unstar', 'DELETE /gists/:id/star', star(false), 'user')
  on(
    'gists.is_starred',
    'GET /gists/:id/star',
    (ask) => {
      if (ask.github.store.get(`gists/${gistIn(ask).id}/stars`, loginOf(ask.viewer)) === undefined) throw notFound()
      return done()
    },
    'user',
  )
}
