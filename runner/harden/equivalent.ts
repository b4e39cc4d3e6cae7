import { transform } from 'esbuild'
import { type Mutant, offsetOf, type Source } from '../../oracle/mutate/instrument.ts'

const LOADER = /\.[cm]?ts$/
const minified = async (path: string, text: string): Promise<string | undefined> => {
  try {
    const { code } = await transform(text, {
      loader: LOADER.test(path) ? 'ts' : 'js',
      minify: true,
      treeShaking: false,
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    })
    return code
  } catch {
    return undefined
  }
}

/** Whether a mutant is the same program as the original once both are minified: then nobody could ever notice it. */
export function equivalence(sources: readonly Source[]): (mutant: Mutant) => Promise<boolean> {
  const texts = new Map(sources.map(({ path, text }) => [path, text]))
  const originals = new Map<string, Promise<string | undefined>>()
  return async (mutant) => {
    const text = texts.get(mutant.path)
    if (text === undefined) return false
    const original = originals.get(mutant.path) ?? minified(mutant.path, text)
    originals.set(mutant.path, original)
    const [before, after] = [text.slice(0, offsetOf(text, mutant.start)), text.slice(offsetOf(text, mutant.end))]
    // The replacement is one node: brackets keep it one, where an expression may stand.
    const own =
      (await minified(mutant.path, `${before}(${mutant.replacement})${after}`)) ??
      (await minified(mutant.path, `${before}${mutant.replacement}${after}`))
    return own !== undefined && own === (await original)
  }
}

/** The ids of those mutants that are. */
export async function equivalentIds(
  mutants: readonly Mutant[],
  sources: readonly Source[],
): Promise<ReadonlySet<string>> {
  const isEquivalent = equivalence(sources)
  const found = await Promise.all(mutants.map(async (mutant) => ((await isEquivalent(mutant)) ? [mutant.id] : [])))
  return new Set(found.flat())
}
