import { loginOf, type Viewer } from '../access.ts'
import { emit } from '../events.ts'
import { type GitHub, repoPath } from '../github.ts'
import { issueBrief } from '../shapes/issues.ts'
import type { Row } from '../store.ts'
import { nodeId } from '../wire.ts'

/**
 * Words that close an issue once they reach the default branch:
 * https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue (2026-11-26).
 */
const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b/gi

/** Closes the issues that texts say are done. */
export function closeMentioned(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  texts: readonly string[],
  commit: string | null,
): void {
  const numbers = new Set(texts.flatMap((words) => [...words.matchAll(CLOSES)].map(([, number = '']) => number)))
  for (const number of numbers) {
    const issue = github.store.get(`${repoPath(repo)}/issues`, number)
    if (issue === undefined || issue.state !== 'open' || issue._pull !== undefined) continue
    const now = github.now()
    const actor = loginOf(viewer)
    const closed = {
      ...issue,
      state: 'closed',
      state_reason: 'completed',
      closed_at: now,
      closed_by: actor,
      updated_at: now,
    }
    github.store.put(`${repoPath(repo)}/issues`, number, closed)
    const id = github.nextId()
    const event = {
      id,
      node_id: nodeId('E', Number(repo.id), id),
      actor,
      event: 'closed',
      issue: issue.number,
      commit_id: commit,
      created_at: now,
    }
    github.store.put(`${repoPath(repo)}/issue-events`, id, event)
    emit(github, viewer, repo, 'issues.closed', { issue: issueBrief(github, repo, closed) })
  }
}
