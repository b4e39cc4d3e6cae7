import type { World } from '../world.ts'
import type { Item, State, StoredFile, Turn } from './state.ts'

export function addFile(
  world: World,
  state: State,
  made: Omit<StoredFile, 'id' | 'created_ms'> & { readonly id?: string },
): StoredFile {
  const file: StoredFile = {
    ...made,
    id: made.id ?? world.id('file_011C', 20),
    created_ms: world.clock.now(),
  }
  state.files.set(file.id, file)
  return file
}

/** `BetaFileMetadata` of the SDK's resources/beta/files.d.ts (1.14); recorded on 2026-04-12. */
export const fileBody = ({ id, created_ms, filename, mime_type, content, downloadable }: StoredFile): Item => ({
  type: 'file',
  id,
  size_bytes: Buffer.from(content, 'base64').length,
  created_at: `${new Date(created_ms).toISOString().slice(0, -1)}000Z`,
  filename,
  mime_type,
  downloadable,
})

/** Keeps what code wrote, by the ids that its results name. */
export function keepFiles(world: World, state: State, files: NonNullable<Turn['files']>): void {
  for (const { id, filename, content, mime_type = 'application/octet-stream' } of files)
    addFile(world, state, { id, filename, content, mime_type, downloadable: true, expires_ms: null })
}
