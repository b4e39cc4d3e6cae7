import type { Json } from '../../trace.ts'
import type { Change } from '../git/diff.ts'
import { changesBetween } from '../git/diff.ts'
import { filesAt } from '../git/history.ts'
import { asJson, commitOf, type NewCommit, parentsOf, payloadOf, personOf } from '../git/objects.ts'
import type { GitHub } from '../github.ts'
import { count, type Row, text } from '../store.ts'
import { nodeId, pathOf } from '../wire.ts'
import { person } from './accounts.ts'
import { urlOf, webOf } from './repos.ts'

/**
 * Whether a signature holds: https://docs.github.com/rest/git/commits (2026-11-26). The twin knows no keys, so that a well-formed
 * signature is by an unknown one.
 */
function verification(commit: Row): Json {
  if (commit.verification !== undefined) return commit.verification
  const { signature } = commit
  if (signature === undefined)
    return { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  const reason = text(signature).includes('-----BEGIN') ? 'unknown_key' : 'unknown_signature_type'
  return { verified: false, reason, signature, payload: payloadOf(asNew(commit)), verified_at: null }
}
const asNew = (commit: Row): NewCommit => ({
  tree: text(commit.tree),
  parents: parentsOf(commit),
  message: text(commit.message),
  author: personOf(commit, 'author'),
  committer: personOf(commit, 'committer'),
})

const nodeOf = (repo: Row, commit: Row): Json => commit.node_id ?? nodeId('C', count(repo.id), text(commit.sha))
const treeLink = (repo: Row, commit: Row): Json => ({
  sha: commit.tree ?? '',
  url: `${urlOf(repo)}/git/trees/${commit.tree}`,
})

/** A commit as git has it. */
export function gitCommit(_: GitHub, repo: Row, commit: Row): Json {
  const sha = text(commit.sha)
  return {
    sha,
    node_id: nodeOf(repo, commit),
    url: `${urlOf(repo)}/git/commits/${sha}`,
    html_url: `${webOf(repo)}/commit/${sha}`,
    author: asJson(personOf(commit, 'author')),
    committer: asJson(personOf(commit, 'committer')),
    tree: treeLink(repo, commit),
    message: commit.message ?? '',
    parents: parentsOf(commit).map((parent) => ({
      sha: parent,
      url: `${urlOf(repo)}/git/commits/${parent}`,
      html_url: `${webOf(repo)}/commit/${parent}`,
    })),
    verification: verification(commit),
  }
}

/** The account behind a name of a commit: who is known to have made it, or whose address it is. */
function accountBehind(github: GitHub, commit: Row, role: 'author' | 'committer'): Json {
  const known = commit[`_${role}`]
  if (known !== undefined && known !== null) return person(github, known)
  return null
}

/** A commit as a list shows it. */
export function commitBrief(github: GitHub, repo: Row, commit: Row): Json {
  const sha = text(commit.sha)
  const comments = github.store.size(`repos/${text(repo.full_name).toLowerCase()}/commits/${sha}/comments`)
  return {
    sha,
    node_id: nodeOf(repo, commit),
    commit: {
      author: asJson(personOf(commit, 'author')),
      committer: asJson(personOf(commit, 'committer')),
      message: commit.message ?? '',
      tree: treeLink(repo, commit),
      url: `${urlOf(repo)}/git/commits/${sha}`,
      comment_count: commit._comment_count ?? comments,
      verification: verification(commit),
    },
    url: `${urlOf(repo)}/commits/${sha}`,
    html_url: `${webOf(repo)}/commit/${sha}`,
    comments_url: `${urlOf(repo)}/commits/${sha}/comments`,
    author: accountBehind(github, commit, 'author'),
    committer: accountBehind(github, commit, 'committer'),
    parents: parentsOf(commit).map((parent) => ({
      sha: parent,
      url: `${urlOf(repo)}/commits/${parent}`,
      html_url: `${webOf(repo)}/commit/${parent}`,
    })),
  } as Json
}

/** What a commit changed, held against its first parent. */
export function changesOf(github: GitHub, repo: Row, commit: Row): readonly Change[] {
  const [first] = parentsOf(commit)
  const before = first === undefined ? undefined : commitOf(github, repo, first)
  return changesBetween(github, repo, filesAt(github, repo, before), filesAt(github, repo, commit))
}

/** A changed file. `at` is the commit that its links lead to, `before` where files that are gone were. */
export function changedFile(repo: Row, change: Change, at: string, before: string): Json {
  const ref = change.status === 'removed' ? before : at
  const path = encodeURIComponent(change.path)
  return {
    sha: (change.after ?? change.before)?.sha ?? null,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${webOf(repo)}/blob/${ref}/${path}`,
    raw_url: `${webOf(repo)}/raw/${ref}/${path}`,
    contents_url: `${urlOf(repo)}/contents/${pathOf(change.path)}?ref=${ref}`,
    ...(change.patch === undefined ? {} : { patch: change.patch }),
    ...(change.from === undefined ? {} : { previous_filename: change.from }),
  }
}

export const tally = (
  changes: readonly Change[],
): { readonly additions: number; readonly deletions: number; readonly total: number } => {
  const additions = changes.reduce((sum, one) => sum + one.additions, 0)
  const deletions = changes.reduce((sum, one) => sum + one.deletions, 0)
  return { total: additions + deletions, additions, deletions }
}

/** A commit by itself, with what it changed. */
export function commitWhole(github: GitHub, repo: Row, commit: Row): Json {
  const brief = commitBrief(github, repo, commit) as Row
  // Of a commit that a seed took over whole, the trees need not be there.
  if (commit._files !== undefined) return { ...brief, stats: commit._stats ?? null, files: commit._files } as Json
  const changes = changesOf(github, repo, commit)
  const files = changes.map((change) => changedFile(repo, change, text(commit.sha), parentsOf(commit)[0] ?? ''))
  return { ...brief, stats: tally(changes), files } as Json
}

/** A commit as what runs on it tells of it. */
export function simpleCommit(commit: Row): Json {
  const { date: _, ...author } = personOf(commit, 'author')
  const { date, ...committer } = personOf(commit, 'committer')
  return { id: commit.sha, tree_id: commit.tree, message: commit.message, timestamp: date, author, committer } as Json
}
