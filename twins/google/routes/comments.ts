import type { Json } from '../../trace.ts'
import { fileFor } from '../access.ts'
import { type Ask, flag, type On, whole } from '../ask.ts'
import { userJson } from '../drive/file-wire.ts'
import type { Obj } from '../fields.ts'
import { pageOf } from '../paging.ts'
import type { Comment, Reply, Role } from '../state.ts'
import { GoogleError, rfc3339 } from '../wire.ts'
import { fresh } from '../workspace.ts'

const BASE = '/drive/v3/files/:fileId/comments'
const ONE = `${BASE}/:commentId`

/** Methods that send nothing unless they are told what: the SDK's notes on each say so. */
export function needFields({ query }: Ask): void {
  if (query.get('fields') === null)
    throw new GoogleError("The 'fields' parameter is required for this method.", {
      status: 400,
      reason: 'required',
      location: ['fields', 'parameter'],
    })
}

export function addComments(on: On): void {
  on('comments.list', `GET ${BASE}`, { api: 'drive', meter: 'list', answer: 'CommentList' }, (ask) => {
    needFields(ask)
    const { id } = fileFor(ask, ask.param('fileId'))
    const deleted = flag(ask.query, 'includeDeleted') ?? false
    const since = Date.parse(ask.query.get('startModifiedTime') ?? '1970-01-01T00:00:00Z')
    const rows = [...ask.ws.tables.comments.values()]
      .reverse()
      .filter((one) => one.fileId === id && (deleted || !one.deleted) && one.modifiedMs >= since)
    return listed(ask, 'comment', rows, (one) => commentJson(ask, one, deleted))
  })
  on('comments.create', `POST ${BASE}`, { api: 'drive', meter: 'modify', answer: 'Comment' }, (ask) => {
    needFields(ask)
    const { id } = fileFor(ask, ask.param('fileId'), 'commenter')
    const { content, anchor, quotedFileContent } = ask.body()
    const now = ask.ws.world.clock.now()
    return keep(ask, {
      id: freshId(ask),
      fileId: id,
      content: contentIn(content),
      anchor: typeof anchor === 'string' ? anchor : null,
      quoted: quotedFileContent ?? null,
      author: ask.email,
      createdMs: now,
      modifiedMs: now,
      resolved: false,
      deleted: false,
      replies: [],
    })
  })
  on('comments.get', `GET ${ONE}`, { api: 'drive', meter: 'read', answer: 'Comment' }, (ask) => {
    needFields(ask)
    const deleted = flag(ask.query, 'includeDeleted') ?? false
    return commentJson(ask, found(ask, 'reader', deleted), deleted)
  })
  on('comments.update', `PATCH ${ONE}`, { api: 'drive', meter: 'modify', answer: 'Comment' }, (ask) => {
    needFields(ask)
    const old = mine(ask, found(ask, 'commenter'))
    return keep(ask, { ...old, content: contentIn(ask.body().content), modifiedMs: ask.ws.world.clock.now() })
  })
  on('comments.delete', `DELETE ${ONE}`, { api: 'drive', meter: 'modify' }, (ask) => {
    const old = mine(ask, found(ask, 'commenter'))
    keep(ask, { ...old, deleted: true, modifiedMs: ask.ws.world.clock.now() })
    return undefined
  })
  addReplies(on)
}

function addReplies(on: On): void {
  on('replies.list', `GET ${ONE}/replies`, { api: 'drive', meter: 'list', answer: 'ReplyList' }, (ask) => {
    needFields(ask)
    const deleted = flag(ask.query, 'includeDeleted') ?? false
    const rows = found(ask, 'reader').replies.filter((one) => deleted || !one.deleted)
    return listed(ask, 'reply', rows, (one) => replyJson(ask, one))
  })
  on('replies.create', `POST ${ONE}/replies`, { api: 'drive', meter: 'modify', answer: 'Reply' }, (ask) => {
    needFields(ask)
    const comment = found(ask, 'commenter')
    const { content, action } = ask.body()
    const done = action === 'resolve' || action === 'reopen' ? action : null
    const now = ask.ws.world.clock.now()
    const reply: Reply = {
      id: freshId(ask),
      content: done === null || typeof content === 'string' ? contentIn(content) : '',
      author: ask.email,
      action: done,
      createdMs: now,
      modifiedMs: now,
      deleted: false,
    }
    const resolved = done === null ? comment.resolved : done === 'resolve'
    keep(ask, { ...comment, resolved, modifiedMs: now, replies: [...comment.replies, reply] })
    return replyJson(ask, reply)
  })
  on('replies.get', `GET ${ONE}/replies/:replyId`, { api: 'drive', meter: 'read', answer: 'Reply' }, (ask) => {
    needFields(ask)
    return replyJson(ask, replyIn(ask, found(ask, 'reader')))
  })
  on('replies.update', `PATCH ${ONE}/replies/:replyId`, { api: 'drive', meter: 'modify', answer: 'Reply' }, (ask) => {
    needFields(ask)
    return changedReply(ask, (old) => ({ ...old, content: contentIn(ask.body().content) }))
  })
  on('replies.delete', `DELETE ${ONE}/replies/:replyId`, { api: 'drive', meter: 'modify' }, (ask) => {
    changedReply(ask, (old) => ({ ...old, deleted: true }))
    return undefined
  })
}

function freshId({ ws }: Ask): string {
  const taken = (id: string): boolean =>
    [...ws.tables.comments.values()].some((one) => one.id === id || one.replies.some((reply) => reply.id === id))
  return fresh(() => ws.world.id('AAAA', 7), taken)
}

function contentIn(content: Json | undefined): string {
  if (typeof content === 'string' && content !== '') return content
  throw new GoogleError('The content field is required.', { status: 400, reason: 'required' })
}

const missing = (what: string, id: string): GoogleError =>
  new GoogleError(`${what} not found: ${id}.`, {
    status: 404,
    reason: 'notFound',
    location: [`${what.toLowerCase()}Id`, 'parameter'],
  })

function found(ask: Ask, least: Role, deleted = false): Comment {
  const file = fileFor(ask, ask.param('fileId'), least)
  const id = ask.param('commentId')
  const comment = ask.ws.tables.comments.get(id)
  if (comment === undefined || comment.fileId !== file.id || (comment.deleted && !deleted)) throw missing('Comment', id)
  return comment
}
function replyIn(ask: Ask, { replies }: Comment): Reply {
  const id = ask.param('replyId')
  const reply = replies.find((one) => one.id === id && !one.deleted)
  if (reply === undefined) throw missing('Reply', id)
  return reply
}

/** Only who wrote it may change it. */
function mine<T extends { readonly author: string }>({ email }: Ask, one: T): T {
  if (one.author === email) return one
  throw new GoogleError('The user does not have sufficient permissions for this comment.', {
    status: 403,
    reason: 'insufficientFilePermissions',
  })
}

function keep(ask: Ask, comment: Comment): Json {
  ask.ws.tables.comments.set(comment.id, comment)
  return commentJson(ask, comment, false)
}

function changedReply(ask: Ask, change: (old: Reply) => Reply): Json {
  const comment = found(ask, 'commenter')
  const old = mine(ask, replyIn(ask, comment))
  const now = ask.ws.world.clock.now()
  const next = { ...change(old), modifiedMs: now }
  keep(ask, { ...comment, modifiedMs: now, replies: comment.replies.map((one) => (one === old ? next : one)) })
  return replyJson(ask, next)
}

function listed<T>(ask: Ask, kind: 'comment' | 'reply', rows: readonly T[], json: (one: T) => Json): Json {
  const size = whole(ask.query, 'pageSize', [1, 100]) ?? 20
  const page = pageOf(rows, { token: ask.query.get('pageToken'), size, about: ask.path })
  return {
    kind: `drive#${kind}List`,
    ...(page.next === undefined ? {} : { nextPageToken: page.next }),
    [kind === 'comment' ? 'comments' : 'replies']: page.rows.map(json),
  }
}

/** Of what was deleted only that it was there is told. */
const wordsOf = ({ content, deleted }: { readonly content: string; readonly deleted: boolean }): Obj =>
  deleted
    ? {}
    : { content, htmlContent: content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') }

function replyJson({ ws, email }: Ask, one: Reply): Json {
  return {
    kind: 'drive#reply',
    id: one.id,
    createdTime: rfc3339(one.createdMs),
    modifiedTime: rfc3339(one.modifiedMs),
    author: userJson(ws, one.author, email),
    deleted: one.deleted,
    ...wordsOf(one),
    ...(one.action === null ? {} : { action: one.action }),
  }
}

function commentJson(ask: Ask, one: Comment, deleted: boolean): Json {
  const hasActions = one.replies.some(({ action }) => action !== null)
  return {
    kind: 'drive#comment',
    id: one.id,
    createdTime: rfc3339(one.createdMs),
    modifiedTime: rfc3339(one.modifiedMs),
    author: userJson(ask.ws, one.author, ask.email),
    deleted: one.deleted,
    ...wordsOf(one),
    ...(hasActions ? { resolved: one.resolved } : {}),
    ...(one.anchor === null ? {} : { anchor: one.anchor }),
    ...(one.quoted === null ? {} : { quotedFileContent: one.quoted }),
    replies: one.replies.filter((reply) => deleted || !reply.deleted).map((reply) => replyJson(ask, reply)),
  }
}
