import type { Json } from '../../trace.ts'
import { atLeast, loginOf, roleOn } from '../access.ts'
import { type Ask, below, done, made, need, needSomebody, type On, ok, type Reply, repoOf } from '../ask.ts'
import { person as signs } from '../furnish-git.ts'
import { compared } from '../git/history.ts'
import { mergeOf } from '../git/merging.ts'
import { commitOf, refOf } from '../git/objects.ts'
import { canMerge, diffOf, pullOf } from '../git/pull.ts'
import { CHECK_MS, keepIssue, push, tellPull } from '../git/push.ts'
import { account, findRepo, type GitHub, numberOf, ownerOf } from '../github.ts'
import { page, sorted } from '../paging.ts'
import { guard } from '../rules/guard.ts'
import { asReviewers, ownersOf } from '../rules/owners.ts'
import { person } from '../shapes/accounts.ts'
import { changedFile, changesOf, commitBrief } from '../shapes/commits.ts'
import { pullBrief, pullWhole } from '../shapes/pulls.ts'
import { teamBrief } from '../shapes/teams.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'
import { GitHubError, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { changed, issueIn, note, takeNumber } from './issues.ts'
import { mergePull } from './merge.ts'
import { diffText, patchText } from './patches.ts'

export function pullIn(ask: Ask, repo: Row): Row {
  const issue = issueIn(ask, repo)
  if (issue._pull === undefined) throw notFound()
  return issue
}

type Side = { readonly repo: Row; readonly ref: string; readonly sha: string; readonly label: string }

/** A side as a request names it: `branch`, or `ada:branch` for a fork's. */
function sideOf(ask: Ask, repo: Row, field: 'head' | 'base', given: Json | undefined, headRepo = ''): Side {
  const name = text(given)
  if (name === '') throw missingField('PullRequest', field)
  const [owner, rest] = name.includes(':')
    ? [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)]
    : ['', name]
  const branch = rest.replace(/^refs\/heads\//, '')
  const inNetwork = (one: Row): boolean =>
    one._network === repo._network &&
    ownerOf(one).toLowerCase() === owner.toLowerCase() &&
    (headRepo === '' || one.name === headRepo)
  const of =
    owner === '' || owner.toLowerCase() === ownerOf(repo).toLowerCase()
      ? repo
      : ask.github.store.rows('repos').find(inNetwork)
  const ref = of === undefined ? undefined : refOf(ask.github, of, `refs/heads/${branch}`)
  if (of === undefined || ref === undefined) throw invalid({ resource: 'PullRequest', field, code: 'invalid' })
  return { repo: of, ref: branch, sha: text(ref.sha), label: `${ownerOf(of)}:${branch}` }
}

const kept = ({ repo, ref, sha, label }: Side): Json => ({ repo: text(repo.full_name), ref, sha, label })

export function createPull(ask: Ask): Reply {
  const repo = repoOf(ask)
  const user = needSomebody(ask, repo)
  const body = ask.body()
  const existing =
    body.issue === undefined ? undefined : ask.github.store.get(below(repo, 'issues'), String(body.issue))
  if (existing === undefined && text(body.title).trim() === '') throw missingField('PullRequest', 'title')
  const head = sideOf(ask, repo, 'head', body.head, text(body.head_repo))
  const base = sideOf(ask, repo, 'base', body.base)
  // Opening one takes write access to where the changes are.
  if (!atLeast(roleOn(ask.github, ask.viewer, head.repo), 'push')) throw notFound()
  const open = ask.github.store
    .rows(below(repo, 'issues'))
    .filter((one) => one._pull !== undefined && one.state === 'open')
  if (open.some((one) => rowOf(pullOf(one).head).label === head.label && rowOf(pullOf(one).base).ref === base.ref))
    throw invalid({
      resource: 'PullRequest',
      code: 'custom',
      message: `A pull request already exists for ${head.label}.`,
    })
  const [ours, theirs] = [base, head].map(({ repo: of, sha }) => commitOf(ask.github, of, sha))
  if (
    head.sha === base.sha ||
    (ours !== undefined &&
      theirs !== undefined &&
      ours._files === undefined &&
      compared(ask.github, repo, ours, theirs).ahead.length === 0)
  )
    throw invalid({
      resource: 'PullRequest',
      code: 'custom',
      message: `No commits between ${head.repo === repo ? `${base.ref} and ${head.ref}` : `${base.label} and ${head.label}`}`,
    })
  const id = ask.github.nextId()
  const now = ask.github.now()
  const pull = {
    id,
    head: kept(head),
    base: kept(base),
    draft: body.draft ?? false,
    merged: false,
    merged_at: null,
    merged_by: null,
    merge_commit_sha: null,
    mergeable: null,
    _mergeable: null,
    _dueMs: ask.github.world.clock.now() + CHECK_MS,
    requested_reviewers: [],
    requested_teams: [],
    auto_merge: null,
    maintainer_can_modify: body.maintainer_can_modify ?? true,
  }
  const number = existing === undefined ? takeNumber(ask.github, repo) : numberOf(existing)
  const issueId = ask.github.nextId()
  const issue = keepIssue(ask.github, repo, {
    ...{
      id: issueId,
      number,
      title: body.title,
      body: body.body ?? null,
      user,
      labels: [],
      assignees: [],
      milestone: null,
      state: 'open',
    },
    ...{
      state_reason: null,
      locked: false,
      active_lock_reason: null,
      created_at: now,
      closed_at: null,
      closed_by: null,
    },
    ...existing,
    node_id: nodeId('PR', Number(repo.id), id),
    updated_at: now,
    _pull: pull as Json,
  })
  tellPull(ask.github, ask.viewer, repo, issue, 'pull_request.opened')
  return made(pullWhole(ask.github, repo, askOwners(ask, repo, issue)))
}

/** Asks the code owners of what a pull request changes for reviews; drafts ask nobody yet. */
export function askOwners(ask: Ask, repo: Row, issue: Row): Row {
  if (pullOf(issue).draft === true) return issue
  const paths = diffOf(ask.github, repo, issue).changes.map(({ path }) => path)
  const owners = ownersOf(ask.github, repo, text(rowOf(pullOf(issue).base).sha), paths).flat()
  const { people, teams } = asReviewers(ask.github, owners)
  const others = people.filter((login) => login !== issue.user)
  return others.length + teams.length === 0 ? issue : askFor(ask, repo, issue, others, teams)
}

/** Works out whether a pull request can be merged, once it is time. */
export function settled(github: GitHub, repo: Row, issue: Row): Row {
  const pull = pullOf(issue)
  const due =
    issue.state === 'open' && (pull._mergeable ?? null) === null && count(pull._dueMs) <= github.world.clock.now()
  if (!due || pull._dueMs === undefined) return issue
  const can = canMerge(github, repo, issue)
  if (can === undefined) return issue
  // Of what it would be merged as GitHub shows the SHA beforehand; a stand-in.
  const sha = can ? github.draw(`test merge ${numberOf(issue)}`).text(40, '0123456789abcdef') : null
  return keepIssue(github, repo, { ...issue, _pull: { ...pull, _mergeable: can, merge_commit_sha: sha } as Json })
}

function get(ask: Ask): Reply {
  const repo = repoOf(ask)
  const issue = settled(ask.github, repo, pullIn(ask, repo))
  if (/\.(diff|patch)\b/.test(ask.accept)) {
    const { changes, commits } = diffOf(ask.github, repo, issue)
    return ask.accept.includes('.diff')
      ? diffText(changes)
      : patchText(commits.map((commit) => ({ commit, changes: changesOf(ask.github, repo, commit) })))
  }
  return ok(pullWhole(ask.github, repo, issue))
}

const ORDERS = {
  created: (issue: Row): string => text(issue.created_at) + String(numberOf(issue)).padStart(9, '0'),
  updated: (issue: Row): string => text(issue.updated_at) + String(numberOf(issue)).padStart(9, '0'),
}

function list(ask: Ask): Reply {
  const repo = repoOf(ask)
  const state = ask.query.get('state') ?? 'open'
  const [head, base] = [ask.query.get('head'), ask.query.get('base')]
  const rows = ask.github.store.rows(below(repo, 'issues')).filter((issue) => {
    if (issue._pull === undefined || (state !== 'all' && issue.state !== state)) return false
    const pull = pullOf(issue)
    if (head?.includes(':') && text(rowOf(pull.head).label).toLowerCase() !== head.toLowerCase()) return false
    return !base || rowOf(pull.base).ref === base.replace(/^refs\/heads\//, '')
  })
  const direction = (ask.query.get('sort') ?? 'created') === 'created' ? 'desc' : 'asc'
  return page(ask, sorted(ask, rows, ORDERS, { sort: 'created', direction }), (issue) =>
    pullBrief(ask.github, repo, issue),
  )
}

export function updatePull(ask: Ask): Reply {
  const repo = repoOf(ask)
  const old = pullIn(ask, repo)
  const { title, body, state, base, maintainer_can_modify } = ask.body()
  let issue = changed(ask, repo, old, { title, body, state })
  if (base !== undefined && base !== rowOf(pullOf(issue).base).ref) {
    const side = sideOf(ask, repo, 'base', base)
    issue = keepIssue(ask.github, repo, {
      ...issue,
      _pull: { ...pullOf(issue), base: kept(side), _mergeable: null, _dueMs: ask.github.world.clock.now() } as Json,
    })
    tellPull(ask.github, ask.viewer, repo, issue, 'pull_request.edited', {
      changes: { base: { ref: { from: rowOf(pullOf(old).base).ref } } } as Json,
    })
  }
  if (maintainer_can_modify !== undefined)
    issue = keepIssue(ask.github, repo, { ...issue, _pull: { ...pullOf(issue), maintainer_can_modify } as Json })
  return ok(pullWhole(ask.github, repo, settled(ask.github, repo, issue)))
}

/** Brings the base into the head's branch. */
function updateBranch(ask: Ask): Reply {
  const { github } = ask
  const repo = repoOf(ask, 'push')
  const issue = pullIn(ask, repo)
  const head = rowOf(pullOf(issue).head)
  const { expected_head_sha } = ask.body()
  if (expected_head_sha !== undefined && expected_head_sha !== head.sha)
    throw new GitHubError(422, 'expected_head_sha was stale')
  const from = findRepo(github, text(head.repo))
  const { base, head: theirs } = diffOf(github, repo, issue)
  if (from === undefined || base === undefined || theirs === undefined)
    throw new GitHubError(422, 'merge conflict between base and head')
  const login = loginOf(ask.viewer)
  const message = `Merge branch '${text(rowOf(pullOf(issue).base).ref)}' into ${text(head.ref)}`
  const commit = mergeOf(github, repo, [theirs, base], { login, author: signs(github, login), message })
  if (commit === undefined) throw new GitHubError(422, 'merge conflict between base and head')
  const change = { ref: `refs/heads/${text(head.ref)}`, before: text(head.sha), after: text(commit.sha) }
  guard(github, ask.viewer, from, change)
  push(github, ask.viewer, from, change.ref, change.after)
  return {
    status: 202,
    body: {
      message: 'Updating pull request branch.',
      url: `https://github.com/repos/${text(repo.full_name)}/pulls/${numberOf(issue)}`,
    },
  }
}

/** Asks for reviews, or takes the request back. */
function reviewers(ask: Ask, asks: boolean): Reply {
  const { github } = ask
  const repo = repoOf(ask)
  const issue = pullIn(ask, repo)
  need(ask, repo, 'push')
  const [people, teams] = [listOf(ask.body().reviewers).map(String), listOf(ask.body().team_reviewers).map(String)]
  for (const login of people) {
    if (account(github, login) === undefined)
      throw new GitHubError(
        422,
        'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ' +
          `${text(repo.full_name)} repository.`,
      )
    if (asks && login.toLowerCase() === text(issue.user).toLowerCase())
      throw new GitHubError(422, 'Review cannot be requested from pull request author.')
  }
  const row = askFor(ask, repo, issue, people, teams, asks)
  return { status: asks ? 201 : 200, body: pullBrief(github, repo, row) }
}

/** Puts people and teams among those who are asked for a review, or takes them away. */
function askFor(
  ask: Ask,
  repo: Row,
  issue: Row,
  people: readonly string[],
  teams: readonly string[],
  asks = true,
): Row {
  const { github } = ask
  const pull = pullOf(issue)
  const put = (old: readonly string[], given: readonly string[]): readonly string[] =>
    asks
      ? [...new Set([...old, ...given])]
      : old.filter((one) => !given.some((other) => other.toLowerCase() === one.toLowerCase()))
  const next = {
    ...pull,
    requested_reviewers: put(listOf(pull.requested_reviewers).map(String), people),
    requested_teams: put(listOf(pull.requested_teams).map(String), teams),
  }
  const row = settled(
    github,
    repo,
    keepIssue(github, repo, { ...issue, _pull: next as Json, updated_at: github.now() }),
  )
  const event = asks ? 'review_requested' : 'review_request_removed'
  for (const login of people) {
    note(ask, repo, row, event, { review_requester: loginOf(ask.viewer), requested_reviewer: login })
    tellPull(github, ask.viewer, repo, row, `pull_request.${event}`, { requested_reviewer: person(github, login) })
  }
  for (const slug of teams)
    tellPull(github, ask.viewer, repo, row, `pull_request.${event}`, {
      requested_team: teamBrief(github, ownerOf(repo), slug),
    })
  return row
}

export function addPullRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  const pull = `${repo}/pulls/:number`
  on('pulls.create', `POST ${repo}/pulls`, createPull, 'user')
  on('pulls.list', `GET ${repo}/pulls`, list)
  on('pulls.get', `GET ${pull}`, get)
  on('pulls.update', `PATCH ${pull}`, updatePull, 'user')
  on('pulls.merge', `PUT ${pull}/merge`, mergePull, 'user')
  on('pulls.check_merged', `GET ${pull}/merge`, (ask) => {
    const of = repoOf(ask)
    if (pullOf(pullIn(ask, of)).merged !== true) throw notFound()
    return done()
  })
  on('pulls.update_branch', `PUT ${pull}/update-branch`, updateBranch, 'user')
  on('pulls.commits.list', `GET ${pull}/commits`, (ask) => {
    const of = repoOf(ask)
    return page(ask, diffOf(ask.github, of, pullIn(ask, of)).commits, (commit) => commitBrief(ask.github, of, commit))
  })
  on('pulls.files.list', `GET ${pull}/files`, (ask) => {
    const of = repoOf(ask)
    const issue = pullIn(ask, of)
    const known = pullOf(issue)._files
    // Of trees that a seed does not have, it may have what differs.
    if (known !== undefined) return page(ask, listOf(known), (file) => file)
    const { changes, base } = diffOf(ask.github, of, issue)
    return page(ask, changes, (change) => changedFile(of, change, text(rowOf(pullOf(issue).head).sha), text(base?.sha)))
  })
  on('pulls.reviewers.request', `POST ${pull}/requested_reviewers`, (ask) => reviewers(ask, true), 'user')
  on('pulls.reviewers.remove', `DELETE ${pull}/requested_reviewers`, (ask) => reviewers(ask, false), 'user')
  on('pulls.reviewers.list', `GET ${pull}/requested_reviewers`, (ask) => {
    const of = repoOf(ask)
    const row = pullOf(pullIn(ask, of))
    const users = listOf(row.requested_reviewers).map((login) => person(ask.github, login))
    return ok({
      users,
      teams: listOf(row.requested_teams).map((slug) => teamBrief(ask.github, ownerOf(of), text(slug))),
    })
  })
}
