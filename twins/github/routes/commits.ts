import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, done, made, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { emit } from '../events.ts'
import { changesBetween } from '../git/diff.ts'
import { ancestors, compared, filesAt } from '../git/history.ts'
import { mergeOf } from '../git/merging.ts'
import { commitOf, personOf, refOf, resolve } from '../git/objects.ts'
import { diffOf } from '../git/pull.ts'
import { push } from '../git/push.ts'
import { objectsPath } from '../github.ts'
import { page } from '../paging.ts'
import { guard } from '../rules/guard.ts'
import { person } from '../shapes/accounts.ts'
import { changedFile, changesOf, commitBrief, commitWhole } from '../shapes/commits.ts'
import { association } from '../shapes/issues.ts'
import { pullBrief } from '../shapes/pulls.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { listOf, type Row, text } from '../store.ts'
import { asSeen, GitHubError, missingField, nodeId, notFound } from '../wire.ts'
import { headsAt } from './branches.ts'
import { mine } from './comments.ts'
import { signer } from './contents.ts'
import { diffText, patchText } from './patches.ts'

/** The commit a path names. */
export function commitIn(ask: Ask, repo: Row, name: string): Row {
  const commit = resolve(ask.github, repo, name)
  if (commit !== undefined) return commit
  throw new GitHubError(422, `No commit found for SHA: ${name}`)
}

/** Whether a commit changed something at a path. Of one whose files a seed lacks, it knows which paths did. */
function touches(ask: Ask, repo: Row, commit: Row, path: string): boolean {
  if (commit._paths !== undefined) return listOf(commit._paths).includes(path)
  return changesOf(ask.github, repo, commit).some(
    (change) => change.path === path || change.path.startsWith(`${path}/`) || change.from === path,
  )
}

/** Commits that a seed says are on a branch, whether or not it has all between them. */
const commitsOn = (ask: Ask, repo: Row, branch: string): readonly Row[] =>
  ask.github.store.rows(`${objectsPath(repo)}/commits`).filter(({ _on }) => listOf(_on).includes(branch))

const newest = (commits: readonly Row[]): readonly Row[] => {
  const at = (commit: Row): number => Date.parse(personOf(commit, 'committer').date)
  return [...commits].sort((a, b) => at(b) - at(a))
}

function list(ask: Ask): Reply {
  const repo = repoOf(ask)
  const { query, github } = ask
  const from = query.get('sha') || text(repo.default_branch)
  const head = resolve(github, repo, from)
  const known = commitsOn(ask, repo, from)
  if (head === undefined && known.length === 0) {
    if (query.get('sha') === null) throw new GitHubError(409, 'Git Repository is empty.')
    throw notFound()
  }
  const [path, author, committer, since, until] = ['path', 'author', 'committer', 'since', 'until'].map((name) =>
    query.get(name),
  )
  const by = (commit: Row, role: 'author' | 'committer', who: string): boolean =>
    commit[`_${role}`] === who || personOf(commit, role).email === who
  const reached = head === undefined ? [] : ancestors(github, repo, head)
  const all =
    known.length === 0 ? reached : newest([...new Map([...reached, ...known].map((one) => [one.sha, one])).values()])
  const kept = all.filter((commit) => {
    const { date } = personOf(commit, 'committer')
    if (since && Date.parse(date) < Date.parse(since)) return false
    if (until && Date.parse(date) > Date.parse(until)) return false
    if (author && !by(commit, 'author', author)) return false
    if (committer && !by(commit, 'committer', committer)) return false
    return !path || touches(ask, repo, commit, path)
  })
  return page(ask, kept, (commit) => commitBrief(github, repo, commit))
}

function get(ask: Ask): Reply {
  const repo = repoOf(ask)
  const commit = commitIn(ask, repo, ask.param('ref'))
  if (/\.sha\b/.test(ask.accept))
    return {
      status: 200,
      bytes: text(commit.sha),
      headers: { 'Content-Type': 'application/vnd.github.sha; charset=utf-8' },
    }
  if (/\.(diff|patch)\b/.test(ask.accept)) {
    const changes = changesOf(ask.github, repo, commit)
    return ask.accept.includes('.diff') ? diffText(changes) : patchText([{ commit, changes }])
  }
  return ok(commitWhole(ask.github, repo, commit))
}

/** `base...head`, either of which may be another fork's: `ada:main`. */
function sideOf(ask: Ask, repo: Row, name: string): { readonly of: Row; readonly commit: Row } {
  const [owner, branch] = name.includes(':')
    ? [name.split(':')[0] ?? '', name.split(':').slice(1).join(':')]
    : ['', name]
  const of =
    owner === ''
      ? repo
      : ask.github.store
          .rows('repos')
          .find(
            (one) =>
              one._network === repo._network && text(one.full_name).toLowerCase().startsWith(`${owner.toLowerCase()}/`),
          )
  const commit = of === undefined ? undefined : resolve(ask.github, of, branch)
  if (of === undefined || commit === undefined) throw notFound()
  return { of, commit }
}

function compare(ask: Ask): Reply {
  const repo = repoOf(ask)
  const [from = '', to = ''] = ask.param('basehead').split('...')
  const [base, head] = [sideOf(ask, repo, from), sideOf(ask, repo, to)]
  const { github } = ask
  const { mergeBase, ahead, behind } = compared(github, repo, base.commit, head.commit)
  if (mergeBase === undefined) throw notFound(`No common ancestor between ${from} and ${to}.`)
  const changes = changesBetween(github, repo, filesAt(github, repo, mergeBase), filesAt(github, repo, head.commit))
  if (/\.diff\b/.test(ask.accept)) return diffText(changes)
  if (/\.patch\b/.test(ask.accept))
    return patchText(ahead.map((commit) => ({ commit, changes: changesOf(github, repo, commit) })))
  const known = ask.github.store.get(below(repo, 'compares'), ask.param('basehead').toLowerCase())?.files
  const status = ahead.length === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged'
  const web = `${webOf(repo)}/compare/${from}...${to}`
  const short = (side: { readonly of: Row; readonly commit: Row }): string =>
    `${text(side.of.full_name).split('/')[0]}:${text(side.commit.sha).slice(0, 7)}`
  const listed = page(ask, ahead, (commit) => commitBrief(github, repo, commit))
  return {
    ...listed,
    body: {
      url: `${urlOf(repo)}/compare/${from}...${to}`,
      html_url: web,
      permalink_url: `${webOf(repo)}/compare/${short(base)}...${short(head)}`,
      diff_url: `${web}.diff`,
      patch_url: `${web}.patch`,
      base_commit: commitBrief(github, repo, base.commit),
      merge_base_commit: commitBrief(github, repo, mergeBase),
      status,
      ahead_by: ahead.length,
      behind_by: behind,
      total_commits: ahead.length,
      commits: listed.body ?? [],
      files: known ?? changes.map((change) => changedFile(repo, change, text(head.commit.sha), text(mergeBase.sha))),
    },
  }
}

/** Merges one branch into another: https://docs.github.com/rest/branches/branches#merge-a-branch (2026-11-26). */
function merge(ask: Ask): Reply {
  const { github } = ask
  const repo = repoOf(ask, 'push')
  const { base, head, commit_message } = ask.body()
  for (const [field, value] of Object.entries({ base, head }))
    if (text(value) === '') throw missingField('Merge', field)
  const ref = refOf(github, repo, `refs/heads/${text(base)}`)
  const ours = ref === undefined ? undefined : commitOf(github, repo, text(ref.sha))
  if (ours === undefined) throw notFound('Base does not exist')
  const theirs = resolve(github, repo, text(head))
  if (theirs === undefined) throw notFound('Head does not exist')
  if (compared(github, repo, ours, theirs).ahead.length === 0) return done()
  const message = text(commit_message) || `Merge ${text(head)} into ${text(base)}`
  const login = loginOf(ask.viewer)
  const commit = mergeOf(github, repo, [ours, theirs], { login, author: signer(ask, undefined), message })
  if (commit === undefined) throw new GitHubError(409, 'Merge conflict')
  const change = { ref: `refs/heads/${text(base)}`, before: text(ours.sha), after: text(commit.sha) }
  guard(github, ask.viewer, repo, change, { status: 409 })
  push(github, ask.viewer, repo, change.ref, change.after)
  return made(commitBrief(github, repo, commit))
}

export function addCommitRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('repos.commits.list', `GET ${repo}/commits`, list)
  on('repos.commits.branches_where_head', `GET ${repo}/commits/:sha/branches-where-head`, (ask) => {
    const of = repoOf(ask)
    return ok(headsAt(ask, of, ask.param('sha')))
  })
  on('repos.commits.pulls', `GET ${repo}/commits/:sha/pulls`, (ask) => {
    const of = repoOf(ask)
    const sha = text(commitIn(ask, of, ask.param('sha')).sha)
    const known = (issue: Row): boolean => diffOf(ask.github, of, issue).commits.some((one) => one.sha === sha)
    const pulls = ask.github.store
      .rows(below(of, 'issues'))
      .filter((issue) => issue._pull !== undefined && (known(issue) || listOf(issue._commits).includes(sha)))
    return page(ask, pulls, (issue) => pullBrief(ask.github, of, issue))
  })
  addCommentRoutes(on, repo)
  on('repos.commits.get', `GET ${repo}/commits/:ref{.+}`, get)
  on('repos.compare', `GET ${repo}/compare/:basehead{.+}`, compare)
  on('repos.merges.create', `POST ${repo}/merges`, merge, 'user')
}

/** Comments on commits. */
function addCommentRoutes(on: On, repo: string): void {
  const shape = (ask: Ask, of: Row, row: Row): Json => asSeen(row, fresh(ask, of, row))
  const fresh = (ask: Ask, of: Row, row: Row): Json =>
    ({
      url: `${urlOf(of)}/comments/${row.id}`,
      html_url: `${webOf(of)}/commit/${text(row.commit_id)}#commitcomment-${row.id}`,
      id: row.id,
      node_id: row.node_id,
      user: person(ask.github, row.user),
      position: row.position ?? null,
      line: row.line ?? null,
      path: row.path ?? null,
      commit_id: row.commit_id,
      created_at: row.created_at,
      updated_at: row.updated_at,
      author_association: row.author_association ?? association(ask.github, of, text(row.user)),
      body: row.body,
      reactions: {
        url: `${urlOf(of)}/comments/${row.id}/reactions`,
        total_count: 0,
        '+1': 0,
        '-1': 0,
        laugh: 0,
        hooray: 0,
        confused: 0,
        heart: 0,
        rocket: 0,
        eyes: 0,
      },
    }) as Json
  const all = (ask: Ask, of: Row): readonly Row[] => ask.github.store.rows(below(of, 'comments'))
  const find = (ask: Ask, of: Row): Row => {
    const row = ask.github.store.get(below(of, 'comments'), numberIn(ask, 'id'))
    if (row === undefined) throw notFound()
    return row
  }
  on('repos.commits.comments.list', `GET ${repo}/commits/:sha/comments`, (ask) => {
    const of = repoOf(ask)
    const rows = all(ask, of).filter(({ commit_id }) => commit_id === ask.param('sha'))
    return page(ask, rows, (row) => shape(ask, of, row))
  })
  on(
    'repos.commits.comments.create',
    `POST ${repo}/commits/:sha/comments`,
    (ask) => {
      const of = repoOf(ask)
      const commit = commitIn(ask, of, ask.param('sha'))
      const { body, path = null, position = null, line = null } = ask.body()
      if (text(body) === '') throw missingField('CommitComment', 'body')
      const id = ask.github.nextId()
      const now = ask.github.now()
      const row = ask.github.store.put(below(of, 'comments'), id, {
        id,
        node_id: nodeId('CC', Number(of.id), id),
        user: loginOf(ask.viewer),
        commit_id: commit.sha,
        body,
        path,
        position,
        line,
        created_at: now,
        updated_at: now,
      })
      emit(ask.github, ask.viewer, of, 'commit_comment.created', { comment: shape(ask, of, row) })
      return made(shape(ask, of, row))
    },
    'user',
  )
  on('repos.comments.list', `GET ${repo}/comments`, (ask) => {
    const of = repoOf(ask)
    return page(ask, all(ask, of), (row) => shape(ask, of, row))
  })
  on('repos.comments.get', `GET ${repo}/comments/:id`, (ask) => {
    const of = repoOf(ask)
    return ok(shape(ask, of, find(ask, of)))
  })
  on(
    'repos.comments.update',
    `PATCH ${repo}/comments/:id`,
    (ask) => {
      const of = repoOf(ask)
      const old = find(ask, of)
      mine(ask, of, old)
      const row = { ...old, body: ask.body().body, updated_at: ask.github.now() }
      return ok(shape(ask, of, ask.github.store.put(below(of, 'comments'), numberIn(ask, 'id'), row)))
    },
    'user',
  )
  on(
    'repos.comments.delete',
    `DELETE ${repo}/comments/:id`,
    (ask) => {
      const of = repoOf(ask)
      mine(ask, of, find(ask, of))
      ask.github.store.remove(below(of, 'comments'), numberIn(ask, 'id'))
      return done()
    },
    'user',
  )
}
