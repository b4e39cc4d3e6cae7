import type { Context } from 'hono'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { GAPS } from '../gaps.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Item, Seed, State, VectorStore, VectorStoreFile } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

/** Assumed: a file of a vector store is ready two seconds after it was put in. */
const INDEXING_MS = 2_000
const DAY_S = 86_400
/** `auto` comes to this. Source: openai 7.57, AutoFileChunkingStrategyParam. */
export const CHUNKS: Item = { type: 'static', static: { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 } }

const missing = (what: string, id: string): Response =>
  refusal(404, errorBody(`No such ${what}: ${id}`, 'invalid_request_error', 'id', null))
const isObject = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Vector stores over files. Shapes as recorded by github.com/pydantic/pydantic-ai in 2025 and 2026, and as in the SDK (7.57). */
export function addVectorStoreRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const nowS = (): number => Math.floor(world.clock.now() / 1000)
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const reply = (body: Item): Response => Response.json(body, { headers: commonHeaders(world) })
  const bodyOf = async (c: Context): Promise<Item> => (await c.req.json().catch(() => ({}))) as Item
  const onStore =
    (act: (store: VectorStore, c: Context) => Response | Promise<Response>) =>
    (c: Context): Response | Promise<Response> => {
      const id = c.req.param('id') ?? ''
      const store = state.vector_stores.get(id)
      return store === undefined ? missing('vector store', id) : act(store, c)
    }
  const onFile = (act: (file: VectorStoreFile, store: VectorStore, c: Context) => Response | Promise<Response>) =>
    onStore((store, c) => {
      const id = c.req.param('file') ?? ''
      const file = store.files.find((one) => one.id === id)
      return file === undefined ? missing('File object', id) : act(file, store, c)
    })

  const statusOf = ({ cancelled, ready_ms }: VectorStoreFile): string =>
    cancelled ? 'cancelled' : world.clock.now() >= ready_ms ? 'completed' : 'in_progress'
  const countsOf = (files: readonly VectorStoreFile[]): Item => {
    const having = (status: string): number => files.filter((file) => statusOf(file) === status).length
    return {
      in_progress: having('in_progress'),
      completed: having('completed'),
      failed: 0,
      cancelled: having('cancelled'),
      total: files.length,
    }
  }
  const storeBody = (store: VectorStore): Item => {
    const { files, last_active_at, expires_days } = store
    const expires_at = expires_days === null ? null : last_active_at + expires_days * DAY_S
    const working = files.some((file) => statusOf(file) === 'in_progress')
    const done = files.filter((file) => statusOf(file) === 'completed')
    return {
      id: store.id,
      object: 'vector_store',
      created_at: store.created_at,
      description: store.description,
      expires_after: expires_days === null ? null : { anchor: 'last_active_at', days: expires_days },
      expires_at,
      file_counts: countsOf(files),
      last_active_at,
      metadata: store.metadata,
      name: store.name,
      status: expires_at !== null && nowS() >= expires_at ? 'expired' : working ? 'in_progress' : 'completed',
      usage_bytes: done.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  }
  const fileBody = (file: VectorStoreFile, store: string): Item => ({
    id: file.id,
    object: 'vector_store.file',
    attributes: file.attributes,
    chunking_strategy: file.chunking,
    created_at: file.created_at,
    last_error: null,
    status: statusOf(file),
    usage_bytes: statusOf(file) === 'completed' ? file.bytes : 0,
    vector_store_id: store,
  })
  const put = (store: VectorStore, wish: Item, batch: string | null = null): VectorStoreFile | undefined => {
    const file = state.files.get(String(wish.file_id))
    if (file === undefined) return undefined
    const added: VectorStoreFile = {
      id: file.id,
      created_at: nowS(),
      ready_ms: world.clock.now() + INDEXING_MS,
      bytes: file.bytes,
      attributes: (wish.attributes ?? {}) as Item,
      chunking:
        isObject(wish.chunking_strategy) && wish.chunking_strategy.type === 'static' ? wish.chunking_strategy : CHUNKS,
      batch,
      cancelled: false,
    }
    store.files = [...store.files.filter(({ id }) => id !== file.id), added]
    store.last_active_at = nowS()
    return added
  }
  /** Files of a list, as asked: newest first, of one status. */
  const filesPage = (c: Context, store: VectorStore, files: readonly VectorStoreFile[]): Response => {
    const { filter, order } = c.req.query()
    const wanted = files.filter((file) => filter === undefined || statusOf(file) === filter)
    const bodies = (order === 'asc' ? wanted : wanted.toReversed()).map((file) => fileBody(file, store.id))
    const page = pageOf(bodies, c.req.query(), 'vector store file')
    return page instanceof Response ? page : reply(page)
  }
  const daysOf = (given: Item[string] | undefined): number | null =>
    isObject(given) && typeof given.days === 'number' ? given.days : null
  const badDays = (given: Item[string] | undefined): Response | undefined => {
    const days = daysOf(given)
    if (given == null || (days !== null && days >= 1 && days <= 365)) return undefined
    return invalid("Invalid 'expires_after.days': expected an integer between 1 and 365.", 'expires_after.days')
  }

  guarded('vector_stores.create', 'POST /v1/vector_stores', async (c) => {
    const body = await bodyOf(c)
    const bad = badDays(body.expires_after)
    if (bad !== undefined) return bad
    const ids = (body.file_ids ?? []) as readonly string[]
    const unknown = ids.find((id) => state.files.get(id) === undefined)
    if (unknown !== undefined) return missing('File object', unknown)
    const store: VectorStore = {
      id: `vs_${world.draw('id vs').text(32, '0123456789abcdef')}`,
      created_at: nowS(),
      last_active_at: nowS(),
      expires_days: daysOf(body.expires_after),
      name: typeof body.name === 'string' ? body.name : null,
      description: typeof body.description === 'string' ? body.description : null,
      metadata: (body.metadata ?? {}) as Item,
      files: [],
      batches: [],
    }
    state.vector_stores.add(store)
    for (const file_id of ids) put(store, { file_id, chunking_strategy: body.chunking_strategy ?? null })
    return reply(storeBody(store))
  })
  guarded('vector_stores.list', 'GET /v1/vector_stores', (c) => {
    const all = state.vector_stores.all().map(storeBody)
    const page = pageOf(c.req.query('order') === 'asc' ? all : all.toReversed(), c.req.query(), 'vector store')
    return page instanceof Response ? page : reply(page)
  })
  guarded(
    'vector_stores.retrieve',
    'GET /v1/vector_stores/:id',
    onStore((store) => reply(storeBody(store))),
  )
  guarded(
    'vector_stores.update',
    'POST /v1/vector_stores/:id',
    onStore(async (store, c) => {
      const body = await bodyOf(c)
      const bad = badDays(body.expires_after)
      if (bad !== undefined) return bad
      if (typeof body.name === 'string' || body.name === null) store.name = body.name
      if (isObject(body.metadata)) store.metadata = body.metadata
      if (body.expires_after !== undefined) store.expires_days = daysOf(body.expires_after)
      store.last_active_at = nowS()
      return reply(storeBody(store))
    }),
  )
  guarded(
    'vector_stores.delete',
    'DELETE /v1/vector_stores/:id',
    onStore((store) => {
      state.vector_stores.remove(store.id)
      return reply({ id: store.id, object: 'vector_store.deleted', deleted: true })
    }),
  )
  guarded('vector_stores.search', 'POST /v1/vector_stores/:id/search', () => {
    throw notModelled('openai', GAPS, 'search of vector stores')
  })
  guarded(
    'vector_stores.files.create',
    'POST /v1/vector_stores/:id/files',
    onStore(async (store, c) => {
      const body = await bodyOf(c)
      const file = put(store, body)
      return file === undefined ? missing('File object', String(body.file_id)) : reply(fileBody(file, store.id))
    }),
  )
  guarded(
    'vector_stores.files.list',
    'GET /v1/vector_stores/:id/files',
    onStore((store, c) => filesPage(c, store, store.files)),
  )
  guarded(
    'vector_stores.files.retrieve',
    'GET /v1/vector_stores/:id/files/:file',
    onFile((file, store) => reply(fileBody(file, store.id))),
  )
  guarded(
    'vector_stores.files.update',
    'POST /v1/vector_stores/:id/files/:file',
    onFile(async (file, store, c) => {
      const { attributes } = await bodyOf(c)
      const changed = { ...file, attributes: isObject(attributes) ? attributes : {} }
      store.files = store.files.map((one) => (one === file ? changed : one))
      return reply(fileBody(changed, store.id))
    }),
  )
  guarded(
    'vector_stores.files.delete',
    'DELETE /v1/vector_stores/:id/files/:file',
    onFile((file, store) => {
      store.files = store.files.filter((one) => one !== file)
      return reply({ id: file.id, object: 'vector_store.file.deleted', deleted: true })
    }),
  )

  const batchBody = (store: VectorStore, { id, created_at }: VectorStore['batches'][number]): Item => {
    const counts = countsOf(store.files.filter(({ batch }) => batch === id))
    const status = counts.in_progress !== 0 ? 'in_progress' : counts.cancelled !== 0 ? 'cancelled' : 'completed'
    return {
      id,
      object: 'vector_store.files_batch',
      created_at,
      file_counts: counts,
      status,
      vector_store_id: store.id,
    }
  }
  const onBatch = (act: (batch: VectorStore['batches'][number], store: VectorStore, c: Context) => Response) =>
    onStore((store, c) => {
      const id = c.req.param('batch') ?? ''
      const batch = store.batches.find((one) => one.id === id)
      return batch === undefined ? missing('vector store file batch', id) : act(batch, store, c)
    })
  guarded(
    'vector_stores.file_batches.create',
    'POST /v1/vector_stores/:id/file_batches',
    onStore(async (store, c) => {
      const { file_ids, files, ...shared } = await bodyOf(c)
      const wishes = Array.isArray(files)
        ? (files as readonly Item[])
        : ((file_ids ?? []) as readonly string[]).map((file_id): Item => ({ ...shared, file_id }))
      if (wishes.length === 0)
        return invalid("Missing required parameter: 'file_ids'.", 'file_ids', 'missing_required_parameter')
      const unknown = wishes.find(({ file_id }) => state.files.get(String(file_id)) === undefined)
      if (unknown !== undefined) return missing('File object', String(unknown.file_id))
      const batch = { id: `vsfb_${world.draw('id vsfb').text(32, '0123456789abcdef')}`, created_at: nowS() }
      store.batches = [...store.batches, batch]
      for (const wish of wishes) put(store, wish, batch.id)
      return reply(batchBody(store, batch))
    }),
  )
  guarded(
    'vector_stores.file_batches.retrieve',
    'GET /v1/vector_stores/:id/file_batches/:batch',
    onBatch((batch, store) => reply(batchBody(store, batch))),
  )
  guarded(
    'vector_stores.file_batches.cancel',
    'POST /v1/vector_stores/:id/file_batches/:batch/cancel',
    onBatch((batch, store) => {
      const gone = (file: VectorStoreFile): boolean => file.batch === batch.id && statusOf(file) === 'in_progress'
      store.files = store.files.map((file) => (gone(file) ? { ...file, cancelled: true } : file))
      return reply(batchBody(store, batch))
    }),
  )
  guarded(
    'vector_stores.file_batches.files',
    'GET /v1/vector_stores/:id/file_batches/:batch/files',
    onBatch(({ id }, store, c) =>
      filesPage(
        c,
        store,
        store.files.filter(({ batch }) => batch === id),
      ),
    ),
  )
}
