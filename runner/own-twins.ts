import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { suggest } from '../scenarios/parse/nearest.ts'
import { NotARecording, readHar } from '../twins/har.ts'
import type { TwinDefinition } from '../twins/twin.ts'
import { TWIN_NAMES, twinByName } from './twins-by-name.ts'

/** A twin that cannot be had; the message says what was expected. */
export class NoTwin extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NoTwin'
  }
}

/** Whether a twin is named by the file it is in: a module, an OpenAPI document, a recording. */
export const isOwnTwin = (spec: string): boolean => /\.([cm]?[jt]s|ya?ml|json|har)$/.test(spec)

/** A twin by its name, or from a file of the user's own: `stripe`, `./twins/shelf.ts`, `shelf.openapi.yaml`, `shelf.har`. Throws `NoTwin`. */
export async function loadTwin(spec: string, folder = '.'): Promise<TwinDefinition<unknown>> {
  const known = await twinByName(spec)
  if (known !== undefined) return known
  if (!isOwnTwin(spec)) {
    const nearest = suggest(spec, TWIN_NAMES)
    throw new NoTwin(
      `unknown twin "${spec}".${nearest === '' ? ` Expected ${TWIN_NAMES.join(', ')}, or a file.` : nearest}`,
    )
  }
  const file = resolve(folder, spec)
  if (!existsSync(file)) throw new NoTwin(`expected a twin in ${spec}, which does not exist.`)
  try {
    // Loaded late: most projects have neither.
    if (spec.endsWith('.har')) {
      const { recordingTwin } = await import('../twins/recording/index.ts')
      return asAny(recordingTwin({ name: nameOf(spec), recordings: [readHar(file)] }))
    }
    if (/\.(ya?ml|json)$/.test(spec)) {
      const { openapiTwin } = await import('../twins/openapi/index.ts')
      return asAny(openapiTwin({ name: nameOf(spec), document: parse(readFileSync(file, 'utf8')) }))
    }
  } catch (error) {
    if (error instanceof NotARecording) throw new NoTwin(error.message)
    throw new NoTwin(`${spec}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return exported(spec, await import(pathToFileURL(file).href))
}

// A seed's type is the definition's own affair: it is parsed by its schema wherever it enters.
const asAny = <Seed>(definition: TwinDefinition<Seed>): TwinDefinition<unknown> =>
  definition as unknown as TwinDefinition<unknown>

/** `twins/pet-shop.openapi.yaml` is `pet-shop`. */
const nameOf = (spec: string): string => basename(spec).split('.')[0] ?? spec

function exported(spec: string, module: Readonly<Record<string, unknown>>): TwinDefinition<unknown> {
  const isTwin = (value: unknown): value is TwinDefinition<unknown> =>
    typeof value === 'object' && value !== null && 'create' in value && 'origins' in value && 'seed' in value
  const found = [...new Set(Object.values(module).filter(isTwin))]
  const [twin] = found
  if (twin === undefined || found.length > 1)
    throw new NoTwin(
      `${spec}: expected one export that is a TwinDefinition, got ${found.length}. See docs/guides/your-own-twin.md.`,
    )
  return twin
}

/** What a twin is, for caches: its name, or all that stands in the folder of its file. */
export function twinKey(spec: string, folder: string): string {
  if (!isOwnTwin(spec)) return spec
  const around = dirname(resolve(folder, spec))
  const hash = createHash('sha256')
  for (const file of globSync('**/*.{ts,mts,js,mjs,cjs,json,yaml,yml,har}', { cwd: around }).sort())
    hash.update(`${file}\0`).update(readFileSync(join(around, file)))
  return `${spec}@${hash.digest('hex')}`
}
