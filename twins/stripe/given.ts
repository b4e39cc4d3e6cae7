import { z } from 'zod'
import type { Json } from '../trace.ts'
import type { Dashboard } from './dashboard.ts'
import { type SeededRows, seededRows } from './seeded.ts'
import { type SeededMoney, seededMoney } from './seeded-money.ts'
import type { Address, Metadata } from './state.ts'
import { API_VERSIONS } from './versions.ts'

// What `given.stripe` of a scenario may hold: seeded.ts and seeded-money.ts have the rows, this file the rest.

const metadata = z.record(z.string().max(40), z.string().max(500))
type SeededCard = {
  readonly id?: string | undefined
  readonly card: string
  readonly default?: boolean | undefined
}
type SeededCustomer = {
  readonly id?: string | undefined
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: Metadata | undefined
  readonly address?: Address | undefined
  readonly phone?: string | undefined
  readonly balance?: number | undefined
  readonly shipping?: Json | undefined
  readonly tax_exempt?: string | undefined
  readonly preferred_locales?: readonly string[] | undefined
  readonly invoice_prefix?: string | undefined
  readonly payment_methods?: readonly SeededCard[] | undefined
}
type SeededPayment = {
  /** Ids to fix, for scenarios that name them. */
  readonly payment_intent?: string | undefined
  readonly charge?: string | undefined
  readonly amount: number
  readonly currency?: string | undefined
  readonly customer?: string | undefined
  readonly card?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: Metadata | undefined
}
/** What comes until `up_to` costs this much; the last tier has no end. */
type SeededTier = {
  readonly up_to?: number | undefined
  readonly unit_amount?: number | undefined
  readonly flat_amount?: number | undefined
}
/** A price, and with it its product. */
type SeededPrice = {
  readonly id: string
  /** Needed where there are no tiers. */
  readonly unit_amount?: number | undefined
  readonly tiers?: readonly SeededTier[] | undefined
  readonly tiers_mode?: 'graduated' | 'volume' | undefined
  readonly transform_quantity?: { readonly divide_by: number; readonly round: 'up' | 'down' } | undefined
  readonly currency?: string | undefined
  readonly interval?: 'day' | 'week' | 'month' | 'year' | undefined
  readonly interval_count?: number | undefined
  readonly trial_period_days?: number | undefined
  /** What counts the usage it is for, by id. */
  readonly meter?: string | undefined
  readonly lookup_key?: string | undefined
  readonly nickname?: string | undefined
  readonly product?:
    | { readonly id?: string | undefined; readonly name?: string | undefined; readonly unit_label?: string | undefined }
    | undefined
}
type SeededWebhook = {
  readonly id?: string | undefined
  readonly url: string
  readonly secret?: string | undefined
  readonly enabled_events?: readonly string[] | undefined
}

const seededCard = z.strictObject({
  id: z.string().optional(),
  /** A test payment method, `pm_card_visa` and the like. */
  card: z.string(),
  default: z.boolean().optional(),
})
const seededCustomer = z.strictObject({
  id: z.string().optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  metadata: metadata.optional(),
  address: z.record(z.string(), z.string().nullable()).optional(),
  phone: z.string().optional(),
  balance: z.int().optional(),
  shipping: z.json().optional(),
  tax_exempt: z.enum(['none', 'exempt', 'reverse']).optional(),
  preferred_locales: z.array(z.string()).optional(),
  invoice_prefix: z.string().optional(),
  payment_methods: z.array(seededCard).optional(),
})
const seededPayment = z.strictObject({
  payment_intent: z.string().optional(),
  charge: z.string().optional(),
  amount: z.int().positive(),
  currency: z.string().optional(),
  customer: z.string().optional(),
  card: z.string().optional(),
  description: z.string().optional(),
  metadata: metadata.optional(),
})
const seededTier = z.strictObject({
  up_to: z.int().positive().optional(),
  unit_amount: z.int().min(0).optional(),
  flat_amount: z.int().min(0).optional(),
})
const seededPrice = z.strictObject({
  id: z.string(),
  /** Needed where there are no tiers. */
  unit_amount: z.int().min(0).optional(),
  tiers: z.array(seededTier).min(1).optional(),
  tiers_mode: z.enum(['graduated', 'volume']).optional(),
  transform_quantity: z.strictObject({ divide_by: z.int().positive(), round: z.enum(['up', 'down']) }).optional(),
  currency: z.string().optional(),
  /** How often it is due; left out, once. */
  interval: z.enum(['day', 'week', 'month', 'year']).optional(),
  interval_count: z.int().positive().optional(),
  trial_period_days: z.int().positive().optional(),
  meter: z.string().optional(),
  lookup_key: z.string().optional(),
  nickname: z.string().optional(),
  product: z
    .strictObject({ id: z.string().optional(), name: z.string().optional(), unit_label: z.string().optional() })
    .optional(),
})
/** A coupon that was there before. */
type SeededCoupon = {
  readonly id: string
  readonly amount_off?: number | undefined
  readonly percent_off?: number | undefined
  readonly currency?: string | undefined
  readonly duration?: 'forever' | 'once' | 'repeating' | undefined
  readonly duration_in_months?: number | undefined
  readonly name?: string | undefined
  /** The products it is good for; all of them when left out. */
  readonly applies_to?: readonly string[] | undefined
}
const seededCoupon = z.strictObject({
  id: z.string(),
  amount_off: z.int().positive().optional(),
  percent_off: z.number().positive().max(100).optional(),
  currency: z.string().optional(),
  duration: z.enum(['forever', 'once', 'repeating']).optional(),
  duration_in_months: z.int().positive().optional(),
  name: z.string().optional(),
  applies_to: z.array(z.string()).min(1).optional(),
})
/** An account that was on the platform before, with what it holds. */
type SeededAccount = Books & {
  readonly id: string
  readonly type?: 'custom' | 'express' | 'none' | 'standard' | undefined
  readonly email?: string | undefined
  readonly business_type?: string | undefined
  readonly name?: string | undefined
  readonly url?: string | undefined
  readonly capabilities?: readonly string[] | undefined
  /** Whether its holder has told Stripe everything; so by default. */
  readonly onboarded?: boolean | undefined
  readonly payment_methods?: Partial<Dashboard> | undefined
}

const seededDashboard = z
  .strictObject({
    payments: z.array(z.string()).optional(),
    invoices: z.array(z.string()).optional(),
    setups: z.array(z.string()).optional(),
  })
  .optional() as z.ZodType<Partial<Dashboard> | undefined>
const seededWebhook = z.strictObject({
  id: z.string().optional(),
  url: z.url(),
  secret: z.string().startsWith('whsec_').optional(),
  enabled_events: z.array(z.string()).min(1).optional(),
})

const books = {
  customers: z.array(seededCustomer).optional(),
  prices: z.array(seededPrice).optional(),
  coupons: z.array(seededCoupon).optional(),
  payments: z.array(seededPayment).optional(),
  webhooks: z.array(seededWebhook).optional(),
  ...seededRows,
  ...seededMoney,
}
const seededAccount = z.strictObject({
  id: z.string().startsWith('acct_'),
  type: z.enum(['custom', 'express', 'none', 'standard']).optional(),
  email: z.string().optional(),
  business_type: z.string().optional(),
  name: z.string().optional(),
  url: z.string().optional(),
  capabilities: z.array(z.string()).optional(),
  onboarded: z.boolean().optional(),
  payment_methods: seededDashboard,
  ...books,
})

/** What an account holds before the scenario starts. */
type Books = SeededRows &
  SeededMoney & {
    readonly customers?: readonly SeededCustomer[] | undefined
    readonly prices?: readonly SeededPrice[] | undefined
    readonly coupons?: readonly SeededCoupon[] | undefined
    /** Payments that succeeded. */
    readonly payments?: readonly SeededPayment[] | undefined
    readonly webhooks?: readonly SeededWebhook[] | undefined
  }

/** As `settings.payouts.schedule` of an account: https://docs.stripe.com/payouts#payout-schedule (2026-11-26). */
export type PayoutSchedule = {
  readonly interval: 'daily' | 'manual' | 'monthly' | 'weekly'
  readonly monthly_anchor?: number | undefined
  readonly weekly_anchor?: string | undefined
}
const schedule = z.strictObject({
  interval: z.enum(['daily', 'manual', 'monthly', 'weekly']),
  monthly_anchor: z.int().min(1).max(31).optional(),
  weekly_anchor: z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']).optional(),
})

/** What `given.stripe` of a scenario may hold. */
export type Seed = Books & {
  /** Secret keys that are valid; without the list every well-formed test key is. */
  readonly keys?: readonly string[] | undefined
  readonly account?:
    | {
        readonly id?: string | undefined
        /** What the business is called. */
        readonly name?: string | undefined
        /** The API version of requests that name none. */
        readonly api_version?: string | undefined
        /** What customers see on their statement. */
        readonly descriptor?: string | undefined
        /** Whether payment methods that redirect are switched on in the Dashboard; they are, by default. */
        readonly redirects?: boolean | undefined
        /** Payment methods the Dashboard switches on, for payments, invoices and setups; cards only, by default. */
        readonly payment_methods?: Partial<Dashboard> | undefined
        /** Whether raw card numbers are allowed; they are not, by default. */
        readonly raw_card_data?: boolean | undefined
        /** When what is available is paid out: by hand, by default. */
        readonly payouts?: PayoutSchedule | undefined
        /** US dollars for one unit of another currency, as decimal strings by currency. */
        readonly rates?: Readonly<Record<string, string>> | undefined
      }
    | undefined
  /** Accounts on the platform of this one. */
  readonly accounts?: readonly SeededAccount[] | undefined
}

export const seedSchema: z.ZodType<Seed> = z.strictObject({
  keys: z.array(z.string().regex(/^(sk|rk)_test_/, 'Expected a test key such as sk_test_123.')).optional(),
  account: z
    .strictObject({
      id: z.string().startsWith('acct_').optional(),
      name: z.string().optional(),
      api_version: z.enum(API_VERSIONS).optional(),
      descriptor: z.string().min(5).max(22).optional(),
      redirects: z.boolean().optional(),
      payment_methods: seededDashboard,
      raw_card_data: z.boolean().optional(),
      payouts: schedule.optional(),
      rates: z.record(z.string().length(3), z.string().regex(/^\d+(\.\d+)?$/)).optional(),
    })
    .optional(),
  ...books,
  accounts: z.array(seededAccount).optional(),
})
