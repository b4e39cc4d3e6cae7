import { z } from 'zod'
import { duration, toMs } from '../../scenarios/parse/schema.ts'

/** The `factory:` part of backlot.yaml: what the loop may use up, and where its kill switch is. */
export type FactorySettings = {
  /** A path or an URL instead of `.backlot/STOP`. */
  readonly stop?: string | undefined
  readonly attempts: number
  readonly parallel: number
  readonly 'budget-usd'?: string | undefined
  readonly timeout: string
  /** For one answer of an agent. */
  readonly 'answer-timeout': string
}

const usd = z.string().regex(/^\d+(\.\d{1,6})?$/, 'a quoted amount such as "5.00"')

export const factorySchema: z.ZodType<FactorySettings> = z.strictObject({
  stop: z.string().min(1).optional(),
  attempts: z.int().min(1).max(1000).default(3),
  parallel: z.int().min(1).max(16).default(1),
  'budget-usd': usd.optional(),
  timeout: duration.default('30m'),
  'answer-timeout': duration.default('15m'),
})

/** `30m` in milliseconds; undefined when it is no duration. */
export const readDuration = (text: string): number | undefined =>
  duration.safeParse(text).success ? toMs(text) : undefined

/** `5.00` in millionths of a dollar; undefined when it is no amount. */
export function readUsd(text: string): number | undefined {
  if (!usd.safeParse(text).success) return undefined
  const [whole = '0', places = ''] = text.split('.')
  return Number(whole) * 1_000_000 + Number(places.padEnd(6, '0'))
}
