import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Schema, Schemas } from '../differences.ts'

type Content = { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
type Operation = {
  readonly parameters?: readonly { readonly name?: string; readonly 'x-multi-segment'?: boolean }[]
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>
  readonly requestBody?: Content
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>
type Document = {
  readonly paths: Paths
  readonly 'x-webhooks': Paths
  readonly components: { readonly schemas: Schemas; readonly responses: Readonly<Record<string, Content>> }
}

/** What tests need of GitHub's document: an answer's shape by route and status, a payload's by event and action. */
export type Described = {
  readonly schemas: Schemas
  /** `GET /repos/{owner}/{repo}/contents/{path*}`: a star where a parameter may hold slashes. Null where there is no body. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Schema | null>>>>
  readonly payloads: Readonly<Record<string, Schema | null>>
}

const require = createRequire(import.meta.url)
const PROSE: ReadonlySet<string> = new Set([
  ...['description', 'example', 'examples', 'title', 'default', 'externalDocs', 'readOnly', 'deprecated'],
])
/** What the document does not mark as of several parts, and is. */
const LONG = /\/git\/(ref|refs|matching-refs)\/\{ref\}$/
/** Changes with what is kept of the document. */
const REVISION = 2

/** The document is 13 MB, of which a sixth is needed: that is kept between runs. */
export function readDocument(): Described {
  const source = require.resolve('@octokit/openapi')
  const { version } = JSON.parse(readFileSync(join(source, '../package.json'), 'utf8')) as { version: string }
  const folder = join(import.meta.dirname, '../../../../node_modules/.cache/backlot-shapes')
  const kept = join(folder, `github-${version}-${REVISION}.json`)
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Described
  const made = reduced(JSON.parse(readFileSync(join(source, '../generated/api.github.com.json'), 'utf8')) as Document)
  mkdirSync(folder, { recursive: true })
  const own = `${kept}.${process.pid}`
  writeFileSync(own, JSON.stringify(made))
  renameSync(own, kept)
  return made
}

function reduced({ paths, components, 'x-webhooks': webhooks }: Document): Described {
  const answers = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const statuses = Object.entries(operation.responses).map(([status, answer]) => {
        const name = answer.$ref?.slice(answer.$ref.lastIndexOf('/') + 1)
        return [status, schemaOf(name === undefined ? answer : components.responses[name])]
      })
      return [`${method.toUpperCase()} ${starred(path, operation)}`, Object.fromEntries(statuses)]
    }),
  )
  const payloads = Object.entries(webhooks).map(([name, { post }]) => {
    // The form is described too, which holds the JSON as a text.
    const json = post?.requestBody?.content?.['application/json']
    return [name, schemaOf({ content: { json: json ?? {} } })]
  })
  return {
    schemas: bare(components.schemas, true),
    answers: Object.fromEntries(answers),
    payloads: Object.fromEntries(payloads),
  }
}

function starred(path: string, { parameters = [] }: Operation): string {
  const long = new Set(parameters.filter((one) => one['x-multi-segment'] === true).map(({ name }) => name))
  return path.replaceAll(/\{(\w+)\}/g, (whole: string, name: string) =>
    long.has(name) || (name === 'ref' && LONG.test(path)) ? `{${name}*}` : whole,
  )
}

/** A body is of any of the types that it may have. */
function schemaOf(answer: Content | undefined): Schema | null {
  const all = Object.values(answer?.content ?? {}).flatMap(({ schema }) => (schema === undefined ? [] : [bare(schema)]))
  return all.length < 2 ? (all[0] ?? null) : { anyOf: all }
}

/** Without the prose, which may also be the name of a field. */
function bare<T>(part: T, named = false): T {
  if (Array.isArray(part)) return part.map((one) => bare(one)) as T
  if (typeof part !== 'object' || part === null) return part
  const kept = Object.entries(part).filter(([name]) => named || !PROSE.has(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, bare(value, !named && name === 'properties')])) as T
}
