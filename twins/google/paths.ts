/**
 * Google names methods behind a colon: `…/{id}:batchUpdate`. Routes take whole parts of a path, so that the verb becomes one:
 * `…/{id}/~batchUpdate`. Ranges may have colons of their own, so only known verbs count.
 */
export function routePath(method: string, path: string): string {
  if (method === 'GET') return path.replace(/^(\/v4\/spreadsheets\/[^/]+)\/values:(batchGet)$/, '$1/~$2')
  if (method !== 'POST') return path
  return path
    .replace(/^(\/v4\/spreadsheets\/[^/]+)\/values:batchUpdate$/, '$1/~batchUpdateValues')
    .replace(/^(\/v4\/spreadsheets\/[^/]+)\/values:(batchClear|batch\w+ByDataFilter)$/, '$1/~$2')
    .replace(/^(\/v4\/spreadsheets\/[^/]+\/values\/[^/]+):(append|clear)$/, '$1/~$2')
    .replace(/^(\/v4\/spreadsheets\/[^/]+\/sheets\/[^/]+):(copyTo)$/, '$1/~$2')
    .replace(/^(\/v4\/spreadsheets\/[^/:]+):(batchUpdate|getByDataFilter)$/, '$1/~$2')
    .replace(/^(\/v1\/documents\/[^/:]+):(batchUpdate)$/, '$1/~$2')
}

const HOSTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/((upload\/)?drive\/v3|upload\/drive\/v2)\//, ['www.googleapis.com', 'content.googleapis.com']],
  [/^\/oauth2\/v4\/token$/, ['www.googleapis.com']],
  [/^\/(token|tokeninfo|revoke)$/, ['oauth2.googleapis.com']],
  [/^\/v4\/spreadsheets(\/|$)/, ['sheets.googleapis.com']],
  [/^\/v1\/documents(\/|$)/, ['docs.googleapis.com']],
]

/** Whether a path is served at a host. */
export const isAtHome = (path: string, host: string): boolean =>
  HOSTS.some(([form, hosts]) => form.test(path) && hosts.includes(host))
