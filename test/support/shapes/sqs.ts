import * as sdk from '@aws-sdk/client-sqs'
import { TARGETS } from '../../../twins/sqs/operations.ts'
import type { Shapes } from '../shapes.ts'

/**
 * The schemas that the SDK itself reads answers by, generated from the service's model: `[kind, namespace, name, traits, ...]` with the
 * members of a structure and how many of them, the first ones, are required. A member with traits of its own is `[schema, traits]`.
 */
type Schema = number | string | readonly unknown[] | (() => Schema)
const OPERATION = 9
const STRUCTURE = 3
const LIST = 1
const MAP = 2
/** What a list or a map of something simple adds to its number. */
const LISTS = 64
const MAPS = 128

const SIMPLE: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'number',
  5: 'string',
  6: 'string',
  7: 'number',
  17: 'string',
  21: 'string',
}

const exported = sdk as unknown as Readonly<Record<string, Schema | undefined>>
const outputs: ReadonlyMap<string, Schema> = new Map(
  [...TARGETS].map(([target, [operation]]) => {
    const schema = exported[`${target}$`]
    if (!Array.isArray(schema) || schema[0] !== OPERATION)
      throw new Error(`shapes of sqs: expected the SDK to have a schema of ${target}, got none.`)
    return [operation, schema[5] as Schema]
  }),
)

/**
 * The model calls both lists of a batch's answer required; the service leaves an empty one out, and says that the model is wrong:
 * https://github.com/aws/aws-sdk/issues/657 and /536 (2026-11-26).
 */
const COMES_FILLED = /^(Successful|Failed): is missing$/

/** Holds answers against the schemas of @aws-sdk/client-sqs. */
export const shapes: Shapes = ({ operation, status, body }) => {
  if (status >= 400) {
    const { __type, message } = (body ?? {}) as Readonly<Record<string, unknown>>
    return typeof __type === 'string' && typeof message === 'string' ? [] : ['an error: has __type and message']
  }
  const output = outputs.get(operation)
  if (output === undefined) return ['the operation: is none of the SDK']
  const found = against(output, body, '')
  return operation.endsWith('_batch') ? found.filter((line) => !COMES_FILLED.test(line)) : found
}

function against(schema: Schema, value: unknown, at: string): readonly string[] {
  if (typeof schema === 'function') return against(schema(), value, at)
  if (typeof schema === 'string') return value === undefined || value === null ? [] : [`${at}: is nothing`]
  if (typeof schema === 'number') {
    if (schema >= MAPS) return inMap(schema - MAPS, value, at)
    if (schema >= LISTS) return inList(schema - LISTS, value, at)
    const wanted = SIMPLE[schema]
    return wanted === undefined || typeof value === wanted
      ? []
      : [`${at}: is a ${wanted}, not ${JSON.stringify(value)}`]
  }
  if (schema.length === 2) return against(schema[0] as Schema, value, at)
  switch (schema[0]) {
    case LIST:
      return inList(schema[4] as Schema, value, at)
    case MAP:
      return inMap(schema[5] as Schema, value, at)
    case STRUCTURE:
      return inStructure(schema, value, at)
    default:
      return against(schema[4] as Schema, value, at)
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function inStructure(schema: readonly unknown[], value: unknown, at: string): readonly string[] {
  const [, , name, , members, types, required = 0] = schema
  if (!isRecord(value)) return [`${at}: is a ${String(name)}`]
  const names = members as readonly string[]
  const dot = at === '' ? '' : `${at}.`
  const missing = names.slice(0, required as number).filter((member) => value[member] === undefined)
  return [
    ...missing.map((member) => `${dot}${member}: is missing`),
    ...Object.entries(value).flatMap(([member, inner]) => {
      const place = names.indexOf(member)
      if (place < 0) return [`${dot}${member}: is no member of ${String(name)}`]
      return against((types as readonly Schema[])[place] ?? 0, inner, `${dot}${member}`)
    }),
  ]
}

const inList = (schema: Schema, value: unknown, at: string): readonly string[] =>
  Array.isArray(value) ? value.flatMap((one) => against(schema, one, `${at}[]`)) : [`${at}: is a list`]

const inMap = (schema: Schema, value: unknown, at: string): readonly string[] =>
  isRecord(value) ? Object.values(value).flatMap((one) => against(schema, one, `${at}.*`)) : [`${at}: is a map`]
