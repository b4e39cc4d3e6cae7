type Level = 'info' | 'warn' | 'error'

/** One JSON line; never with what Okta knows of a person beyond the login. */
export function log(level: Level, event: string, fields: Readonly<Record<string, unknown>>): void {
  console[level](JSON.stringify({ level, event, ...fields }))
}
