/** Holds Jira's answers against the schemas of its client, which are made from Atlassian's OpenAPI documents and from what sites answered. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { z } from 'zod'
import type { Shapes } from '../shapes.ts'
import { isBeyond } from './jira/exceptions.ts'

const require = createRequire(import.meta.url)
const DIST = join(dirname(require.resolve('jira.js/package.json')), 'dist')

type Schema = z.core.$ZodType
type Call = { readonly file: string; readonly name: string; readonly path: readonly string[] }

export const shapes: Shapes = ({ method, url, status, body }) => {
  const schema = status < 300 ? schemaOf(method, url.pathname) : errorsOf(url.pathname)
  return schema === undefined ? [] : differences(schema, body, '', 'the answer')
}

let calls: ReadonlyMap<string, readonly Call[]> | undefined
/** The functions of the client, by method and length of the path. */
function known(): ReadonlyMap<string, readonly Call[]> {
  calls ??= Map.groupBy(
    ['cloud', 'agile'].flatMap((product) => {
      const folder = join(DIST, product, 'api')
      return readdirSync(folder)
        .filter((file) => file.endsWith('.js'))
        .flatMap((file) => {
          const functions = readFileSync(join(folder, file), 'utf8').split(/^export async function /m)
          return functions.slice(1).flatMap((text) => {
            const [name = ''] = /^\w+/.exec(text) ?? []
            // Some take a detour by version 2 where they are given text.
            const [, path = '', method = ''] =
              [...text.matchAll(/url: ['`]([^'`]+)['`],\s*method: '(\w+)'/g)].at(-1) ?? []
            const parts = path.split('/').map((part) => (part.includes('$') ? '*' : part))
            return path === '' ? [] : [{ method, file: join(folder, file), name, path: parts }]
          })
        })
    }),
    ({ method, path }) => `${method} ${path.length}`,
  )
  return calls
}

const schemas = new Map<Call, Schema | undefined>()
/** What a call of the client expects: it is asked by a connection that shows what it is given. */
function schemaOf(method: string, pathname: string): Schema | undefined {
  const parts = pathname
    .replace(/^\/ex\/jira\/[^/]+/, '')
    .replace(/^\/rest\/api\/(2|latest)\//, '/rest/api/3/')
    .replace(/^\/rest\/agile(?=.*\/(issue|backlog)$)/, method === 'GET' ? '/rest/software' : '/rest/agile')
    .split('/')
  const fits = (known().get(`${method} ${parts.length}`) ?? []).filter(({ path }) =>
    path.every((part, at) => part === '*' || part === parts[at]),
  )
  const stars = ({ path }: Call): number => path.filter((part) => part === '*').length
  const [call] = fits.sort((a, b) => stars(a) - stars(b))
  if (call === undefined) return undefined
  if (!schemas.has(call)) schemas.set(call, expected(call))
  return schemas.get(call)
}

function expected({ file, name }: Call): Schema | undefined {
  let seen: Schema | undefined
  const connection = {
    sendRequest(config: { readonly schema?: Schema }): Promise<void> {
      seen = config.schema
      return Promise.resolve()
    },
  }
  const anything: object = new Proxy(
    {},
    { get: (_, field) => (field === 'fields' || field === 'body' ? {} : undefined) },
  )
  const api = require(file) as Readonly<Record<string, (client: object, parameters: object) => Promise<unknown>>>
  // Functions run up to the request at once.
  api[name]?.(connection, anything).catch(() => undefined)
  return seen
}

const errorsOf = (pathname: string): Schema | undefined =>
  pathname.startsWith('/rest/') ? (models().get('ErrorCollectionSchema') as Schema | undefined) : undefined

let named: ReadonlyMap<string, Schema> | undefined
let names: WeakMap<object, string> | undefined
function models(): ReadonlyMap<string, Schema> {
  if (named === undefined) {
    const all = ['agile', 'cloud'].flatMap((product) =>
      Object.entries(require(join(DIST, product, 'index.js')) as Readonly<Record<string, Schema>>),
    )
    named = new Map(all.filter(([name]) => name.endsWith('Schema')))
    names = new WeakMap([...named].map(([name, schema]) => [schema, name.replace(/Schema$/, '')]))
  }
  return named
}

/** Where `value` differs from `schema`, a line each; of several shapes that are allowed the nearest is told of. */
function differences(schema: Schema, value: unknown, at: string, of: string): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
      return value === undefined || (value === null && def.type === 'nullable')
        ? []
        : differences(def.innerType, value, at, of)
    case 'lazy':
      return differences(def.getter(), value, at, of)
    case 'union':
      return def.options
        .map((option: Schema) => differences(option, value, at, of))
        .reduce((best, one) => (one.length < best.length ? one : best))
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item) => differences(def.element, item, `${at}[]`, of))
        : say(at, 'is no list', of)
    case 'record':
      return isRow(value)
        ? Object.values(value).flatMap((item) => differences(def.valueType, item, `${at}.*`, of))
        : say(at, 'is no object', of)
    case 'object':
      return object(def.shape, value, at, nameOf(schema) ?? of)
    default:
      return plain(schema, value, at, of)
  }
}

const nameOf = (schema: Schema): string | undefined => {
  models()
  return names?.get(schema)
}
const isRow = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function object(shape: Readonly<Record<string, Schema>>, value: unknown, at: string, of: string): readonly string[] {
  if (!isRow(value)) return say(at, 'is no object', of)
  const wrong = Object.entries(shape).flatMap(([name, schema]) => {
    if (value[name] !== undefined) return differences(schema, value[name], `${at}.${name}`, of)
    return schema._zod.optin === 'optional' ? [] : say(`${at}.${name}`, 'is missing', of)
  })
  const beyond = Object.keys(value).filter((name) => shape[name] === undefined && !isBeyond(of, name))
  return [...wrong, ...beyond.flatMap((name) => say(`${at}.${name}`, 'is not of the vendor', of))]
}

/** Values that nothing is inside of. The client takes any word where a list of words is documented; here it has to be one of them. */
function plain(schema: Schema, value: unknown, at: string, of: string): readonly string[] {
  const check = schema as z.ZodType
  const { error } = check.safeParse(value)
  if (error !== undefined) return say(at, error.issues[0]?.message ?? 'is wrong', of)
  if (schema._zod.def.type !== 'custom') return []
  const words = [...(check.safeParse(0).error?.issues[0]?.message.matchAll(/'([^']*)'/g) ?? [])].map(([, word]) => word)
  return words.length === 0 || words.includes(String(value)) ? [] : say(at, `is ${JSON.stringify(value)}`, of)
}

const say = (at: string, what: string, of: string): readonly string[] => [`${at}: ${what} (${of})`]
