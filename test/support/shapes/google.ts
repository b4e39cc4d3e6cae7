/** Google's answers as the types of its own clients have them, which are made from the discovery documents, by operation. */
import type { Shapes } from '../shapes.ts'
import { describedBy } from './typescript.ts'

/** What an operation answers. */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  drive: {
    'files.list': 'FileList',
    'files.create': 'File',
    'files.generate_ids': 'GeneratedIds',
    'files.get': 'File',
    'files.update': 'File',
    'files.copy': 'File',
    'files.upload': 'File',
    'permissions.list': 'PermissionList',
    'permissions.create': 'Permission',
    'permissions.get': 'Permission',
    'permissions.update': 'Permission',
    'revisions.list': 'RevisionList',
    'revisions.get': 'Revision',
    'revisions.update': 'Revision',
    'comments.list': 'CommentList',
    'comments.create': 'Comment',
    'comments.get': 'Comment',
    'comments.update': 'Comment',
    'replies.list': 'ReplyList',
    'replies.create': 'Reply',
    'replies.get': 'Reply',
    'replies.update': 'Reply',
    'changes.get_start_page_token': 'StartPageToken',
    'changes.list': 'ChangeList',
    'changes.watch': 'Channel',
    'files.watch': 'Channel',
    'about.get': 'About',
    'drives.list': 'DriveList',
    'drives.create': 'Drive',
    'drives.get': 'Drive',
    'drives.update': 'Drive',
    'drives.hide': 'Drive',
    'drives.unhide': 'Drive',
  },
  docs: {
    'documents.create': 'Document',
    'documents.get': 'Document',
    'documents.batch_update': 'BatchUpdateDocumentResponse',
  },
  sheets: {
    'spreadsheets.create': 'Spreadsheet',
    'spreadsheets.get': 'Spreadsheet',
    'spreadsheets.batch_update': 'BatchUpdateSpreadsheetResponse',
    'spreadsheets.get_by_data_filter': 'Spreadsheet',
    'sheets.copy_to': 'SheetProperties',
    'values.get': 'ValueRange',
    'values.batch_get': 'BatchGetValuesResponse',
    'values.update': 'UpdateValuesResponse',
    'values.append': 'AppendValuesResponse',
    'values.clear': 'ClearValuesResponse',
    'values.batch_clear': 'BatchClearValuesResponse',
    'values.batch_update': 'BatchUpdateValuesResponse',
    'values.batch_get_by_data_filter': 'BatchGetValuesByDataFilterResponse',
    'values.batch_update_by_data_filter': 'BatchUpdateValuesByDataFilterResponse',
    'values.batch_clear_by_data_filter': 'BatchClearValuesByDataFilterResponse',
  },
}
/** Answers without a schema: tokens, bytes of files, and what is empty. */
const FREE =
  /^(oauth\.|files\.(get|export|delete|empty_trash|update_v2)$|(permissions|revisions|comments|replies|drives)\.delete$|channels\.stop$)/
const exported = (name: string): string => name.replaceAll('.', '_')

const MODULES: Readonly<Record<string, string>> = { drive: 'drive_v3', docs: 'docs_v1', sheets: 'sheets_v4' }
const described = Object.fromEntries(
  await Promise.all(
    Object.entries(TYPES).map(async ([api, operations]) => {
      const module = MODULES[api] ?? ''
      const types = Object.entries(operations).map(
        ([name, type]) => `export type ${exported(name)} = ${module}.Schema$${type}`,
      )
      const source = [`import type { ${module} } from '@googleapis/${api}'`, ...types].join('\n')
      const one = await describedBy({ package: `@googleapis/${api}`, source })
      return Object.keys(operations).map((name) => [name, one] as const)
    }),
  ).then((all) => all.flat()),
)

/** Source: https://cloud.google.com/apis/design/errors#http_mapping; the list of errors is Drive's. */
const errors = await describedBy({
  package: '@googleapis/drive',
  source: `
    type One = { domain: string; reason: string; message: string; locationType?: string; location?: string }
    export type error = { error: { code: number; message: string; status?: string; errors?: One[]; details?: unknown[] } }`,
})

export const shapes: Shapes = ({ operation, url, status, body }) => {
  if (status >= 400) return operation.startsWith('oauth.') ? [] : errors.deviations('error', body)
  if (FREE.test(operation) && (operation !== 'files.get' || url.searchParams.get('alt') === 'media')) return []
  const description = described[operation]
  if (description === undefined) return [`nothing describes ${operation}`]
  return description.deviations(exported(operation), body).map((line) => line.replaceAll(/\[\d+\]/g, '[]'))
}
