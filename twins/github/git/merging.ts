import type { GitHub } from '../github.ts'
import type { Row } from '../store.ts'
import { text } from '../store.ts'
import { compared, filesAt, merged } from './history.ts'
import { type Person, putCommit, putFiles } from './objects.ts'

/** The commit that puts the second of two commits into the first; undefined where they are at odds. */
export function mergeOf(
  github: GitHub,
  repo: Row,
  [into, from]: readonly [Row, Row],
  { login, author, message }: { readonly login: string; readonly author: Person; readonly message: string },
): Row | undefined {
  const { mergeBase } = compared(github, repo, into, from)
  const [old, ours, theirs] = [mergeBase, into, from].map((one) => filesAt(github, repo, one))
  const files = merged(github, repo, old ?? new Map(), ours ?? new Map(), theirs ?? new Map())
  if (files === undefined) return undefined
  const parents = [text(into.sha), text(from.sha)]
  const commit = { tree: putFiles(github, repo, files), parents, message, author, committer: author }
  return putCommit(github, repo, commit, { author: login, committer: login })
}
