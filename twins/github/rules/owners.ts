import { filesAt } from '../git/history.ts'
import { commitOf, contentOf } from '../git/objects.ts'
import { account, type GitHub, ownerOf } from '../github.ts'
import { type Row, text } from '../store.ts'
import { inTeam } from './in-force.ts'
import { ignores } from './patterns.ts'

type Line = { readonly pattern: string; readonly owners: readonly string[] }

/** Where GitHub looks, in this order: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features (about code owners, 2026-11-26). */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const

function linesAt(github: GitHub, repo: Row, sha: string): readonly Line[] {
  const files = filesAt(github, repo, commitOf(github, repo, sha))
  const entry = PLACES.map((path) => files.get(path)).find((one) => one !== undefined)
  if (entry === undefined) return []
  return contentOf(github, repo, entry.sha)
    .toString()
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [pattern = '', ...owners] = line.split(/\s+/)
      return { pattern, owners }
    })
}

/** The owners of each of these paths, as CODEOWNERS of a commit has them: the last line that fits decides. Paths without any are left out. */
export function ownersOf(
  github: GitHub,
  repo: Row,
  sha: string,
  paths: readonly string[],
): readonly (readonly string[])[] {
  const lines = linesAt(github, repo, sha)
  return paths
    .map((path) => lines.findLast(({ pattern }) => ignores(pattern, path))?.owners ?? [])
    .filter((owners) => owners.length > 0)
}

/** Whether somebody is one of these owners: `@login`, `@org/team` or an address. */
export const isOwnerOf = (github: GitHub, repo: Row, login: string, owners: readonly string[]): boolean =>
  owners.some((owner) => {
    if (!owner.startsWith('@')) return account(github, login)?.email === owner
    const [org = '', team] = owner.slice(1).split('/')
    if (team === undefined) return org.toLowerCase() === login.toLowerCase()
    return org.toLowerCase() === ownerOf(repo).toLowerCase() && inTeam(github, org, team.toLowerCase(), login)
  })

/** Owners as reviewers: people by login, teams by slug. */
export function asReviewers(
  github: GitHub,
  owners: readonly string[],
): { readonly people: readonly string[]; readonly teams: readonly string[] } {
  const named = owners.filter((one) => one.startsWith('@')).map((one) => one.slice(1))
  const people = named.filter((one) => !one.includes('/')).map((one) => account(github, one))
  return {
    people: people.flatMap((row) => (row === undefined ? [] : [text(row.login)])),
    teams: named.filter((one) => one.includes('/')).map((one) => (one.split('/')[1] ?? '').toLowerCase()),
  }
}
