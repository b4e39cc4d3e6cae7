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

const text = z.string()
const by = { by: text.optional() }
const on = { file: text, ...by }
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** Everything that people can do in a browser, and what has to be said of it. */
const SHAPES = {
  /** Somebody renames a file or saves it anew. */
  'file.edited': z.strictObject({ ...on, name: text.optional(), content: text.optional() }),
  /** Somebody deletes a file for good. */
  'file.removed': z.strictObject(on),
  'file.shared': z.strictObject({ file: text, email: text, role: z.enum(['reader', 'commenter', 'writer']) }),
  /** Somebody's access to a file ends. */
  'file.unshared': z.strictObject({ file: text, email: text }),
  /** Somebody types into cells. */
  'cells.edited': z.strictObject({ spreadsheet: text, range: text, values: z.array(z.array(cell)), ...by }),
  /** An account's tokens and grants are good no more. */
  'access.revoked': z.strictObject({ email: text }),
  /** A service account's keys are deleted; its tokens last as long as they do. */
  'key.deleted': z.strictObject({ email: text }),
  /** An account may store so many bytes from now on. */
  'storage.limited': z.strictObject({ email: text, storage_limit: z.int().min(0) }),
} as const
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = SHAPES
type Event = keyof typeof SHAPES

export const HAPPENINGS: readonly string[] = Object.keys(SHAPES)

type Acts = { readonly [E in Event]: (ws: Workspace, fields: z.infer<(typeof SHAPES)[E]>) => void }

const ACTS: Acts = {
  'file.edited'(ws, { file: id, name, content, by: who }) {
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
  'file.removed': (ws, { file }) => remove(ws, fileOf(ws, file)),
  'file.shared'(ws, { file: id, email, role }) {
    const file = fileOf(ws, id)
    const others = file.permissions.filter((one) => one.id !== permissionIdOf(email))
    const next = { ...file, version: file.version + 1, permissions: [...others, given(email, role)] }
    put(ws, next)
    changed(ws, next, 'update', ['permissions'])
  },
  'file.unshared'(ws, { file: id, email }) {
    const file = fileOf(ws, id)
    if (file.owner === email) throw new Error(`file.unshared: expected somebody else, got the owner ${email}.`)
    const permissions = file.permissions.filter((one) => one.id !== permissionIdOf(email))
    const next = { ...file, version: file.version + 1, permissions }
    put(ws, next)
    changed(ws, next, 'update', ['permissions'])
  },
  'cells.edited'(ws, { spreadsheet: id, range, values, by: who }) {
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
  'access.revoked': (ws, { email }) => endAccess(ws, email),
  'key.deleted'(ws, { email }) {
    const old = ws.tables.service_accounts.get(email)
    if (old === undefined) throw new Error(`key.deleted: expected a service account, got ${email}.`)
    ws.tables.service_accounts.set(email, { ...old, keys: [] })
  },
  'storage.limited'(ws, { email, storage_limit }) {
    ws.tables.accounts.set(email, { ...account(ws, email), limit: storage_limit })
  },
}

function fileOf({ tables }: Workspace, id: string): FileRow {
  const file = tables.files.get(id)
  if (file === undefined) throw new Error(`google: expected a file of the id ${id}, got none.`)
  return file
}
const ownerOf = (file: FileRow): string => file.owner ?? file.modifiedBy

const isEvent = (event: string): event is Event => Object.hasOwn(SHAPES, event)

/** Makes something happen, as if a person had done it in a browser. */
export function happen(ws: Workspace, event: string, fields: Json): void {
  if (!isEvent(event))
    throw new NotModelled('google', `the event ${event}`, `One of ${HAPPENINGS.join(', ')} can happen.`)
  act(ws, event, fields)
}

function act<E extends Event>(ws: Workspace, event: E, fields: Json): void {
  ACTS[event](ws, SHAPES[event].parse(fields) as z.infer<(typeof SHAPES)[E]>)
}
