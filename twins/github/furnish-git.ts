import type { Json } from '../trace.ts'
import { ensureCommit, keepCommit } from './ensure.ts'
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

export function furnishGit(github: GitHub, repo: Row, fields: Row): void {
  for (const one of listOf(fields.blobs)) keepBlob(github, repo, rowOf(one))
  for (const one of listOf(fields.trees)) keepTree(github, repo, rowOf(one))
  for (const one of listOf(fields.commits)) keepCommit(github, repo, rowOf(one))
  const branch = text(repo.default_branch)
  const owner = text(repo.full_name).split('/')[0] ?? ''
  if (isRow(fields.files)) putRef(github, repo, `refs/heads/${branch}`, firstCommit(github, repo, fields.files, owner))
  for (const [ref, what] of Object.entries(rowOf(fields.refs))) {
    // An annotated tag is an object of its own.
    if (isRow(what)) putRef(github, repo, ref, text(what.sha), text(what.type))
    else putRef(github, repo, ref, ensureCommit(github, repo, text(what)))
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
  for (const one of listOf(fields.tag_objects)) keepTag(github, repo, rowOf(one))
  const shown = Map.groupBy(listOf(fields.contents).map(rowOf), ({ ref }) => text(ref) || branch)
  for (const [name, docs] of shown) keepContents(github, repo, name, docs)
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

/** An annotated tag as the API shows it. */
function keepTag(github: GitHub, repo: Row, doc: Row): void {
  ensureCommit(github, repo, text(rowOf(doc.object).sha))
  github.store.put(`${objectsPath(repo)}/tags`, text(doc.sha), doc)
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

/** Where a ref that the API was asked for leads; a commit with nothing in it when nobody knows. */
function commitAt(github: GitHub, repo: Row, name: string): string {
  const refs = `${repoPath(repo)}/refs`
  const head = github.store.get(refs, `refs/heads/${name}`) ?? github.store.get(refs, `refs/tags/${name}`)
  if (head !== undefined) return ensureCommit(github, repo, text(head.sha))
  if (/^[0-9a-f]{40}$/.test(name)) return ensureCommit(github, repo, name)
  const sha = ensureCommit(github, repo, gitSha('commit', Buffer.from(`${repo.full_name} ${name}`)))
  putRef(github, repo, `refs/heads/${name}`, sha)
  return sha
}

/** Files that the API showed at a ref: all that a seed knows of the tree there. */
function keepContents(github: GitHub, repo: Row, name: string, docs: readonly Row[]): void {
  const sha = commitAt(github, repo, name)
  const commit = commitOf(github, repo, sha) ?? {}
  const known = text(commit.tree)
  const files = filesOf(github, repo, known)
  for (const { path, sha: object, type, size, content, target } of docs) {
    const link = type === 'symlink'
    const mode = type === 'dir' ? '040000' : link ? '120000' : '100644'
    files.set(text(path), { path: text(path), mode, type: type === 'dir' ? 'tree' : 'blob', sha: text(object) })
    if (link) keepBlob(github, repo, { sha: object, content: Buffer.from(text(target)).toString('base64') })
    else if (type !== 'dir') keepBlob(github, repo, { sha: object, size, content })
  }
  const tree = putFiles(github, repo, files, known === EMPTY_TREE ? undefined : known)
  github.store.put(`${objectsPath(repo)}/commits`, sha, { ...commit, tree })
}
