import type { PriceList } from '../money.ts'

/** The Drive, Docs and Sheets APIs cost nothing: https://developers.google.com/workspace/sheets/api/limits#pricing (2026-11-26). */
export const PRICES: PriceList = []
