import type { PriceList } from '../money.ts'

/** A database of one's own is paid for by the hour, not by the call. */
export const PRICES: PriceList = []
