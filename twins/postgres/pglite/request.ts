/** What the thread of a PGlite is asked. */
export type Request =
  | { readonly kind: 'reset'; readonly template: string; readonly sql: readonly string[]; readonly nowMs: number }
  | { readonly kind: 'exec'; readonly bytes: Uint8Array; readonly nowMs: number; readonly chance: string }
  /** Keeps an image of now, goes back to one, forgets one. */
  | { readonly kind: 'keep' | 'back' | 'drop'; readonly image: number }
  /** Asks a kept image, and leaves everything as it is. */
  | {
      readonly kind: 'peek'
      readonly image: number
      readonly bytes: Uint8Array
      readonly nowMs: number
      readonly chance: string
    }
export type Reply = { readonly bytes: Uint8Array }
