import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Item, Seed, State, StoredFile } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

const PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals']

const missing = (what: string, id: string): Response =>
  refusal(404, errorBody(`No such ${what}: ${id}`, 'invalid_request_error', 'id', null))

export const fileBody = (file: StoredFile): Item => ({
  id: file.id,
  object: 'file',
  bytes: file.bytes,
  created_at: file.created_at,
  expires_at: file.expires_at,
  filename: file.filename,
  purpose: file.purpose,
  status: 'processed',
  status_details: null,
})

/** Files. Shapes as recorded by github.com/pydantic/pydantic-ai in 2025 and 2026. */
export function addFileRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const nowS = (): number => Math.floor(world.clock.now() / 1000)
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const reply = (c: Context, body: unknown): Response => c.json(body as never, 200, commonHeaders(world))
  guarded('files.create', 'POST /v1/files', async (c) => {
    const form = await new Response(await c.req.arrayBuffer(), {
      headers: { 'Content-Type': c.req.header('Content-Type') ?? '' },
    })
      .formData()
      .catch(() => undefined)
    const [file, purpose] = [form?.get('file'), form?.get('purpose')]
    if (file === null || file === undefined || typeof file === 'string')
      return invalid("Missing required parameter: 'file'.", 'file', 'missing_required_parameter')
    if (typeof purpose !== 'string' || !PURPOSES.includes(purpose)) {
      const allowed = PURPOSES.map((one) => `'${one}'`).join(', ')
      return invalid(
        `Invalid value: '${String(purpose)}'. Supported values are: ${allowed}.`,
        'purpose',
        'invalid_value',
      )
    }
    const content = Buffer.from(await file.arrayBuffer())
    const livesS = Number(form?.get('expires_after[seconds]') ?? (purpose === 'batch' ? 30 * 24 * 3600 : 0))
    const stored: StoredFile = {
      id: world.id('file-', 22),
      bytes: content.length,
      created_at: nowS(),
      filename: file.name,
      purpose,
      // Batch files live for 30 days: https://developers.openai.com/api/reference/resources/files (2026-11-24).
      expires_at: livesS > 0 ? nowS() + livesS : null,
      content: content.toString('base64'),
    }
    state.files.add(stored)
    return reply(c, fileBody(stored))
  })
  /** What has expired is gone. */
  const isThere = ({ expires_at }: StoredFile): boolean => expires_at === null || expires_at > nowS()
  const fileAt = (c: Context): StoredFile | undefined =>
    [state.files.get(c.req.param('id') ?? '')].find((file) => file !== undefined && isThere(file))
  guarded('files.list', 'GET /v1/files', (c) => {
    const purpose = c.req.query('purpose')
    const wanted = state.files
      .all()
      .filter((file) => isThere(file) && (purpose === undefined || file.purpose === purpose))
    const ordered = c.req.query('order') === 'asc' ? wanted : wanted.toReversed()
    const page = pageOf(ordered.map(fileBody), { limit: '10000', ...c.req.query() }, 'File object', 10_000)
    return page instanceof Response ? page : reply(c, page)
  })
  guarded('files.retrieve', 'GET /v1/files/:id', (c) => {
    const file = fileAt(c)
    return file === undefined ? missing('File object', c.req.param('id') ?? '') : reply(c, fileBody(file))
  })
  guarded('files.content', 'GET /v1/files/:id/content', (c) => {
    const file = fileAt(c)
    if (file === undefined) return missing('File object', c.req.param('id') ?? '')
    return new Response(Buffer.from(file.content, 'base64'), {
      headers: { ...commonHeaders(world), 'Content-Type': 'application/octet-stream' },
    })
  })
  guarded('files.delete', 'DELETE /v1/files/:id', (c) => {
    const file = fileAt(c)
    if (file === undefined) return missing('File object', c.req.param('id') ?? '')
    state.files.remove(file.id)
    return reply(c, { id: file.id, object: 'file', deleted: true })
  })
}
