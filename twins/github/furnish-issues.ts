import type { Json } from '../trace.ts'
import { ensureAccount, ensureCommit, ensureRepo } from './ensure.ts'
import { putRef, refOf } from './git/objects.ts'
import { findRepo, type GitHub, repoPath } from './github.ts'
import { count, isRow, listOf, type Row, rowOf, text } from './store.ts'
import { nodeId } from './wire.ts'

/** A label as the API shows it, or by its name. Gives the name. */
export function importLabel(github: GitHub, repo: Row, given: Json): string {
  const fields: Row = typeof given === 'string' ? { name: given } : rowOf(given)
  const name = text(fields.name)
  const path = `${repoPath(repo)}/labels`
  if (github.store.get(path, name.toLowerCase()) !== undefined) return name
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const { color = 'ededed', description = null } = fields
  const node_id = fields.node_id ?? nodeId('LA', count(repo.id), id)
  github.store.put(path, name.toLowerCase(), {
    id,
    node_id,
    name,
    color,
    default: fields.default ?? false,
    description,
  })
  return name
}

/** A milestone as the API shows it. Gives its number. */
export function importMilestone(github: GitHub, repo: Row, fields: Row): number {
  const path = `${repoPath(repo)}/milestones`
  const number = typeof fields.number === 'number' ? fields.number : github.store.size(path) + 1
  if (github.store.get(path, number) !== undefined) return number
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const now = github.now()
  github.store.put(path, number, {
    id,
    node_id: fields.node_id ?? nodeId('MI', count(repo.id), id),
    number,
    title: fields.title ?? '',
    description: fields.description ?? null,
    creator: ensureAccount(github, fields.creator ?? ownerName(repo)),
    state: fields.state ?? 'open',
    created_at: fields.created_at ?? now,
    updated_at: fields.updated_at ?? now,
    due_on: fields.due_on ?? null,
    closed_at: fields.closed_at ?? null,
  })
  return number
}
const ownerName = (repo: Row): string => text(repo.full_name).split('/')[0] ?? ''

/** Issues and pull requests count together. */
function takeNumber(github: GitHub, repo: Row, wanted: Json | undefined): number {
  const now = findRepo(github, text(repo.full_name)) ?? repo
  const number = typeof wanted === 'number' ? wanted : count(now._last_number) + 1
  github.store.put('repos', text(now.full_name).toLowerCase(), {
    ...now,
    _last_number: Math.max(count(now._last_number), number),
  })
  return number
}

/** An issue as the API shows it; what it leaves out is as in a new one. */
export function importIssue(github: GitHub, repo: Row, fields: Row): Row {
  const number = takeNumber(github, repo, fields.number)
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const now = github.now()
  const closed = fields.state === 'closed'
  const comments = listOf(fields.comments)
  const issue = github.store.put(`${repoPath(repo)}/issues`, number, {
    id,
    node_id: fields.node_id ?? nodeId('I', count(repo.id), id),
    number,
    title: fields.title ?? '',
    user: ensureAccount(github, fields.user ?? ownerName(repo)),
    labels: listOf(fields.labels).map((one) => importLabel(github, repo, one)),
    state: fields.state ?? 'open',
    state_reason: fields.state_reason ?? (closed && !isRow(fields.pull_request) ? 'completed' : null),
    locked: fields.locked ?? false,
    active_lock_reason: fields.active_lock_reason ?? null,
    assignees: listOf(fields.assignees).map((one) => ensureAccount(github, one)),
    milestone: isRow(fields.milestone) ? importMilestone(github, repo, fields.milestone) : (fields.milestone ?? null),
    created_at: fields.created_at ?? now,
    updated_at: fields.updated_at ?? now,
    closed_at: fields.closed_at ?? (closed ? now : null),
    closed_by: fields.closed_by === undefined ? null : ensureAccount(github, fields.closed_by) || null,
    body: fields.body ?? null,
    ...(fields.performed_via_github_app === undefined
      ? {}
      : { performed_via_github_app: fields.performed_via_github_app }),
    ...(fields.author_association === undefined ? {} : { author_association: fields.author_association }),
    ...(typeof fields.comments === 'number' ? { _comments: fields.comments } : {}),
    ...(isRow(fields._pull)
      ? { _pull: fields._pull }
      : isRow(fields.pull_request)
        ? {
            _pull: {
              id,
              draft: fields.draft ?? false,
              merged: (fields.pull_request.merged_at ?? null) !== null,
              merged_at: fields.pull_request.merged_at ?? null,
            },
          }
        : {}),
  })
  for (const one of comments) {
    const comment = rowOf(one)
    const key = comment.id ?? github.nextId()
    const who = ensureAccount(github, comment.user ?? ownerName(repo))
    const row = {
      created_at: now,
      updated_at: now,
      ...comment,
      id: key,
      node_id: comment.node_id ?? nodeId('IC', count(repo.id), count(key)),
      user: who,
      _issue: number,
    }
    github.store.put(`${repoPath(repo)}/issues/${number}/comments`, String(key), row)
  }
  return issue
}

/** One side of a pull request. The branch is made when it is not there. */
function importSide(github: GitHub, repo: Row, side: Json | undefined, live: boolean): Row {
  const fields: Row = typeof side === 'string' ? { ref: side } : rowOf(side)
  const ref = text(fields.ref)
  const of = isRow(fields.repo) ? ensureRepo(github, fields.repo) : fields.repo === null ? undefined : repo
  if (of === undefined) return { ref, sha: fields.sha ?? '', repo: '', label: fields.label ?? ref }
  const known = refOf(github, of, `refs/heads/${ref}`)
  const sha = text(fields.sha) || text(known?.sha)
  if (sha !== '') ensureCommit(github, of, sha)
  if (known === undefined && live && sha !== '') putRef(github, of, `refs/heads/${ref}`, sha)
  return { ref, sha, repo: text(of.full_name), label: fields.label ?? `${ownerName(of)}:${ref}` }
}

/** A pull request as the API shows it, or `{ title, head: 'branch', base: 'main' }`. */
export function importPull(github: GitHub, repo: Row, fields: Row): Row {
  const live = (fields.state ?? 'open') === 'open'
  const id = typeof fields.id === 'number' ? fields.id : github.nextId()
  const stats = ['commits', 'additions', 'deletions', 'changed_files', 'mergeable_state'].filter(
    (name) => fields[name] !== undefined,
  )
  const head = importSide(github, repo, fields.head, live)
  const base = importSide(github, repo, fields.base ?? text(repo.default_branch), live)
  const merge = isRow(fields.auto_merge)
    ? { ...fields.auto_merge, enabled_by: ensureAccount(github, fields.auto_merge.enabled_by) }
    : null
  const pull = {
    id,
    head,
    base,
    draft: fields.draft ?? false,
    merged: fields.merged ?? (fields.merged_at !== undefined && fields.merged_at !== null),
    merged_at: fields.merged_at ?? null,
    merged_by: fields.merged_by === undefined ? null : ensureAccount(github, fields.merged_by) || null,
    merge_commit_sha: fields.merge_commit_sha ?? null,
    mergeable: fields.mergeable ?? null,
    _mergeable: fields.mergeable ?? null,
    requested_reviewers: listOf(fields.requested_reviewers).map((one) => ensureAccount(github, one)),
    requested_teams: listOf(fields.requested_teams).map((one) => text(rowOf(one).slug)),
    auto_merge: merge,
    maintainer_can_modify: fields.maintainer_can_modify ?? true,
    ...(fields.files === undefined ? {} : { _files: fields.files }),
    ...(stats.length === 0 ? {} : { _stats: Object.fromEntries(stats.map((name) => [name, fields[name]])) }),
  }
  const node_id = fields.node_id ?? nodeId('PR', count(repo.id), id)
  const known =
    typeof fields.number === 'number' ? github.store.get(`${repoPath(repo)}/issues`, fields.number) : undefined
  if (known !== undefined)
    return github.store.put(`${repoPath(repo)}/issues`, fields.number as number, { ...known, _pull: pull as Json })
  return importIssue(github, repo, { ...fields, id: github.nextId(), node_id, _pull: pull as Json })
}
