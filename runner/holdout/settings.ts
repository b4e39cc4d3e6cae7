import { z } from 'zod'

/** The `holdouts:` part of backlot.yaml. */
export type HoldoutSettings = {
  /** Where the sealed scenarios are: a folder outside the repository, or a git repository of their own. `$NAME` is read from the environment. */
  readonly from?: string | { readonly git: string; readonly ref: string } | undefined
  /** Folder of the ledger and the secret; for a folder of scenarios it may be left out. Never inside the repository. */
  readonly ledger?: string | undefined
  /** How often they may be opened for one agent and one set of requirements. */
  readonly budget: number
  /** What is told of a failure: 0 one bit, 1 also the criteria. */
  readonly level: 0 | 1
  /** Fewer unburnt ones than this are no holdouts. */
  readonly minimum: number
  readonly seeds: number
  /** How many of them judge at a time; the others wait for their turn. Left out: all. */
  readonly draw?: number | undefined
  /** Variants made of each visible scenario, with other names, amounts, order and times. */
  readonly variants: number
}

export const holdoutSchema: z.ZodType<HoldoutSettings> = z
  .strictObject({
    from: z
      .union([z.string().min(1), z.strictObject({ git: z.string().min(1), ref: z.string().default('HEAD') })])
      .optional(),
    ledger: z.string().min(1).optional(),
    budget: z.int().min(1).max(1000).default(3),
    level: z.literal([0, 1], '0 (one bit) or 1 (and the criteria)').default(1),
    minimum: z.int().min(0).default(1),
    seeds: z.int().min(1).max(1000).default(3),
    draw: z.int().min(1).optional(),
    variants: z.int().min(0).max(20).default(0),
  })
  .refine(({ from, variants }) => from !== undefined || variants > 0, {
    path: ['from'],
    message: 'sealed scenarios in "from", or a number of variants',
  })
  .refine(({ from, ledger }) => typeof from === 'string' || ledger !== undefined, {
    path: ['ledger'],
    message: 'a folder outside the repository, as there is no folder of scenarios to keep it in',
  })
