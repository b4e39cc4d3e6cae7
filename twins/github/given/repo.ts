import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { without } from '../wire.ts'
import { isSha, listed, type Seen } from './read.ts'

/** What a recording tells of one repository as it was before. */
export type RepoFound = {
  fields: Row | undefined
  whole: boolean
  readonly refs: Map<string, string>
  /** Branches that must have been there, whatever their head. */
  readonly branches: Set<string>
  /** Annotated tags, and where they lead. */
  readonly tags: Map<string, Row>
  readonly tagRefs: Map<string, Row>
  readonly commits: Map<string, Row>
  readonly trees: Map<string, Row>
  readonly blobs: Map<string, Row>
  readonly contents: Map<string, Row>
  readonly labels: Map<string, Row>
  readonly milestones: Map<number, Row>
  readonly issues: Map<number, Row>
  readonly pulls: Map<number, Row>
  readonly rows: Map<string, Map<string, Row>>
  readonly people: Map<string, string>
  readonly stars: Map<string, Row>
  readonly protections: Map<string, Row>
  /** Whether all labels were read at once. */
  listedLabels: boolean
  /** What the viewer must have been allowed to, by what was answered. */
  role: 'pull' | 'push' | 'admin'
  /** The default branch, as far as addresses tell. */
  branch: string | undefined
  lastNumber: number | undefined
  lastMilestone: number | undefined
}

export const newRepo = (): RepoFound => ({
  fields: undefined,
  whole: false,
  refs: new Map(),
  branches: new Set(),
  tags: new Map(),
  tagRefs: new Map(),
  commits: new Map(),
  trees: new Map(),
  blobs: new Map(),
  contents: new Map(),
  labels: new Map(),
  milestones: new Map(),
  issues: new Map(),
  pulls: new Map(),
  rows: new Map(),
  people: new Map(),
  stars: new Map(),
  protections: new Map(),
  listedLabels: false,
  role: 'pull',
  branch: undefined,
  lastNumber: undefined,
  lastMilestone: undefined,
})

/** What the recording itself has made so far. */
export type Made = {
  readonly ids: Set<unknown>
  readonly shas: Set<string>
  readonly names: Set<string>
  readonly repos: Set<string>
  /** Commits and trees that it made, by the commit that was there before. */
  readonly bases: Map<string, string>
}

export function first<K>(map: Map<K, Row>, key: K, row: Row): void {
  const old = map.get(key)
  if (old?._guess === true) {
    map.set(key, { ...old, ...row, _guess: row._guess })
    return
  }
  // The first look is the state before; a later one may show more of it.
  map.set(key, old === undefined ? row : { ...row, ...old })
}

export function keepRow(found: RepoFound, collection: string, key: string, row: Row): void {
  const rows = found.rows.get(collection) ?? new Map<string, Row>()
  found.rows.set(collection, rows)
  first(rows, key, row)
}

/** Paths below a repository that only who administers it, or may write to it, gets an answer at. */
const ADMIN =
  /^(autolinks|hooks|keys|branches\/[^/]+\/protection|collaborators\/[^/]+$|vulnerability-alerts|immutable-releases|transfer)/
const PUSH = /^(collaborators|actions\/(variables|secrets)|traffic)/
/** What anyone may write. */
const OPEN =
  /^(issues|issues\/\d+\/comments|issues\/comments\/.*|.*\/reactions.*|forks|subscription|pulls\/\d+\/(comments|reviews).*|commits\/[^/]+\/comments)$/

/** What an answer says of the viewer's role. */
export function noteRole(found: RepoFound, path: string, writes: boolean): void {
  const admin = ADMIN.test(path) && (writes || !path.startsWith('collaborators'))
  if (admin || (writes && path === '')) found.role = 'admin'
  else if (found.role === 'pull' && (PUSH.test(path) || (writes && !OPEN.test(path)))) found.role = 'push'
}

/** The branch that is meant where none is named. */
export const branchOf = (found: RepoFound): string => text(found.fields?.default_branch) || found.branch || 'main'

/** A commit that must have been there. */
export function needCommit(found: RepoFound, made: Made, sha: unknown): void {
  if (isSha(sha) && !made.shas.has(sha) && !found.commits.has(sha) && !found.trees.has(sha))
    found.commits.set(sha, { sha })
}

export function noteCommit(found: RepoFound, made: Made, doc: Row, paths: readonly string[] = []): void {
  if (!isSha(doc.sha) || made.shas.has(doc.sha)) return
  const old = found.commits.get(doc.sha) ?? {}
  found.commits.set(doc.sha, {
    ...doc,
    ...(old.commit === undefined ? {} : old),
    ...(doc.files === undefined ? {} : { files: doc.files, stats: doc.stats }),
    ...(paths.length === 0 ? {} : { paths }),
  })
}

/** Both sides of a pull request were there before it. */
export function noteSides(
  found: RepoFound,
  made: Made,
  doc: Row,
  own: string,
  others: (name: string) => RepoFound,
): void {
  for (const side of [rowOf(doc.head), rowOf(doc.base)]) {
    const name = text(rowOf(side.repo).full_name).toLowerCase()
    if (name === '' || !isSha(side.sha) || made.shas.has(side.sha)) continue
    const of = name === own ? found : others(name)
    needCommit(of, made, side.sha)
    if (doc.state !== 'closed' && !of.refs.has(`refs/heads/${text(side.ref)}`))
      of.refs.set(`refs/heads/${text(side.ref)}`, side.sha)
  }
}

const LISTS: readonly (readonly [RegExp, string, ((row: Row) => string)?])[] = [
  [/^(autolinks|keys|hooks|deployments|releases)$/, '$1'],
  [/^actions\/(workflows|runs|artifacts|jobs)$/, 'actions/$1'],
  [/^actions\/(variables|secrets)$/, 'actions/$1', (row) => text(row.name).toLowerCase()],
  [/^actions\/workflows\/[^/]+\/runs$/, 'actions/runs'],
  [/^actions\/runs\/\d+\/(jobs|artifacts)$/, 'actions/$1'],
  [/^releases\/(\d+)\/assets$/, 'releases/$1/assets'],
  [/^comments$/, 'comments'],
  [/^commits\/[^/]+\/comments$/, 'comments'],
  [/^commits\/[^/]+\/check-runs$/, 'check-runs'],
  [/^commits\/[^/]+\/check-suites$/, 'check-suites'],
  [/^issues\/events$/, 'issue-events'],
  [/^issues\/(\d+)\/events$/, 'issue-events'],
  [/^issues\/(\d+)\/comments$/, 'issues/$1/comments'],
  [/^issues\/(\d+)\/reactions$/, 'issues/$1/reactions'],
  [/^issues\/comments\/(\d+)\/reactions$/, 'issues/comments/$1/reactions'],
  [/^pulls\/comments\/(\d+)\/reactions$/, 'pulls/comments/$1/reactions'],
  [/^comments\/(\d+)\/reactions$/, 'comments/$1/reactions'],
  [/^pulls\/\d+\/comments$/, 'pulls/comments'],
  [/^pulls\/comments$/, 'pulls/comments'],
  [/^pulls\/(\d+)\/reviews$/, 'pulls/$1/reviews'],
  [/^deployments\/(\d+)\/statuses$/, 'deployments/$1/statuses'],
  [/^(rulesets|invitations)$/, '$1'],
  [/^environments$/, 'environments', (row) => text(row.name).toLowerCase()],
  [/^actions\/(caches|runners)$/, 'actions/$1'],
  [/^(dependabot|codespaces)\/secrets$/, '$1/secrets', (row) => text(row.name).toLowerCase()],
]
const ITEMS: readonly (readonly [RegExp, string])[] = [
  [/^(autolinks|keys|hooks|deployments|releases|check-runs|check-suites|comments)\/[^/]+$/, '$1'],
  [/^actions\/(workflows|runs|artifacts|jobs|variables|secrets)\/[^/]+$/, 'actions/$1'],
  [/^releases\/(latest|tags\/.+)$/, 'releases'],
  [/^pulls\/comments\/\d+$/, 'pulls/comments'],
  [/^issues\/events\/\d+$/, 'issue-events'],
  [/^pulls\/(\d+)\/reviews\/\d+$/, 'pulls/$1/reviews'],
  [/^rulesets\/\d+$/, 'rulesets'],
  [/^environments\/[^/]+$/, 'environments'],
  [/^deployments\/(\d+)\/statuses\/\d+$/, 'deployments/$1/statuses'],
  [/^actions\/runners\/\d+$/, 'actions/runners'],
  [/^(issues|issues\/comments|pulls\/comments|comments)\/(\d+)\/reactions\/\d+$/, '$1/$2/reactions'],
]

/** What rows need beyond what they show: the place that their path named. */
function placed(collection: string, path: string, row: Row): Row {
  const parts = path.split('/')
  if (collection === 'check-runs' && parts[0] === 'commits') return { ...row, _ref: parts[1] }
  if (collection === 'issue-events') return { ...row, issue: isRow(row.issue) ? row.issue.number : Number(parts[1]) }
  if (collection === 'invitations')
    return { ...row, invitee: rowOf(row.invitee).login, inviter: rowOf(row.inviter).login }
  if (collection === 'pulls/comments') return { ...row, _pull: Number(text(row.pull_request_url).split('/').at(-1)) }
  if (collection.startsWith('issues/') && collection.endsWith('/comments')) return { ...row, _issue: Number(parts[1]) }
  return row
}

export function noteRows(found: RepoFound, made: Made, path: string, body: unknown): boolean {
  const list = listed(body)
  const table = list === undefined ? ITEMS : LISTS
  for (const [pattern, target, key] of table as typeof LISTS) {
    const match = pattern.exec(path)
    if (match === null) continue
    const collection = target.replaceAll(/\$(\d)/g, (_, n: string) => match[Number(n)] ?? '')
    for (const row of list ?? (isRow(body) ? [body] : [])) {
      const name = /(variables|secrets|environments)$/.test(collection) ? text(row.name).toLowerCase() : undefined
      const id = name ?? key?.(row) ?? row.id
      if (id === undefined || made.ids.has(row.id ?? `${collection}/${name}`)) continue
      keepRow(found, collection, String(id), placed(collection, path, row))
      if (collection === 'actions/runs' && rowOf(row.head_repository).id === rowOf(row.repository).id)
        setRef(found, made, `refs/heads/${text(row.head_branch)}`, row.head_sha)
      if (collection === 'releases')
        for (const asset of listOf(row.assets))
          keepRow(found, `releases/${row.id}/assets`, String(rowOf(asset).id), rowOf(asset))
    }
    return true
  }
  return false
}

export function noteIssue(found: RepoFound, made: Made, doc: Row): void {
  if (typeof doc.number !== 'number' || made.ids.has(doc.id) || made.names.has(`issue ${doc.number}`)) return
  const old = found.issues.get(doc.number)
  // One that was only named so far is told of now.
  if (old !== undefined && old.id === undefined) found.issues.delete(doc.number)
  first(found.issues, doc.number, doc)
  noteLabels(found, made, doc)
}

/** An issue that must have been there. */
export function needIssue(found: RepoFound, made: Made, number: number): void {
  if (!made.names.has(`issue ${number}`) && !found.issues.has(number) && !found.pulls.has(number))
    found.issues.set(number, { number })
}

/** A milestone that must have been there. */
export function needMilestone(found: RepoFound, made: Made, number: Json | undefined): void {
  if (typeof number === 'number' && !made.names.has(`milestone ${number}`) && !found.milestones.has(number))
    found.milestones.set(number, { number, _guess: true })
}

/** What an issue shows of its milestone, where nothing else does. */
export function learnMilestone(found: RepoFound, made: Made, shown: Json | undefined): void {
  if (!isRow(shown) || typeof shown.number !== 'number' || made.names.has(`milestone ${shown.number}`)) return
  first(found.milestones, shown.number, { ...shown, _guess: true })
}

/** Runs and releases that must have been there, because something below them was asked for. */
export function needAbove(found: RepoFound, made: Made, path: string): void {
  const [, collection = '', id = ''] = /^(actions\/runs|releases|deployments|check-suites)\/(\d+)\/./.exec(path) ?? []
  if (id !== '' && !made.ids.has(Number(id)) && found.rows.get(collection)?.has(id) !== true)
    keepRow(found, collection, id, { id: Number(id), _guess: true })
}

/** A workflow that must have been there, by number or by file. */
export function needWorkflow(found: RepoFound, name: string): void {
  const rows = found.rows.get('actions/workflows') ?? new Map<string, Row>()
  found.rows.set('actions/workflows', rows)
  const known = [...rows.values()].some(({ id, path }) => String(id) === name || text(path).endsWith(`/${name}`))
  const id = /^\d+$/.test(name) ? Number(name) : rows.size + 1
  const path = `.github/workflows/${/^\d+$/.test(name) ? 'workflow.yml' : name}`
  if (!known) rows.set(String(id), { id, name: 'workflow', path, state: 'active', _guess: true })
}

/** Labels that a thing has, as far as the recording did not make them. */
function noteLabels(found: RepoFound, made: Made, doc: Row): void {
  for (const one of listOf(doc.labels).map(rowOf)) {
    const key = text(one.name).toLowerCase()
    if (!made.names.has(`label ${key}`) && typeof one.id === 'number') first(found.labels, key, one)
  }
}

/** Takes what a read shows of a repository. `path` is below the repository's own. */
export function noteRead(
  found: RepoFound,
  made: Made,
  one: Seen,
  path: string,
  own: string,
  others: (name: string) => RepoFound,
  viewer: () => string,
): void {
  const { body, query } = one
  const rows = listed(body) ?? (isRow(body) ? [body] : [])
  const [head = '', second = '', third = ''] = path.split('/')
  noteRole(found, path, false)
  needAbove(found, made, path)
  const [, workflow = ''] = /^actions\/workflows\/([^/]+)\/./.exec(path) ?? []
  if (workflow !== '') needWorkflow(found, workflow)
  if (/^(contents|readme)(\/|$)/.test(path) && !isRow(body) && !Array.isArray(body)) noteRaw(found, made, one, path)
  if (/^issues\/\d+\//.test(path)) needIssue(found, made, Number(second))
  if (/^pulls(\/\d+)?$/.test(path)) {
    for (const doc of rows) {
      if (made.ids.has(doc.id) || made.names.has(`issue ${String(doc.number)}`)) continue
      first(found.pulls, Number(doc.number), doc)
      noteSides(found, made, doc, own, others)
    }
    return
  }
  if (/^issues(\/\d+)?$/.test(path)) return rows.forEach((doc) => void noteIssue(found, made, doc))
  if (/^commits(\/[^/]+)?$/.test(path)) {
    const paths = query.get('path')
    const on = path === 'commits' ? { on: [query.get('sha') ?? branchOf(found)] } : {}
    for (const doc of rows) noteCommit(found, made, { ...doc, ...on }, paths === null ? [] : [paths])
    if (path === 'commits' && isSha(rows[0]?.sha))
      setRef(found, made, `refs/heads/${query.get('sha') ?? branchOf(found)}`, rows[0].sha)
    if (second !== '' && !isSha(second) && isSha(rows[0]?.sha)) setRef(found, made, `refs/heads/${second}`, rows[0].sha)
    return
  }
  if (head === 'compare' && isRow(body)) {
    for (const doc of [body.base_commit, body.merge_base_commit, ...listOf(body.commits)])
      noteCommit(found, made, rowOf(doc))
    // Of trees that nobody looked into, what differs is as it was shown.
    keepRow(found, 'compares', path.slice('compare/'.length).toLowerCase(), { files: body.files })
    return
  }
  if (path === 'branches' || /^branches\/[^/]+$/.test(path)) {
    for (const doc of rows) {
      const commit = rowOf(doc.commit)
      setRef(found, made, `refs/heads/${text(doc.name)}`, commit.sha)
      if (commit.commit !== undefined) noteCommit(found, made, commit)
      if (
        doc.protected === true &&
        !found.protections.has(text(doc.name)) &&
        !made.names.has(`protection ${text(doc.name)}`)
      )
        found.protections.set(text(doc.name), rowOf(doc.protection))
    }
    return
  }
  if (/^branches\/[^/]+\/protection$/.test(path) && isRow(body) && !made.names.has(`protection ${second}`)) {
    found.branches.add(second)
    found.protections.set(second, protection(body))
    return
  }
  if (/^git\/blobs\//.test(path) && body === undefined) {
    const bytes = Buffer.from(one.exchange.responseBody ?? [])
    found.blobs.set(third, { sha: third, content: bytes.toString('base64'), size: bytes.length })
  }
  if (head === 'git') return noteGit(found, made, rows, second, third, path)
  if (path === 'labels') found.listedLabels = true
  if (head === 'labels' || /^issues\/\d+\/labels$/.test(path)) {
    for (const doc of rows)
      if (!made.names.has(`label ${text(doc.name).toLowerCase()}`))
        first(found.labels, text(doc.name).toLowerCase(), doc)
    return
  }
  if (/^milestones(\/\d+)?$/.test(path)) {
    for (const doc of rows) if (!made.ids.has(doc.id)) first(found.milestones, Number(doc.number), doc)
    return
  }
  if (/^(contents|readme|license)/.test(path)) return noteContents(found, made, rows, query.get('ref'))
  if (path === 'tags') {
    for (const doc of rows) setRef(found, made, `refs/tags/${text(doc.name)}`, rowOf(doc.commit).sha)
    return
  }
  if (path === 'stargazers') {
    for (const doc of rows) {
      const login = text(rowOf(doc.user).login) || text(doc.login)
      if (!made.names.has(`star ${login}`)) found.stars.set(login, doc)
    }
    return
  }
  if (/^(collaborators|assignees)$/.test(path)) {
    for (const doc of rows)
      if (!found.people.has(text(doc.login)))
        found.people.set(text(doc.login), roleIn(rowOf(doc.permissions)) ?? 'push')
    return
  }
  if (/^commits\/[^/]+\/statuses$|^statuses\/[^/]+$/.test(path)) {
    const sha = head === 'statuses' ? second : second
    needCommit(found, made, sha)
    for (const row of [...rows].reverse())
      if (!made.ids.has(row.id)) keepRow(found, 'statuses', String(row.id), { ...row, sha })
    return
  }
  if (/^commits\/[^/]+\/status$/.test(path) && isRow(body)) {
    needCommit(found, made, body.sha)
    for (const row of listOf(body.statuses).map(rowOf))
      if (!made.ids.has(row.id)) keepRow(found, 'statuses', String(row.id), { ...row, sha: body.sha })
    return
  }
  if (/^pulls\/\d+\/commits$/.test(path)) return rows.forEach((doc) => void noteCommit(found, made, doc))
  if (/^pulls\/\d+\/files$/.test(path)) {
    const pull = found.pulls.get(Number(second))
    if (pull !== undefined)
      found.pulls.set(Number(second), { ...pull, files: [...listOf(pull.files), ...rows] as Json })
    return
  }
  if (path === 'subscribers')
    return rows.forEach(
      (doc) =>
        void keepRow(found, 'subscriptions', text(doc.login).toLowerCase(), {
          subscribed: true,
          ignored: false,
          reason: null,
        }),
    )
  if (path === 'subscription' && isRow(body))
    return keepRow(found, 'subscriptions', viewer().toLowerCase(), without(body, 'url', 'repository_url'))
  if (/^collaborators\/[^/]+\/permission$/.test(path) && isRow(body)) {
    found.people.set(second, text(body.role_name) || text(body.permission))
    return
  }
  if (/^commits\/[0-9a-f]{40}\//.test(path)) needCommit(found, made, second)
  if (/^commits\/[^/]+\/pulls$/.test(path)) {
    for (const doc of rows) {
      first(found.pulls, Number(doc.number), { ...doc, _commits: [second] })
      noteSides(found, made, doc, own, others)
    }
    return
  }
  noteRows(found, made, path, body)
}

export function setRef(found: RepoFound, made: Made, ref: string, sha: unknown): void {
  if (!isSha(sha) || made.shas.has(sha) || found.refs.has(ref) || made.names.has(ref)) return
  found.refs.set(ref, sha)
  needCommit(found, made, sha)
}

/** Of a tree that the recording made, what it did not write was there before. */
function noteOthers(found: RepoFound, made: Made, doc: Row): void {
  const ref = made.bases.get(text(doc.sha))
  if (!isSha(ref)) return
  for (const { path, sha, type } of listOf(doc.tree).map(rowOf)) {
    const name = text(path)
    const written = [...made.names].some((one) => one === `file ${name}` || one.startsWith(`file ${name}/`))
    if (!written && (type === 'blob' || type === 'tree'))
      first(found.contents, `${ref} ${name}`, { path: name, sha, type: type === 'tree' ? 'dir' : 'file', ref })
  }
}

/** A commit that nobody named, for a tree that was asked for by its branch. */
const standIn = (tree: string): string => createHash('sha1').update(tree).digest('hex')

function noteGit(found: RepoFound, made: Made, rows: readonly Row[], kind: string, name: string, path: string): void {
  for (const doc of rows) {
    switch (kind) {
      case 'refs':
      case 'ref':
      case 'matching-refs':
        if (rowOf(doc.object).type === 'tag')
          found.tagRefs.set(text(doc.ref), { sha: rowOf(doc.object).sha, type: 'tag' })
        else setRef(found, made, text(doc.ref), rowOf(doc.object).sha)
        break
      case 'trees': {
        if (!isSha(doc.sha)) break
        if (made.shas.has(doc.sha)) {
          noteOthers(found, made, doc)
          break
        }
        const asked = path.split('/').slice(2).join('/')
        if (!isSha(asked) && asked !== '' && !found.refs.has(`refs/heads/${asked}`) && doc.sha !== asked)
          setRef(found, made, `refs/heads/${asked}`, standIn(doc.sha))
        const commit = isSha(asked)
          ? found.commits.get(asked)
          : found.commits.get(found.refs.get(`refs/heads/${asked}`) ?? '')
        found.trees.set(doc.sha, doc)
        // A tree that was asked for by a branch is that of the commit there.
        if (commit !== undefined && commit.tree === undefined && commit.commit === undefined)
          found.commits.set(text(commit.sha), {
            ...commit,
            tree: { sha: doc.sha === commit.sha ? `${doc.sha.slice(0, 39)}0` : doc.sha },
          })
        if (commit !== undefined && doc.sha === commit.sha) {
          found.trees.delete(doc.sha)
          found.trees.set(`${doc.sha.slice(0, 39)}0`, { ...doc, sha: `${doc.sha.slice(0, 39)}0` })
        }
        break
      }
      case 'blobs':
        if (isSha(doc.sha) && !made.shas.has(doc.sha))
          found.blobs.set(doc.sha, { sha: doc.sha, content: doc.content, size: doc.size })
        break
      case 'tags':
        if (isSha(doc.sha) && !made.shas.has(doc.sha)) found.tags.set(doc.sha, doc)
        break
      case 'commits':
        if (isSha(doc.sha) && !made.shas.has(doc.sha) && name === doc.sha) first(found.commits, doc.sha, doc)
        break
      default:
    }
  }
}

function noteContents(found: RepoFound, made: Made, rows: readonly Row[], ref: string | null): void {
  for (const doc of rows) {
    if (!['file', 'symlink', 'dir'].includes(text(doc.type)) || !isSha(doc.sha) || made.shas.has(doc.sha)) continue
    const key = `${ref ?? ''} ${text(doc.path)}`
    if (made.names.has(`file ${text(doc.path)}`)) continue
    const linked = new URL(text(doc.url)).searchParams.get('ref')
    if (ref === null && linked !== null) found.branch ??= linked
    first(found.contents, key, { ...doc, ref: ref ?? linked })
  }
}

/** A file that was asked for as it is, not as JSON. */
function noteRaw(found: RepoFound, made: Made, { exchange, query }: Seen, path: string): void {
  const bytes = Buffer.from(exchange.responseBody ?? [])
  const file = path === 'readme' ? 'README.md' : decodeURIComponent(path.replace(/^(contents|readme)\//, ''))
  if (bytes.length === 0 || made.names.has(`file ${file}`)) return
  const sha = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
  const ref = query.get('ref')
  first(found.contents, `${ref ?? ''} ${file}`, {
    ...{ path: file, sha, type: 'file', size: bytes.length, content: bytes.toString('base64'), ref },
  })
}

export const roleIn = (permissions: Row): string | undefined =>
  ['admin', 'maintain', 'push', 'triage', 'pull'].find((name) => permissions[name] === true)

/** Protection as it is asked for, from how it is shown. */
function protection(doc: Row): Row {
  const flags = Object.entries(doc).flatMap(([name, value]) =>
    isRow(value) && typeof value.enabled === 'boolean' ? [[name, value.enabled]] : [],
  )
  const parts = ['required_status_checks', 'required_pull_request_reviews'].flatMap((name) =>
    doc[name] === undefined ? [] : [[name, doc[name]]],
  )
  return { ...Object.fromEntries(flags), ...Object.fromEntries(parts) }
}
