import type { Json } from '../../trace.ts'
import { isObj, type Obj, updated } from '../fields.ts'
import { normalised } from './cell-wire.ts'
import { type Act, areaIn, invalid, listIn, maskIn, numberIn, objIn, type Scene, textIn } from './request.ts'
import { rangeJson } from './sheet-wire.ts'
import { overlaps, replaceSheet, type Sheet, type Spreadsheet } from './spreadsheet.ts'

/** Kinds of things a sheet has several of, each with a range and a number of its own. */
const KINDS = {
  view: { list: 'filterViews', id: 'filterViewId' },
  band: { list: 'bandedRanges', id: 'bandedRangeId' },
} as const
type Kind = keyof typeof KINDS

const listOf = (sheet: Sheet, kind: Kind): readonly Obj[] => sheet[KINDS[kind].list] ?? []
const withList = (sheet: Sheet, kind: Kind, list: readonly Obj[]): Sheet => ({ ...sheet, [KINDS[kind].list]: list })

function foundIn(spreadsheet: Spreadsheet, kind: Kind, id: number, scene: Scene): { sheet: Sheet; one: Obj } {
  for (const sheet of spreadsheet.sheets) {
    const one = listOf(sheet, kind).find((each) => each[KINDS[kind].id] === id)
    if (one !== undefined) return { sheet, one }
  }
  throw invalid(scene, `No ${kind === 'view' ? 'filter view' : 'banded range'} with id: ${id}`)
}

function freeId(spreadsheet: Spreadsheet, kind: Kind, wanted: number | undefined, scene: Scene): number {
  if (wanted === undefined) return scene.number()
  const taken = spreadsheet.sheets.some((sheet) => listOf(sheet, kind).some((one) => one[KINDS[kind].id] === wanted))
  if (taken)
    throw invalid(scene, `There is already a ${kind === 'view' ? 'filter view' : 'banded range'} with id: ${wanted}`)
  return wanted
}

/** Criteria stand by column in a map, and in a list as well, whichever of the two was sent. */
function criteriaOf(filter: Obj): Obj {
  const specs = listIn(filter, 'filterSpecs').filter(isObj)
  const sent = objIn(filter, 'criteria')
  const byColumn: Obj =
    specs.length === 0
      ? sent
      : Object.fromEntries(specs.map((spec) => [String(numberIn(spec, 'columnIndex') ?? 0), spec.filterCriteria ?? {}]))
  if (Object.keys(byColumn).length === 0) return {}
  const filterSpecs = Object.entries(byColumn).map(([column, filterCriteria]) => ({
    ...(column === '0' ? {} : { columnIndex: Number(column) }),
    filterCriteria: filterCriteria ?? {},
  }))
  return { criteria: byColumn, filterSpecs: filterSpecs as Json }
}

function viewIn(
  spreadsheet: Spreadsheet,
  wanted: Obj,
  id: number,
  title: string,
  scene: Scene,
): { sheet: Sheet; view: Obj } {
  if (wanted.namedRangeId !== undefined || wanted.tableId !== undefined)
    throw scene.gap('requests of spreadsheets.batchUpdate that are not listed')
  const { sheet, range } = areaIn(spreadsheet, objIn(wanted, 'range'), scene)
  const sortSpecs = listIn(wanted, 'sortSpecs')
  const view: Obj = {
    filterViewId: id,
    title,
    range: rangeJson(sheet.sheetId, range),
    ...(sortSpecs.length === 0 ? {} : { sortSpecs }),
    ...criteriaOf(wanted),
  }
  return { sheet, view }
}

const freeTitle = (sheet: Sheet, stem: string): string => {
  const titles = new Set(listOf(sheet, 'view').map(({ title }) => title))
  for (let n = 1; ; n += 1) if (!titles.has(`${stem} ${n}`)) return `${stem} ${n}`
}

export const addFilterView: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'filter')
  const id = freeId(spreadsheet, 'view', numberIn(wanted, 'filterViewId'), scene)
  const { sheet, view } = viewIn(spreadsheet, wanted, id, textIn(wanted, 'title') ?? '', scene)
  const named: Obj = view.title === '' ? { ...view, title: freeTitle(sheet, 'Filter') } : view
  const next = withList(sheet, 'view', [...listOf(sheet, 'view'), named])
  return { spreadsheet: replaceSheet(spreadsheet, next), reply: { filter: named } }
}

export const duplicateFilterView: Act = (spreadsheet, args, scene) => {
  const { sheet, one } = foundIn(spreadsheet, 'view', numberIn(args, 'filterId') ?? 0, scene)
  const copy: Obj = { ...one, filterViewId: scene.number(), title: `Copy of ${String(one.title)}` }
  const next = withList(sheet, 'view', [...listOf(sheet, 'view'), copy])
  return { spreadsheet: replaceSheet(spreadsheet, next), reply: { filter: copy } }
}

export const updateFilterView: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'filter')
  const mask = maskIn(args, scene, 'FilterView')
  const { sheet, one } = foundIn(spreadsheet, 'view', numberIn(wanted, 'filterViewId') ?? 0, scene)
  const { criteria, filterSpecs, ...old } = one
  // Criteria are kept in two forms: the one that is sent counts.
  const asked = (name: string): boolean => mask === 'all' || mask.has(name)
  const kept = asked('criteria') || asked('filterSpecs') ? old : { ...old, criteria, filterSpecs }
  const merged = mask === 'all' ? wanted : updated(kept as Obj, wanted, mask)
  const title = textIn(merged, 'title') ?? String(one.title)
  const { view } = viewIn(spreadsheet, merged, Number(one.filterViewId), title, scene)
  const views = listOf(sheet, 'view').map((each) => (each === one ? view : each))
  return { spreadsheet: replaceSheet(spreadsheet, withList(sheet, 'view', views)) }
}

const gone =
  (kind: Kind, field: string): Act =>
  (spreadsheet, args, scene) => {
    const { sheet, one } = foundIn(spreadsheet, kind, numberIn(args, field) ?? 0, scene)
    const left = listOf(sheet, kind).filter((each) => each !== one)
    return { spreadsheet: replaceSheet(spreadsheet, withList(sheet, kind, left)) }
  }
export const deleteFilterView: Act = gone('view', 'filterId')
export const deleteBanding: Act = gone('band', 'bandedRangeId')

const BANDS = ['rowProperties', 'columnProperties'] as const

/** Colours in both forms, as Sheets gives them back. */
function bandIn(spreadsheet: Spreadsheet, wanted: Obj, id: number, scene: Scene): { sheet: Sheet; band: Obj } {
  const area = areaIn(spreadsheet, objIn(wanted, 'range'), scene)
  const parts = BANDS.flatMap((name) => {
    const part = wanted[name]
    return isObj(part) && Object.keys(part).length > 0 ? [[name, normalised(part)] as const] : []
  })
  if (parts.length === 0) throw invalid(scene, 'Must specify at least one of rowProperties or columnProperties.')
  for (const [name, part] of parts)
    for (const colour of ['firstBandColor', 'secondBandColor'])
      if (part[colour] === undefined) throw invalid(scene, `${name}.${colour} must be set.`)
  const others = listOf(area.sheet, 'band').filter((one) => one.bandedRangeId !== id)
  if (others.some((one) => overlaps(areaIn(spreadsheet, objIn(one, 'range'), scene).range, area.range)))
    throw invalid(
      scene,
      'You cannot add alternating background colors to a range that already has alternating background colors.',
    )
  const range = rangeJson(area.sheet.sheetId, area.range)
  return { sheet: area.sheet, band: { bandedRangeId: id, range, ...Object.fromEntries(parts) } }
}

export const addBanding: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'bandedRange')
  const id = freeId(spreadsheet, 'band', numberIn(wanted, 'bandedRangeId'), scene)
  const { sheet, band } = bandIn(spreadsheet, wanted, id, scene)
  const next = withList(sheet, 'band', [...listOf(sheet, 'band'), band])
  return { spreadsheet: replaceSheet(spreadsheet, next), reply: { bandedRange: band } }
}

export const updateBanding: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'bandedRange')
  const mask = maskIn(args, scene, 'BandedRange')
  const id = numberIn(wanted, 'bandedRangeId') ?? 0
  const { sheet, one } = foundIn(spreadsheet, 'band', id, scene)
  const { band } = bandIn(spreadsheet, mask === 'all' ? wanted : updated(one, wanted, mask), id, scene)
  const bands = listOf(sheet, 'band').map((each) => (each === one ? band : each))
  return { spreadsheet: replaceSheet(spreadsheet, withList(sheet, 'band', bands)) }
}
