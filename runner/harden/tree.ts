import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { Source } from '../../oracle/mutate/instrument.ts'

/** A copy of a project, beside it, in which sources can be replaced. The project itself is never touched. */
export interface CopiedTree {
  /** The copy's project folder. */
  readonly folder: string
  readonly root: string
  /** Real paths of the package folders it reads. */
  readonly packages: readonly string[]
  write(path: string, text: string): void
  close(): void
}

const LEFT_OUT = new Set(['node_modules', '.git', '.backlot', '.harden'])

/** Copies `project` and links the package folders above it, so that the program resolves what it always does. */
export function copyTree(project: string): CopiedTree {
  const from = realpathSync(resolve(project))
  const folders = packageFolders(from)
  const top = dirname(folders.at(-1)?.at ?? join(from, 'node_modules'))
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'backlot-harden-'))
  // A box may run the program as another user, who has to read it.
  chmodSync(root, 0o755)
  const folder = join(root, relative(top, from))
  mkdirSync(folder, { recursive: true })
  cpSync(from, folder, {
    recursive: true,
    filter: (path) =>
      path === from ||
      !relative(from, path)
        .split('/')
        .some((part) => LEFT_OUT.has(part)),
  })
  for (const { at, real } of folders) {
    const link = join(root, relative(top, at))
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(real, link)
  }
  return {
    folder,
    root,
    packages: folders.map(({ real }) => real),
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

function packageFolders(from: string): readonly { readonly at: string; readonly real: string }[] {
  const found: { at: string; real: string }[] = []
  for (let folder = from; ; folder = dirname(folder)) {
    const at = join(folder, 'node_modules')
    if (existsSync(at)) found.push({ at, real: realpathSync(at) })
    if (folder === dirname(folder)) return found
  }
}

const SOURCE = /\.[cm]?[jt]s$/

/** The sources to mutate, in order of path: by pattern, or all beside and below the entry. Tests and type declarations are no sources. */
export function sourcesOf(project: string, entry: string, patterns: readonly string[] | undefined): readonly Source[] {
  const folder = dirname(entry)
  const wanted = patterns ?? [folder === '.' ? '*.{ts,mts,cts,js,mjs,cjs}' : `${folder}/**/*`]
  return [...new Set(wanted.flatMap((pattern) => globSync(pattern, { cwd: project })))]
    .filter((path) => SOURCE.test(path) && !/\.d\.[cm]?ts$|\.(test|spec)\.[cm]?[jt]s$/.test(path))
    .filter((path) => !path.split('/').some((part) => LEFT_OUT.has(part)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }))
}
