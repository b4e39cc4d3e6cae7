import { z } from 'zod'
import type { Json } from '../trace.ts'
import { NotModelled } from '../twin.ts'
import { remove } from './drive/files.ts'
import { given } from './plant.ts'
import { endAccess } from './routes/oauth.ts'
import { keep, r1c1 } from './routes/spreadsheets.ts'
import { locate } from './sheets/a1.ts'
import { replaceSheet } from './sheets/spreadsheet.ts'
import { write } from './sheets/values.ts'
import type { FileRow } from './state.ts'
import { account, changed, permissionIdOf, put, touched, type Workspace } from './workspace.ts'

const by = z.string().optional()
const ACTS: Readonly<Record<string, (ws: Workspace, fields: Json) => void>> = {
  /** `{ file, name?, content?, by? }`: somebody renames a file or saves it anew. */
  'file.edited': (ws, fields) => {
    const {
      file: id,
      name,
      content,
      by: who,
    } = z
      .strictObject({ file: z.string(), name: z.string().optional(), content: z.string().optional(), by })
      .parse(fields)
    const file = fileOf(ws, id)
    const editor = who ?? ownerOf(file)
    const renamed = { ...touched(ws, file, editor), name: name ?? file.name }
    const last = file.revisions.at(-1)
    const next: FileRow =
      content === undefined || last === undefined
        ? renamed
        : {
            ...renamed,
            revisions: [
              ...file.revisions,
              {
                ...last,
                id: ws.world.id('0B', 42),
                modifiedMs: ws.world.clock.now(),
                by: editor,
                content: Buffer.from(content).toString('base64'),
              },
            ],
          }
    put(ws, next)
    changed(ws, next, 'update', content === undefined ? ['properties'] : ['content'])
  },
  /** `{ file, by? }`: somebody deletes a file for good. */
  'file.removed': (ws, fields) => remove(ws, fileOf(ws, z.strictObject({ file: z.string(), by }).parse(fields).file)),
  /** `{ file, email, role }`: somebody shares a file. */
  'file.shared': (ws, fields) => {
    const {
      file: id,
      email,
      role,
    } = z
      .strictObject({ file: z.string(), email: z.string(), role: z.enum(['reader', 'commenter', 'writer']) })
      .parse(fields)
    const file = fileOf(ws, id)
    const others = file.permissions.filter((one) => one.id !== permissionIdOf(email))
    const next = { ...file, version: file.version + 1, permissions: [...others, given(email, role)] }
    put(ws, next)
    changed(ws, next, 'update', ['permissions'])
  },
  /** `{ file, email }`: somebody's access to a file ends. */
  'file.unshared': (ws, fields) => {
    const { file: id, email } = z.strictObject({ file: z.string(), email: z.string() }).parse(fields)
    const file = fileOf(ws, id)
    if (file.owner === email) throw new Error(`file.unshared: expected somebody else, got the owner ${email}.`)
    const next = {
      ...file,
      version: file.version + 1,
      permissions: file.permissions.filter((one) => one.id !== permissionIdOf(email)),
    }
    put(ws, next)
    changed(ws, next, 'update', ['permissions'])
  },
  /** `{ spreadsheet, range, values, by? }`: somebody types into cells. */
  'cells.edited': (ws, fields) => {
    const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])
    const {
      spreadsheet: id,
      range,
      values,
      by: who,
    } = z.strictObject({ spreadsheet: z.string(), range: z.string(), values: z.array(z.array(cell)), by }).parse(fields)
    const file = fileOf(ws, id)
    const spreadsheet = ws.tables.spreadsheets.get(id)
    if (spreadsheet === undefined) throw new Error(`cells.edited: expected a spreadsheet, got ${id}.`)
    const written = write(locate(spreadsheet, range, r1c1), values, {
      raw: false,
      foreign: undefined,
      check: () => undefined,
    })
    keep(ws, file, replaceSheet(spreadsheet, written.sheet), who ?? ownerOf(file))
  },
  /** `{ email }`: an account's tokens and grants are good no more. */
  'access.revoked': (ws, fields) => endAccess(ws, z.strictObject({ email: z.string() }).parse(fields).email),
  /** `{ email }`: a service account's keys are deleted; its tokens last as long as they do. */
  'key.deleted': (ws, fields) => {
    const { email } = z.strictObject({ email: z.string() }).parse(fields)
    const old = ws.tables.service_accounts.get(email)
    if (old === undefined) throw new Error(`key.deleted: expected a service account, got ${email}.`)
    ws.tables.service_accounts.set(email, { ...old, keys: [] })
  },
  /** `{ email, storage_limit }`: an account may store so many bytes from now on. */
  'storage.limited': (ws, fields) => {
    const { email, storage_limit } = z.strictObject({ email: z.string(), storage_limit: z.int().min(0) }).parse(fields)
    ws.tables.accounts.set(email, { ...account(ws, email), limit: storage_limit })
  },
}

function fileOf({ tables }: Workspace, id: string): FileRow {
  const file = tables.files.get(id)
  if (file === undefined) throw new Error(`google: expected a file of the id ${id}, got none.`)
  return file
}
const ownerOf = (file: FileRow): string => file.owner ?? file.modifiedBy

export const HAPPENINGS: readonly string[] = Object.keys(ACTS)

/** Makes something happen, as if a person had done it in a browser. */
export function happen(ws: Workspace, event: string, fields: Json): void {
  const act = ACTS[event]
  if (act === undefined)
    throw new NotModelled('google', `the event ${event}`, `One of ${HAPPENINGS.join(', ')} can happen.`)
  act(ws, fields)
}
