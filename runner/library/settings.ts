import { z } from 'zod'

/** The `library:` part of backlot.yaml: how incidents are tried on this service. */
export type LibrarySettings = {
  /** `cache: kv` says who plays a role, `cache.put: kv.keys.set` what one word of it is called there. */
  readonly bind: Readonly<Record<string, string>>
  /** The scenario whose starting state and first call are used. */
  readonly from?: string | undefined
  /** What an incident's events need to know, such as the name of a queue. */
  readonly with: Readonly<Record<string, string>>
}

const word = z
  .string()
  .regex(/^[a-z][a-z0-9-]*(\.[A-Za-z0-9_.-]+)?$/, 'a role or twin, or one word of it such as cache.put')

export const librarySchema: z.ZodType<LibrarySettings> = z.strictObject({
  bind: z.record(word, word).default({}),
  from: z.string().optional(),
  with: z.record(z.string(), z.string()).default({}),
})
