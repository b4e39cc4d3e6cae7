import { copiedFormula } from './formula.ts'
import type { Cell } from './spreadsheet.ts'

/** A cell somewhere else: what its formula names goes along. */
export function shiftedCell(cell: Cell | undefined, rows: number, columns: number): Cell {
  if (cell === undefined) return {}
  return typeof cell.v === 'object' ? { ...cell, v: { formula: copiedFormula(cell.v.formula, rows, columns) } } : cell
}
