import type { Api } from './ask.ts'
import type { Meter } from './quota.ts'
import { GoogleError } from './wire.ts'

const AUTH = 'https://www.googleapis.com/auth/'
/** Scopes that open an API, for reading and for writing: the SDK's own notes on each method list them. */
const READS: Readonly<Record<Api, readonly string[]>> = {
  drive: ['drive', 'drive.readonly', 'drive.file', 'drive.metadata', 'drive.metadata.readonly', 'drive.appdata'],
  sheets: ['drive', 'drive.readonly', 'drive.file', 'spreadsheets', 'spreadsheets.readonly'],
  docs: ['drive', 'drive.readonly', 'drive.file', 'documents', 'documents.readonly'],
}
const WRITES: Readonly<Record<Api, readonly string[]>> = {
  drive: ['drive', 'drive.file', 'drive.appdata'],
  sheets: ['drive', 'drive.file', 'spreadsheets'],
  docs: ['drive', 'drive.file', 'documents'],
}

export const DRIVE: string = `${AUTH}drive`

/** The refusal of a token whose scopes do not open a method; undefined when they do. */
export function lacksScope(api: Api, meter: Meter, scopes: readonly string[]): GoogleError | undefined {
  const wanted = (meter === 'modify' ? WRITES : READS)[api]
  const opened = scopes.filter((scope) => scope.startsWith(AUTH) && wanted.includes(scope.slice(AUTH.length)))
  // Metadata is all that these two show; the words of a file they do not.
  const enough = opened.some((scope) => meter !== 'download' || !scope.includes('drive.metadata'))
  if (enough) return undefined
  return new GoogleError('Request had insufficient authentication scopes.', {
    status: 403,
    reason: 'insufficientPermissions',
    short: 'Insufficient Permission',
    headers: {
      'WWW-Authenticate': `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${wanted.map((one) => AUTH + one).join(' ')}"`,
    },
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
        domain: 'googleapis.com',
        metadata: { service: `${api}.googleapis.com` },
      },
    ],
  })
}

/** Whether a token opens no more than the files of its app: https://developers.google.com/workspace/drive/api/guides/api-specific-auth (as known; not opened). */
export const isPerFile = (scopes: readonly string[]): boolean =>
  !scopes.some((scope) =>
    /\/auth\/(drive|drive\.readonly|drive\.metadata(\.readonly)?|spreadsheets(\.readonly)?|documents(\.readonly)?)$/.test(
      scope,
    ),
  )
