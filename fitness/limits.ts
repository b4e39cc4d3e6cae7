import { z } from 'zod'

/** The `fitness:` part of backlot.yaml. */
export type FitnessLimits = {
  readonly 'cost-per-request': { readonly 'at-most'?: string | undefined; readonly ratchet: number }
  readonly 'calls-per-request': { readonly 'at-most'?: number | undefined; readonly ratchet: number }
  readonly 'virtual-latency': { readonly 'at-most'?: string | undefined; readonly ratchet: number }
  readonly 'in-flight': { readonly 'at-most'?: number | undefined; readonly ratchet: number }
}

const ratchet = (usual: number): z.ZodDefault<z.ZodNumber> => z.number().min(1, 'a factor of 1 or more').default(usual)
const amount = z.string().regex(/^\d+(\.\d+)? [A-Z]{3}$/, 'an amount such as 0.050 USD')
const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'a duration such as 30s')

/** Without a word in backlot.yaml: a quarter more cost is a failure, twice the calls or in flight, three times the latency. */
export const fitnessSchema: z.ZodType<FitnessLimits> = z.strictObject({
  'cost-per-request': z.strictObject({ 'at-most': amount.optional(), ratchet: ratchet(1.25) }).prefault({}),
  'calls-per-request': z.strictObject({ 'at-most': z.number().min(0).optional(), ratchet: ratchet(2) }).prefault({}),
  'virtual-latency': z.strictObject({ 'at-most': duration.optional(), ratchet: ratchet(3) }).prefault({}),
  'in-flight': z.strictObject({ 'at-most': z.int().min(1).optional(), ratchet: ratchet(2) }).prefault({}),
})
