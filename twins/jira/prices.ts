import type { PriceList } from '../money.ts'

/** Calls are free, whatever a site costs: no page of Atlassian's names a price of one (2026-11-26). */
export const PRICES: PriceList = []
