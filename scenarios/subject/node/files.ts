import fs from 'node:fs'
import { join } from 'node:path'
import { seededText } from './chance.ts'

const { mkdirSync, readdirSync, rmSync } = fs
const { mkdir } = fs.promises

/** A folder in which only this subject writes; empty at the start of every life. */
export function emptyScratch(folder: string | undefined): void {
  if (folder === undefined || folder === '') return
  try {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
  } catch {
    // A program may have taken its own scratch folder away.
  }
}

/** The operating system names new temporary folders by real chance; these come from the seed. */
export function installTemporaryFolders(): void {
  const name = (prefix: string): string => prefix + seededText('mkdtemp', 6)
  fs.mkdtempSync = ((prefix: string) => {
    const folder = name(prefix)
    mkdirSync(folder, { mode: 0o700 })
    return folder
  }) as typeof fs.mkdtempSync
  const make = async (prefix: string): Promise<string> => {
    const folder = name(prefix)
    await mkdir(folder, { mode: 0o700 })
    return folder
  }
  fs.promises.mkdtemp = make as typeof fs.promises.mkdtemp
  type Done = (error: Error | null, folder?: string) => void
  fs.mkdtemp = ((prefix: string, ...rest: unknown[]) => {
    const done = rest.at(-1) as Done
    make(prefix).then(
      (folder) => done(null, folder),
      (error: Error) => done(error),
    )
  }) as typeof fs.mkdtemp
}
