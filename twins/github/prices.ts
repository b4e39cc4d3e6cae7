import type { PriceList } from '../money.ts'

/** Calls of the API are free: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api (2026-11-26). */
export const PRICES: PriceList = []
