import { type Org, text } from './org.ts'

/** Ends the sessions of a user, by browser and by API; with them, where asked, what tokens it holds. */
export function endSessions(org: Org, user: string, tokens: boolean): void {
  for (const collection of ['~sessions', '~api-sessions', '~session-tokens'])
    for (const session of org.store.rows(collection))
      if (session.user === user) org.store.remove(collection, text(session.id))
  if (!tokens) return
  for (const token of org.store.rows('~refresh'))
    if (token.user === user) org.store.remove('~refresh', text(token._key))
  for (const token of org.store.rows('~tokens'))
    if (token.user === user && token.revoked !== true) org.store.put('~tokens', { ...token, revoked: true })
}
