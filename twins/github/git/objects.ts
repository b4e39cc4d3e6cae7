import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import { type GitHub, objectsPath } from '../github.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'

/** Someone with a time, as commits name them. `date` is ISO 8601 in UTC. */
export type Person = { readonly name: string; readonly email: string; readonly date: string }
export type Entry = { readonly path: string; readonly mode: string; readonly type: string; readonly sha: string }
/** All files of a tree by their whole path. */
export type Files = ReadonlyMap<string, Entry>

export type NewCommit = {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Person
  readonly committer: Person
  readonly signature?: string | undefined
}

/** SHA-1 as git computes it: over the kind, the size and the content. */
export const gitSha = (kind: string, content: Uint8Array): string =>
  createHash('sha1').update(`${kind} ${content.length}\0`).update(content).digest('hex')

/** The tree without files: every git knows it. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export function putBlob(github: GitHub, repo: Row, content: Uint8Array): string {
  const sha = gitSha('blob', content)
  const kept = { sha, size: content.length, content: Buffer.from(content).toString('base64') }
  github.store.put(`${objectsPath(repo)}/blobs`, sha, kept)
  return sha
}

export const blobOf = (github: GitHub, repo: Row, sha: string): Row | undefined =>
  github.store.get(`${objectsPath(repo)}/blobs`, sha)

export function contentOf(github: GitHub, repo: Row, sha: string): Buffer {
  return Buffer.from(text(blobOf(github, repo, sha)?.content), 'base64')
}
export const sizeOf = (github: GitHub, repo: Row, sha: string): number => count(blobOf(github, repo, sha)?.size)

/** Directories sort as if their names ended in a slash. */
const order = ({ path, type }: Entry): string => (type === 'tree' ? `${path}/` : path)

function treeSha(entries: readonly Entry[]): string {
  const parts = entries.flatMap(({ mode, path, sha }) => [
    Buffer.from(`${mode.replace(/^0/, '')} ${path}\0`),
    Buffer.from(sha, 'hex'),
  ])
  return gitSha('tree', Buffer.concat(parts))
}

/** Keeps one level of a tree. `sha` where it is known by another than its content's, as in a seed that has not all of it. */
export function putTree(github: GitHub, repo: Row, entries: readonly Entry[], sha?: string): string {
  const sorted = [...entries].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  const own = treeSha(sorted)
  const names = `${objectsPath(repo)}/tree-names`
  // What a seed has not all of goes by the name it was given, as long as nothing in it changes.
  const key = sha ?? (text(github.store.get(names, own)?.sha) || own)
  if (sha !== undefined && sha !== own) github.store.put(names, own, { sha })
  github.store.put(`${objectsPath(repo)}/trees`, key, { sha: key, entries: sorted })
  return key
}

export function entriesOf(github: GitHub, repo: Row, sha: string): readonly Entry[] | undefined {
  if (sha === EMPTY_TREE) return []
  const tree = github.store.get(`${objectsPath(repo)}/trees`, sha)
  return tree === undefined ? undefined : (listOf(tree.entries) as readonly Entry[])
}

/** All files below a tree; a directory that a seed has the SHA of, and nothing of what is in it, stands for itself. */
export function filesOf(github: GitHub, repo: Row, sha: string, prefix = ''): Map<string, Entry> {
  const files = new Map<string, Entry>()
  for (const entry of entriesOf(github, repo, sha) ?? []) {
    const path = prefix + entry.path
    if (entry.type !== 'tree' || entriesOf(github, repo, entry.sha) === undefined) files.set(path, { ...entry, path })
    else for (const [name, one] of filesOf(github, repo, entry.sha, `${path}/`)) files.set(name, one)
  }
  return files
}

/** Keeps the trees that hold these files. Gives the top one's SHA; `sha` as for `putTree`. */
export function putFiles(github: GitHub, repo: Row, files: Files, sha?: string): string {
  const here: Entry[] = []
  const deeper = new Map<string, Map<string, Entry>>()
  for (const [path, entry] of files) {
    const slash = path.indexOf('/')
    if (slash === -1) here.push({ ...entry, path })
    else {
      const name = path.slice(0, slash)
      const rest = deeper.get(name) ?? new Map<string, Entry>()
      deeper.set(name, rest)
      rest.set(path.slice(slash + 1), entry)
    }
  }
  // A directory may be known by its SHA beside some of its files.
  const known = new Map(here.filter(({ type }) => type === 'tree').map((entry) => [entry.path, entry.sha]))
  const plain = here.filter(({ path }) => !deeper.has(path))
  for (const [name, rest] of deeper)
    plain.push({ path: name, mode: '040000', type: 'tree', sha: putFiles(github, repo, rest, known.get(name)) })
  return putTree(github, repo, plain, sha)
}

/** Git writes whole seconds and the zone; GitHub's are in UTC. */
const stamp = ({ name, email, date }: Person): string =>
  `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`

/** What a commit's signature is over. */
export function payloadOf({ tree, parents, message, author, committer }: NewCommit): string {
  return [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${stamp(author)}`,
    `committer ${stamp(committer)}`,
    '',
    message,
  ].join('\n')
}

function commitSha(commit: NewCommit): string {
  const payload = payloadOf(commit)
  if (commit.signature === undefined) return gitSha('commit', Buffer.from(payload))
  const [head = '', ...message] = payload.split('\n\n')
  const signature = `gpgsig ${commit.signature.trimEnd().replaceAll('\n', '\n ')}`
  return gitSha('commit', Buffer.from(`${head}\n${signature}\n\n${message.join('\n\n')}`))
}

/** Keeps a commit. `who` are the accounts behind author and committer, where there are any. */
export function putCommit(
  github: GitHub,
  repo: Row,
  commit: NewCommit,
  who: { readonly author?: string | undefined; readonly committer?: string | undefined } = {},
): Row {
  const sha = commitSha(commit)
  const { tree, parents, message, author, committer, signature } = commit
  return github.store.put(`${objectsPath(repo)}/commits`, sha, {
    sha,
    tree,
    parents,
    message,
    author,
    committer,
    ...(signature === undefined ? {} : { signature }),
    _author: who.author ?? null,
    _committer: who.committer ?? null,
  })
}

export const commitOf = (github: GitHub, repo: Row, sha: string): Row | undefined =>
  github.store.get(`${objectsPath(repo)}/commits`, sha)
export const parentsOf = (commit: Row): readonly string[] => listOf(commit.parents).map(String)
export const personOf = (commit: Row, role: 'author' | 'committer'): Person => {
  const { name, email, date } = rowOf(commit[role])
  return { name: text(name), email: text(email), date: text(date) }
}

export const refsPath = (repo: Row): string => `repos/${String(repo.full_name).toLowerCase()}/refs`
/** A ref such as `refs/heads/main`. */
export const refOf = (github: GitHub, repo: Row, name: string): Row | undefined =>
  github.store.get(refsPath(repo), name)
export function putRef(github: GitHub, repo: Row, ref: string, sha: string, type = 'commit'): Row {
  return github.store.put(refsPath(repo), ref, { ref, sha, type })
}
/** The names of branches, or tags, with what they point to. */
export const refsBelow = (github: GitHub, repo: Row, prefix: string): readonly Row[] =>
  github.store
    .rows(refsPath(repo))
    .filter(({ ref }) => text(ref).startsWith(prefix))
    .sort((a, b) => (text(a.ref) < text(b.ref) ? -1 : 1))

/** The commit that a branch, a tag, a SHA or the beginning of one stands for. */
export function resolve(github: GitHub, repo: Row, name: string): Row | undefined {
  const plain = name.replace(/^refs\//, '')
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${plain}`]) {
    const found = refOf(github, repo, ref)
    if (found !== undefined) return commitOf(github, repo, peeled(github, repo, found))
  }
  if (name === 'HEAD') return resolve(github, repo, text(repo.default_branch))
  const whole = commitOf(github, repo, name.toLowerCase())
  if (whole !== undefined || !/^[0-9a-f]{7,39}$/.test(name)) return whole
  return github.store.rows(`${objectsPath(repo)}/commits`).find(({ sha }) => text(sha).startsWith(name))
}

/** The commit behind a ref, through an annotated tag. */
function peeled(github: GitHub, repo: Row, ref: Row): string {
  if (ref.type !== 'tag') return text(ref.sha)
  return text(rowOf(github.store.get(`${objectsPath(repo)}/tags`, text(ref.sha))?.object).sha)
}

export const asJson = (person: Person): Json => ({ name: person.name, email: person.email, date: person.date })
