import { createRng } from '../../twins/rng.ts'

/**
 * `size` of `items`, drawn by `seed` from each stratum in proportion to its size, so that no file or family is left out by luck. The
 * order of `items` is kept. All of them when there are no more than that.
 */
export function sample<T>(items: readonly T[], size: number, stratum: (item: T) => string, seed: string): readonly T[] {
  if (items.length <= size) return items
  const strata = new Map<string, T[]>()
  for (const item of items) {
    const key = stratum(item)
    const group = strata.get(key)
    if (group === undefined) strata.set(key, [item])
    else group.push(item)
  }
  const quota = [...strata].map(([key, group]) => {
    const exact = (group.length / items.length) * size
    return { key, group, take: Math.floor(exact), rest: exact - Math.floor(exact) }
  })
  const left = size - quota.reduce((sum, { take }) => sum + take, 0)
  // The largest remainders get what is left; ties by name, or two machines would disagree.
  const byRest = [...quota].sort((a, b) => b.rest - a.rest || (a.key < b.key ? -1 : 1))
  const more = new Set(byRest.slice(0, left).map(({ key }) => key))
  const chosen = new Set<T>()
  for (const { key, group, take } of quota) {
    const rng = createRng(`${seed}/${key}`)
    const rest = [...group]
    for (let n = take + (more.has(key) ? 1 : 0); n > 0; n--) {
      const [one] = rest.splice(rng.int(0, rest.length - 1), 1)
      if (one !== undefined) chosen.add(one)
    }
  }
  return items.filter((item) => chosen.has(item))
}
