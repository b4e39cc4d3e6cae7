import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, need } from '../ask.ts'
import { pullOf } from '../git/pull.ts'
import { keepIssue, tellPull } from '../git/push.ts'
import { findRepo, numberOf } from '../github.ts'
import { createComment } from '../routes/comments.ts'
import { changed, createIssue } from '../routes/issues.ts'
import { mergePull, settleAutoMerges } from '../routes/merge.ts'
import { askOwners, createPull, updatePull } from '../routes/pulls.ts'
import { addStar, removeStar } from '../routes/users.ts'
import { isHeld } from '../rules/guard.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { actor, type Node } from './accounts.ts'
import { refusal } from './connection.ts'
import { commentNode, issueNode, pullNode } from './issues.ts'
import { repository } from './repository.ts'

type Input = { readonly [field: string]: Json | undefined }
type Args = { readonly input: Input }
type Place = { readonly repo: Row; readonly issue: Row }

const unknown = (id: string): Error => refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`)

/** The repository that a collection such as `repos/acme/app/issues` is in. */
function repoOfPath(ask: Ask, collection: string): Row | undefined {
  const [, owner, name] = collection.split('/')
  return findRepo(ask.github, `${owner}/${name}`)
}

export function issueById(ask: Ask, id: Json | undefined): Place {
  const found = ask.github.store.byNode(text(id))
  const repo = found === undefined ? undefined : repoOfPath(ask, found.collection)
  if (found === undefined || repo === undefined || !/^repos\/[^/]+\/[^/]+\/issues$/.test(found.collection))
    throw unknown(text(id))
  need(ask, repo, 'pull')
  return { repo, issue: found.row }
}

function repoById(ask: Ask, id: Json | undefined): Row {
  const found = ask.github.store.byNode(text(id))
  if (found?.collection !== 'repos') throw unknown(text(id))
  need(ask, found.row, 'pull')
  return found.row
}

/** The same request as if it had come to the REST API. */
function as(ask: Ask, repo: Row, body: Row, params: Readonly<Record<string, string>> = {}): Ask {
  const [owner = '', name = ''] = text(repo.full_name).split('/')
  const all: Readonly<Record<string, string>> = { owner, repo: name, ...params }
  return { ...ask, param: (one) => all[one] ?? '', body: () => body, query: new URLSearchParams() }
}
const given = (fields: Row): Row =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))

const fresh = (ask: Ask, { repo, issue }: Place): Place => {
  const now = findRepo(ask.github, text(repo.full_name)) ?? repo
  return { repo: now, issue: ask.github.store.get(below(now, 'issues'), numberOf(issue)) ?? issue }
}
const shown = (ask: Ask, place: Place): Node => {
  const { repo, issue } = fresh(ask, place)
  return issue._pull === undefined ? issueNode(ask, repo, issue) : pullNode(ask, repo, issue)
}

const rowsOf = (ask: Ask, ids: Json | undefined): readonly Row[] =>
  listOf(ids).map((id) => {
    const found = ask.github.store.byNode(String(id))
    if (found === undefined) throw unknown(String(id))
    return found.row
  })
const logins = (ask: Ask, ids: Json | undefined): Json => rowsOf(ask, ids).map(({ login }) => text(login))
const labels = (ask: Ask, ids: Json | undefined): Json => rowsOf(ask, ids).map(({ name }) => text(name))

function created(ask: Ask, repo: Row, body: Json | undefined): Place {
  const { number } = rowOf(body)
  const now = findRepo(ask.github, text(repo.full_name)) ?? repo
  const issue = ask.github.store.get(below(now, 'issues'), String(number))
  if (issue === undefined) throw new Error(`github: expected issue ${String(number)} to be there, got none.`)
  return { repo: now, issue }
}

/** Changes that name an issue or pull request by `field`. */
const change =
  (ask: Ask, field: string, fields: (input: Input, place: Place) => Row) =>
  ({ input }: Args) => {
    const place = issueById(ask, input[field])
    changed(ask, place.repo, place.issue, given(fields(input, place)))
    return { ...outcome(ask, place), clientMutationId: input.clientMutationId ?? null }
  }
const outcome = (ask: Ask, place: Place): { readonly [field: string]: unknown } => {
  const node = shown(ask, place)
  return {
    issue: node,
    pullRequest: node,
    labelable: node,
    assignable: node,
    actor: () => actor(ask, loginOf(ask.viewer)),
  }
}

/** Changes of a pull request that issues know nothing of. */
function turn(
  ask: Ask,
  input: Input,
  fields: Row,
  type: Parameters<typeof tellPull>[4],
): { readonly [field: string]: unknown } {
  const { repo, issue } = issueById(ask, input.pullRequestId)
  if (issue._pull === undefined) throw unknown(text(input.pullRequestId))
  need(ask, repo, 'push')
  const kept = keepIssue(ask.github, repo, {
    ...issue,
    updated_at: ask.github.now(),
    _pull: { ...pullOf(issue), ...fields } as Json,
  })
  tellPull(ask.github, ask.viewer, repo, kept, type)
  if (type === 'pull_request.ready_for_review') askOwners(ask, repo, kept)
  settleAutoMerges(ask.github, repo)
  return { ...outcome(ask, { repo, issue: kept }), clientMutationId: input.clientMutationId ?? null }
}

function enableAutoMerge(ask: Ask, input: Input): { readonly [field: string]: unknown } {
  const { repo, issue } = issueById(ask, input.pullRequestId)
  if (repo.allow_auto_merge !== true) throw refusal('UNPROCESSABLE', 'Auto merge is not allowed for this repository')
  if (issue.state !== 'open') throw refusal('UNPROCESSABLE', 'Pull request is closed')
  const { _mergeable, base } = pullOf(issue)
  if (_mergeable === true && !isHeld(ask.github, repo, issue, text(rowOf(base).ref)))
    throw refusal('UNPROCESSABLE', 'Pull request Pull request is in clean status')
  const method = (text(input.mergeMethod) || 'MERGE').toLowerCase()
  const auto_merge = {
    enabled_by: loginOf(ask.viewer),
    merge_method: method,
    commit_title: input.commitHeadline ?? null,
    commit_message: input.commitBody ?? null,
  }
  return turn(ask, input, { auto_merge }, 'pull_request.auto_merge_enabled')
}

/** Mutations, as far as they are modelled: each does what its REST route does. */
export function mutations(ask: Ask): { readonly [name: string]: (args: Args) => unknown } {
  const closeState = (input: Input): Row => ({
    state: 'closed',
    state_reason: text(input.stateReason).toLowerCase() || undefined,
  })
  return {
    createIssue({ input }) {
      const repo = repoById(ask, input.repositoryId)
      const [set] = input.milestoneId ? rowsOf(ask, [input.milestoneId]) : []
      const body = given({
        title: input.title,
        body: input.body,
        assignees: logins(ask, input.assigneeIds),
        labels: labels(ask, input.labelIds),
        milestone: set?.number,
      })
      return {
        ...outcome(ask, created(ask, repo, createIssue(as(ask, repo, body)).body)),
        clientMutationId: input.clientMutationId ?? null,
      }
    },
    updateIssue: change(ask, 'id', (input) => ({
      title: input.title,
      body: input.body,
      state: input.state ? text(input.state).toLowerCase() : undefined,
      ...(input.labelIds ? { labels: labels(ask, input.labelIds) } : {}),
      ...(input.assigneeIds ? { assignees: logins(ask, input.assigneeIds) } : {}),
      ...(input.milestoneId ? { milestone: rowsOf(ask, [input.milestoneId])[0]?.number } : {}),
    })),
    closeIssue: change(ask, 'issueId', closeState),
    reopenIssue: change(ask, 'issueId', () => ({ state: 'open' })),
    addComment({ input }) {
      const place = issueById(ask, input.subjectId)
      const doc = rowOf(
        createComment(as(ask, place.repo, { body: input.body }, { number: String(numberOf(place.issue)) })).body,
      )
      const { repo, issue } = fresh(ask, place)
      const row = ask.github.store.get(below(repo, `issues/${numberOf(issue)}/comments`), String(doc.id)) ?? {}
      return {
        commentEdge: { cursor: '', node: commentNode(ask, repo, issue, row) },
        subject: shown(ask, place),
        clientMutationId: input.clientMutationId ?? null,
      }
    },
    addLabelsToLabelable: change(ask, 'labelableId', (input, { issue }) => ({
      labels: [...new Set([...listOf(issue.labels), ...listOf(labels(ask, input.labelIds))])],
    })),
    removeLabelsFromLabelable: change(ask, 'labelableId', (input, { issue }) => ({
      labels: listOf(issue.labels).filter((name) => !listOf(labels(ask, input.labelIds)).includes(name)),
    })),
    addAssigneesToAssignable: change(ask, 'assignableId', (input, { issue }) => ({
      assignees: [...new Set([...listOf(issue.assignees), ...listOf(logins(ask, input.assigneeIds))])],
    })),
    removeAssigneesFromAssignable: change(ask, 'assignableId', (input, { issue }) => ({
      assignees: listOf(issue.assignees).filter((login) => !listOf(logins(ask, input.assigneeIds)).includes(login)),
    })),
    createPullRequest({ input }) {
      const repo = repoById(ask, input.repositoryId)
      const body = given({
        title: input.title,
        body: input.body,
        head: input.headRefName,
        base: input.baseRefName,
        draft: input.draft,
        maintainer_can_modify: input.maintainerCanModify,
      })
      return {
        ...outcome(ask, created(ask, repo, createPull(as(ask, repo, body)).body)),
        clientMutationId: input.clientMutationId ?? null,
      }
    },
    updatePullRequest({ input }) {
      const place = issueById(ask, input.pullRequestId)
      const body = given({
        title: input.title,
        body: input.body,
        base: input.baseRefName,
        state: input.state ? text(input.state).toLowerCase() : undefined,
      })
      updatePull(as(ask, place.repo, body, { number: String(numberOf(place.issue)) }))
      return { ...outcome(ask, place), clientMutationId: input.clientMutationId ?? null }
    },
    closePullRequest: change(ask, 'pullRequestId', () => ({ state: 'closed' })),
    reopenPullRequest: change(ask, 'pullRequestId', () => ({ state: 'open' })),
    mergePullRequest({ input }) {
      const place = issueById(ask, input.pullRequestId)
      const body = given({
        commit_title: input.commitHeadline,
        commit_message: input.commitBody,
        sha: input.expectedHeadOid,
        merge_method: input.mergeMethod ? text(input.mergeMethod).toLowerCase() : undefined,
      })
      mergePull(as(ask, place.repo, body, { number: String(numberOf(place.issue)) }))
      return { ...outcome(ask, place), clientMutationId: input.clientMutationId ?? null }
    },
    markPullRequestReadyForReview: ({ input }) => turn(ask, input, { draft: false }, 'pull_request.ready_for_review'),
    convertPullRequestToDraft: ({ input }) => turn(ask, input, { draft: true }, 'pull_request.converted_to_draft'),
    enablePullRequestAutoMerge: ({ input }) => enableAutoMerge(ask, input),
    disablePullRequestAutoMerge: ({ input }) =>
      turn(ask, input, { auto_merge: null }, 'pull_request.auto_merge_disabled'),
    addStar({ input }) {
      const repo = repoById(ask, input.starrableId)
      addStar(as(ask, repo, {}))
      return {
        starrable: repository(ask, findRepo(ask.github, text(repo.full_name)) ?? repo),
        clientMutationId: input.clientMutationId ?? null,
      }
    },
    removeStar({ input }) {
      const repo = repoById(ask, input.starrableId)
      removeStar(as(ask, repo, {}))
      return {
        starrable: repository(ask, findRepo(ask.github, text(repo.full_name)) ?? repo),
        clientMutationId: input.clientMutationId ?? null,
      }
    },
  }
}
