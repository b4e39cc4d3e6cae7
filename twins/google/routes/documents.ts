import type { Json } from '../../trace.ts'
import { editorFile } from '../access.ts'
import { type Ask, flag, type On } from '../ask.ts'
import type { Document } from '../docs/document.ts'
import { DOCS_MESSAGES } from '../docs/messages.ts'
import { batch } from '../docs/requests.ts'
import { documentJson, revisionId } from '../docs/wire.ts'
import { createFile } from '../drive/files.ts'
import { isObj } from '../fields.ts'
import { checkShape } from '../shape.ts'
import type { FileRow } from '../state.ts'
import { badRequest, entityNotFound } from '../wire.ts'
import { changed, DOCUMENT, gap, put, rankOf, roleOn, touched } from '../workspace.ts'

export function addDocuments(on: On): void {
  on(
    'documents.create',
    'POST /v1/documents',
    { api: 'docs', meter: 'modify', answer: 'Document', params: '' },
    (ask) => {
      const { title } = ask.body()
      const name = typeof title === 'string' && title !== '' ? title : 'Untitled document'
      const file = createFile(ask, { name, mimeType: DOCUMENT }, undefined)
      const document = ask.ws.tables.documents.get(file.id)
      if (document === undefined) throw entityNotFound()
      return documentJson(document, file.name, true, false)
    },
  )
  on(
    'documents.get',
    'GET /v1/documents/:documentId',
    {
      api: 'docs',
      meter: 'read',
      answer: 'Document',
      params: 'suggestionsViewMode includeTabsContent commentsViewMode',
    },
    (ask) => {
      const { file, document } = open(ask, 'reader')
      const mode = ask.query.get('suggestionsViewMode')
      if (
        mode !== null &&
        !/^(DEFAULT_FOR_CURRENT_ACCESS|SUGGESTIONS_INLINE|PREVIEW_SUGGESTIONS_ACCEPTED|PREVIEW_WITHOUT_SUGGESTIONS)$/.test(
          mode,
        )
      )
        throw badRequest(`Invalid value at 'suggestions_view_mode', "${mode}"`)
      const edits = rankOf(roleOn(ask.ws, file, ask.email)) >= rankOf('writer')
      return documentJson(document, file.name, edits, flag(ask.query, 'includeTabsContent') ?? false)
    },
  )
  on(
    'documents.batch_update',
    'POST /v1/documents/:documentId/~batchUpdate',
    { api: 'docs', meter: 'modify', answer: 'BatchUpdateDocumentResponse', params: '' },
    batchUpdate,
  )
}

function open(ask: Ask, least: 'reader' | 'writer'): { readonly file: FileRow; readonly document: Document } {
  const file = editorFile(ask, ask.param('documentId'), DOCUMENT, least)
  const document = ask.ws.tables.documents.get(file.id)
  if (document === undefined) throw entityNotFound()
  return { file, document }
}

/** All requests in their order or none, on the state the caller says it knows. */
function batchUpdate(ask: Ask): Json {
  const { ws, email } = ask
  const { file, document } = open(ask, 'writer')
  const body = ask.body()
  checkShape(DOCS_MESSAGES, 'BatchUpdateDocumentRequest', body, '')
  const { requests, writeControl } = body
  const { requiredRevisionId, targetRevisionId } = isObj(writeControl) ? writeControl : {}
  if (typeof requiredRevisionId === 'string' && requiredRevisionId !== revisionId(document))
    throw badRequest(`The required revision ID '${requiredRevisionId}' does not match the latest revision.`)
  // A target that is the latest asks for nothing; merging with what came after it is another matter.
  if (typeof targetRevisionId === 'string' && targetRevisionId !== revisionId(document))
    throw gap('merging edits of documents')
  const list = Array.isArray(requests) ? requests : []
  const { document: next, replies } = batch(document, list, {
    id: (prefix, length) => ws.world.id(prefix, length),
    gap,
  })
  const kept = list.length === 0 ? document : { ...next, revision: document.revision + 1 }
  if (list.length > 0) {
    const edited = touched(ws, file, email)
    ws.tables.documents.set(file.id, kept)
    put(ws, edited)
    changed(ws, edited, 'update', ['content'])
  }
  return {
    documentId: file.id,
    ...(replies.length === 0 ? {} : { replies: replies as readonly Json[] as Json }),
    writeControl: { requiredRevisionId: revisionId(kept) },
  }
}
