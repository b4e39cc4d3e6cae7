import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { init, parse } from 'es-module-lexer'
import { build, type Loader } from 'esbuild'

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const SHIM = fileURLToPath(new URL(`./shim.${EXTENSION}`, import.meta.url))
const SOURCE = /\.[cm]?[jt]sx?$/

export type BundleOptions = {
  readonly root: string
  /** Test files, by absolute path. */
  readonly tests: readonly string[]
  /** Instrumented text by absolute path, taken instead of what is on disk. */
  readonly code: ReadonlyMap<string, string>
  readonly outfile: string
  /** Bare names that stand for a file of the project: its own package name, usually. */
  readonly alias: Readonly<Record<string, string>>
  /** Tests that use `describe` and `it` without importing them. */
  readonly globals: boolean
}

/**
 * All tests and sources as one module that exports `load`: each call runs everything anew and gives the tests. Packages stay outside; nothing
 * is shaken out and purity comments do not count, or mutated code at the top of a module would be lost.
 */
export async function bundleSuite(options: BundleOptions): Promise<void> {
  mkdirSync(dirname(options.outfile), { recursive: true })
  const globals = options.globals
    ? `import * as vitestShim from 'vitest'\nObject.assign(globalThis, Object.fromEntries(['describe', 'it', 'test', 'expect', 'vi', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'].map((name) => [name, vitestShim[name]])))\n`
    : ''
  const entry = join(options.root, '__backlot_suite__.ts')
  const globalsFile = join(options.root, '__backlot_globals__.ts')
  const imports = options.tests.map((path) => `import ${JSON.stringify(path)}`).join('\n')
  const virtual = new Map([
    [
      entry,
      `${options.globals ? `import ${JSON.stringify(globalsFile)}\n` : ''}${imports}\nimport { tests } from 'vitest'\n${RESULT} = tests\n`,
    ],
    [globalsFile, globals],
  ])
  const { outputFiles } = await build({
    entryPoints: [entry],
    outfile: options.outfile,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    treeShaking: false,
    ignoreAnnotations: true,
    logLevel: 'silent',
    banner: {
      js: "import { createRequire as backlotRequire } from 'node:module'; const require = backlotRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'suite',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
            if (virtual.has(path)) return { path }
            // The shim's own Vitest is the project's; everybody else's is the shim.
            if (path === 'vitest')
              return importer === SHIM ? { path: vitestOf(options.root), external: true } : { path: SHIM }
            const own = options.alias[path]
            if (own !== undefined) return { path: own }
            const bare = !path.startsWith('.') && !path.startsWith('/') && kind !== 'entry-point'
            return bare ? { path, external: true } : undefined
          })
          onLoad({ filter: SOURCE }, async ({ path }) => {
            const given = virtual.get(path) ?? options.code.get(path)
            if (given === undefined && path.includes('/node_modules/')) return undefined
            const text = given ?? (await readFile(path, 'utf8'))
            return { contents: inPlace(text, path), loader: loaderOf(path), resolveDir: dirname(path) }
          })
        },
      },
    ],
  })
  writeFileSync(options.outfile, await asFunction(outputFiles[0]?.text ?? ''))
}

const RESULT = 'backlotTests'

/**
 * A module whose body can be run again and again. The engine keeps what it has learnt of a function; a module that is imported anew it
 * compiles anew, and never lets go of.
 */
async function asFunction(text: string): Promise<string> {
  await init
  const statements = parse(text)[0].filter(({ d }) => d === -1)
  let body = ''
  let at = 0
  for (const { ss, se } of statements) {
    body += text.slice(at, ss)
    at = se
  }
  const heads = statements.map(({ ss, se }) => text.slice(ss, se)).join('\n')
  return `${heads}\nexport async function load() {\nlet ${RESULT}\n${body}${text.slice(at)}\nreturn ${RESULT}\n}\n`
}

const loaderOf = (path: string): Loader => {
  const extension = extname(path).replace(/^\.[cm]/, '.')
  return extension === '.tsx' ? 'tsx' : extension === '.jsx' ? 'jsx' : extension === '.ts' ? 'ts' : 'js'
}

/** The project's own Vitest: its ES module, which `require` would not give. */
export const vitestOf = (root: string): string =>
  join(dirname(createRequire(join(root, 'package.json')).resolve('vitest/package.json')), 'dist', 'index.js')

/** A module keeps its own place when it moves into the bundle. */
function inPlace(text: string, path: string): string {
  const moved = text
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
  const names = [
    ['__dirname', dirname(path)],
    ['__filename', path],
  ] as const
  const used = names.filter(([name]) => text.includes(name) && !new RegExp(`(const|let|var)\\s+${name}\\b`).test(text))
  return used.map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`).join('') + moved
}
