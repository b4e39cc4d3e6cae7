import type { Item, Result } from './result.ts'
import { type Level, ROWS, type Row, type Standing } from './rows.ts'

/** A row of the card as it stands. */
export type CardRow = {
  readonly item: Item
  readonly title: string
  /** The level this row allows: 3 is where everybody starts. */
  readonly level: 3 | Level
  readonly bound: string
  readonly of: number
  /** When it was measured; undefined when never. Out of date: the files that decide have changed since, so it does not count. */
  readonly at: string | undefined
  readonly fresh: boolean
  /** What keeps it from the next level; undefined at level 5. */
  readonly blocks: (Standing & { readonly status: 'failed' | 'not-shown' }) | undefined
  readonly next: string
  readonly effort: string
}
export type Card = { readonly level: 3 | Level; readonly lowest: readonly Item[]; readonly rows: readonly CardRow[] }

const WEEK_MS = 7 * 86_400_000

/** The scorecard out of stored results. `inputs` is the digest of the files that decide now, `nowMs` the time it is drawn up. */
export function cardOf(
  results: ReadonlyMap<Item, Result>,
  now: { readonly inputs: string; readonly nowMs: number },
): Card {
  const isFresh = ({ inputs, at }: Result): boolean => inputs === now.inputs && now.nowMs - Date.parse(at) <= WEEK_MS
  const measured = [...results.values()].filter(({ item }) => item !== 'freshness')
  const stale = measured.filter((result) => !isFresh(result))
  const freshness: Result = {
    schema: 'backlot.readiness-result/v1',
    item: 'freshness',
    at: new Date(now.nowMs).toISOString(),
    inputs: now.inputs,
    counts: [{ what: 'rows', failures: stale.length, of: measured.length }],
    figures: {},
  }
  const rows = ROWS.map((row): CardRow => {
    const result = row.item === 'freshness' ? freshness : results.get(row.item)
    return rowOf(row, result, result !== undefined && isFresh(result))
  })
  const level = rows.some((row) => row.level === 3) ? 3 : rows.some((row) => row.level === 4) ? 4 : 5
  return { level, lowest: rows.flatMap((row) => (row.level === level ? [row.item] : [])), rows }
}

function rowOf(row: Row, result: Result | undefined, fresh: boolean): CardRow {
  const head = { item: row.item, title: row.title, next: row.next }
  if (result === undefined)
    return {
      ...head,
      level: 3,
      bound: '',
      of: 0,
      at: undefined,
      fresh: false,
      blocks: { status: 'not-shown', why: 'never measured', missing: 0 },
      effort: '',
    }
  const four = row.judge(result, 4)
  const five = row.judge(result, 5)
  const common = {
    ...head,
    bound: row.bound(result),
    of: result.counts.reduce((sum, { of }) => sum + of, 0),
    at: result.at,
    fresh,
  }
  if (!fresh) {
    const why = 'the files that decide have changed since, or it is more than a week old'
    return {
      ...common,
      level: 3,
      blocks: { status: 'not-shown', why, missing: common.of },
      effort: effortOf(row, common.of),
    }
  }
  const blocking = four.status !== 'met' ? four : five.status === 'met' ? undefined : five
  const missing = blocking?.status === 'not-shown' ? blocking.missing : 0
  return {
    ...common,
    level: four.status !== 'met' ? 3 : five.status === 'met' ? 5 : 4,
    blocks: blocking,
    effort: missing === 0 ? '' : effortOf(row, missing),
  }
}

/** `297 more runs, 30 s of machine time`. */
function effortOf({ unit }: Row, missing: number): string {
  if (missing === 0) return ''
  const seconds = missing * unit.seconds
  const sizes = [
    ['days', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const
  const [name, size] = sizes.find(([, length]) => seconds >= length * 1.5) ?? ['s', 1]
  return `${missing} x ${unit.what}, about ${Math.ceil(seconds / size)} ${name} of ${unit.by === 'machine' ? 'machine' : "a person's"} time`
}

/** The card as a table for people. */
export function printCard({ level, lowest, rows }: Card): string {
  const width = Math.max(...rows.map(({ title }) => title.length))
  const lines = rows.flatMap(({ title, level: own, bound, blocks, fresh, at, next, effort }, index) => {
    const status = own === 5 ? 'L5' : own === 4 ? 'L4' : blocks?.status === 'failed' ? 'FAILED' : 'NOT SHOWN'
    const age = at === undefined ? '' : fresh ? ` (${at.slice(0, 10)})` : ` (${at.slice(0, 10)}, out of date)`
    const head = `${`${index + 1}`.padStart(2)}  ${title.padEnd(width)}  ${status.padEnd(9)}  ${bound === '' ? '-' : bound}${age}`
    const why =
      blocks === undefined
        ? []
        : [`    ${own === 4 ? 'for L5: ' : ''}${blocks.why}. Next: ${next}${effort === '' ? '' : ` (${effort})`}`]
    return [head, ...why]
  })
  const names = rows.filter(({ item }) => lowest.includes(item)).map(({ title }) => title.split(':')[0])
  const end =
    level === 5
      ? 'Level 5: every row is shown. Review that keeps running in shadow is the only direct proof that it may stay off.'
      : `Level ${level}: the lowest row decides. It is held there by ${names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')}.`
  return `${[...lines, '', end, ...CAVEATS].join('\n')}\n`
}

const CAVEATS = [
  'L3: a person reviews every change. L4: review by exception, full review goes on in shadow. L5: no review. Bounds are one-sided, 95 %.',
  'Faults, mutants and attacks bound escapes of their own kind only; what one model wrote and judged counts once, not twice.',
]
