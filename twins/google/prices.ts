import type { PriceList } from '../money.ts'

/**
 * Within what quotas allow, the APIs of Drive, Docs and Sheets cost nothing; charges above a threshold of 400 million units of Drive a day
 * are announced and not in force: https://developers.google.com/workspace/drive/api/guides/limits (2026-11-26).
 */
export const PRICES: PriceList = []
