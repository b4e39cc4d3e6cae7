import { isObj, type Obj } from '../fields.ts'
import { normalised } from './cell-wire.ts'
import { type Act, areaIn, invalid, listIn, numberIn, objIn, type Scene, sheetWith } from './request.ts'
import { rangeJson } from './sheet-wire.ts'
import { replaceSheet, type Sheet, type Spreadsheet } from './spreadsheet.ts'

/** A rule for one sheet, as it comes back. */
function ruleIn(spreadsheet: Spreadsheet, wanted: Obj, scene: Scene): { readonly sheet: Sheet; readonly rule: Obj } {
  const areas = listIn(wanted, 'ranges').map((range) => areaIn(spreadsheet, isObj(range) ? range : {}, scene))
  const [first] = areas
  if (first === undefined) throw invalid(scene, 'No range specified.')
  const { sheet } = first
  const { format } = objIn(wanted, 'booleanRule')
  const look = isObj(format) ? { booleanRule: { ...objIn(wanted, 'booleanRule'), format: normalised(format) } } : {}
  return { sheet, rule: { ...wanted, ranges: areas.map(({ open }) => rangeJson(sheet.sheetId, open)), ...look } }
}

export const addConditionalFormatRule: Act = (spreadsheet, args, scene) => {
  const { sheet, rule } = ruleIn(spreadsheet, objIn(args, 'rule'), scene)
  const at = numberIn(args, 'index') ?? 0
  const rules = sheet.conditionalFormats
  if (at > rules.length) throw invalid(scene, `No conditional format on sheet: ${sheet.sheetId} at index: ${at}`)
  const conditionalFormats = [...rules.slice(0, at), rule, ...rules.slice(at)]
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, conditionalFormats }) }
}
export const deleteConditionalFormatRule: Act = (spreadsheet, args, scene) => {
  const sheet = sheetWith(spreadsheet, numberIn(args, 'sheetId') ?? 0, scene)
  const at = numberIn(args, 'index') ?? 0
  const rule = sheet.conditionalFormats[at]
  if (rule === undefined) throw invalid(scene, `No conditional format on sheet: ${sheet.sheetId} at index: ${at}`)
  const conditionalFormats = sheet.conditionalFormats.filter((one) => one !== rule)
  return { spreadsheet: replaceSheet(spreadsheet, { ...sheet, conditionalFormats }), reply: { rule } }
}

export const updateConditionalFormatRule: Act = (spreadsheet, args, scene) => {
  const index = numberIn(args, 'index') ?? 0
  const wanted = isObj(args.rule) ? ruleIn(spreadsheet, args.rule, scene) : undefined
  const sheet = wanted?.sheet ?? sheetWith(spreadsheet, numberIn(args, 'sheetId') ?? 0, scene)
  const oldRule = sheet.conditionalFormats[index]
  if (oldRule === undefined) throw invalid(scene, `No conditional format on sheet: ${sheet.sheetId} at index: ${index}`)
  const newIndex = wanted === undefined ? (numberIn(args, 'newIndex') ?? 0) : index
  const newRule = wanted?.rule ?? oldRule
  const others = sheet.conditionalFormats.filter((one) => one !== oldRule)
  const conditionalFormats = [...others.slice(0, newIndex), newRule, ...others.slice(newIndex)]
  const indexes: Obj = wanted === undefined ? { oldIndex: index, newIndex } : {}
  return {
    spreadsheet: replaceSheet(spreadsheet, { ...sheet, conditionalFormats }),
    reply: { newRule, ...(wanted === undefined ? {} : { oldRule }), ...indexes },
  }
}
