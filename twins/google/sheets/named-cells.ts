import { refsOf } from './formula.ts'
import { bounded, type GridRange, overlaps, type Sheet, type Spreadsheet } from './spreadsheet.ts'

/** Whether a formula anywhere names a cell of a range. */
export function namesCells({ sheets }: Spreadsheet, sheet: Sheet, range: GridRange): boolean {
  return sheets.some(({ title, rows }) =>
    rows.some((row) =>
      row?.some(
        (cell) =>
          typeof cell?.v === 'object' &&
          refsOf(cell.v.formula).some(
            (ref) =>
              (ref.sheet ?? title).toLowerCase() === sheet.title.toLowerCase() &&
              overlaps(bounded(sheet, ref.range), range),
          ),
      ),
    ),
  )
}
