import type { Json } from '../../trace.ts'
import { type Ask, done, made, type On, ok, type Reply, repoOf } from '../ask.ts'
import { standsOn } from '../git/history.ts'
import {
  asJson,
  blobOf,
  commitOf,
  contentOf,
  EMPTY_TREE,
  type Entry,
  entriesOf,
  filesOf,
  gitSha,
  putBlob,
  putCommit,
  putFiles,
  refOf,
  refsBelow,
  resolve,
  sizeOf,
} from '../git/objects.ts'
import { push, removeRef } from '../git/push.ts'
import { objectsPath } from '../github.ts'
import { guard } from '../rules/guard.ts'
import { gitCommit } from '../shapes/commits.ts'
import { urlOf } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { GitHubError, nodeId, notFound, pathOf } from '../wire.ts'
import { loginBehind, signer } from './contents.ts'

/** Refs may be polled; GitHub says how often. */
const POLL = { 'X-Poll-Interval': '300' }

function refDoc(repo: Row, ref: Row): Json {
  const name = text(ref.ref)
  const type = text(ref.type) || 'commit'
  return {
    ref: name,
    node_id: nodeId('REF', Number(repo.id), name),
    url: `${urlOf(repo)}/git/${pathOf(name)}`,
    object: { sha: ref.sha ?? '', type, url: `${urlOf(repo)}/git/${type}s/${text(ref.sha)}` },
  }
}

/** A ref by its whole name, or those that begin with it. */
function readRefs(ask: Ask): Reply {
  const repo = repoOf(ask)
  const wanted = `refs/${ask.param('ref')}`.replace(/\/$/, '')
  const exact = refOf(ask.github, repo, wanted)
  if (exact !== undefined) return ok(refDoc(repo, exact), POLL)
  const matching = refsBelow(ask.github, repo, wanted)
  if (matching.length === 0) throw new GitHubError(404, 'Not Found', undefined, POLL)
  return ok(
    matching.map((ref) => refDoc(repo, ref)),
    POLL,
  )
}

const unprocessable = (message: string): GitHubError => new GitHubError(422, message)

function createRef(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const { ref, sha } = ask.body()
  const name = text(ref)
  if (!/^refs\/[^/]+\/.+/.test(name))
    throw unprocessable("Reference name must start with 'refs/' and contain at least three parts separated by slashes.")
  if (/\.\.|[\s~^:?*[\\]|\.lock$|\/$/.test(name)) throw unprocessable(`${name} is not a valid ref name.`)
  if (refOf(ask.github, repo, name) !== undefined) throw unprocessable('Reference already exists')
  const tag = ask.github.store.get(`${objectsPath(repo)}/tags`, text(sha))
  if (tag === undefined && commitOf(ask.github, repo, text(sha)) === undefined)
    throw unprocessable('Object does not exist')
  guard(ask.github, ask.viewer, repo, { ref: name, after: text(sha) })
  return made(
    refDoc(repo, push(ask.github, ask.viewer, repo, name, text(sha), false, tag === undefined ? 'commit' : 'tag')),
  )
}

function updateRef(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const ref = refOf(ask.github, repo, `refs/${ask.param('ref')}`)
  if (ref === undefined) throw unprocessable('Reference does not exist')
  const { sha, force } = ask.body()
  const commit = commitOf(ask.github, repo, text(sha))
  if (commit === undefined) throw unprocessable('Object does not exist')
  const forward = standsOn(ask.github, repo, commit, text(ref.sha))
  if (!forward && force !== true) throw unprocessable('Update is not a fast forward')
  guard(ask.github, ask.viewer, repo, {
    ref: text(ref.ref),
    before: text(ref.sha),
    after: text(sha),
    forced: !forward,
  })
  return ok(refDoc(repo, push(ask.github, ask.viewer, repo, text(ref.ref), text(sha), !forward)))
}

function createBlob(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const { content, encoding } = ask.body()
  if (typeof content !== 'string') throw unprocessable('Invalid request.\n\n"content" wasn\'t supplied.')
  const sha = putBlob(ask.github, repo, Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'))
  return made({ sha, url: `${urlOf(repo)}/git/blobs/${sha}` })
}

function readBlob(ask: Ask): Reply {
  const repo = repoOf(ask)
  const sha = ask.param('sha')
  const blob = blobOf(ask.github, repo, sha)
  if (blob === undefined) throw notFound()
  const content = contentOf(ask.github, repo, sha)
  if (/\.raw(\+json)?/.test(ask.accept))
    return { status: 200, bytes: content, headers: { 'Content-Type': 'text/plain; charset=utf-8' } }
  const encoded = content.toString('base64').replaceAll(/.{1,60}/g, '$&\n')
  return ok({
    sha,
    node_id: nodeId('B', Number(repo.id), sha),
    size: content.length,
    url: `${urlOf(repo)}/git/blobs/${sha}`,
    content: encoded,
    encoding: 'base64',
  })
}

/** A tree by its SHA, or that of a commit or branch. */
function treeNamed(ask: Ask, repo: Row, name: string): { readonly sha: string; readonly tree: string } | undefined {
  if (entriesOf(ask.github, repo, name) !== undefined) return { sha: name, tree: name }
  const commit = resolve(ask.github, repo, name)
  // Asked for by a commit, a tree goes by the commit's SHA, as recorded.
  return commit === undefined ? undefined : { sha: text(commit.sha), tree: text(commit.tree) }
}

function entryDoc(ask: Ask, repo: Row, { path, mode, type, sha }: Entry): Json {
  const size = type === 'blob' ? { size: sizeOf(ask.github, repo, sha) } : {}
  const url = type === 'commit' ? {} : { url: `${urlOf(repo)}/git/${type}s/${sha}` }
  return { path, mode, type, sha, ...size, ...url }
}

/** All entries below a tree, directories too, in git's order. */
function deep(ask: Ask, repo: Row, tree: string, prefix = ''): readonly Entry[] {
  return (entriesOf(ask.github, repo, tree) ?? []).flatMap((entry) => {
    const here = { ...entry, path: prefix + entry.path }
    return entry.type === 'tree' ? [here, ...deep(ask, repo, entry.sha, `${here.path}/`)] : [here]
  })
}

const treeDoc = (ask: Ask, repo: Row, sha: string, entries: readonly Entry[], url = sha): Json => ({
  sha,
  url: `${urlOf(repo)}/git/trees/${url}`,
  tree: entries.map((entry) => entryDoc(ask, repo, entry)),
  truncated: false,
})

function readTree(ask: Ask): Reply {
  const repo = repoOf(ask)
  const found = treeNamed(ask, repo, ask.param('sha'))
  if (found === undefined) throw notFound()
  // Any value counts, as the documentation says: https://docs.github.com/rest/git/trees (2026-11-26).
  const entries = ask.query.has('recursive')
    ? deep(ask, repo, found.tree)
    : (entriesOf(ask.github, repo, found.tree) ?? [])
  return ok(treeDoc(ask, repo, found.sha, entries))
}

const MODES: ReadonlySet<string> = new Set(['100644', '100755', '040000', '160000', '120000'])

function createTree(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const { tree, base_tree } = ask.body()
  const base = base_tree === undefined || base_tree === null ? undefined : treeNamed(ask, repo, text(base_tree))
  if (base === undefined && base_tree !== undefined && base_tree !== null) throw unprocessable('Invalid tree info')
  const files = base === undefined ? new Map<string, Entry>() : filesOf(ask.github, repo, base.tree)
  for (const one of listOf(tree)) {
    const { path, mode, type, sha, content } = rowOf(one)
    const name = text(path)
    if (name === '' || name.startsWith('/')) throw unprocessable('tree.path cannot start with a slash')
    if (sha === null) {
      for (const known of [...files.keys()]) if (known === name || known.startsWith(`${name}/`)) files.delete(known)
      continue
    }
    if (!MODES.has(text(mode))) throw unprocessable(`tree.mode ${text(mode)} is not valid`)
    const key = typeof content === 'string' ? putBlob(ask.github, repo, Buffer.from(content)) : text(sha)
    if (text(type) === 'tree' || mode === '040000') {
      if (entriesOf(ask.github, repo, key) === undefined) throw unprocessable(`tree.sha ${key} is not a valid tree`)
      for (const [below, entry] of filesOf(ask.github, repo, key, `${name}/`)) files.set(below, entry)
      continue
    }
    if (mode !== '160000' && blobOf(ask.github, repo, key) === undefined)
      throw unprocessable(`tree.sha ${key} is not a valid blob`)
    files.set(name, { path: name, mode: text(mode), type: mode === '160000' ? 'commit' : 'blob', sha: key })
  }
  const sha = files.size === 0 ? EMPTY_TREE : putFiles(ask.github, repo, files)
  return made(treeDoc(ask, repo, sha, entriesOf(ask.github, repo, sha) ?? []))
}

function createCommit(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const body = ask.body()
  if (typeof body.message !== 'string') throw unprocessable('Invalid request.\n\n"message" wasn\'t supplied.')
  const tree = text(body.tree)
  if (entriesOf(ask.github, repo, tree) === undefined) throw unprocessable('Tree SHA does not exist')
  const parents = listOf(body.parents).map(String)
  for (const parent of parents)
    if (commitOf(ask.github, repo, parent) === undefined)
      throw unprocessable('Parent SHA does not exist or is not a commit object')
  const author = signer(ask, body.author)
  const committer = body.committer === undefined ? author : signer(ask, body.committer)
  const signature = body.signature === undefined || body.signature === null ? undefined : text(body.signature)
  const commit = putCommit(
    ask.github,
    repo,
    { tree, parents, message: body.message, author, committer, signature },
    { author: loginBehind(ask, author), committer: loginBehind(ask, committer) },
  )
  return made(gitCommit(ask.github, repo, commit))
}

const tagDoc = (repo: Row, tag: Row): Json =>
  ({
    node_id: nodeId('TA', Number(repo.id), text(tag.sha)),
    sha: tag.sha,
    url: `${urlOf(repo)}/git/tags/${text(tag.sha)}`,
    tagger: tag.tagger,
    object: { ...rowOf(tag.object), url: `${urlOf(repo)}/git/commits/${text(rowOf(tag.object).sha)}` },
    tag: tag.tag,
    message: tag.message,
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }) as Json

function createTag(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const { tag, message, object, type = 'commit', tagger } = ask.body()
  if (commitOf(ask.github, repo, text(object)) === undefined) throw unprocessable('Object does not exist')
  const who = signer(ask, tagger)
  const stamp = `${who.name} <${who.email}> ${Math.floor(Date.parse(who.date) / 1000)} +0000`
  const sha = gitSha(
    'tag',
    Buffer.from(`object ${text(object)}\ntype ${text(type)}\ntag ${text(tag)}\ntagger ${stamp}\n\n${text(message)}`),
  )
  const row = { sha, tag, message: message ?? '', tagger: asJson(who), object: { sha: object, type } as Json }
  return made(tagDoc(repo, ask.github.store.put(`${objectsPath(repo)}/tags`, sha, row)))
}

export function addGitRoutes(on: On): void {
  const git = '/repos/:owner/:repo/git'
  on('git.refs.create', `POST ${git}/refs`, createRef, 'user')
  // Clients that put an empty ref in its place leave the slash behind.
  for (const path of [`${git}/refs`, `${git}/refs/`])
    on('git.refs.list', `GET ${path}`, (ask) => {
      const repo = repoOf(ask)
      return ok(
        refsBelow(ask.github, repo, 'refs/').map((ref) => refDoc(repo, ref)),
        POLL,
      )
    })
  on('git.refs.get', `GET ${git}/ref/:ref{.+}`, (ask) => {
    const repo = repoOf(ask)
    const ref = refOf(ask.github, repo, `refs/${ask.param('ref')}`)
    if (ref === undefined) throw notFound()
    return ok(refDoc(repo, ref), POLL)
  })
  on('git.refs.matching', `GET ${git}/matching-refs/:ref{.+}`, (ask) => {
    const repo = repoOf(ask)
    return ok(
      refsBelow(ask.github, repo, `refs/${ask.param('ref')}`).map((ref) => refDoc(repo, ref)),
      POLL,
    )
  })
  on('git.refs.find', `GET ${git}/refs/:ref{.+}`, readRefs)
  on('git.refs.update', `PATCH ${git}/refs/:ref{.+}`, updateRef, 'user')
  on(
    'git.refs.delete',
    `DELETE ${git}/refs/:ref{.+}`,
    (ask) => {
      const repo = repoOf(ask, 'push')
      const name = `refs/${ask.param('ref')}`
      const ref = refOf(ask.github, repo, name)
      if (ref === undefined) throw unprocessable('Reference does not exist')
      guard(ask.github, ask.viewer, repo, { ref: name, before: text(ref.sha) })
      removeRef(ask.github, ask.viewer, repo, name)
      return done()
    },
    'user',
  )
  on('git.blobs.create', `POST ${git}/blobs`, createBlob, 'user')
  on('git.blobs.get', `GET ${git}/blobs/:sha`, readBlob)
  on('git.trees.create', `POST ${git}/trees`, createTree, 'user')
  on('git.trees.get', `GET ${git}/trees/:sha{.+}`, readTree)
  on('git.commits.create', `POST ${git}/commits`, createCommit, 'user')
  on('git.commits.get', `GET ${git}/commits/:sha`, (ask) => {
    const repo = repoOf(ask)
    const commit = commitOf(ask.github, repo, ask.param('sha'))
    if (commit === undefined) throw notFound()
    return ok(gitCommit(ask.github, repo, commit))
  })
  on('git.tags.create', `POST ${git}/tags`, createTag, 'user')
  on('git.tags.get', `GET ${git}/tags/:sha`, (ask) => {
    const repo = repoOf(ask)
    const tag = ask.github.store.get(`${objectsPath(repo)}/tags`, ask.param('sha'))
    if (tag === undefined) throw notFound()
    return ok(tagDoc(repo, tag))
  })
}
