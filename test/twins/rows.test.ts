import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OwnRows, Rows } from '../../twins/rows.ts'

type Row = { readonly id: string; value: number }
const rowsOf = (ids: readonly string[]): readonly Row[] => ids.map((id, value) => ({ id, value }))
const filled = (ids: readonly string[]): Rows<string, Row> => {
  const rows = new Rows<string, Row>(({ id }) => id)
  rows.fill(rowsOf(ids))
  return rows
}

/** What one can do to a map, as a change and as a look. */
const ACTS: Readonly<Record<string, (map: Map<string, Row>, id: string) => unknown>> = {
  get: (map, id) => map.get(id),
  has: (map, id) => map.has(id),
  set: (map, id) => void map.set(id, { id, value: -1 }),
  delete: (map, id) => map.delete(id),
  clear: (map) => map.clear(),
  size: (map) => map.size,
  keys: (map) => [...map.keys()],
  values: (map) => [...map.values()],
  entries: (map) => [...map.entries()],
  iterate: (map) => [...map],
  forEach: (map) => {
    const seen: unknown[] = []
    map.forEach((row, key) => void seen.push([row, key]))
    return seen
  },
}

test('whatever is done to filled rows, they answer as a Map does', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd')
  const act = fc.tuple(fc.constantFrom(...Object.keys(ACTS)), id)
  fc.assert(
    fc.property(fc.uniqueArray(id), fc.array(act, { maxLength: 12 }), (ids, acts) => {
      const rows = filled(ids)
      const map = new Map(rowsOf(ids).map((row) => [row.id, row]))
      for (const [name, on] of acts) {
        expect(ACTS[name]?.(rows, on), name).toEqual(ACTS[name]?.(map, on))
        expect(rows.list()).toEqual([...map.values()])
      }
    }),
    { seed: 5, numRuns: 300 },
  )
})

test('of two rows with one key the later stands', () => {
  const rows = new Rows<string, Row>(({ id }) => id)
  rows.fill([
    { id: 'a', value: 1 },
    { id: 'b', value: 2 },
    { id: 'a', value: 3 },
  ])
  expect(rows.get('a')?.value).toBe(3)
  expect(rows.list().map(({ id }) => id)).toEqual(['a', 'b'])
})

test('a list that rows were filled with, and one they gave, stay as they are', () => {
  const given = [...rowsOf(['a', 'b'])]
  const rows = new Rows<string, Row>(({ id }) => id)
  rows.fill(given)
  const before = rows.list()
  given.pop()
  rows.put({ id: 'c', value: 7 })
  rows.delete('a')
  expect(before.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(rows.list().map(({ id }) => id)).toEqual(['b', 'c'])
})

test('rows that are to be changed are copied before anybody sees them', () => {
  const given = [...rowsOf(['a', 'b'])]
  const looks: readonly ((rows: Rows<string, Row>) => Row | undefined)[] = [
    (rows) => rows.get('a'),
    (rows) => rows.list()[0],
    (rows) => [...rows.values()][0],
    (rows) => [...rows][0]?.[1],
  ]
  for (const look of looks) {
    const rows = new Rows<string, Row>(
      ({ id }) => id,
      (row) => ({ ...row }),
    )
    rows.fill(given)
    expect(rows.untouched()).toEqual(given)
    const seen = look(rows)
    if (seen !== undefined) seen.value = 99
    expect([seen?.value, rows.get('a')?.value, rows.list()[0]?.value, given[0]?.value]).toEqual([99, 99, 99, 0])
    expect(rows.untouched()).toBe(undefined)
  }
})

const own = (): OwnRows<Row> => new OwnRows<Row>(({ id }) => id)

test('two that were filled from one snapshot change their rows apart from each other, and from it', () => {
  const first = own()
  for (const row of rowsOf(['a', 'b', 'c'])) first.add(row)
  const snapshot = first.snapshot()
  const [one, other] = [own(), own()]
  one.fill(snapshot)
  other.fill(snapshot)
  const touched = one.get('a')
  if (touched !== undefined) touched.value = 99
  for (const row of other.all()) row.value = 50
  const kept = first.get('b')
  if (kept !== undefined) kept.value = 77
  expect(one.get('a')).toBe(touched)
  const values = (rows: readonly Row[]): readonly number[] => rows.map(({ value }) => value)
  expect(values(snapshot)).toEqual([0, 1, 2])
  expect(values(one.snapshot())).toEqual([99, 1, 2])
  expect(values(other.snapshot())).toEqual([50, 50, 50])
  expect(values(first.snapshot())).toEqual([0, 77, 2])
})

test('a row that is held while a snapshot is taken does not change it later', () => {
  const rows = own()
  const held = rows.add({ id: 'a', value: 1 })
  const snapshot = rows.snapshot()
  held.value = 2
  expect([snapshot[0]?.value, rows.get('a')?.value]).toEqual([1, 2])
  rows.remove('a')
  rows.remove('nobody')
  expect(rows.all()).toEqual([])
})

test('a fault that shares rows with a snapshot would be seen', () => {
  const snapshot = [{ id: 'a', value: 1 }]
  const rows = new Rows<string, Row>(({ id }) => id)
  rows.fill(snapshot)
  const row = rows.get('a')
  if (row !== undefined) row.value = 2
  // What OwnRows is there for: plain rows are to be replaced, not changed.
  expect(snapshot[0]?.value).toBe(2)
})
