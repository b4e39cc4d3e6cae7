import { z } from 'zod'

/** The rows of the scorecard, by the names their results go under. */
export const ITEMS = [
  'shadow-review',
  'soundness',
  'replay',
  'domain-faults',
  'unseen-faults',
  'mutation',
  'pseudo-tested',
  'criteria',
  'vacuity',
  'sealed-gap',
  'tamper',
  'ambiguity',
  'fidelity',
  'residual',
  'fitness',
  'cost',
  'incidents',
  'freshness',
] as const
export type Item = (typeof ITEMS)[number]

/** How often something went wrong, of how often it could have; `what` names the class, item or population. */
export type Count = { readonly what: string; readonly failures: number; readonly of: number }

/** What a producer leaves for the scorecard: counts, never a score of its own. */
export type Result = {
  readonly schema: 'backlot.readiness-result/v1'
  readonly item: Item
  /** When it was measured, ISO 8601. */
  readonly at: string
  /** Digest of the files that decide, as they were then. */
  readonly inputs: string
  readonly counts: readonly Count[]
  readonly figures: Readonly<Record<string, number>>
}

const shape: z.ZodType<Result> = z
  .strictObject({
    schema: z.literal('backlot.readiness-result/v1'),
    item: z.enum(ITEMS),
    at: z.iso.datetime(),
    inputs: z.string(),
    counts: z.array(z.strictObject({ what: z.string(), failures: z.int().min(0), of: z.int().min(0) })),
    figures: z.record(z.string(), z.number()),
  })
  .refine(({ counts }) => counts.every(({ failures, of }) => failures <= of), 'no more failures than tries')

/** Reads a result. Throws with the file and what was expected. */
export function parseResult(file: string, text: string): Result {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`${file}: expected a result as JSON, got ${error instanceof Error ? error.message : String(error)}`)
  }
  const read = shape.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Error(
    `${file}: expected a result (backlot.readiness-result/v1), got ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  )
}
