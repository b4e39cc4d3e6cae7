import { join } from 'node:path'

/** The authority's two files. */
export const authorityFiles = (folder: string): { readonly certificate: string; readonly key: string } => ({
  certificate: join(folder, 'ca.pem'),
  key: join(folder, 'ca-key.pem'),
})
