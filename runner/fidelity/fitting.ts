import type { z } from 'zod'
import type { Json } from '../../twins/trace.ts'

/** Part of a derived seed that the twin's schema refused, and why. */
type Skipped = { readonly at: string; readonly why: string }

/** More than so many rows that do not fit are a bug of the profile, not of a recording. */
const MOST = 100

/**
 * A seed as far as it fits its schema. What a recording tells may be odd: the row that is refused is left out, the nearest item of a
 * list around it or else the field itself, and told of. Throws when nothing fits.
 */
export function fitting<Seed>(
  schema: z.ZodType<Seed>,
  given: Json,
): { readonly seed: Seed; readonly skipped: readonly Skipped[] } {
  const skipped: Skipped[] = []
  let rest: unknown = structuredClone(given)
  for (;;) {
    const parsed = schema.safeParse(rest)
    if (parsed.success) return { seed: parsed.data, skipped }
    const [issue] = parsed.error.issues
    const path = issue?.path ?? []
    const row = path.findLastIndex((part) => typeof part === 'number')
    const at = path.slice(0, row < 0 ? path.length : row + 1)
    if (at.length === 0 || skipped.length >= MOST) throw parsed.error
    skipped.push({ at: path.join('.'), why: issue?.message ?? '' })
    rest = without(rest, at)
  }
}

/** A value without what stands at a path: lists close up. */
function without(value: unknown, [head, ...more]: readonly PropertyKey[]): unknown {
  if (Array.isArray(value)) {
    const at = Number(head)
    return more.length === 0 ? value.toSpliced(at, 1) : value.with(at, without(value[at], more))
  }
  if (typeof value !== 'object' || value === null || head === undefined) return value
  const entries = Object.entries(value)
  return Object.fromEntries(
    more.length === 0
      ? entries.filter(([name]) => name !== head)
      : entries.map(([name, one]) => [name, name === head ? without(one, more) : one]),
  )
}
