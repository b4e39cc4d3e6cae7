import type { GitHub } from '../github.ts'
import { type Row, rowOf, text } from '../store.ts'
import { type Change, changesBetween } from './diff.ts'
import { compared, filesAt, merged } from './history.ts'
import { commitOf } from './objects.ts'

/** What an issue has as a pull request. */
export const pullOf = (issue: Row): Row => rowOf(issue._pull)

/** The two sides as commits, and what the head adds. */
export function diffOf(
  github: GitHub,
  repo: Row,
  issue: Row,
): {
  readonly commits: readonly Row[]
  readonly changes: readonly Change[]
  readonly base: Row | undefined
  readonly head: Row | undefined
} {
  const pull = pullOf(issue)
  const [base, head] = [pull.base, pull.head].map((of) => commitOf(github, repo, text(rowOf(of).sha)))
  if (base === undefined || head === undefined) return { commits: [], changes: [], base, head }
  const { mergeBase, ahead } = compared(github, repo, base, head)
  const changes = changesBetween(github, repo, filesAt(github, repo, mergeBase), filesAt(github, repo, head))
  return { commits: ahead, changes, base, head }
}

/** Whether the head can be merged into the base; undefined where a side is gone. */
export function canMerge(github: GitHub, repo: Row, issue: Row): boolean | undefined {
  const { base, head } = diffOf(github, repo, issue)
  if (base === undefined || head === undefined) return undefined
  const { mergeBase } = compared(github, repo, base, head)
  const [old, ours, theirs] = [mergeBase, base, head].map((commit) => filesAt(github, repo, commit))
  if (old === undefined || ours === undefined || theirs === undefined) return undefined
  return merged(github, repo, old, ours, theirs) !== undefined
}
