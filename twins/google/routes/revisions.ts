import { fileFor } from '../access.ts'
import { type Ask, type On, whole } from '../ask.ts'
import { revisionJson } from '../drive/file-wire.ts'
import { pageOf } from '../paging.ts'
import type { FileRow, Revision } from '../state.ts'
import { GoogleError } from '../wire.ts'
import { put } from '../workspace.ts'

const BASE = '/drive/v3/files/:fileId/revisions'
const ONE = 'kind,id,mimeType,modifiedTime'

export function addRevisions(on: On): void {
  const list = {
    api: 'drive',
    meter: 'list',
    answer: 'RevisionList',
    fields: `kind,nextPageToken,revisions(${ONE})`,
  } as const
  on('revisions.list', `GET ${BASE}`, list, (ask) => {
    const file = fileFor(ask, ask.param('fileId'), 'writer')
    const size = whole(ask.query, 'pageSize', [1, 1000]) ?? 200
    const page = pageOf(file.revisions, { token: ask.query.get('pageToken'), size, about: file.id })
    return {
      kind: 'drive#revisionList',
      ...(page.next === undefined ? {} : { nextPageToken: page.next }),
      revisions: page.rows.map((one) => revisionJson(ask, file, one)),
    }
  })
  on(
    'revisions.get',
    `GET ${BASE}/:revisionId`,
    { api: 'drive', meter: 'read', answer: 'Revision', fields: ONE },
    (ask) => {
      const file = fileFor(ask, ask.param('fileId'), 'writer')
      const one = found(ask, file)
      if (ask.query.get('alt') !== 'media') return revisionJson(ask, file, one)
      if (one.content === null)
        throw new GoogleError('Only files with binary content can be downloaded. Use Export with Docs Editors files.', {
          status: 403,
          reason: 'fileNotDownloadable',
          location: ['alt', 'parameter'],
        })
      return new Response(Buffer.from(one.content, 'base64'), { headers: { 'Content-Type': one.mimeType } })
    },
  )
  on(
    'revisions.update',
    `PATCH ${BASE}/:revisionId`,
    { api: 'drive', meter: 'modify', answer: 'Revision', fields: ONE },
    (ask) => {
      const file = fileFor(ask, ask.param('fileId'), 'writer')
      const old = found(ask, file)
      const { keepForever } = ask.body()
      const next = { ...old, keepForever: typeof keepForever === 'boolean' ? keepForever : old.keepForever }
      put(ask.ws, { ...file, revisions: file.revisions.map((one) => (one === old ? next : one)) })
      return revisionJson(ask, file, next)
    },
  )
  on('revisions.delete', `DELETE ${BASE}/:revisionId`, { api: 'drive', meter: 'modify' }, (ask) => {
    const file = fileFor(ask, ask.param('fileId'), 'writer')
    const old = found(ask, file)
    if (old.content === null || file.revisions.length === 1)
      throw new GoogleError('Revisions for this file cannot be deleted.', {
        status: 400,
        reason: 'revisionDeletionNotSupported',
      })
    put(ask.ws, { ...file, revisions: file.revisions.filter((one) => one !== old) })
    return undefined
  })
}

function found({ param }: Ask, file: FileRow): Revision {
  const id = param('revisionId')
  const one = id === 'head' ? file.revisions.at(-1) : file.revisions.find((revision) => revision.id === id)
  if (one !== undefined) return one
  throw new GoogleError(`Revision not found: ${id}.`, {
    status: 404,
    reason: 'notFound',
    location: ['revisionId', 'parameter'],
  })
}
