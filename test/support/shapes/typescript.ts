/**
 * The types of a vendor's SDK as the description that answers are held against: deviations told by line, types read by TypeScript's own
 * compiler, once for each version of the package.
 *
 *     const stripe = await describedBy({ package: 'stripe', source: `
 *       import type { Stripe } from 'stripe'
 *       export type Customer = Stripe.Customer
 *       export type Customers = Stripe.ApiList<Stripe.Customer>`, as: { Decimal: 'string' } })
 *     stripe.deviations('Customer', body)   // ['email: expected string or null, got 1', 'name: is missing', 'nick: is unknown']
 *
 * The interpreter is our own and not ajv: of a field like `string | Customer | DeletedCustomer` it says what the branch that was meant
 * lacks, where `anyOf` says that all three did not match, and it needs no compiling of thousands of schemas in every worker.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What can be said of a JSON value; other shapes by their place in the table. */
export type Shape =
  | { readonly kind: 'any' | 'string' | 'number' | 'boolean' | 'null' | 'object' | 'absent' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'union'; readonly of: readonly number[] }
  | { readonly kind: 'array'; readonly of: number }
  | { readonly kind: 'tuple'; readonly of: readonly number[] }
  | {
      readonly kind: 'record'
      readonly fields: Readonly<Record<string, { readonly of: number; readonly optional: boolean }>>
      /** What fields without a name of their own hold, where there may be some. */
      readonly rest?: number
    }

/** All shapes of a source, and which of them its exports are. */
export type Shapes = { readonly table: readonly Shape[]; readonly exports: Readonly<Record<string, number>> }

/** What is read: a module that exports the types wanted. */
export type Source = {
  /** The package on npm whose version says when to read again. */
  readonly package: string
  readonly source: string
  /** Types that are something else on the wire, by name: `{ Decimal: 'string' }`. A `Date` is a string anyway. */
  /** Whether `'a' | 'b' | (string & {})` is one of those named: for who states what there is, not what may come. */
  readonly closed?: boolean
  readonly as?: Readonly<Record<string, 'string' | 'number' | 'any'>>
}

export type Description = {
  /** Where `value` differs from the exported type, a line each: `items[0].owner: is missing`. */
  deviations(type: string, value: unknown): readonly string[]
  readonly types: readonly string[]
}

const ROOT = join(import.meta.dirname, '../../..')
const CACHE = join(ROOT, 'node_modules/.cache/backlot-shapes')

/** The types that `source` exports, from the disk where they were read before. */
export async function describedBy(source: Source): Promise<Description> {
  const { table, exports } = await kept(source)
  return {
    types: Object.keys(exports),
    deviations(type, value) {
      const at = exports[type]
      if (at === undefined) throw new Error(`deviations: expected one of ${Object.keys(exports)}, got ${type}.`)
      return [...new Set(differences(table, at, value, ''))]
    },
  }
}

async function kept(source: Source): Promise<Shapes> {
  const version = (
    JSON.parse(readFileSync(join(ROOT, 'node_modules', source.package, 'package.json'), 'utf8')) as { version: string }
  ).version
  const reader = readFileSync(join(import.meta.dirname, 'declarations.ts'), 'utf8')
  const key = createHash('sha256')
    .update(JSON.stringify([source, reader]))
    .digest('hex')
    .slice(0, 16)
  const file = join(CACHE, `${source.package.replaceAll('/', '-')}@${version}-${key}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Shapes
  const { readShapes } = await import('./declarations.ts') // The compiler is large, and seldom needed.
  const shapes = readShapes(ROOT, source)
  mkdirSync(CACHE, { recursive: true })
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, JSON.stringify(shapes))
  renameSync(draft, file) // Whole or not there: other workers read it.
  return shapes
}

function differences(table: readonly Shape[], at: number, value: unknown, path: string): readonly string[] {
  const shape = table[at] as Shape
  const wrong = (): readonly string[] => [`${place(path)}: expected ${named(table, at)}, got ${shown(value)}`]
  switch (shape.kind) {
    case 'any':
      return []
    case 'absent':
      return [`${place(path)}: is unknown`]
    case 'null':
      return value === null ? [] : wrong()
    case 'object':
      return isRecord(value) || Array.isArray(value) ? [] : wrong()
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === shape.kind ? [] : wrong()
    case 'literal':
      return value === shape.value ? [] : wrong()
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => differences(table, shape.of, item, `${path}[${index}]`))
        : wrong()
    case 'tuple':
      return Array.isArray(value) && value.length === shape.of.length
        ? value.flatMap((item, index) => differences(table, shape.of[index] as number, item, `${path}[${index}]`))
        : wrong()
    case 'record':
      return isRecord(value) ? ofRecord(table, shape, value, path) : wrong()
    case 'union':
      return ofUnion(table, shape.of, value, path) ?? wrong()
    default:
      return shape satisfies never
  }
}

function ofRecord(
  table: readonly Shape[],
  { fields, rest }: Shape & { kind: 'record' },
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] {
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const missing = Object.entries(fields).filter(([name, { optional }]) => !optional && value[name] === undefined)
  return [
    ...missing.map(([name]) => `${inside(name)}: is missing`),
    ...Object.entries(value).flatMap(([name, held]) => {
      if (held === undefined) return []
      const of = Object.hasOwn(fields, name) ? fields[name]?.of : rest
      return of === undefined ? [`${inside(name)}: is unknown`] : differences(table, of, held, inside(name))
    }),
  ]
}

/** The lines of the branch that was meant: of the same kind, with the most literals in common, with the fewest lines. */
function ofUnion(
  table: readonly Shape[],
  of: readonly number[],
  value: unknown,
  path: string,
): readonly string[] | undefined {
  const alike = of.filter((branch) => isAlike(table[branch] as Shape, value))
  if (alike.length === 0) return undefined
  const common = alike.map((branch) => inCommon(table, branch, value))
  const most = Math.max(...common)
  const tried = alike
    .filter((_, index) => common[index] === most)
    .map((branch) => differences(table, branch, value, path))
  return tried.reduce((least, lines) => (lines.length < least.length ? lines : least))
}

function isAlike(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'any':
      return true
    case 'absent':
      return false
    case 'literal':
      return value === shape.value
    case 'null':
      return value === null
    case 'array':
    case 'tuple':
      return Array.isArray(value)
    case 'record':
      return isRecord(value)
    case 'object':
      return isRecord(value) || Array.isArray(value)
    case 'union':
      return true
    default:
      return typeof value === shape.kind
  }
}

/** How many literal fields agree, less those that do not. */
function inCommon(table: readonly Shape[], at: number, value: unknown): number {
  const shape = table[at] as Shape
  if (shape.kind !== 'record' || !isRecord(value)) return 0
  let common = 0
  for (const [name, { of }] of Object.entries(shape.fields)) {
    const field = table[of] as Shape
    if (field.kind === 'literal' && value[name] !== undefined) common += value[name] === field.value ? 1 : -1
  }
  return common
}

function named(table: readonly Shape[], at: number): string {
  const shape = table[at] as Shape
  switch (shape.kind) {
    case 'literal':
      return JSON.stringify(shape.value)
    case 'union': {
      const names = [...new Set(shape.of.map((branch) => named(table, branch)))].sort(nullLast)
      return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
    }
    case 'record':
      return 'object'
    case 'tuple':
      return `array of ${shape.of.length}`
    default:
      return shape.kind
  }
}

const nullLast = (a: string, b: string): number => Number(a === 'null') - Number(b === 'null')
const place = (path: string): string => (path === '' ? 'the value' : path)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const shown = (value: unknown): string =>
  isRecord(value) ? 'object' : Array.isArray(value) ? 'array' : JSON.stringify(value)
