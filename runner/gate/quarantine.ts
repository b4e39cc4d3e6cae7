import { z } from 'zod'

/** The `quarantine:` part of backlot.yaml: cases known to flake, each somebody's to mend until a day. They are run all the same. */
export type Quarantined = {
  readonly scenario: string
  readonly owner: string
  readonly reason: string
  readonly until: string
}
export const quarantineSchema: z.ZodType<Quarantined[]> = z.array(
  z.strictObject({
    scenario: z.string(),
    owner: z.string().min(1, 'who mends it'),
    reason: z.string().min(1, 'why it is here'),
    until: z.iso.date('a day such as 2026-12-31'),
  }),
)
