import type { Ask } from '../ask.ts'
import { textOf } from '../docs/document.ts'
import { Evaluator } from '../sheets/evaluate.ts'
import { general } from '../sheets/format.ts'
import { whole } from '../sheets/spreadsheet.ts'
import { PLAIN, valueRange } from '../sheets/values.ts'
import type { FileRow } from '../state.ts'
import { GoogleError } from '../wire.ts'
import { gap, headOf, isGoogleType, type Workspace } from '../workspace.ts'
import { writtenCsv } from './csv.ts'
import { EXPORTS } from './file-wire.ts'

const unmodelled = (): Error => gap('formulas and number formats that are not listed')

/** What an editor's file is as a file of another kind. */
export function exported(ask: Ask, file: FileRow, type: string): Response {
  if (!isGoogleType(file.mimeType))
    throw new GoogleError('Export only supports Docs Editors files.', { status: 403, reason: 'fileNotExportable' })
  if (EXPORTS[file.mimeType]?.includes(type) !== true)
    throw new GoogleError('The requested conversion is not supported.', {
      status: 400,
      reason: 'badRequest',
      location: ['convertTo', 'parameter'],
    })
  return new Response(body(ask.ws, file, type), {
    headers: {
      'Content-Type': type,
      'Content-Disposition': 'attachment',
      'Cache-Control': 'private, max-age=0, must-revalidate',
    },
  })
}

function body(ws: Workspace, file: FileRow, type: string): string {
  const document = ws.tables.documents.get(file.id)
  // A text file of Windows, with a mark of its encoding, as in https://github.com/googleapis/google-api-nodejs-client/issues/2404 (2026-11-26).
  if (document !== undefined && type === 'text/plain')
    return `\uFEFF${textOf(document).replace(/\n$/, '').replaceAll('\n', '\r\n')}`
  if (type !== 'text/csv' && type !== 'text/tab-separated-values') throw gap('exports other than CSV and plain text')
  return writtenCsv(rowsOf(ws, file), type === 'text/csv' ? ',' : '\t')
}

/** The first sheet as people see it. */
function rowsOf(ws: Workspace, file: FileRow): readonly (readonly string[])[] {
  const spreadsheet = ws.tables.spreadsheets.get(file.id)
  const [sheet] = spreadsheet?.sheets ?? []
  if (spreadsheet === undefined || sheet === undefined) return []
  const values = new Evaluator(spreadsheet, ws.world.clock.now(), general, unmodelled)
  const { values: rows } = valueRange({ sheet, range: whole(sheet), open: {} }, values, PLAIN, {
    pattern: unmodelled,
    foreign: unmodelled,
    size: unmodelled,
  })
  return (Array.isArray(rows) ? rows : []) as readonly (readonly string[])[]
}

/** The words in a file, for searching. */
export function plainText(ws: Workspace, file: FileRow): string {
  const document = ws.tables.documents.get(file.id)
  if (document !== undefined) return textOf(document)
  if (ws.tables.spreadsheets.has(file.id)) return rowsOf(ws, file).flat().join(' ')
  const head = headOf(file)
  return head?.mimeType.startsWith('text/') === true ? Buffer.from(head.content ?? '', 'base64').toString() : ''
}
