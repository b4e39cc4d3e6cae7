/** A share with its Wilson score interval, two-sided 95 %. */
export type Share = {
  readonly of: number
  readonly hits: number
  readonly share: number
  readonly low: number
  readonly high: number
}

const Z = 1.959964

/** How sure a share is. Of nothing at all nothing is known: 0 to 1. */
export function wilson(hits: number, of: number): Share {
  if (of === 0) return { of, hits, share: 0, low: 0, high: 1 }
  const share = hits / of
  const scale = 1 + (Z * Z) / of
  const centre = (share + (Z * Z) / (2 * of)) / scale
  const half = (Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of))) / scale
  return { of, hits, share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
