import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the local certificate authority is kept when nobody says otherwise. */
export const authorityFolder = (): string =>
  join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'backlot')

/** The authority's two files. */
export const authorityFiles = (folder: string): { readonly certificate: string; readonly key: string } => ({
  certificate: join(folder, 'ca.pem'),
  key: join(folder, 'ca-key.pem'),
})
