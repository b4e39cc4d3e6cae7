import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, done, made, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { type EventType, edits, emit } from '../events.ts'
import { commitOf, personOf, refOf, resolve } from '../git/objects.ts'
import { push } from '../git/push.ts'
import { page } from '../paging.ts'
import { guard } from '../rules/guard.ts'
import { person } from '../shapes/accounts.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { type Row, text } from '../store.ts'
import { asSeen, GitHubError, invalid, missingField, nodeId, notFound, UPLOADS } from '../wire.ts'
import { releaseNotes } from './release-notes.ts'

const path = (repo: Row): string => below(repo, 'releases')
const assetsPath = (repo: Row, release: Row): string => below(repo, `releases/${release.id}/assets`)

const assetDoc = (ask: Ask, repo: Row, release: Row, row: Row): Json =>
  asSeen(row, freshAssetDoc(ask, repo, release, row))

function freshAssetDoc(ask: Ask, repo: Row, release: Row, row: Row): Json {
  const { id, node_id, name, label = '', content_type, size, download_count = 0, created_at, updated_at } = row
  return {
    ...{
      url: `${urlOf(repo)}/releases/assets/${id}`,
      id,
      node_id,
      name,
      label,
      uploader: person(ask.github, row.uploader),
    },
    ...{
      content_type,
      state: row.state ?? 'uploaded',
      size,
      digest: row.digest ?? null,
      download_count,
      created_at,
      updated_at,
    },
    browser_download_url: `${webOf(repo)}/releases/download/${text(release.tag_name)}/${encodeURIComponent(text(name))}`,
  } as Json
}

const releaseDoc = (ask: Ask, repo: Row, row: Row): Json => asSeen(row, freshReleaseDoc(ask, repo, row))

function freshReleaseDoc(ask: Ask, repo: Row, row: Row): Json {
  const url = `${urlOf(repo)}/releases/${row.id}`
  const tag = text(row.tag_name)
  const draft = row.draft === true
  const discussion = row.discussion_url ?? row._discussion
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${UPLOADS}/repos/${text(repo.full_name)}/releases/${row.id}/assets{?name,label}`,
    html_url: `${webOf(repo)}/releases/tag/${draft ? `untagged-${row.id}` : encodeURIComponent(tag)}`,
    id: row.id,
    author: person(ask.github, row.author),
    node_id: row.node_id,
    tag_name: tag,
    target_commitish: row.target_commitish ?? repo.default_branch,
    name: row.name ?? null,
    draft,
    immutable: row._immutable ?? false,
    prerelease: row.prerelease ?? false,
    created_at: row.created_at,
    updated_at: row.updated_at ?? row.created_at,
    published_at: row.published_at ?? null,
    assets: ask.github.store.rows(assetsPath(repo, row)).map((asset) => assetDoc(ask, repo, row, asset)),
    tarball_url: draft ? null : `${urlOf(repo)}/tarball/${tag}`,
    zipball_url: draft ? null : `${urlOf(repo)}/zipball/${tag}`,
    body: row.body ?? null,
    ...(discussion === undefined ? {} : { discussion_url: discussion }),
  } as Json
}

/** The tag of a release is made when it is published and not there yet. */
function tagged(ask: Ask, repo: Row, tag: string, target: string): string {
  const known = refOf(ask.github, repo, `refs/tags/${tag}`)
  const commit = known === undefined ? resolve(ask.github, repo, target) : commitOf(ask.github, repo, text(known.sha))
  if (known === undefined && commit !== undefined) {
    const change = { ref: `refs/tags/${tag}`, after: text(commit.sha) }
    guard(ask.github, ask.viewer, repo, change)
    push(ask.github, ask.viewer, repo, change.ref, change.after)
  }
  return commit === undefined ? ask.github.now() : personOf(commit, 'committer').date
}

const told = (ask: Ask, repo: Row, type: EventType, row: Row, more: Row = {}): void =>
  emit(ask.github, ask.viewer, repo, type, { ...more, release: releaseDoc(ask, repo, row) })

/** Discussions have categories; a seed may name others in `discussion_categories`. */
function discussed(_ask: Ask, repo: Row, id: number, given: Json | undefined): Row {
  if (given === undefined || given === null) return {}
  const known = Array.isArray(repo._discussion_categories)
    ? (repo._discussion_categories as readonly Json[])
    : CATEGORIES
  if (!known.some((one) => String(one).toLowerCase() === text(given).toLowerCase()))
    throw notFound('Discussion could not be created. Make sure you passed a valid category name.')
  return { _discussion: `${webOf(repo)}/discussions/${id % 100_000}` }
}
const CATEGORIES: readonly Json[] = ['Announcements', 'General', 'Ideas', 'Polls', 'Q&A', 'Show and tell']

function create(ask: Ask): Reply {
  const { github } = ask
  const repo = repoOf(ask, 'push')
  const body = ask.body()
  const tag = text(body.tag_name)
  if (tag === '') throw missingField('Release', 'tag_name')
  const rows = github.store.rows(path(repo))
  if (body.draft !== true && rows.some((row) => row.tag_name === tag && row.draft !== true))
    throw invalid({ resource: 'Release', code: 'already_exists', field: 'tag_name' })
  const target = text(body.target_commitish) || text(repo.default_branch)
  if (body.target_commitish !== undefined && resolve(github, repo, target) === undefined)
    throw invalid({ resource: 'Release', code: 'invalid', field: 'target_commitish' })
  const id = github.nextId()
  const discussion = discussed(ask, repo, id, body.discussion_category_name)
  const now = github.now()
  const draft = body.draft === true
  const written = body.generate_release_notes === true
  const notes = written ? releaseNotes(ask, repo, { tag, target, since: undefined }) : ''
  // What somebody wrote comes before what was worked out.
  const words = written ? [text(body.body), notes].filter((part) => part !== '').join('\n\n') : (body.body ?? null)
  const created = draft ? now : tagged(ask, repo, tag, target)
  const row = github.store.put(path(repo), id, {
    ...{
      id,
      node_id: nodeId('RE', Number(repo.id), id),
      author: loginOf(ask.viewer),
      tag_name: tag,
      target_commitish: target,
    },
    ...{
      name: body.name ?? (written ? tag : null),
      body: words,
      draft,
      prerelease: body.prerelease ?? false,
      created_at: created,
      updated_at: now,
    },
    ...sealed(ask, repo, !draft),
    ...{ published_at: draft ? null : now, _latest: body.make_latest !== 'false', ...discussion },
  })
  told(ask, repo, 'release.created', row)
  if (!draft) told(ask, repo, 'release.published', row)
  return made(releaseDoc(ask, repo, row))
}

export function releaseIn(ask: Ask, repo: Row): Row {
  const row = ask.github.store.get(path(repo), numberIn(ask, 'id'))
  if (row === undefined) throw notFound()
  return row
}

function update(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const old = releaseIn(ask, repo)
  const body = ask.body()
  const names = ['tag_name', 'target_commitish', 'name', 'body', 'draft', 'prerelease']
  const changes = Object.fromEntries(names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])))
  const published = old.draft === true && body.draft === false
  const now = ask.github.now()
  if (published)
    tagged(
      ask,
      repo,
      text(changes.tag_name) || text(old.tag_name),
      text(changes.target_commitish) || text(old.target_commitish),
    )
  const discussion = discussed(ask, repo, Number(old.id), body.discussion_category_name)
  const row = ask.github.store.put(path(repo), Number(old.id), {
    ...old,
    ...changes,
    ...discussion,
    updated_at: now,
    ...(published ? { published_at: now } : {}),
    ...sealed(ask, repo, published),
  })
  if (published) told(ask, repo, 'release.published', row)
  else told(ask, repo, 'release.edited', row, { changes: edits(old, row, 'body', 'name', 'tag_name') })
  return ok(releaseDoc(ask, repo, row))
}

/** Drafts are seen by those who may write. */
const listed = (ask: Ask, repo: Row): readonly Row[] =>
  [...ask.github.store.rows(path(repo))]
    .reverse()
    .filter((row) => row.draft !== true || ask.viewer.kind !== 'anonymous')

export function addReleaseRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('releases.list', `GET ${repo}/releases`, (ask) => {
    const of = repoOf(ask)
    return page(ask, listed(ask, of), (row) => releaseDoc(ask, of, row))
  })
  on('releases.create', `POST ${repo}/releases`, create, 'user')
  on('releases.latest', `GET ${repo}/releases/latest`, (ask) => {
    const of = repoOf(ask)
    const row = listed(ask, of).find((one) => one.draft !== true && one.prerelease !== true && one._latest !== false)
    if (row === undefined) throw notFound()
    return ok(releaseDoc(ask, of, row))
  })
  on('releases.by_tag', `GET ${repo}/releases/tags/:tag{.+}`, (ask) => {
    const of = repoOf(ask)
    const row = listed(ask, of).find((one) => one.tag_name === ask.param('tag') && one.draft !== true)
    if (row === undefined) throw notFound()
    return ok(releaseDoc(ask, of, row))
  })
  addAssetRoutes(on, repo)
  on('releases.get', `GET ${repo}/releases/:id`, (ask) => {
    const of = repoOf(ask)
    return ok(releaseDoc(ask, of, releaseIn(ask, of)))
  })
  on('releases.update', `PATCH ${repo}/releases/:id`, update, 'user')
  on(
    'releases.delete',
    `DELETE ${repo}/releases/:id`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const row = releaseIn(ask, of)
      told(ask, of, 'release.deleted', row)
      ask.github.store.remove(path(of), Number(row.id))
      return done()
    },
    'user',
  )
}

type Asset = { readonly release: Row; readonly row: Row }
function assetIn(ask: Ask, repo: Row): Asset {
  for (const release of ask.github.store.rows(path(repo))) {
    const row = ask.github.store.get(assetsPath(repo, release), numberIn(ask, 'id'))
    if (row !== undefined) return { release, row }
  }
  throw notFound()
}

/** What is published while releases are immutable stays as it is: https://docs.github.com/code-security/supply-chain-security (2026-11-26). */
const sealed = (ask: Ask, repo: Row, published: boolean): Row =>
  published && ask.github.store.get(below(repo, 'switches'), 'immutable-releases')?.on === true
    ? { _immutable: true }
    : {}
function open(release: Row, what: string): void {
  if (release._immutable === true) throw new GitHubError(422, `Cannot ${what} an immutable release.`)
}

function upload(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const release = releaseIn(ask, repo)
  open(release, 'upload assets to')
  // The API's own host takes no files.
  if (ask.url.host !== 'uploads.github.com') throw notFound()
  const name = ask.query.get('name') ?? ''
  if (name === '') throw missingField('ReleaseAsset', 'name')
  if (ask.github.store.rows(assetsPath(repo, release)).some((row) => row.name === name))
    throw new GitHubError(
      422,
      'Validation Failed',
      [{ resource: 'ReleaseAsset', code: 'already_exists', field: 'name' }],
      {},
      // The host for uploads names the request, as recorded.
      { request_id: ask.id },
    )
  if (ask.raw.length === 0) throw new GitHubError(400, 'Bad Content-Length')
  const id = ask.github.nextId()
  const now = ask.github.now()
  const content_type = ask.headers.get('content-type') ?? 'application/octet-stream'
  const row = {
    id,
    node_id: nodeId('RA', Number(repo.id), id),
    name,
    label: ask.query.get('label') ?? '',
    content_type,
    size: ask.raw.length,
    uploader: loginOf(ask.viewer),
    created_at: now,
    updated_at: now,
    _content: Buffer.from(ask.raw).toString('base64'),
  }
  return made(assetDoc(ask, repo, release, ask.github.store.put(assetsPath(repo, release), id, row)))
}

function addAssetRoutes(on: On, repo: string): void {
  on('releases.assets.list', `GET ${repo}/releases/:id/assets`, (ask) => {
    const of = repoOf(ask)
    const release = releaseIn(ask, of)
    return page(ask, ask.github.store.rows(assetsPath(of, release)), (row) => assetDoc(ask, of, release, row))
  })
  on('releases.assets.upload', `POST ${repo}/releases/:id/assets`, upload, 'user')
  on('releases.assets.get', `GET ${repo}/releases/assets/:id`, (ask) => {
    const of = repoOf(ask)
    const { release, row } = assetIn(ask, of)
    if (ask.accept.includes('octet-stream'))
      return {
        status: 200,
        bytes: Buffer.from(text(row._content), 'base64'),
        headers: { 'Content-Type': text(row.content_type) },
      }
    return ok(assetDoc(ask, of, release, row))
  })
  on(
    'releases.assets.update',
    `PATCH ${repo}/releases/assets/:id`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const { release, row } = assetIn(ask, of)
      open(release, 'change assets of')
      const { name = row.name, label = row.label } = ask.body()
      const kept = ask.github.store.put(assetsPath(of, release), numberIn(ask, 'id'), {
        ...row,
        name,
        label,
        updated_at: ask.github.now(),
      })
      return ok(assetDoc(ask, of, release, kept))
    },
    'user',
  )
  on(
    'releases.assets.delete',
    `DELETE ${repo}/releases/assets/:id`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const { release } = assetIn(ask, of)
      open(release, 'take assets from')
      ask.github.store.remove(assetsPath(of, release), numberIn(ask, 'id'))
      return done()
    },
    'user',
  )
}
