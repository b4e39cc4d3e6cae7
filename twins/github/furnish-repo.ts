import type { Json } from '../trace.ts'
import { DEFAULT_LABELS } from './default-labels.ts'
import { ensureAccount, ensureRepo } from './ensure.ts'
import { furnishGit } from './furnish-git.ts'
import { importIssue, importLabel, importMilestone, importPull } from './furnish-issues.ts'
import { type GitHub, repoPath } from './github.ts'
import { isRow, listOf, type Row, rowOf } from './store.ts'

/** Puts a repository in place, with all that a seed says is in it. */
export function furnishRepo(github: GitHub, fields: Row): void {
  const repo = ensureRepo(github, fields)
  for (const [who, role] of Object.entries(rowOf(fields.collaborators)))
    github.store.put(`${repoPath(repo)}/collaborators`, ensureAccount(github, who).toLowerCase(), {
      login: who,
      permission: role ?? 'push',
    })
  furnishGit(github, repo, fields)
  furnishIssues(github, repo, fields)
  furnishRows(github, repo, fields)
}

function furnishIssues(github: GitHub, repo: Row, fields: Row): void {
  for (const one of fields.labels === undefined ? DEFAULT_LABELS : listOf(fields.labels))
    importLabel(github, repo, one as Json)
  for (const one of listOf(fields.milestones)) importMilestone(github, repo, rowOf(one))
  for (const one of listOf(fields.issues)) importIssue(github, repo, rowOf(one))
  for (const one of listOf(fields.pulls)) importPull(github, repo, rowOf(one))
}

/** Whatever else is below a repository, by its path: `{ keys: [...], actions/variables: [...] }`. */
function furnishRows(github: GitHub, repo: Row, fields: Row): void {
  const plain = ['hooks', 'releases', 'keys'].map((name) => [name, fields[name] ?? []] as const)
  for (const [collection, rows] of [...plain, ...Object.entries(rowOf(fields.rows))]) {
    for (const one of listOf(rows)) {
      const { _key, ...row } = rowOf(one)
      // What is found by another name need not have an id.
      const named = _key === undefined ? { id: row.id ?? github.nextId() } : {}
      const dated = collection === 'hooks' ? { created_at: github.now(), updated_at: github.now() } : {}
      const path = `${repoPath(repo)}/${collection}`
      github.store.put(path, String(_key ?? named.id).toLowerCase(), { ...named, ...dated, ...row })
    }
  }
  for (const one of listOf(fields.stargazers)) {
    const login = ensureAccount(github, isRow(one) ? (rowOf(one).user ?? (one as Json)) : String(one))
    github.store.put(`${repoPath(repo)}/stargazers`, login.toLowerCase(), {
      login,
      starred_at: rowOf(one).starred_at ?? github.now(),
    })
  }
  for (const [branch, protection] of Object.entries(rowOf(fields.protections)))
    github.store.put(`${repoPath(repo)}/protections`, branch, rowOf(protection))
}
