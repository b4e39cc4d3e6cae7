import type { Ask } from '../ask.ts'
import type { FileRow } from '../state.ts'
import { account, gap, permissionsOn, rankOf } from '../workspace.ts'
import { plainText } from './export.ts'
import type { Sight } from './query.ts'

/** What a query of this caller sees. */
export function sight(ask: Ask): Sight {
  const { ws, email, token } = ask
  const with_ = (file: FileRow, least: 'owner' | 'writer' | 'reader'): readonly string[] =>
    permissionsOn(ws, file).flatMap(({ emailAddress, role }) =>
      emailAddress !== undefined && rankOf(role) >= rankOf(least) ? [emailAddress] : [],
    )
  return {
    email,
    root: account(ws, email).root,
    client: token.client,
    words: (file) => plainText(ws, file),
    roles: (file) => ({ owners: with_(file, 'owner'), writers: with_(file, 'writer'), readers: with_(file, 'reader') }),
    gap,
  }
}
