import type { Limit } from './rule.ts'

/** Reads `0.040 USD`. Throws with what was expected. */
export function readAmount(text: string): Extract<Limit, { kind: 'amount' }> {
  const [, amount, unit] = /^(-?\d+(?:\.\d{1,12})?) ([A-Za-z][\w-]*)$/.exec(text.trim()) ?? []
  if (amount === undefined || unit === undefined)
    throw new Error(`expected an amount such as 0.040 USD or 5000 cents, got "${text}"`)
  return { kind: 'amount', amount, unit }
}

/** Reads `5%` or `12.5%`. Throws with what was expected. */
export function readPercent(text: string): number {
  const [, number] = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text.trim()) ?? []
  const percent = Number(number)
  if (number === undefined || percent <= 0 || percent > 100)
    throw new Error(`expected a share such as 5% or 12.5%, above 0% and up to 100%, got "${text}"`)
  return percent
}
