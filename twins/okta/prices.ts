import type { PriceList } from '../money.ts'

/** Okta is billed per user and month, never per call: https://www.okta.com/pricing/ (unconfirmed). Nothing a program does here costs. */
export const PRICES: PriceList = []
