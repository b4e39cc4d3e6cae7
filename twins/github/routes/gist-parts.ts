import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, done, gap, made, type On, ok, type Reply } from '../ask.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { API, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { gistDoc, gistIn, versionDoc } from './gists.ts'
import { me } from './users.ts'

const commentsOf = (gist: Row): string => `gists/${gist.id}/comments`

function commentDoc(ask: Ask, gist: Row, row: Row): Json {
  const login = text(row.user)
  return {
    id: row.id,
    node_id: row.node_id,
    url: `${API}/gists/${gist.id}/comments/${row.id}`,
    body: row.body,
    user: person(ask.github, login),
    created_at: row.created_at,
    updated_at: row.updated_at,
    author_association: login === gist.owner ? 'OWNER' : 'NONE',
  } as Json
}

function commentIn(ask: Ask): { readonly gist: Row; readonly row: Row } {
  const gist = gistIn(ask)
  const row = ask.github.store.get(commentsOf(gist), ask.param('comment'))
  if (row === undefined) throw notFound()
  return { gist, row }
}

/** Only who wrote a comment changes it; whose gist it is may take it away too. */
function changeable(ask: Ask, mayOwner: boolean): { readonly gist: Row; readonly row: Row } {
  const found = commentIn(ask)
  const login = loginOf(ask.viewer)
  if (found.row.user !== login && !(mayOwner && found.gist.owner === login)) throw notFound()
  return found
}

function addComments(on: On): void {
  const path = '/gists/:id/comments'
  on('gists.comments.list', `GET ${path}`, (ask) => {
    const gist = gistIn(ask)
    return page(ask, ask.github.store.rows(commentsOf(gist)), (row) => commentDoc(ask, gist, row))
  })
  on(
    'gists.comments.create',
    `POST ${path}`,
    (ask) => {
      const gist = gistIn(ask)
      const body = text(ask.body().body)
      if (body === '') throw missingField('GistComment', 'body')
      const id = ask.github.nextId()
      const now = ask.github.now()
      const row = { id, node_id: nodeId('GC', id), body, user: loginOf(ask.viewer), created_at: now, updated_at: now }
      return made(commentDoc(ask, gist, ask.github.store.put(commentsOf(gist), id, row)))
    },
    'user',
  )
  on('gists.comments.get', `GET ${path}/:comment`, (ask) => {
    const { gist, row } = commentIn(ask)
    return ok(commentDoc(ask, gist, row))
  })
  on(
    'gists.comments.update',
    `PATCH ${path}/:comment`,
    (ask) => {
      const { gist, row } = changeable(ask, false)
      const kept = { ...row, body: text(ask.body().body), updated_at: ask.github.now() }
      return ok(commentDoc(ask, gist, ask.github.store.put(commentsOf(gist), String(row.id), kept)))
    },
    'user',
  )
  on(
    'gists.comments.delete',
    `DELETE ${path}/:comment`,
    (ask) => {
      const { gist, row } = changeable(ask, true)
      ask.github.store.remove(commentsOf(gist), String(row.id))
      return done()
    },
    'user',
  )
}

function fork(ask: Ask): Reply {
  const gist = gistIn(ask)
  const login = text(me(ask).login)
  if (gist.owner === login)
    throw invalid({
      resource: 'Gist',
      code: 'unprocessable',
      field: 'forks',
      message: 'You cannot fork your own gist.',
    })
  const old = ask.github.store.rows('gists').find((row) => row._fork_of === gist.id && row.owner === login)
  if (old !== undefined) throw invalid({ resource: 'Gist', code: 'already_exists', field: 'gist' })
  const id = ask.github.draw('gist').text(32, '0123456789abcdef')
  const now = ask.github.now()
  const times = { created_at: now, updated_at: now }
  const row = { ...gist, id, node_id: nodeId('G', id), owner: login, ...times, _fork_of: gist.id }
  return made(gistDoc(ask, ask.github.store.put('gists', id, row), false))
}

/** A gist as it was in a version; a seed knows the newest only. */
function version(ask: Ask): Reply {
  const gist = gistIn(ask)
  const versions = listOf(gist._history).map(rowOf)
  const at = versions.findIndex((one) => one.version === ask.param('sha'))
  const found = versions[at]
  if (found === undefined) throw notFound()
  if (at > 0 && found._files === undefined) throw gap('old versions of gists that a seed brings')
  return ok(gistDoc(ask, { ...gist, files: found._files ?? gist.files, _history: versions.slice(at) as Json }, true))
}

/** Comments, versions and forks of gists: https://docs.github.com/rest/gists (2026-11-26). */
export function addGistPartRoutes(on: On): void {
  addComments(on)
  on('gists.commits.list', 'GET /gists/:id/commits', (ask) => {
    const gist = gistIn(ask)
    return page(ask, listOf(gist._history).map(rowOf), (one) => versionDoc(ask, `${API}/gists/${gist.id}`, one))
  })
  on('gists.fork', 'POST /gists/:id/forks', fork, 'user')
  on('gists.forks.list', 'GET /gists/:id/forks', (ask) => {
    const { id } = gistIn(ask)
    const forks = ask.github.store.rows('gists').filter((row) => row._fork_of === id)
    return page(ask, forks, (row) => gistDoc(ask, row, false))
  })
  on('gists.get_version', 'GET /gists/:id/:sha', version)
}
