import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import { newId } from '../response-body.ts'
import type { Container, ContainerFile, Item, Seed, State, Turn } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

/** A container that nobody uses is gone after so long: https://developers.openai.com/api/docs/guides/tools-code-interpreter (2026-11-26). */
const LIVES_MINUTES = 20

export function newContainer(world: World, state: State, id: string, wish: Partial<Container> = {}): Container {
  const nowS = Math.floor(world.clock.now() / 1000)
  const container: Container = {
    id,
    created_at: nowS,
    last_active_at: nowS,
    name: 'Auto-created container',
    memory_limit: '1g',
    expires_minutes: LIVES_MINUTES,
    files: [],
    ...wish,
  }
  state.containers.add(container)
  return container
}

/** Keeps what code wrote, in the container it ran in. */
export function keepFiles(world: World, state: State, container: string, files: NonNullable<Turn['files']>): void {
  const found = state.containers.get(container) ?? newContainer(world, state, container)
  const created_at = Math.floor(world.clock.now() / 1000)
  const written = files.map(({ id, filename, content }): ContainerFile => {
    const path = `/mnt/data/${filename}`
    return { id, created_at, path, source: 'assistant', content }
  })
  found.files = [...found.files.filter(({ id }) => !written.some((one) => one.id === id)), ...written]
}

const bytesOf = ({ content }: ContainerFile): Buffer => Buffer.from(content, 'base64')

const fileBody = (file: ContainerFile, container: string): Item => ({
  id: file.id,
  object: 'container.file',
  created_at: file.created_at,
  bytes: bytesOf(file).length,
  container_id: container,
  path: file.path,
  source: file.source,
})

/** Shapes: `ContainerCreateResponse` and `FileCreateResponse` of openai 7.57, resources/containers. */
export function addContainerRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  const nowS = (): number => Math.floor(world.clock.now() / 1000)
  const reply = (body: Item): Response => Response.json(body, { headers: commonHeaders(world) })
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const isThere = ({ last_active_at, expires_minutes }: Container): boolean =>
    nowS() < last_active_at + expires_minutes * 60
  const containerBody = (container: Container): Item => ({
    id: container.id,
    object: 'container',
    created_at: container.created_at,
    status: isThere(container) ? 'running' : 'expired',
    expires_after: { anchor: 'last_active_at', minutes: container.expires_minutes },
    last_active_at: container.last_active_at,
    memory_limit: container.memory_limit,
    name: container.name,
  })
  const onContainer =
    (act: (container: Container, c: Context) => Response | Promise<Response>) =>
    (c: Context): Response | Promise<Response> => {
      const id = c.req.param('id') ?? ''
      const container = state.containers.get(id)
      if (container !== undefined) return act(container, c)
      return refusal(404, errorBody(`Container with id '${id}' not found.`, 'invalid_request_error', null, null))
    }
  const onFile = (act: (file: ContainerFile, container: Container) => Response) =>
    onContainer((container, c) => {
      if (!isThere(container)) return invalid('Container is expired.', null)
      const id = c.req.param('file') ?? ''
      const file = container.files.find((one) => one.id === id)
      if (file !== undefined) return act(file, container)
      return refusal(404, errorBody(`Container file with id '${id}' not found.`, 'invalid_request_error', null, null))
    })

  guarded('containers.create', 'POST /v1/containers', async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as Item
    if (typeof body.name !== 'string')
      return invalid("Missing required parameter: 'name'.", 'name', 'missing_required_parameter')
    const { minutes } = (body.expires_after ?? {}) as Item
    const ids = (body.file_ids ?? []) as readonly string[]
    const files = ids.map((id) => state.files.get(id))
    const missing = ids.find((_, at) => files[at] === undefined)
    if (missing !== undefined) return invalid(`No such File object: ${missing}`, 'file_ids')
    const container = newContainer(world, state, newId(world, 'cntr_'), {
      name: body.name,
      memory_limit: typeof body.memory_limit === 'string' ? body.memory_limit : '1g',
      expires_minutes: typeof minutes === 'number' ? minutes : LIVES_MINUTES,
    })
    container.files = files.flatMap((file) =>
      file === undefined
        ? []
        : [
            {
              id: newId(world, 'cfile_'),
              created_at: nowS(),
              path: `/mnt/data/${file.filename}`,
              source: 'user' as const,
              content: file.content,
            },
          ],
    )
    return reply(containerBody(container))
  })
  guarded('containers.list', 'GET /v1/containers', (c) => {
    const ordered = c.req.query('order') === 'asc' ? state.containers.all() : state.containers.all().toReversed()
    const page = pageOf(ordered.map(containerBody), c.req.query(), 'container')
    return page instanceof Response ? page : reply(page)
  })
  guarded(
    'containers.retrieve',
    'GET /v1/containers/:id',
    onContainer((container) => reply(containerBody(container))),
  )
  guarded(
    'containers.delete',
    'DELETE /v1/containers/:id',
    onContainer((container) => {
      state.containers.remove(container.id)
      return reply({ id: container.id, object: 'container.deleted', deleted: true })
    }),
  )
  guarded(
    'containers.files.create',
    'POST /v1/containers/:id/files',
    onContainer(async (container, c) => {
      if (!isThere(container)) return invalid('Container is expired.', null)
      const made = await readFile(c, state)
      if (made instanceof Response) return made
      const file: ContainerFile = { id: newId(world, 'cfile_'), created_at: nowS(), source: 'user', ...made }
      container.files = [...container.files, file]
      container.last_active_at = nowS()
      return reply(fileBody(file, container.id))
    }),
  )
  guarded(
    'containers.files.list',
    'GET /v1/containers/:id/files',
    onContainer((container, c) => {
      const page = pageOf(
        container.files.toReversed().map((file) => fileBody(file, container.id)),
        c.req.query(),
        'container file',
      )
      return page instanceof Response ? page : reply(page)
    }),
  )
  guarded(
    'containers.files.retrieve',
    'GET /v1/containers/:id/files/:file',
    onFile((file, container) => reply(fileBody(file, container.id))),
  )
  guarded(
    'containers.files.content',
    'GET /v1/containers/:id/files/:file/content',
    onFile(
      (file) =>
        new Response(new Uint8Array(bytesOf(file)), {
          headers: { ...commonHeaders(world), 'Content-Type': 'application/binary' },
        }),
    ),
  )
  guarded(
    'containers.files.delete',
    'DELETE /v1/containers/:id/files/:file',
    onFile((file, container) => {
      container.files = container.files.filter((one) => one !== file)
      return reply({ id: file.id, object: 'container.file.deleted', deleted: true })
    }),
  )
}

/** A file that is sent, or one of the account's own by `file_id`. */
async function readFile(c: Context, state: State): Promise<Pick<ContainerFile, 'path' | 'content'> | Response> {
  if ((c.req.header('Content-Type') ?? '').includes('json')) {
    const { file_id } = (await c.req.json().catch(() => ({}))) as Item
    const file = state.files.get(String(file_id))
    if (file === undefined) return invalid(`No such File object: ${String(file_id)}`, 'file_id')
    return { path: `/mnt/data/${file.filename}`, content: file.content }
  }
  const form = await new Response(await c.req.arrayBuffer(), {
    headers: { 'Content-Type': c.req.header('Content-Type') ?? '' },
  })
    .formData()
    .catch(() => undefined)
  const file = form?.get('file')
  if (file === null || file === undefined || typeof file === 'string')
    return invalid("Missing required parameter: 'file'.", 'file', 'missing_required_parameter')
  const content = Buffer.from(await file.arrayBuffer()).toString('base64')
  return { path: `/mnt/data/${file.name}`, content }
}
