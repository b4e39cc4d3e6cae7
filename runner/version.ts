import { readFileSync } from 'node:fs'

/** The version in package.json, found from the source as from `dist`. */
export function backlotVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'))
      if (
        parsed !== null &&
        typeof parsed === 'object' &&
        'name' in parsed &&
        parsed.name === 'backlot' &&
        'version' in parsed
      )
        return String(parsed.version)
    } catch {
      // Not here: one folder further up.
    }
  }
  return 'unknown'
}
