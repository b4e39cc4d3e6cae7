import type { Item } from './store.ts'

/** Sum of the items in cents, with the discount in hundredths of a percent taken off and rounded half up, once. */
export function total(items: Item[], discountBasisPoints = 0): number {
  const sum = items.reduce((amount, item) => amount + item.unitAmount * item.quantity, 0)
  return sum - Math.floor((sum * discountBasisPoints + 5_000) / 10_000)
}

export const print = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')} USD`
