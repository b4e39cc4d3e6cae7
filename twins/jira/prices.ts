import type { PriceList } from '../money.ts'

/** Calls are free; Jira bills seats: https://www.atlassian.com/software/jira/pricing (2026-11-26). */
export const PRICES: PriceList = []
