import type { Work } from '../engine.ts'
import type { Status } from '../wire.ts'

/** What the thread of a server is asked. */
export type Request =
  | { readonly kind: 'reset'; readonly template: string; readonly sql: readonly string[]; readonly nowMs: number }
  | {
      readonly kind: 'open'
      readonly session: number
      readonly parameters: Readonly<Record<string, string>>
      readonly nowMs: number
      /** In [-1, 1]: what `random()` of the session begins with. */
      readonly chance: number
    }
  | {
      readonly kind: 'send'
      readonly session: number
      readonly bytes: Uint8Array
      /** How many answers a Flush ends; none: it ends with `ReadyForQuery`. */
      readonly count: number | undefined
      readonly listens: boolean
      readonly nowMs: number
    }
  | { readonly kind: 'close' | 'cancel'; readonly session: number }
  | { readonly kind: 'rows'; readonly sql: string }
  | { readonly kind: 'run'; readonly work: readonly Work[]; readonly nowMs: number }

/** The whole answer to a session's batch. */
export type Finished = { readonly session: number; readonly bytes: Uint8Array; readonly status: Status }
export type Reply = {
  readonly finished: readonly Finished[]
  readonly notified: readonly { readonly session: number; readonly bytes: Uint8Array }[]
  readonly rows: readonly Readonly<Record<string, string | null>>[]
}
