import type { PriceList } from '../money.ts'

/** Okta is billed per user and month, never per call: https://www.okta.com/pricing/ (2026-11-26). Nothing a program does here costs. */
export const PRICES: PriceList = []
