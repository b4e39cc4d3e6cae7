import { posix } from 'node:path'
import { importsOf, type SourceFile } from './source.ts'

/** A place where a source tree breaks a rule about how it is built. */
export type SourceFinding = { readonly path: string; readonly line: number; readonly message: string }

/** From left to right: each may import itself and what stands before it. */
const LAYERS = ['twins', 'scenarios', 'oracle', 'fitness', 'runner'] as const

/** Folders of the kit that a few vendors share: what a cloud's services have in common is no fact of one of them. */
const SHARED: Readonly<Record<string, readonly string[]>> = { aws: ['s3', 'sqs'] }

/** Imports point one way; no vendor's twin knows another's; nothing but tests imports tests. */
export function importsPointLeft(files: readonly SourceFile[]): readonly SourceFinding[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap(({ from, line }): readonly SourceFinding[] => {
      if (!from.startsWith('.')) return []
      const target = posix.normalize(posix.join(posix.dirname(file.path), from))
      const [layer = '', vendor = ''] = file.path.split('/')
      const [wanted = '', other = ''] = target.split('/')
      const found = (message: string): readonly SourceFinding[] => [{ path: file.path, line, message }]
      if (layer === 'test') return []
      if (wanted === 'test') return found(`expected no import of tests, got ${from}. Move what both need out of test/.`)
      const [mine, theirs] = [LAYERS.indexOf(layer as 'twins'), LAYERS.indexOf(wanted as 'twins')]
      if (theirs > mine)
        return found(
          `expected imports to point left (${LAYERS.join(' <- ')}), got ${layer} importing ${wanted}. Hand it in, or move it left.`,
        )
      const crosses =
        layer === 'twins' &&
        wanted === 'twins' &&
        file.path.split('/').length > 2 &&
        target.split('/').length > 2 &&
        vendor !== other &&
        SHARED[other]?.includes(vendor) !== true
      return crosses
        ? found(
            `expected twins/${vendor} to know no other vendor, got ${from}. What both need moves up into twins/ if it is no vendor's fact.`,
          )
        : []
    }),
  )
}
