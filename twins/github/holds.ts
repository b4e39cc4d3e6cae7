import { atLeast, loginOf, roleOn, type Viewer } from './access.ts'
import { account, type GitHub, ownerOf, repoPath } from './github.ts'
import { type Row, text } from './store.ts'
import { forbidden } from './wire.ts'

const DAY_MS = 24 * 3_600_000

/** What is in force of limits on who may speak: the repository's own, its owner's. */
function limitsOn(github: GitHub, repo: Row): readonly string[] {
  const owner = ownerOf(repo).toLowerCase()
  return [
    `${repoPath(repo)}/interaction-limits`,
    `orgs/${owner}/interaction-limits`,
    `users/${owner}/interaction-limits`,
  ]
    .map((path) => github.store.get(path, 'limit'))
    .filter((row) => row !== undefined && Date.parse(text(row.expires_at)) > github.world.clock.now())
    .map((row) => text(row?.limit))
}

/** Whether somebody has a commit in the default branch's history. */
const contributed = (github: GitHub, repo: Row, login: string): boolean =>
  github.store.rows(`git/${repo._network ?? repo.id}/commits`).some((commit) => commit._author === login)

/**
 * Keeps out who may not open or say anything here, though they may look: whom the owner has blocked, and whom an interaction limit leaves
 * out. Source: https://docs.github.com/communities/moderating-comments-and-conversations (2026-11-26). Assumed: the words of the refusals.
 */
export function mayInteract(github: GitHub, viewer: Viewer, repo: Row): void {
  if (viewer.kind !== 'user') return
  const login = loginOf(viewer)
  const owner = ownerOf(repo).toLowerCase()
  const blocked = [`orgs/${owner}/blocks`, `users/${owner}/blocks`].some(
    (path) => github.store.get(path, login.toLowerCase()) !== undefined,
  )
  if (blocked) throw forbidden('User is blocked')
  if (atLeast(roleOn(github, viewer, repo), 'triage')) return
  for (const limit of limitsOn(github, repo)) {
    const young = Date.parse(text(account(github, login)?.created_at)) > github.world.clock.now() - DAY_MS
    const out =
      limit === 'existing_users' ? young : limit === 'contributors_only' ? !contributed(github, repo, login) : true
    if (out) throw forbidden('Interactions on this repository have been restricted.')
  }
}
