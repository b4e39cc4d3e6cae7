/** What a customer's account has seen, newest last. Amounts are whole cents. */
export type Entry = { readonly reference: string; readonly cents: number }

const entries = new Map<string, Entry[]>()

export const balanceOf = (account: string): number =>
  (entries.get(account) ?? []).reduce((sum, { cents }) => sum + cents, 0)

/** Books an entry once: the same reference again changes nothing. */
export function book(account: string, entry: Entry): void {
  const booked = entries.get(account) ?? []
  if (booked.some(({ reference }) => reference === entry.reference)) return
  entries.set(account, [...booked, entry])
}

export const accounts = (): readonly string[] => [...entries.keys()]
