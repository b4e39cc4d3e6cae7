import type { PriceList } from '../money.ts'

/** Calls are free; Jira bills seats: https://www.atlassian.com/software/jira/pricing (as known; not opened). */
export const PRICES: PriceList = []
