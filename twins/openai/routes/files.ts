import type { Context } from 'hono'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { GAPS } from '../gaps.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Item, Seed, State, StoredFile, VectorStore, VectorStoreFile } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

/** Assumed: a file of a vector store is ready two seconds after it was put in. */
const INDEXING_MS = 2_000
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

/** Files, vector stores over them, and conversations. Shapes as recorded by github.com/pydantic/pydantic-ai in 2025 and 2026. */
export function addStorageRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const nowS = (): number => Math.floor(world.clock.now() / 1000)
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const reply = (c: Context, body: unknown): Response => c.json(body as never, 200, commonHeaders(world))
  const bodyOf = async (c: Context): Promise<Item> => (await c.req.json().catch(() => ({}))) as Item
  const list = (data: readonly Item[]): Item => ({
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: false,
  })

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

  const ready = (file: VectorStoreFile): boolean => world.clock.now() >= file.ready_ms
  const storeBody = (store: VectorStore): Item => {
    const done = store.files.filter(ready)
    return {
      id: store.id,
      object: 'vector_store',
      created_at: store.created_at,
      description: store.description,
      expires_after: null,
      expires_at: null,
      file_counts: {
        cancelled: 0,
        completed: done.length,
        failed: 0,
        in_progress: store.files.length - done.length,
        total: store.files.length,
      },
      last_active_at: store.created_at,
      metadata: store.metadata,
      name: store.name,
      status: done.length < store.files.length ? 'in_progress' : 'completed',
      usage_bytes: done.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  }
  const storeFileBody = (file: VectorStoreFile, store: string): Item => ({
    id: file.id,
    object: 'vector_store.file',
    attributes: file.attributes,
    chunking_strategy: { static: { chunk_overlap_tokens: 400, max_chunk_size_tokens: 800 }, type: 'static' },
    created_at: file.created_at,
    last_error: null,
    status: ready(file) ? 'completed' : 'in_progress',
    usage_bytes: ready(file) ? file.bytes : 0,
    vector_store_id: store,
  })
  const storeAt = (c: Context): VectorStore | undefined => state.vector_stores.get(c.req.param('id') ?? '')
  const noStore = (c: Context): Response => missing('vector store', c.req.param('id') ?? '')
  const put = (store: VectorStore, id: string, attributes: Item): VectorStoreFile | undefined => {
    const file = state.files.get(id)
    if (file === undefined) return undefined
    const added = { id, created_at: nowS(), ready_ms: world.clock.now() + INDEXING_MS, bytes: file.bytes, attributes }
    store.files = [...store.files.filter((one) => one.id !== id), added]
    return added
  }
  guarded('vector_stores.create', 'POST /v1/vector_stores', async (c) => {
    const body = await bodyOf(c)
    if (body.chunking_strategy != null || body.expires_after != null)
      throw notModelled('openai', GAPS, 'chunking, filters and search of vector stores')
    const store: VectorStore = {
      id: `vs_${world.draw('id vs').text(32, '0123456789abcdef')}`,
      created_at: nowS(),
      name: typeof body.name === 'string' ? body.name : null,
      description: typeof body.description === 'string' ? body.description : null,
      metadata: (body.metadata ?? {}) as Item,
      files: [],
    }
    state.vector_stores.add(store)
    for (const id of (body.file_ids ?? []) as readonly string[])
      if (put(store, id, {}) === undefined) return missing('File object', id)
    return reply(c, storeBody(store))
  })
  guarded('vector_stores.list', 'GET /v1/vector_stores', (c) =>
    reply(c, list(state.vector_stores.all().toReversed().map(storeBody))),
  )
  guarded('vector_stores.retrieve', 'GET /v1/vector_stores/:id', (c) => {
    const store = storeAt(c)
    return store === undefined ? noStore(c) : reply(c, storeBody(store))
  })
  guarded('vector_stores.delete', 'DELETE /v1/vector_stores/:id', (c) => {
    const store = storeAt(c)
    if (store === undefined) return noStore(c)
    state.vector_stores.remove(store.id)
    return reply(c, { id: store.id, object: 'vector_store.deleted', deleted: true })
  })
  guarded('vector_stores.search', 'POST /v1/vector_stores/:id/search', () => {
    throw notModelled('openai', GAPS, 'chunking, filters and search of vector stores')
  })
  guarded('vector_stores.files.create', 'POST /v1/vector_stores/:id/files', async (c) => {
    const store = storeAt(c)
    if (store === undefined) return noStore(c)
    const body = await bodyOf(c)
    const file = put(store, String(body.file_id), (body.attributes ?? {}) as Item)
    return file === undefined ? missing('File object', String(body.file_id)) : reply(c, storeFileBody(file, store.id))
  })
  guarded('vector_stores.files.list', 'GET /v1/vector_stores/:id/files', (c) => {
    const store = storeAt(c)
    return store === undefined ? noStore(c) : reply(c, list(store.files.map((file) => storeFileBody(file, store.id))))
  })
  guarded('vector_stores.files.retrieve', 'GET /v1/vector_stores/:id/files/:file', (c) => {
    const store = storeAt(c)
    const file = store?.files.find(({ id }) => id === c.req.param('file'))
    return store === undefined || file === undefined ? noStore(c) : reply(c, storeFileBody(file, store.id))
  })
  guarded('vector_stores.files.delete', 'DELETE /v1/vector_stores/:id/files/:file', (c) => {
    const store = storeAt(c)
    const file = store?.files.find(({ id }) => id === c.req.param('file'))
    if (store === undefined || file === undefined) return noStore(c)
    store.files = store.files.filter((one) => one !== file)
    return reply(c, { id: file.id, object: 'vector_store.file.deleted', deleted: true })
  })
}
