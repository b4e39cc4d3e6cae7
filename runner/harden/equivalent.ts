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

/** The ids of the mutants that are the same program as the original once both are minified: nobody could ever notice them. */
export async function equivalentIds(
  mutants: readonly Mutant[],
  sources: readonly Source[],
): Promise<ReadonlySet<string>> {
  const texts = new Map(sources.map(({ path, text }) => [path, text]))
  const originals = new Map<string, Promise<string | undefined>>()
  const found = new Set<string>()
  await Promise.all(
    mutants.map(async (mutant) => {
      const text = texts.get(mutant.path)
      if (text === undefined) return
      const original = originals.get(mutant.path) ?? minified(mutant.path, text)
      originals.set(mutant.path, original)
      const [before, after] = [text.slice(0, offsetOf(text, mutant.start)), text.slice(offsetOf(text, mutant.end))]
      // The replacement is one node: brackets keep it one, where an expression may stand.
      const own =
        (await minified(mutant.path, `${before}(${mutant.replacement})${after}`)) ??
        (await minified(mutant.path, `${before}${mutant.replacement}${after}`))
      if (own !== undefined && own === (await original)) found.add(mutant.id)
    }),
  )
  return found
}
