import { isObj, type Obj, updated } from '../fields.ts'
import { resized } from './dimensions.ts'
import {
  type Act,
  areaIn,
  invalid,
  listIn,
  maskIn,
  numberIn,
  type Outcome,
  objIn,
  type Scene,
  sheetWith,
  spanIn,
  textIn,
} from './request.ts'
import { groupJson, namedRangeJson, protectedJson, rangeJson } from './sheet-wire.ts'
import {
  checkSize,
  contains,
  type GridRange,
  type Group,
  type NamedRange,
  overlaps,
  type ProtectedRange,
  replaceSheet,
  type Sheet,
  type Spreadsheet,
} from './spreadsheet.ts'

export const insertDimension: Act = (spreadsheet, args, scene) => {
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(args, 'range'), scene)
  const size = rows ? sheet.rowCount : sheet.columnCount
  if (start > size)
    throw invalid(scene, `range.startIndex[${start}] is after last ${rows ? 'row' : 'column'} in grid[${size}]`)
  const before = args.inheritFromBefore === true
  if (before && start === 0) throw invalid(scene, 'inheritFromBefore cannot be true when range.startIndex is 0.')
  const next = resized(spreadsheet, sheet.sheetId, rows ? 'row' : 'column', start, end - start, before)
  checkSize(next, scene.where)
  return { spreadsheet: next }
}

export const deleteDimension: Act = (spreadsheet, args, scene) => {
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(args, 'range'), scene)
  const size = rows ? sheet.rowCount : sheet.columnCount
  const name = rows ? 'row' : 'column'
  if (start >= size)
    throw invalid(
      scene,
      `Cannot delete a ${name} that doesn't exist. Tried to delete ${name} index ${start} but there are only ${size} ${name}s.`,
    )
  const count = Math.min(end, size) - start
  if (count >= size) throw invalid(scene, `You can't delete all the ${name}s on the sheet.`)
  return { spreadsheet: resized(spreadsheet, sheet.sheetId, name, start, -count) }
}

export const appendDimension: Act = (spreadsheet, args, scene) => {
  const sheet = sheetWith(spreadsheet, numberIn(args, 'sheetId') ?? 0, scene)
  const length = numberIn(args, 'length') ?? 0
  if (length < 1) throw invalid(scene, `length must be > 0, but was ${length}`)
  const grown =
    textIn(args, 'dimension') === 'ROWS'
      ? { ...sheet, rowCount: sheet.rowCount + length }
      : { ...sheet, columnCount: sheet.columnCount + length }
  const next = replaceSheet(spreadsheet, grown)
  checkSize(next, scene.where)
  return { spreadsheet: next }
}

export const updateDimensionProperties: Act = (spreadsheet, args, scene) => {
  if (args.dataSourceSheetRange !== undefined) throw scene.gap('sheets that are no grids')
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(args, 'range'), scene)
  const mask = maskIn(args, scene, 'DimensionProperties')
  const wanted = objIn(args, 'properties')
  const meta: Record<string, Obj> = { ...(rows ? sheet.rowMeta : sheet.columnMeta) }
  for (let index = start; index < end; index += 1) {
    const { hiddenByUser, ...others } = updated(meta[index] ?? {}, wanted, mask)
    meta[index] = hiddenByUser === true ? { ...others, hiddenByUser } : others
  }
  return { spreadsheet: replaceSheet(spreadsheet, rows ? { ...sheet, rowMeta: meta } : { ...sheet, columnMeta: meta }) }
}

/** Sizes that fit what is in cells: how wide words are cannot be told, so that whoever asks for these sizes is refused. */
export const autoResizeDimensions: Act = (spreadsheet, args, scene) => {
  if (args.dataSourceSheetDimensions !== undefined) throw scene.gap('sheets that are no grids')
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(args, 'dimensions'), scene)
  const meta: Record<string, Obj> = { ...(rows ? sheet.rowMeta : sheet.columnMeta) }
  for (let index = start; index < end; index += 1) meta[index] = { ...meta[index], pixelSize: 'auto' }
  return { spreadsheet: replaceSheet(spreadsheet, rows ? { ...sheet, rowMeta: meta } : { ...sheet, columnMeta: meta }) }
}

/** The parts a merge of rows or columns has; one cell by itself is no merge. */
function partsOf({ startRow, endRow, startColumn, endColumn }: GridRange, type: string): readonly GridRange[] {
  const parts: GridRange[] = []
  if (type === 'MERGE_COLUMNS')
    for (let column = startColumn; column < endColumn; column += 1)
      parts.push({ startRow, endRow, startColumn: column, endColumn: column + 1 })
  else if (type === 'MERGE_ROWS')
    for (let row = startRow; row < endRow; row += 1)
      parts.push({ startRow: row, endRow: row + 1, startColumn, endColumn })
  else parts.push({ startRow, endRow, startColumn, endColumn })
  return parts.filter((part) => (part.endRow - part.startRow) * (part.endColumn - part.startColumn) > 1)
}

export const mergeCells: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const parts = partsOf(range, textIn(args, 'mergeType') ?? 'MERGE_ALL')
  if (sheet.merges.some((merge) => overlaps(merge, range) && !contains(range, merge)))
    throw invalid(scene, 'You must select all cells in a merged range to merge or unmerge them.')
  const merges = [...sheet.merges.filter((merge) => !overlaps(merge, range)), ...parts]
  // Of the cells of a merge only the first keeps what is in it.
  let rows = sheet.rows
  for (const part of parts) {
    rows = rows.map((row, n) => {
      if (row === null || n < part.startRow || n >= part.endRow) return row
      return row.map((cell, m) => {
        const first = n === part.startRow && m === part.startColumn
        if (cell === null || first || m < part.startColumn || m >= part.endColumn) return cell
        const { v: _, ...rest } = cell
        return Object.keys(rest).length === 0 ? null : rest
      })
    })
  }
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, rows, merges }) }
}

export const unmergeCells: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  if (sheet.merges.some((merge) => overlaps(merge, range) && !contains(range, merge)))
    throw invalid(scene, 'You must select all cells in a merged range to merge or unmerge them.')
  const merges = sheet.merges.filter((merge) => !overlaps(merge, range))
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, merges }) }
}

function checkName(
  spreadsheet: Spreadsheet,
  name: string,
  but: string | undefined,
  fail: (message: string) => Error,
): void {
  if (!/^[\p{L}_][\p{L}\d_.]*$/u.test(name) || /^[A-Za-z]{1,3}\d+$/.test(name) || name.length > 250)
    throw fail(`Invalid name: ${name}`)
  if (spreadsheet.namedRanges.some((one) => one.id !== but && one.name.toLowerCase() === name.toLowerCase()))
    throw fail(`A named range with name ${name} already exists.`)
}

export const addNamedRange: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'namedRange')
  const name = textIn(wanted, 'name') ?? ''
  const { sheet, open } = areaIn(spreadsheet, objIn(wanted, 'range'), scene)
  checkName(spreadsheet, name, undefined, (message) => invalid(scene, message))
  const id = textIn(wanted, 'namedRangeId') ?? String(scene.number())
  const named: NamedRange = { id, name, sheetId: sheet.sheetId, range: open }
  return {
    spreadsheet: { ...spreadsheet, namedRanges: [...spreadsheet.namedRanges, named] },
    reply: { namedRange: namedRangeJson(named) },
  }
}

export const updateNamedRange: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'namedRange')
  const id = textIn(wanted, 'namedRangeId')
  const old = spreadsheet.namedRanges.find((one) => one.id === id)
  if (old === undefined) throw invalid(scene, `Cannot find named range with id: ${id}`)
  const merged = updated(namedRangeJson(old), wanted, maskIn(args, scene, 'NamedRange'))
  const name = textIn(merged, 'name') ?? ''
  checkName(spreadsheet, name, old.id, (message) => invalid(scene, message))
  const { sheet, open } = areaIn(spreadsheet, objIn(merged, 'range'), scene)
  const next: NamedRange = { ...old, name, sheetId: sheet.sheetId, range: open }
  return {
    spreadsheet: { ...spreadsheet, namedRanges: spreadsheet.namedRanges.map((one) => (one === old ? next : one)) },
  }
}

export const deleteNamedRange: Act = (spreadsheet, args, scene) => {
  const id = textIn(args, 'namedRangeId')
  const namedRanges = spreadsheet.namedRanges.filter((one) => one.id !== id)
  if (namedRanges.length === spreadsheet.namedRanges.length)
    throw invalid(scene, `Cannot find named range with id: ${id}`)
  return { spreadsheet: { ...spreadsheet, namedRanges } }
}

const usersIn = (wanted: Obj, email: string): readonly string[] => {
  const users = listIn(objIn(wanted, 'editors'), 'users').filter((one) => typeof one === 'string')
  return [...new Set([...users, email])]
}

export const addProtectedRange: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'protectedRange')
  if (wanted.namedRangeId !== undefined || wanted.unprotectedRanges !== undefined || wanted.tableId !== undefined)
    throw scene.gap('protection of names, and holes in it')
  const { sheet, open } = areaIn(spreadsheet, objIn(wanted, 'range'), scene)
  const one: ProtectedRange = {
    id: numberIn(wanted, 'protectedRangeId') ?? scene.number(),
    range: open,
    description: textIn(wanted, 'description') ?? null,
    warningOnly: wanted.warningOnly === true,
    users: usersIn(wanted, scene.email),
  }
  // The reply says what was asked for; who made it is told later on (as recorded).
  const asked = listIn(objIn(wanted, 'editors'), 'users')
  const editors = asked.length > 0 ? { users: [...asked] } : {}
  return {
    spreadsheet: replaceSheet(spreadsheet, { ...sheet, protectedRanges: [...sheet.protectedRanges, one] }),
    reply: { protectedRange: protectedJson(sheet.sheetId, one, true, editors) },
  }
}

const protectedWith = (
  spreadsheet: Spreadsheet,
  id: number | undefined,
): readonly [Sheet, ProtectedRange] | undefined => {
  for (const sheet of spreadsheet.sheets) {
    const one = sheet.protectedRanges.find((range) => range.id === id)
    if (one !== undefined) return [sheet, one]
  }
  return undefined
}

export const updateProtectedRange: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'protectedRange')
  const id = numberIn(wanted, 'protectedRangeId')
  const [sheet, old] = protectedWith(spreadsheet, id) ?? []
  if (sheet === undefined || old === undefined) throw invalid(scene, `No protected range with id: ${id}`)
  const merged = updated(
    protectedJson(sheet.sheetId, old, true, { users: [...old.users] }),
    wanted,
    maskIn(args, scene, 'ProtectedRange'),
  )
  const { open } = areaIn(spreadsheet, objIn(merged, 'range'), scene)
  const next: ProtectedRange = {
    ...old,
    range: open,
    description: textIn(merged, 'description') ?? null,
    warningOnly: merged.warningOnly === true,
    users: usersIn(merged, scene.email),
  }
  const protectedRanges = sheet.protectedRanges.map((one) => (one === old ? next : one))
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, protectedRanges }) }
}

export const deleteProtectedRange: Act = (spreadsheet, args, scene) => {
  const id = numberIn(args, 'protectedRangeId')
  const [sheet, old] = protectedWith(spreadsheet, id) ?? []
  if (sheet === undefined) throw invalid(scene, `No protected range with id: ${id}`)
  const protectedRanges = sheet.protectedRanges.filter((one) => one !== old)
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, protectedRanges }) }
}

function grouped(
  spreadsheet: Spreadsheet,
  args: Obj,
  scene: Scene,
  change: (groups: readonly Group[], start: number, end: number) => readonly Group[],
): Outcome {
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(args, 'range'), scene)
  const groups = change(rows ? sheet.rowGroups : sheet.columnGroups, start, end)
  // A sheet that has had groups says so from then on (as recorded for columns).
  const grid = isObj(sheet.properties.gridProperties) ? sheet.properties.gridProperties : {}
  const gridProperties = { ...grid, [rows ? 'rowGroupControlAfter' : 'columnGroupControlAfter']: true }
  const next = {
    ...sheet,
    properties: { ...sheet.properties, gridProperties },
    ...(rows ? { rowGroups: groups } : { columnGroups: groups }),
  }
  const json = groups.map((group) => groupJson(sheet.sheetId, rows ? 'ROWS' : 'COLUMNS', group))
  return { spreadsheet: replaceSheet(spreadsheet, next), reply: json.length === 0 ? {} : { dimensionGroups: json } }
}

export const addDimensionGroup: Act = (spreadsheet, args, scene) =>
  grouped(spreadsheet, args, scene, (groups, start, end) => {
    const crossing = groups.some(
      (group) => group.start < end && start < group.end && !(group.start <= start && end <= group.end),
    )
    if (crossing) throw scene.gap('groups of rows or columns that cross')
    const depth = groups.filter((group) => group.start <= start && end <= group.end).length + 1
    return [...groups, { start, end, depth, collapsed: false }]
  })

export const deleteDimensionGroup: Act = (spreadsheet, args, scene) =>
  grouped(spreadsheet, args, scene, (groups, start, end) => {
    const found = groups.filter((group) => group.start === start && group.end === end).at(-1)
    if (found === undefined) throw scene.gap('groups of rows or columns that cross')
    return groups.filter((group) => group !== found)
  })

export const setBasicFilter: Act = (spreadsheet, args, scene) => {
  const filter = objIn(args, 'filter')
  const { sheet, range } = areaIn(spreadsheet, objIn(filter, 'range'), scene)
  const basicFilter = { ...filter, range: rangeJson(sheet.sheetId, range) }
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, basicFilter }) }
}
export const clearBasicFilter: Act = (spreadsheet, args, scene) => {
  const sheet = sheetWith(spreadsheet, numberIn(args, 'sheetId') ?? 0, scene)
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, basicFilter: null }) }
}
