import type { Json } from '../../twins/trace.ts'
import type { At } from './evidence.ts'

/** Where a field of the scenario comes from. */
export type Origin = 'observed' | 'derived' | 'synthesised' | 'redacted' | 'missing'

/** What is known of one field of a part: `at` is its path in there, such as `body.amount`. `why` never holds anything out of the evidence. */
export type Note = {
  readonly at: string
  readonly origin: Origin
  readonly from: readonly At[]
  readonly why?: string | undefined
}

export type Fields = { readonly [key: string]: Json | undefined }

/** One step or expectation as it will be written, with what is known of its fields. */
export type Part = { readonly value: Fields; readonly notes: readonly Note[] }

/** A fault of which the evidence leaves open what it was: one scenario for each reading. */
export const READINGS = ['answer-lost', 'request-lost'] as const
export type Reading = (typeof READINGS)[number]
export type FaultPart = Part & {
  readonly readings?: { readonly [K in Reading]: Fields } | undefined
  /** A webhook: its signature is made when it is known what is sent, and when. */
  readonly sign?: { readonly scheme: string; readonly secret: string; readonly atMs: number } | undefined
}

/** A scenario before it is redacted and written. Everything in it may still be a secret. */
export type Draft = {
  readonly clock: string
  readonly clockNote: Note
  readonly given: { readonly [twin: string]: Fields }
  readonly givenNotes: readonly Note[]
  readonly when: readonly FaultPart[]
  readonly then: readonly Part[]
}

/** Between the parts of a path while names in it may still hold dots, or secrets. */
export const SEPARATOR = '\u0001'

/** The leaves of a value, each with its path, its parts separated. */
export function* leavesOf(
  value: Json | undefined,
  path = '',
): Generator<readonly [string, string | number | boolean | null]> {
  if (value === undefined) return
  if (value === null || typeof value !== 'object') yield [path, value]
  else
    for (const [key, item] of Object.entries(value) as [string, Json | undefined][])
      yield* leavesOf(item, path === '' ? key : path + SEPARATOR + key)
}

/** The same note for each leaf of a value. */
export const notesOf = (value: Json | undefined, path: string, note: Omit<Note, 'at'>): readonly Note[] =>
  [...leavesOf(value, path)].map(([at]) => ({ at, ...note }))
