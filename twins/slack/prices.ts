import type { PriceList } from '../money.ts'

/** Calls and messages are free; Slack bills seats: https://slack.com/pricing (2026-11-26). */
export const PRICES: PriceList = []
