/** What the thread of a PGlite is asked. */
export type Request =
  | { readonly kind: 'reset'; readonly template: string; readonly sql: readonly string[]; readonly nowMs: number }
  | { readonly kind: 'exec'; readonly bytes: Uint8Array; readonly nowMs: number; readonly chance: string }
export type Reply = { readonly bytes: Uint8Array }
