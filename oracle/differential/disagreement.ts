import type { Json } from '../../twins/trace.ts'
import type { Behaviour, Observation } from './behaviour.ts'

/** Where two behaviours part first. `what` names the place without values, so that equal questions have equal names. */
export type Difference = {
  readonly what: string
  readonly step: string
  readonly left: Json | undefined
  readonly right: Json | undefined
}

/** The first place where two behaviours differ, answers before calls: people ask about what they see. */
export function firstDifference(left: Behaviour, right: Behaviour): Difference | undefined {
  if (left.hash === right.hash) return undefined
  const all = differences(left, right)
  return all.find(({ what }) => / answer/.test(what)) ?? all[0]
}

function differences(left: Behaviour, right: Behaviour): readonly Difference[] {
  const name = ({ step, what }: Observation): string => `${step} ${what}`
  const theirs = new Map(right.observations.map((one) => [name(one), one]))
  const mine = new Map(left.observations.map((one) => [name(one), one]))
  const changed = left.observations.flatMap((one): readonly Difference[] => {
    const other = theirs.get(name(one))
    if (other === undefined) return [{ what: one.what, step: one.step, left: one.value, right: undefined }]
    const at = firstPath(one.value, other.value)
    return at === undefined
      ? []
      : [{ what: [one.what, ...at.path].join('.'), step: one.step, left: at.left, right: at.right }]
  })
  const added = right.observations
    .filter((one) => !mine.has(name(one)))
    .map((one): Difference => ({ what: one.what, step: one.step, left: undefined, right: one.value }))
  return [...changed, ...added]
}

function firstPath(
  left: Json | undefined,
  right: Json | undefined,
): { readonly path: readonly string[]; readonly left: Json | undefined; readonly right: Json | undefined } | undefined {
  if (JSON.stringify(left) === JSON.stringify(right)) return undefined
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object')
    return { path: [], left, right }
  if (Array.isArray(left) !== Array.isArray(right)) return { path: [], left, right }
  const [mine, theirs] = [left as Readonly<Record<string, Json>>, right as Readonly<Record<string, Json>>]
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const inner = firstPath(mine[key], theirs[key])
    if (inner !== undefined) return { ...inner, path: [Array.isArray(left) ? '*' : key, ...inner.path] }
  }
  // Only the order of keys differs, which nobody sees.
  return undefined
}

/** Builds that behave alike, by their places in the list; the larger groups first. */
export function clustersOf(behaviours: readonly Behaviour[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>()
  for (const [at, { hash }] of behaviours.entries()) groups.set(hash, [...(groups.get(hash) ?? []), at])
  return [...groups.values()].sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0))
}
