import type { Json } from '../../trace.ts'
import { type Row, text } from '../store.ts'
import { GitHubError } from '../wire.ts'

/** A glob as a regular expression's source: `*` for anything within a part, `**` for anything at all. */
export const globSource = (pattern: string): string =>
  pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '(?:.*/)?')
    .replaceAll('\u0001', '.*')

/** Whether a ruleset's pattern is about a ref, or about a repository's name. */
export function fits(pattern: string, name: string, isDefault: boolean): boolean {
  if (pattern === '~ALL') return true
  if (pattern === '~DEFAULT_BRANCH') return isDefault
  return new RegExp(`^${globSource(pattern)}$`).test(name)
}

/**
 * Whether a text is as a rule wants it, such as `{ operator: 'starts_with', pattern: 'fix:', negate: false }`:
 * https://docs.github.com/rest/repos/rules (2026-11-26).
 */
export function agrees(parameters: Row, words: string): boolean {
  const pattern = text(parameters.pattern)
  const hit = ((): boolean => {
    switch (parameters.operator) {
      case 'starts_with':
        return words.startsWith(pattern)
      case 'ends_with':
        return words.endsWith(pattern)
      case 'contains':
        return words.includes(pattern)
      default:
        return regexOf(parameters.pattern).test(words)
    }
  })()
  return hit !== (parameters.negate === true)
}

/** GitHub's are RE2's. Assumed: what both know means the same in both. */
function regexOf(pattern: Json | undefined): RegExp {
  try {
    return new RegExp(text(pattern), 'm')
  } catch {
    throw new GitHubError(422, 'Validation Failed', [`Invalid regular expression: ${text(pattern)}`])
  }
}

/** Whether a path is one that a line of a `.gitignore`, or of CODEOWNERS, is about. */
export function ignores(pattern: string, path: string): boolean {
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '')
  const anchored = pattern.startsWith('/') || bare.includes('/')
  // What a directory is about, all below it is about; `docs/*` is about what is in it only.
  const below = pattern.endsWith('/') ? '/.*' : /(^|\/)\*$/.test(bare) && anchored ? '' : '(?:/.*)?'
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${globSource(bare)}${below}$`).test(path)
}
