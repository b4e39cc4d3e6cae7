import module from 'node:module'
import { resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { whileLoading } from './chance.ts'
import { installDatabases } from './databases.ts'
import { original } from './originals.ts'
import type { Before } from './snapshot.ts'
import { compiledImport, javaScriptOf } from './typescript.ts'

const { registerHooks } = module
const require = module.createRequire(import.meta.url)

/** Which life of the program this is; its own ES modules carry it as a query, so that each life loads them anew. */
let life = 0
/** Set when a module asks whether it is the entry in a way only the first life can answer. */
let asksWhetherMain = false

const isOwn = (url: string): boolean => url.startsWith('file:') && !url.includes('/node_modules/')

const kept = new Map<string, { readonly format: 'module'; readonly source: string }>()
/** Where each import of the program's own modules led: its files stay as they are, so one life resolves for all. */
const resolved = new Map<string, string>()

/** A stack trace names the file without the life it was loaded for. */
const named = (url: string, source: string): string => `${source}\n//# sourceURL=${url}`

const isRequire = ({ conditions }: { readonly conditions?: readonly string[] }): boolean =>
  conditions?.includes('require') === true

const inThisLife = (url: string): string => (isOwn(url) ? `${url}?backlot=${life}` : url)

/** Where a file stands among its packages, wherever they are installed. */
const packageFile = (file: string): string => file.slice(file.indexOf('/node_modules/'))

const textOf = (source: string | ArrayBuffer | NodeJS.TypedArray | null | undefined): string | undefined =>
  source === undefined || source === null || typeof source === 'string'
    ? (source ?? undefined)
    : Buffer.from(source as Uint8Array).toString()

type Compile = (this: unknown, content: string, file: string, ...rest: unknown[]) => unknown

/** Where an ES module of a package tells that it begins and ends; nobody meets it by chance. */
const BEGIN = Symbol.for('backlot.package')
const TOUCHES = /\b(?:globalThis|global|process|self|window)\b/

/** An ES module that could touch the process, with its beginning and its end told. Its lines stay where they are. */
const telling = (source: string): string =>
  `const $backlot=globalThis[Symbol.for('backlot.package')]();${source}\n;$backlot()`

/** Watches how the program's modules are found; called once, before the program loads. */
export function watchModules(runtimeUrl: string, before: Before): void {
  Object.defineProperty(globalThis, BEGIN, { value: before.begin })
  const commonJs = module.prototype as unknown as { _compile: Compile }
  const compile = commonJs._compile
  commonJs._compile = function (content, file, ...rest) {
    const run = (): unknown => Reflect.apply(compile, this, [content, file, ...rest])
    return file.includes('/node_modules/') ? before.keep(() => whileLoading(packageFile(file), run)) : before.aside(run)
  }
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL } = context
      // A package's own imports are asked for once in a process; the program's in every life.
      const key =
        parentURL === undefined || !isOwn(parentURL) || isRequire(context)
          ? undefined
          : `${specifier}\0${parentURL.split('?')[0]}`
      const known = key === undefined || life === 0 ? undefined : resolved.get(key)
      if (known !== undefined) return { url: inThisLife(known), shortCircuit: true }
      let found: ReturnType<typeof next>
      try {
        found = next(specifier, context)
      } catch (error) {
        const compiled = compiledImport(specifier, parentURL)
        if (compiled === undefined) throw error
        found = next(isRequire(context) ? fileURLToPath(compiled) : compiled, context)
      }
      if (found.url === 'node:sqlite') installDatabases()
      if (isRequire(context) || found.url.startsWith(runtimeUrl)) return found
      const url = isOwn(found.url) ? (found.url.split('?')[0] ?? found.url) : found.url
      if (key !== undefined && Object.keys(context.importAttributes ?? {}).length === 0) resolved.set(key, url)
      return life === 0 || !isOwn(url) ? found : { ...found, url: inThisLife(url) }
    },
    load(url, context, next) {
      const own = isOwn(url) && !url.startsWith(runtimeUrl)
      const file = url.split('?')[0] ?? url
      const known = own ? kept.get(file) : undefined
      if (known !== undefined) return { ...known, shortCircuit: true }
      const loaded = next(url, context)
      if (!own && loaded.format === 'module' && url.startsWith('file:') && !url.startsWith(runtimeUrl)) {
        const text = textOf(loaded.source)
        return text !== undefined && TOUCHES.test(text) && !text.startsWith('#!')
          ? { ...loaded, source: telling(text) }
          : loaded
      }
      const source = own ? textOf(loaded.source) : undefined
      if (source !== undefined) {
        if (source.includes('import.meta.main')) asksWhetherMain = true
        if (loaded.format === 'module-typescript' || loaded.format === 'commonjs-typescript') {
          const { text, moved } = javaScriptOf(source)
          const format = loaded.format === 'module-typescript' ? 'module' : 'commonjs'
          // The same text as Node makes of it, kept: read once and rid of its types once, not in every life.
          if (format === 'module') kept.set(file, { format, source: named(file, text) })
          // What Node does not read is read here.
          if (moved) return { ...loaded, format, source: named(file, text) }
        } else if (loaded.format === 'module') kept.set(file, { format: 'module', source: named(file, source) })
      }
      return loaded
    },
  })
}

/** Why the program cannot be loaded again in this process; undefined when it can. */
export const whyNotAgain = (): string | undefined =>
  asksWhetherMain ? 'the program asks import.meta.main, which is true in a first life only' : undefined

/** Modules of the program that Node loads before its entry: `NODE_OPTIONS=--import ./telemetry.js`. What `--require` names was there before the runtime, and stays. */
const preloads: readonly string[] = [
  ...(process.env.NODE_OPTIONS ?? '').matchAll(/(?:^|\s)--import[=\s]+"?(\.{1,2}\/[^\s"]+|\/[^\s"]+)/g),
]
  .map(([, file = '']) => resolvePath(file))
  .filter((file) => !file.includes('/node_modules/'))

/** Loads the program's own modules again, packages stay; the entry is main again. */
export function loadAgain(): void {
  life += 1
  const entry = process.argv[1]
  if (entry === undefined) throw new Error('expected the program in process.argv[1], got nothing')
  const cache = require.cache
  const commonJs = new Set(Object.keys(cache).filter((file) => !file.includes('/node_modules/')))
  for (const file of commonJs) delete cache[file]
  const load = (module as unknown as { _load(file: string, parent: null, isMain: boolean): unknown })._load
  const loadOne = (file: string): Promise<unknown> | undefined => {
    if (!commonJs.has(file)) return import(`${pathToFileURL(file).href}?backlot=${life}`)
    load(file, null, file === entry)
    return undefined
  }
  const first = preloads.filter((file) => file !== entry)
  const loaded = first.length === 0 ? loadOne(entry) : inOrder([...first, entry], loadOne)
  loaded?.catch((error: unknown) => {
    original.setImmediate(() => {
      throw error
    })
  })
}

async function inOrder(files: readonly string[], load: (file: string) => Promise<unknown> | undefined): Promise<void> {
  for (const file of files) await load(file)
}
