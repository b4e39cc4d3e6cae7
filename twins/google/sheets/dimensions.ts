import type { Json } from '../../trace.ts'
import { isObj, type Obj } from '../fields.ts'
import { type Move, movedFormula } from './formula.ts'
import type { Cell, GridRange, Group, OpenRange, Row, Sheet, Spreadsheet } from './spreadsheet.ts'

type Span = readonly [start: number | undefined, end: number | undefined]

/** Where a span is after rows or columns came (`by` > 0) or went; undefined when nothing of it is left. */
function movedSpan([start, end]: Span, at: number, by: number): Span | undefined {
  const edge = (one: number, last: boolean): number => {
    if (by > 0) return one > at || (one === at && !last) ? one + by : one
    return one <= at ? one : Math.max(one + by, at)
  }
  const from = start === undefined ? undefined : edge(start, false)
  const to = end === undefined ? undefined : edge(end, true)
  return from !== undefined && to !== undefined && to <= from ? undefined : [from, to]
}

function movedRange<R extends OpenRange>(range: R, { dimension, at, by }: Move): R | undefined {
  const span: Span = dimension === 'row' ? [range.startRow, range.endRow] : [range.startColumn, range.endColumn]
  const moved = movedSpan(span, at, by)
  if (moved === undefined) return undefined
  const [start, end] = moved
  const [from, to] = dimension === 'row' ? ['startRow', 'endRow'] : ['startColumn', 'endColumn']
  return {
    ...range,
    ...(start === undefined ? {} : { [from as string]: start }),
    ...(end === undefined ? {} : { [to as string]: end }),
  }
}

/** A range as the wire has it, which is how filters, bands and conditional formats are kept. */
function movedJson(range: Json | undefined, move: Move): Obj | undefined {
  if (!isObj(range)) return undefined
  const [from, to] =
    move.dimension === 'row' ? ['startRowIndex', 'endRowIndex'] : ['startColumnIndex', 'endColumnIndex']
  const index = (name: string): number | undefined => (typeof range[name] === 'number' ? range[name] : undefined)
  const moved = movedSpan([index(from ?? ''), index(to ?? '')], move.at, move.by)
  if (moved === undefined) return undefined
  const [start, end] = moved
  return {
    ...range,
    ...(start === undefined ? {} : { [from ?? '']: start }),
    ...(end === undefined ? {} : { [to ?? '']: end }),
  }
}

const movedViews = (views: readonly Obj[] | undefined, move: Move): readonly Obj[] =>
  (views ?? []).flatMap((view) => {
    const range = movedJson(view.range, move)
    return range === undefined ? [] : [{ ...view, range }]
  })

/** A rule goes when nothing is left of what it was for. */
const movedRules = (rules: readonly Obj[], move: Move): readonly Obj[] =>
  rules.flatMap((rule) => {
    const all = Array.isArray(rule.ranges) ? (rule.ranges as readonly Json[]) : []
    const ranges = all.flatMap((range) => movedJson(range, move) ?? [])
    return ranges.length === 0 ? [] : [{ ...rule, ranges }]
  })

const movedGroups = (groups: readonly Group[], at: number, by: number): readonly Group[] =>
  groups.flatMap((group) => {
    const [start, end] = movedSpan([group.start, group.end], at, by) ?? []
    return start === undefined || end === undefined ? [] : [{ ...group, start, end }]
  })

const movedMeta = (meta: Readonly<Record<string, Obj>>, at: number, by: number): Readonly<Record<string, Obj>> =>
  Object.fromEntries(
    Object.entries(meta).flatMap(([key, value]) => {
      const index = Number(key)
      if (index < at) return [[key, value] as const]
      return by < 0 && index < at - by ? [] : [[String(index + by), value] as const]
    }),
  )

function movedRows(
  sheet: Sheet,
  { dimension, at, by }: Move,
  inherited: (cell: Cell | null | undefined) => Cell | null,
  before: boolean,
): readonly (Row | null)[] {
  const source = before ? at - 1 : at
  if (dimension === 'row') {
    const rows = [...sheet.rows]
    if (by < 0) {
      rows.splice(at, -by)
      return rows
    }
    if (at > rows.length) return rows
    const fresh = (sheet.rows[source] ?? []).map(inherited)
    const line = fresh.some((cell) => cell !== null) ? fresh : null
    rows.splice(at, 0, ...Array.from({ length: by }, () => line))
    return rows
  }
  return sheet.rows.map((row) => {
    if (row === null || row.length <= at) return row
    const cells = [...row]
    if (by < 0) cells.splice(at, -by)
    else cells.splice(at, 0, ...Array.from({ length: by }, () => inherited(row[source])))
    return cells
  })
}

const bare = (cell: Cell | null | undefined): Cell | null => (cell?.f === undefined ? null : { f: cell.f })

/**
 * Puts rows or columns in, or takes them out: cells, merges, groups, protection, names and formulas all go along.
 * New ones have the format of the one before them, or of the one after.
 */
export function resized(
  spreadsheet: Spreadsheet,
  sheetId: number,
  dimension: Move['dimension'],
  at: number,
  by: number,
  before = false,
): Spreadsheet {
  const changed = spreadsheet.sheets.find((sheet) => sheet.sheetId === sheetId)
  if (changed === undefined || by === 0) return spreadsheet
  const move: Move = { sheet: changed.title, dimension, at, by }
  const kept = <R extends OpenRange>(ranges: readonly R[]): readonly R[] =>
    ranges.flatMap((range) => movedRange(range, move) ?? [])
  const rows = dimension === 'row'
  const next: Sheet = {
    ...changed,
    rowCount: changed.rowCount + (rows ? by : 0),
    columnCount: changed.columnCount + (rows ? 0 : by),
    rows: movedRows(changed, move, bare, before),
    // A merge of one cell is none.
    merges: kept<GridRange>(changed.merges).filter(
      ({ startRow, endRow, startColumn, endColumn }) => (endRow - startRow) * (endColumn - startColumn) > 1,
    ),
    protectedRanges: changed.protectedRanges.flatMap((one) => {
      const range = movedRange(one.range, move)
      return range === undefined ? [] : [{ ...one, range }]
    }),
    basicFilter: isObj(changed.basicFilter) ? (movedViews([changed.basicFilter], move)[0] ?? null) : null,
    conditionalFormats: movedRules(changed.conditionalFormats, move),
    filterViews: movedViews(changed.filterViews, move),
    bandedRanges: movedViews(changed.bandedRanges, move),
    rowGroups: rows ? movedGroups(changed.rowGroups, at, by) : changed.rowGroups,
    columnGroups: rows ? changed.columnGroups : movedGroups(changed.columnGroups, at, by),
    rowMeta: rows ? movedMeta(changed.rowMeta, at, by) : changed.rowMeta,
    columnMeta: rows ? changed.columnMeta : movedMeta(changed.columnMeta, at, by),
  }
  return {
    ...spreadsheet,
    sheets: spreadsheet.sheets.map((sheet) => rewritten(sheet === changed ? next : sheet, move)),
    namedRanges: spreadsheet.namedRanges.flatMap((named) => {
      if (named.sheetId !== sheetId) return [named]
      const range = movedRange(named.range, move)
      return range === undefined ? [] : [{ ...named, range }]
    }),
  }
}

/** A sheet whose formulas look where what they named has gone. */
function rewritten(sheet: Sheet, move: Move): Sheet {
  return mapFormulas(sheet, (formula) => movedFormula(formula, sheet.title, move))
}

export function mapFormulas(sheet: Sheet, change: (formula: string) => string): Sheet {
  let touched = false
  const rows = sheet.rows.map((row) => {
    if (row === null || !row.some((cell) => typeof cell?.v === 'object')) return row
    touched = true
    return row.map((cell) => (typeof cell?.v === 'object' ? { ...cell, v: { formula: change(cell.v.formula) } } : cell))
  })
  return touched ? { ...sheet, rows } : sheet
}
