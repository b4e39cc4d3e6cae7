import type { Json } from '../trace.ts'
import { DEFAULT_LABELS } from './default-labels.ts'
import { ensureAccount, ensureCommit, ensureRepo, keepCommit } from './ensure.ts'
import { importIssue, importLabel, importMilestone, importPull } from './furnish-issues.ts'
import {
  commitOf,
  EMPTY_TREE,
  type Entry,
  filesOf,
  gitSha,
  type Person,
  putBlob,
  putCommit,
  putFiles,
  putRef,
} from './git/objects.ts'
import { account, type GitHub, objectsPath, repoPath } from './github.ts'
import { isRow, listOf, type Row, rowOf, text } from './store.ts'

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

const bytesOf = (file: Json | undefined): Buffer => {
  if (typeof file === 'string') return Buffer.from(file)
  const { content, encoding } = rowOf(file)
  return Buffer.from(text(content), encoding === 'base64' ? 'base64' : 'utf8')
}

/** Files as a seed writes them: `{ path: text }`. */
function filesIn(github: GitHub, repo: Row, files: Row): Map<string, Entry> {
  return new Map(
    Object.entries(files).map(([path, file]) => {
      const mode = text(rowOf(file).mode) || '100644'
      return [path, { path, mode, type: 'blob', sha: putBlob(github, repo, bytesOf(file)) }]
    }),
  )
}

/** The commit that a repository begins with. */
export function firstCommit(github: GitHub, repo: Row, files: Row, login: string, message = 'Initial commit'): string {
  const who = person(github, login)
  const tree = putFiles(github, repo, filesIn(github, repo, files))
  const commit = putCommit(
    github,
    repo,
    { tree, parents: [], message, author: who, committer: who },
    { author: login, committer: login },
  )
  return text(commit.sha)
}

/** How an account signs commits: with its public address, or with the one GitHub lends it. */
export function person(github: GitHub, login: string): Person {
  const row = account(github, login) ?? {}
  const email = text(row.email) || `${row.id}+${text(row.login)}@users.noreply.github.com`
  return { name: text(row.name) || text(row.login), email, date: github.now() }
}

function furnishGit(github: GitHub, repo: Row, fields: Row): void {
  for (const one of listOf(fields.blobs)) keepBlob(github, repo, rowOf(one))
  for (const one of listOf(fields.trees)) keepTree(github, repo, rowOf(one))
  for (const one of listOf(fields.commits)) keepCommit(github, repo, rowOf(one))
  const branch = text(repo.default_branch)
  const owner = text(repo.full_name).split('/')[0] ?? ''
  if (isRow(fields.files)) putRef(github, repo, `refs/heads/${branch}`, firstCommit(github, repo, fields.files, owner))
  for (const [ref, sha] of Object.entries(rowOf(fields.refs))) {
    ensureCommit(github, repo, text(sha))
    putRef(github, repo, ref, text(sha))
  }
  for (const [name, what] of Object.entries(rowOf(fields.branches))) {
    const files = rowOf(rowOf(what).files)
    const sha =
      typeof what === 'string' ? ensureCommit(github, repo, what) : branchWith(github, repo, branch, files, owner)
    putRef(github, repo, `refs/heads/${name}`, sha)
  }
  for (const [name, what] of Object.entries(rowOf(fields.tags))) {
    const head = github.store.get(`${repoPath(repo)}/refs`, `refs/heads/${what === true ? branch : text(what)}`)
    putRef(
      github,
      repo,
      `refs/tags/${name}`,
      head === undefined ? ensureCommit(github, repo, text(what)) : text(head.sha),
    )
  }
  for (const one of listOf(fields.contents)) keepContent(github, repo, rowOf(one))
}

/** A branch with files over those of the default branch, in one commit. */
function branchWith(github: GitHub, repo: Row, from: string, files: Row, login: string): string {
  const base = github.store.get(`${repoPath(repo)}/refs`, `refs/heads/${from}`)
  if (base === undefined) return firstCommit(github, repo, files, login)
  const old = commitOf(github, repo, text(base.sha))
  const all = new Map([...filesOf(github, repo, text(old?.tree)), ...filesIn(github, repo, files)])
  for (const [path, file] of Object.entries(files)) if (file === null) all.delete(path)
  const who = person(github, login)
  const commit = {
    tree: putFiles(github, repo, all),
    parents: [text(base.sha)],
    message: 'Change files',
    author: who,
    committer: who,
  }
  return text(putCommit(github, repo, commit, { author: login, committer: login }).sha)
}

function keepBlob(github: GitHub, repo: Row, { sha, content, size }: Row): void {
  const bytes = Buffer.from(text(content), 'base64')
  const key = text(sha) || gitSha('blob', bytes)
  github.store.put(`${objectsPath(repo)}/blobs`, key, {
    sha: key,
    size: typeof size === 'number' ? size : bytes.length,
    content: bytes.toString('base64'),
  })
}

/** A tree as the API shows it, with all files below it or only one level. */
function keepTree(github: GitHub, repo: Row, { sha, tree }: Row): void {
  const entries = listOf(tree).map(rowOf) as readonly unknown[] as readonly (Entry & { readonly size?: Json })[]
  for (const { type, sha: blob, size } of entries)
    if (type === 'blob' && github.store.get(`${objectsPath(repo)}/blobs`, blob) === undefined)
      keepBlob(github, repo, { sha: blob, size })
  const plain = entries.map(({ path, mode, type, sha: of }) => ({ path, mode, type, sha: of }))
  const deep = plain.some(({ path }) => path.includes('/'))
  if (deep)
    putFiles(
      github,
      repo,
      new Map(plain.filter(({ type }) => type !== 'tree').map((one) => [one.path, one])),
      text(sha),
    )
  else github.store.put(`${objectsPath(repo)}/trees`, text(sha), { sha, entries: plain as Json })
}

/** A file that the API showed at a ref: all that a seed knows of the tree there. */
function keepContent(github: GitHub, repo: Row, doc: Row): void {
  const ref = text(doc.ref) || text(repo.default_branch)
  const head =
    github.store.get(`${repoPath(repo)}/refs`, `refs/heads/${ref}`) ??
    github.store.get(`${repoPath(repo)}/refs`, `refs/tags/${ref}`)
  const sha =
    head === undefined
      ? /^[0-9a-f]{40}$/.test(ref)
        ? ref
        : gitSha('commit', Buffer.from(`${repo.full_name} ${ref}`))
      : text(head.sha)
  ensureCommit(github, repo, sha)
  if (head === undefined && sha !== ref) putRef(github, repo, `refs/heads/${ref}`, sha)
  const { path, sha: blob, type, size, content, target } = doc
  const link = type === 'symlink'
  keepBlob(
    github,
    repo,
    link ? { sha: blob, content: Buffer.from(text(target)).toString('base64') } : { sha: blob, size, content },
  )
  const commit = commitOf(github, repo, sha) ?? {}
  const files = filesOf(github, repo, text(commit.tree))
  files.set(text(path), { path: text(path), mode: link ? '120000' : '100644', type: 'blob', sha: text(blob) })
  const known = text(commit.tree)
  const tree = putFiles(github, repo, files, known === EMPTY_TREE ? undefined : known)
  github.store.put(`${objectsPath(repo)}/commits`, sha, { ...commit, tree })
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
      github.store.put(`${repoPath(repo)}/${collection}`, String(_key ?? named.id).toLowerCase(), { ...named, ...row })
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
