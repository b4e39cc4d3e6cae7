import { relative, resolve, sep } from 'node:path'

/**
 * The files of a project that some of its files import, directly or by way of others, relative to `folder`; packages are left out.
 * Rules and twins in TypeScript decide with all that they import.
 */
export async function importedFiles(folder: string, entries: readonly string[]): Promise<readonly string[]> {
  if (entries.length === 0) return []
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: resolve(folder),
    entryPoints: [...entries],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'never-written',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs)
    .map((path) => relative(folder, resolve(folder, path)))
    .filter((path) => !path.startsWith(`..${sep}`))
    .sort()
}
