import { z } from 'zod'
import { OwnRows } from '../rows.ts'
import type { Json } from '../trace.ts'
import { emptyState, type State } from './state.ts'

/** The state as plain data; what rows hold is replaced, never changed, so it is shared. */
export const toSnapshot = (state: State): Json =>
  Object.fromEntries(
    Object.entries(state).map(([name, table]) => [name, table instanceof OwnRows ? table.snapshot() : [...table]]),
  ) as Json

const rest = z.object({
  used_turns: z.array(z.number()),
  window: z.array(z.strictObject({ at_ms: z.number(), tokens: z.number() })),
})

/** Fills `state` from a snapshot of this twin. Throws on anything else, and changes nothing then. */
export function fromSnapshot(state: State, json: Json): void {
  const { used_turns, window } = rest.parse(json)
  const saved = json as { readonly [name: string]: Json }
  const tables = Object.entries(state).filter(([, table]) => table instanceof OwnRows)
  for (const [name] of tables) check(name, saved[name])
  const strange = Object.keys(saved).find((name) => !Object.hasOwn(emptyState(), name))
  if (strange !== undefined) throw new Error(`twins/openai: expected a snapshot of its own, got one with ${strange}.`)
  for (const [name, table] of tables) (table as OwnRows<object>).fill(saved[name] as unknown as readonly object[])
  Object.assign(state, { used_turns, window })
}

/** By hand: a schema over 100,000 rows takes longer than all the rest. */
function check(name: string, rows: Json | undefined): void {
  if (!Array.isArray(rows)) throw new Error(`twins/openai: expected a list of ${name} in the snapshot, got none.`)
  for (const row of rows as readonly Json[])
    if (row === null || typeof row !== 'object' || !('id' in row) || typeof row.id !== 'string')
      throw new Error(`twins/openai: expected rows with ids under ${name}, got ${JSON.stringify(row)?.slice(0, 80)}.`)
}
