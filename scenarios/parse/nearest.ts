import { closest, distance } from 'fastest-levenshtein'

/** The known name that `name` was probably meant to be; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const found = closest(
    name.toLowerCase(),
    known.map((item) => item.toLowerCase()),
  )
  const original = known.find((item) => item.toLowerCase() === found)
  return original !== undefined && distance(name.toLowerCase(), found) <= Math.max(2, Math.floor(name.length / 3))
    ? original
    : undefined
}

/** ` Did you mean "x"?`, or what there is to choose from when nothing is near and the choice is small. */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near !== undefined) return ` Did you mean "${near}"?`
  return known.length > 0 && known.length <= 14 ? ` Expected one of ${known.join(', ')}.` : ''
}
