import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, gap, type On, ok, type Reply, repoOf } from '../ask.ts'
import { person as signs } from '../furnish-git.ts'
import { archiveOf } from '../git/archive.ts'
import { filesAt } from '../git/history.ts'
import {
  commitOf,
  contentOf,
  type Entry,
  entriesOf,
  type Person,
  putBlob,
  putCommit,
  putFiles,
  refOf,
  resolve,
  sizeOf,
} from '../git/objects.ts'
import { push } from '../git/push.ts'
import { guard } from '../rules/guard.ts'
import { gitCommit } from '../shapes/commits.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { type Row, rowOf, text } from '../store.ts'
import { GitHubError, invalid, notFound, pathOf, RAW } from '../wire.ts'

const pathIn = (ask: Ask): string => ask.param('path').replace(/^\/+|\/+$/g, '')

/** Base64 as GitHub breaks it: lines of sixty. */
const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll(/.{1,60}/g, '$&\n')

/** A file or directory as the API shows it, without what is in it. `ref` is what links lead to. */
function entryDoc(ask: Ask, repo: Row, entry: Entry, ref: string): Json {
  const type =
    entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : entry.mode === '160000' ? 'submodule' : 'file'
  const self = `${urlOf(repo)}/contents/${pathOf(entry.path)}?ref=${ref}`
  const git = `${urlOf(repo)}/git/${entry.type === 'tree' ? 'trees' : 'blobs'}/${entry.sha}`
  const html = `${webOf(repo)}/${entry.type === 'tree' ? 'tree' : 'blob'}/${ref}/${pathOf(entry.path)}`
  return {
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    size: entry.type === 'tree' ? 0 : sizeOf(ask.github, repo, entry.sha),
    url: self,
    html_url: html,
    git_url: git,
    download_url:
      type === 'file' || type === 'symlink' ? `${RAW}/${text(repo.full_name)}/${ref}/${pathOf(entry.path)}` : null,
    type,
    _links: { self, git, html },
  }
}

/** Files over a megabyte come without their content: https://docs.github.com/rest/repos/contents (2026-11-26). */
const INLINE_MAX = 1024 * 1024

function fileDoc(ask: Ask, repo: Row, entry: Entry, ref: string): Json {
  const content = contentOf(ask.github, repo, entry.sha)
  const big = content.length > INLINE_MAX
  const { _links, ...doc } = entryDoc(ask, repo, entry, ref) as Row
  if (doc.type === 'symlink') return { ...doc, target: content.toString(), _links } as Json
  return { ...doc, content: big ? '' : base64(content), encoding: big ? 'none' : 'base64', _links } as Json
}

const isRaw = (ask: Ask): boolean => /\.raw(\+json)?/.test(ask.accept)

/** The commit that a request reads from. */
function commitAt(ask: Ask, repo: Row, ref: string): Row {
  const commit = resolve(ask.github, repo, ref)
  if (commit !== undefined) return commit
  if (refOf(ask.github, repo, `refs/heads/${text(repo.default_branch)}`) === undefined && ref === repo.default_branch)
    throw notFound('This repository is empty.')
  throw notFound(`No commit found for the ref ${ref}`)
}

/** What stands at a path of a tree: a file, or the entries of a directory. */
function lookUp(ask: Ask, repo: Row, tree: string, path: string): Entry | readonly Entry[] | undefined {
  let here: readonly Entry[] | undefined = entriesOf(ask.github, repo, tree)
  const parts = path === '' ? [] : path.split('/')
  for (const [at, part] of parts.entries()) {
    const entry = here?.find((one) => one.path === part)
    if (entry === undefined) return undefined
    if (entry.type !== 'tree') return at === parts.length - 1 ? { ...entry, path } : undefined
    here = entriesOf(ask.github, repo, entry.sha)
  }
  return here?.map((entry) => ({ ...entry, path: path === '' ? entry.path : `${path}/${entry.path}` }))
}

function read(ask: Ask): Reply {
  const repo = repoOf(ask)
  if (/\.html(\+json)?/.test(ask.accept)) throw gap('rendered Markdown')
  const ref = ask.query.get('ref') || text(repo.default_branch)
  const commit = commitAt(ask, repo, ref)
  const path = pathIn(ask)
  let found = lookUp(ask, repo, text(commit.tree), path)
  if (found === undefined) throw notFound()
  if (!Array.isArray(found) && (found as Entry).mode === '120000') found = followed(ask, repo, commit, found as Entry)
  return shownAs(ask, repo, found, ref)
}

/** A link to a file within the repository is read as that file. */
function followed(ask: Ask, repo: Row, commit: Row, link: Entry): Entry {
  const target = contentOf(ask.github, repo, link.sha).toString()
  const parts = [...link.path.split('/').slice(0, -1)]
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  const found = lookUp(ask, repo, text(commit.tree), parts.join('/'))
  return found === undefined || Array.isArray(found) ? link : { ...(found as Entry) }
}

function shownAs(ask: Ask, repo: Row, found: Entry | readonly Entry[], ref: string): Reply {
  if (Array.isArray(found)) {
    const sorted = [...(found as readonly Entry[])].sort((a, b) => (a.path < b.path ? -1 : 1))
    return ok(sorted.map((entry) => entryDoc(ask, repo, entry, ref)))
  }
  const entry = found as Entry
  if (isRaw(ask))
    return {
      status: 200,
      bytes: contentOf(ask.github, repo, entry.sha),
      headers: { 'Content-Type': 'application/vnd.github.raw; charset=utf-8' },
    }
  return ok(fileDoc(ask, repo, entry, ref))
}

/** A person as a request names them; the viewer where it does not. */
export function signer(ask: Ask, given: Json | undefined): Person {
  const mine = signs(ask.github, loginOf(ask.viewer))
  const { name, email, date } = rowOf(given)
  const parsed = Date.parse(text(date))
  const when = Number.isNaN(parsed) ? mine.date : new Date(parsed).toISOString().replace(/\.\d+Z$/, 'Z')
  return { name: text(name) || mine.name, email: text(email) || mine.email, date: when }
}
/** The account behind an address. */
export function loginBehind(ask: Ask, { email }: Person): string | undefined {
  if (email === signs(ask.github, loginOf(ask.viewer)).email) return loginOf(ask.viewer)
  const lent = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1]
  const row = ask.github.store.rows('users').find((one) => one.email === email || one.login === lent)
  return row === undefined ? undefined : text(row.login)
}

/** Puts a commit with other files on a branch. */
export function commitFiles(
  ask: Ask,
  repo: Row,
  branch: string,
  files: ReadonlyMap<string, Entry>,
  asked: Row,
  verb = 'update',
): Row {
  const { github } = ask
  const old = refOf(github, repo, `refs/heads/${branch}`)
  const author = signer(ask, asked.author ?? asked.committer)
  const committer = signer(ask, asked.committer ?? asked.author)
  const commit = putCommit(
    github,
    repo,
    {
      tree: putFiles(github, repo, files),
      parents: old === undefined ? [] : [text(old.sha)],
      message: text(asked.message),
      author,
      committer,
    },
    { author: loginBehind(ask, author), committer: loginBehind(ask, committer) },
  )
  const change = { ref: `refs/heads/${branch}`, before: text(old?.sha) || undefined, after: text(commit.sha) }
  guard(github, ask.viewer, repo, change, { status: 409, words: `Could not ${verb} file: ` })
  push(github, ask.viewer, repo, change.ref, change.after)
  return commit
}

/** The branch a write goes to and the files there. */
export function target(
  ask: Ask,
  repo: Row,
  asked: Row,
): { readonly branch: string; readonly files: Map<string, Entry> } {
  const branch = (text(asked.branch) || text(repo.default_branch)).replace(/^refs\/heads\//, '')
  const ref = refOf(ask.github, repo, `refs/heads/${branch}`)
  const empty = ask.github.store.size(`repos/${text(repo.full_name).toLowerCase()}/refs`) === 0
  if (ref === undefined && !empty) throw notFound(`Branch ${branch} not found`)
  return {
    branch,
    files: filesAt(ask.github, repo, ref === undefined ? undefined : commitOf(ask.github, repo, text(ref.sha))),
  }
}

const refuseSha = (path: string, sha: string): GitHubError => new GitHubError(409, `${path} does not match ${sha}`)

function write(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const asked = ask.body()
  const path = pathIn(ask)
  if (text(asked.message) === '') throw new GitHubError(422, 'Invalid request.\n\n"message" wasn\'t supplied.')
  if (typeof asked.content !== 'string') throw new GitHubError(422, 'Invalid request.\n\n"content" wasn\'t supplied.')
  if (!/^[A-Za-z0-9+/=\s]*$/.test(asked.content)) throw new GitHubError(422, 'content is not valid Base64')
  const { branch, files } = target(ask, repo, asked)
  const old = files.get(path)
  if (old !== undefined && text(asked.sha) === '')
    throw new GitHubError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
  if (text(asked.sha) !== '' && old?.sha !== asked.sha) throw refuseSha(path, text(asked.sha))
  const sha = putBlob(ask.github, repo, Buffer.from(asked.content, 'base64'))
  const entry: Entry = { path, mode: old?.mode ?? '100644', type: 'blob', sha }
  const commit = commitFiles(
    ask,
    repo,
    branch,
    new Map([...files, [path, entry]]),
    asked,
    old === undefined ? 'create' : 'update',
  )
  const ref = text(asked.branch) || branch
  return {
    status: old === undefined ? 201 : 200,
    body: { content: entryDoc(ask, repo, entry, ref), commit: gitCommit(ask.github, repo, commit) },
  }
}

function remove(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const body = ask.body()
  const asked = { ...Object.fromEntries(ask.query), ...body }
  const path = pathIn(ask)
  for (const name of ['message', 'sha'])
    if (text(asked[name]) === '') throw invalid({ resource: 'Content', code: 'missing_field', field: name })
  const { branch, files } = target(ask, repo, asked)
  const old = files.get(path)
  if (old === undefined) throw notFound()
  if (old.sha !== asked.sha) throw refuseSha(path, text(asked.sha))
  files.delete(path)
  const commit = commitFiles(ask, repo, branch, files, asked, 'delete')
  return ok({ content: null, commit: gitCommit(ask.github, repo, commit) })
}

/** The first file at the top whose name fits. */
function wellKnown(ask: Ask, pattern: RegExp): { readonly repo: Row; readonly entry: Entry; readonly ref: string } {
  const repo = repoOf(ask)
  const ref = ask.query.get('ref') || text(repo.default_branch)
  const commit = commitAt(ask, repo, ref)
  const dir = ask.param('dir')
  const found = lookUp(ask, repo, text(commit.tree), dir)
  const entries = Array.isArray(found) ? (found as readonly Entry[]) : []
  const entry = entries.find(({ path, type }) => type === 'blob' && pattern.test(path.split('/').at(-1) ?? ''))
  if (entry === undefined) throw notFound()
  return { repo, entry, ref }
}

function readme(ask: Ask): Reply {
  if (/\.html(\+json)?/.test(ask.accept)) throw gap('rendered Markdown')
  const { repo, entry, ref } = wellKnown(ask, /^readme(\.\w+)?$/i)
  return shownAs(ask, repo, entry, ref)
}

const NO_LICENSE: Json = { key: 'other', name: 'Other', spdx_id: 'NOASSERTION', url: null, node_id: 'MDc6TGljZW5zZTA=' }

/** An archive is at another host. */
function archive(kind: 'tar.gz' | 'zip') {
  return (ask: Ask): Reply => {
    const repo = repoOf(ask)
    const ref = ask.param('ref') || text(repo.default_branch)
    const signed = repo.private === true ? `?token=${ask.github.draw('archive token').text(28)}` : ''
    const Location = `https://codeload.github.com/${text(repo.full_name)}/legacy.${kind}/${ref}${signed}`
    return { status: 302, headers: { Location, 'Content-Type': 'text/html;charset=utf-8' } }
  }
}

export function addContentRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  for (const path of ['/contents', '/contents/', '/contents/:path{.+}'])
    on('repos.contents.get', `GET ${repo}${path}`, read)
  on('repos.contents.put', `PUT ${repo}/contents/:path{.+}`, write, 'user')
  on('repos.contents.delete', `DELETE ${repo}/contents/:path{.+}`, remove, 'user')
  on('repos.readme', `GET ${repo}/readme`, readme)
  on('repos.readme', `GET ${repo}/readme/:dir{.+}`, readme)
  on('repos.license', `GET ${repo}/license`, (ask) => {
    const { repo: of, entry, ref } = wellKnown(ask, /^(licen[cs]e|copying)(\.\w+)?$/i)
    return ok({ ...(fileDoc(ask, of, entry, ref) as Row), license: of.license ?? NO_LICENSE } as Json)
  })
  for (const [name, kind] of [
    ['tarball', 'tar.gz'],
    ['zipball', 'zip'],
  ] as const) {
    on(`repos.${name}`, `GET ${repo}/${name}`, archive(kind))
    on(`repos.${name}`, `GET ${repo}/${name}/:ref{.+}`, archive(kind))
  }
  on('repos.archive.download', 'GET /~codeload/:owner/:repo/:kind/:ref{.+}', (ask) => {
    const of = repoOf(ask)
    const kind = ask.param('kind').replace('legacy.', '')
    if (kind !== 'tar.gz' && kind !== 'zip') throw notFound()
    const { folder, bytes } = archiveOf(ask.github, of, commitAt(ask, of, ask.param('ref')), kind)
    const type = kind === 'zip' ? 'application/zip' : 'application/x-gzip'
    const disposition = `attachment; filename=${folder}.${kind}`
    return { status: 200, bytes, headers: { 'Content-Type': type, 'Content-Disposition': disposition } }
  })
  on('repos.raw', 'GET /~raw/:owner/:repo/:ref/:path{.+}', (ask) => {
    const of = repoOf(ask)
    const found = lookUp(ask, of, text(commitAt(ask, of, ask.param('ref')).tree), pathIn(ask))
    if (found === undefined || Array.isArray(found)) throw notFound()
    return {
      status: 200,
      bytes: contentOf(ask.github, of, (found as Entry).sha),
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    }
  })
}
