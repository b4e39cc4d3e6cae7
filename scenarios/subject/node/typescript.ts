import { existsSync, readFileSync, statSync } from 'node:fs'
import module from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const { stripTypeScriptTypes } = module

/** The program's TypeScript without its types. Where syntax is more than types (enums, parameter properties), lines may move. */
export function javaScriptOf(source: string): { readonly text: string; readonly moved: boolean } {
  try {
    return { text: stripTypeScriptTypes(source), moved: false }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')) throw error
    return { text: stripTypeScriptTypes(source, { mode: 'transform' }), moved: true }
  }
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()
/** The file that a compiler takes for `path`: `x.js` is made of `x.ts`, `x` is `x.ts` or `x/index.ts`. */
const fileOf = (path: string): string | undefined =>
  [path, path.replace(/\.([cm]?)js$/, '.$1ts'), `${path}.ts`, `${path}.mts`, `${path}.js`, join(path, 'index.ts')].find(
    isFile,
  )

/** Where a TypeScript file's import leads that Node finds nothing at, as compilers and loaders read it; undefined when nowhere. */
export function compiledImport(specifier: string, parentUrl: string | undefined): string | undefined {
  if (parentUrl === undefined || !parentUrl.startsWith('file:')) return undefined
  const parent = fileURLToPath(parentUrl.split('?')[0] ?? parentUrl)
  if (!/\.[cm]?ts$/.test(parent) || parent.includes('/node_modules/')) return undefined
  const found = /^\.{1,2}(\/|$)/.test(specifier)
    ? fileOf(resolve(dirname(parent), specifier))
    : pathsAt(dirname(parent))
        .flatMap((to) => to(specifier))
        .map(fileOf)
        .find((file) => file !== undefined)
  return found === undefined ? undefined : pathToFileURL(found).href
}

type PathRule = (specifier: string) => readonly string[]
const rulesIn = new Map<string, readonly PathRule[]>()

/** `paths` and `baseUrl` of the nearest tsconfig.json. */
function pathsAt(folder: string): readonly PathRule[] {
  const known = rulesIn.get(folder)
  if (known !== undefined) return known
  const config = join(folder, 'tsconfig.json')
  const rules = isFile(config) ? readRules(config) : dirname(folder) === folder ? [] : pathsAt(dirname(folder))
  rulesIn.set(folder, rules)
  return rules
}

type Config = { extends?: unknown; compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> } }

function readRules(file: string): readonly PathRule[] {
  const { extends: base, compilerOptions = {} } = readConfig(file)
  const { baseUrl, paths } = compilerOptions
  if (paths === undefined && baseUrl === undefined) {
    const parent = typeof base === 'string' && base.startsWith('.') ? resolve(dirname(file), base) : undefined
    const inherited = [parent, `${parent}.json`].find((path) => path !== undefined && isFile(path))
    return inherited === undefined ? [] : readRules(inherited)
  }
  const root = resolve(dirname(file), baseUrl ?? '.')
  const rules = Object.entries(paths ?? {}).map(([pattern, targets]): PathRule => {
    const [before = '', after] = pattern.split('*')
    return (specifier) => {
      const fits =
        after === undefined ? specifier === pattern : specifier.startsWith(before) && specifier.endsWith(after)
      const star = after === undefined ? '' : specifier.slice(before.length, specifier.length - after.length)
      return fits ? targets.map((target) => resolve(root, target.replace('*', star))) : []
    }
  })
  return baseUrl === undefined ? rules : [...rules, (specifier) => [resolve(root, specifier)]]
}

/** A tsconfig.json may hold comments and commas at the end. One that cannot be read says nothing. */
function readConfig(file: string): Config {
  const text = readFileSync(file, 'utf8').replaceAll(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
  try {
    return JSON.parse(text.replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1')) as Config
  } catch {
    return {}
  }
}
