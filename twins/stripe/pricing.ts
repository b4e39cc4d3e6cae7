import type { Price, Tier } from './billing-state.ts'
import { gap } from './gaps.ts'

// What a quantity of a price costs: https://docs.stripe.com/products-prices/pricing-models (2026-11-26).

/** A line of what a price costs: all of it, or what falls into one tier, counted from 1. */
export type Cost = {
  readonly amount: number
  readonly quantity: number
  readonly unit_amount: number | null
  readonly tier: number | null
}

/** What `quantity` costs, a line each. Throws where the payer would choose. */
export function costsOf(price: Price, quantity: number): readonly Cost[] {
  const { tiers, transform_quantity: packs, unit_amount } = price
  if (tiers !== null) return price.tiers_mode === 'volume' ? [byVolume(tiers, quantity)] : graduated(tiers, quantity)
  if (unit_amount === null) throw gap('amounts that customers choose')
  const count = packs === null ? quantity : Math[PACKED[packs.round]](quantity / packs.divide_by)
  return [{ amount: Math.round(unit_amount * count), quantity, unit_amount, tier: null }]
}
const PACKED = { up: 'ceil', down: 'floor' } as const

export const costOf = (price: Price, quantity: number): number =>
  costsOf(price, quantity).reduce((sum, { amount }) => sum + amount, 0)

/** Assumed: the flat amount of a tier is part of its line, and that of the first is due of nothing at all as well. */
const inTier = ({ flat_amount, unit_amount }: Tier, quantity: number, at: number): Cost => ({
  amount: (flat_amount ?? 0) + Math.round((unit_amount ?? 0) * quantity),
  quantity,
  unit_amount: unit_amount ?? 0,
  tier: at + 1,
})

/** All of it at the price of the tier that its sum falls into. */
function byVolume(tiers: readonly Tier[], quantity: number): Cost {
  const at = tiers.findIndex(({ up_to }) => up_to === null || quantity <= up_to)
  const tier = tiers[at] ?? (tiers.at(-1) as Tier)
  return inTier(tier, quantity, at < 0 ? tiers.length - 1 : at)
}

/** Each part at the price of its own tier. */
function graduated(tiers: readonly Tier[], quantity: number): readonly Cost[] {
  let below = 0
  return tiers.flatMap((tier, at) => {
    const part = Math.min(quantity, tier.up_to ?? Number.POSITIVE_INFINITY) - below
    below = tier.up_to ?? Number.POSITIVE_INFINITY
    return part > 0 || at === 0 ? [inTier(tier, Math.max(0, part), at)] : []
  })
}
