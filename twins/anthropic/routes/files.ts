import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { addFile, fileBody } from '../files.ts'
import { checkCaller } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Seed, State, StoredFile } from '../state.ts'
import { commonHeaders, invalid, refusal } from '../wire.ts'

/** Source: https://platform.claude.com/docs/en/build-with-claude/files (2026-11-26); shapes as recorded on 2026-04-12. */
export function addFileRoutes(app: TwinApp, world: World, seed: Seed, state: () => State): void {
  const isThere = ({ expires_ms }: StoredFile): boolean => expires_ms === null || expires_ms > world.clock.now()
  const onFile =
    (act: (file: StoredFile) => Response) =>
    (c: Context): Response => {
      const version = checkCaller(world, c.req.raw, seed)
      if (version instanceof Response) return version
      const id = c.req.param('id') ?? ''
      const file = state().files.get(id)
      return file === undefined || !isThere(file) ? refusal(world, 404, `File not found: ${id}`) : act(file)
    }
  app.on('files.upload', 'POST /v1/files', async (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    const form = await c.req.formData().catch(() => undefined)
    const file = form?.get('file')
    if (file === null || file === undefined || typeof file === 'string') return invalid(world, 'file: Field required')
    const seconds = Number(form?.get('expires_in_seconds') ?? 0)
    const stored = addFile(world, state(), {
      filename: file.name,
      mime_type: file.type === '' ? 'application/octet-stream' : file.type,
      content: Buffer.from(await file.arrayBuffer()).toString('base64'),
      // What a caller sends cannot be fetched again: only what code wrote can.
      downloadable: false,
      expires_ms: seconds > 0 ? world.clock.now() + seconds * 1000 : null,
    })
    return c.json(fileBody(stored), 200, commonHeaders(world))
  })
  app.on('files.list', 'GET /v1/files', (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    const all = [...state().files.values()].filter(isThere).reverse().map(fileBody)
    const page = pageOf(all, c.req.query())
    return typeof page === 'string' ? invalid(world, page) : c.json(page, 200, commonHeaders(world))
  })
  app.on(
    'files.retrieve_metadata',
    'GET /v1/files/:id',
    onFile((file) => Response.json(fileBody(file), { headers: commonHeaders(world) })),
  )
  app.on(
    'files.download',
    'GET /v1/files/:id/content',
    onFile((file) => {
      if (!file.downloadable) return invalid(world, `File ${file.id} is not downloadable.`)
      const disposition = `attachment; filename*=utf-8''${encodeURIComponent(file.filename)}`
      return new Response(new Uint8Array(Buffer.from(file.content, 'base64')), {
        headers: { ...commonHeaders(world), 'Content-Type': file.mime_type, 'Content-Disposition': disposition },
      })
    }),
  )
  app.on(
    'files.delete',
    'DELETE /v1/files/:id',
    onFile(({ id }) => {
      state().files.delete(id)
      return Response.json({ id, type: 'file_deleted' }, { headers: commonHeaders(world) })
    }),
  )
}
