import { loginOf, roleOn, wordOf } from '../access.ts'
import { type Ask, below } from '../ask.ts'
import { ancestors, filesAt } from '../git/history.ts'
import {
  blobOf,
  commitOf,
  contentOf,
  entriesOf,
  parentsOf,
  personOf,
  refOf,
  refsBelow,
  resolve,
} from '../git/objects.ts'
import { findRepo, numberOf, ownerOf } from '../github.ts'
import { workers } from '../routes/people.ts'
import { changesOf, tally } from '../shapes/commits.ts'
import { repoBrief, webOf } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { nodeId } from '../wire.ts'
import { actor, type Node, small } from './accounts.ts'
import { type Connection, connection, type PageArgs, refusal } from './connection.ts'
import { issueNode, labelNode, milestoneNode, pullNode } from './issues.ts'

type OrderArgs = PageArgs & {
  readonly states?: readonly string[] | null
  readonly labels?: readonly string[] | null
  readonly headRefName?: string | null
  readonly baseRefName?: string | null
  readonly orderBy?: { readonly field: string; readonly direction: string } | null
  readonly filterBy?: {
    readonly assignee?: string
    readonly createdBy?: string
    readonly labels?: readonly string[]
    readonly states?: readonly string[]
    readonly mentioned?: string
    readonly milestone?: string
  } | null
}

const stateOf = (issue: Row): string =>
  rowOf(issue._pull).merged === true ? 'MERGED' : text(issue.state).toUpperCase()

/** Issues or pull requests as a connection's arguments want them. */
function chosen(ask: Ask, repo: Row, pulls: boolean, args: OrderArgs): readonly Row[] {
  const filter = args.filterBy ?? {}
  const states = args.states ?? filter.states
  const labels = args.labels ?? filter.labels
  const rows = ask.github.store.rows(below(repo, 'issues')).filter((issue) => {
    if (issue._deleted === true || (issue._pull !== undefined) !== pulls) return false
    if (states && states.length > 0 && !states.includes(stateOf(issue))) return false
    if (labels && labels.length > 0 && !listOf(issue.labels).some((name) => labels.includes(String(name)))) return false
    if (args.headRefName && rowOf(rowOf(issue._pull).head).ref !== args.headRefName) return false
    if (args.baseRefName && rowOf(rowOf(issue._pull).base).ref !== args.baseRefName) return false
    if (filter.assignee && !listOf(issue.assignees).includes(filter.assignee)) return false
    if (filter.mentioned && !text(issue.body).includes(`@${filter.mentioned}`)) return false
    return !filter.createdBy || issue.user === filter.createdBy
  })
  const { field = 'CREATED_AT', direction = 'ASC' } = args.orderBy ?? {}
  const key = (issue: Row): string | number =>
    field === 'UPDATED_AT'
      ? text(issue.updated_at)
      : field === 'COMMENTS'
        ? Number(issue._comments ?? 0)
        : numberOf(issue)
  const sign = direction === 'DESC' ? -1 : 1
  return [...rows].sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0))
}

const numbered = (ask: Ask, repo: Row, number: number, what: 'Issue' | 'PullRequest'): Row => {
  const issue = ask.github.store.get(below(repo, 'issues'), number)
  if (issue === undefined || issue._deleted === true || (issue._pull !== undefined) !== (what === 'PullRequest'))
    throw refusal(
      'NOT_FOUND',
      `Could not resolve to ${what === 'Issue' ? 'an Issue' : 'a PullRequest'} with the number of ${number}.`,
    )
  return issue
}

export function repository(ask: Ask, repo: Row): Node {
  const { github, viewer } = ask
  const brief = repoBrief(github, repo) as Row
  const role = roleOn(github, viewer, repo)
  const name = text(repo.full_name)
  const parent = typeof repo.parent === 'string' ? findRepo(github, repo.parent) : undefined
  const license = rowOf(repo.license)
  return {
    __typename: 'Repository',
    id: repo.node_id,
    databaseId: small(repo.id),
    name: repo.name,
    nameWithOwner: name,
    description: repo.description ?? null,
    owner: () => actor(ask, ownerOf(repo)),
    url: webOf(repo),
    sshUrl: brief.ssh_url,
    resourcePath: `/${name}`,
    homepageUrl: repo.homepage ?? null,
    isPrivate: repo.private ?? false,
    isFork: repo.fork ?? false,
    isArchived: repo.archived ?? false,
    isTemplate: repo.is_template ?? false,
    isDisabled: false,
    isEmpty: () => refsBelow(github, repo, 'refs/heads/').length === 0,
    visibility: text(brief.visibility).toUpperCase(),
    hasIssuesEnabled: brief.has_issues,
    hasWikiEnabled: brief.has_wiki,
    hasProjectsEnabled: brief.has_projects,
    hasDiscussionsEnabled: brief.has_discussions,
    createdAt: repo.created_at,
    updatedAt: repo.updated_at,
    pushedAt: repo.pushed_at ?? null,
    stargazerCount: brief.stargazers_count,
    forkCount: brief.forks_count,
    viewerHasStarred: github.store.get(below(repo, 'stargazers'), loginOf(viewer).toLowerCase()) !== undefined,
    viewerPermission: role === 'none' ? null : wordOf(role).toUpperCase(),
    viewerCanAdminister: role === 'admin',
    mergeCommitAllowed: repo.allow_merge_commit ?? true,
    squashMergeAllowed: repo.allow_squash_merge ?? true,
    rebaseMergeAllowed: repo.allow_rebase_merge ?? true,
    autoMergeAllowed: repo.allow_auto_merge ?? false,
    deleteBranchOnMerge: repo.delete_branch_on_merge ?? false,
    defaultBranchRef: () => refNamed(ask, repo, `refs/heads/${text(repo.default_branch)}`),
    parent: () => (parent === undefined ? null : repository(ask, parent)),
    primaryLanguage: () =>
      text(repo.language) === ''
        ? null
        : { __typename: 'Language', id: nodeId('LANG', text(repo.language)), name: repo.language },
    licenseInfo: () =>
      license.key === undefined
        ? null
        : {
            __typename: 'License',
            id: license.node_id,
            key: license.key,
            name: license.name,
            spdxId: license.spdx_id,
            nickname: null,
          },
    ref: ({ qualifiedName }: { readonly qualifiedName: string }) =>
      refNamed(ask, repo, qualifiedName.startsWith('refs/') ? qualifiedName : `refs/heads/${qualifiedName}`) ??
      refNamed(ask, repo, `refs/tags/${qualifiedName}`),
    refs: (args: PageArgs & { readonly refPrefix: string; readonly query?: string | null }) =>
      connection(
        'refs',
        refsBelow(github, repo, args.refPrefix).filter(({ ref }) => !args.query || text(ref).includes(args.query)),
        args,
        (ref) => refNode(ask, repo, ref),
      ),
    object: ({ expression, oid }: { readonly expression?: string | null; readonly oid?: string | null }) =>
      object(ask, repo, expression ?? oid ?? ''),
    issue: ({ number }: { readonly number: number }) => issueNode(ask, repo, numbered(ask, repo, number, 'Issue')),
    issues: (args: OrderArgs) =>
      connection('issues', chosen(ask, repo, false, args), args, (issue) => issueNode(ask, repo, issue)),
    pullRequest: ({ number }: { readonly number: number }) =>
      pullNode(ask, repo, numbered(ask, repo, number, 'PullRequest')),
    pullRequests: (args: OrderArgs) =>
      connection('pullRequests', chosen(ask, repo, true, args), args, (issue) => pullNode(ask, repo, issue)),
    issueOrPullRequest({ number }: { readonly number: number }) {
      const issue = github.store.get(below(repo, 'issues'), number)
      if (issue === undefined)
        throw refusal('NOT_FOUND', `Could not resolve to an issue or pull request with the number of ${number}.`)
      return issue._pull === undefined ? issueNode(ask, repo, issue) : pullNode(ask, repo, issue)
    },
    label({ name: wanted }: { readonly name: string }) {
      const row = github.store.get(below(repo, 'labels'), wanted.toLowerCase())
      return row === undefined ? null : labelNode(repo, row)
    },
    labels: (args: PageArgs) =>
      connection('labels', github.store.rows(below(repo, 'labels')), args, (row) => labelNode(repo, row)),
    milestone({ number }: { readonly number: number }) {
      const row = github.store.get(below(repo, 'milestones'), number)
      return row === undefined ? null : milestoneNode(repo, row)
    },
    assignableUsers: (args: PageArgs) =>
      connection('assignableUsers', workers(ask, repo), args, (login) => actor(ask, login)),
    releases: (args: PageArgs) =>
      connection('releases', [...releases(ask, repo)].reverse(), args, (row) => releaseNode(ask, repo, row)),
    latestRelease() {
      const row = latest(ask, repo)
      return row === undefined ? null : releaseNode(ask, repo, row)
    },
  }
}

const releases = (ask: Ask, repo: Row): readonly Row[] => ask.github.store.rows(below(repo, 'releases'))
const latest = (ask: Ask, repo: Row): Row | undefined =>
  releases(ask, repo).findLast((row) => row.draft !== true && row.prerelease !== true)
const releaseNode = (ask: Ask, repo: Row, row: Row): Node => ({
  __typename: 'Release',
  id: row.node_id,
  databaseId: small(row.id),
  name: row.name ?? null,
  tagName: row.tag_name,
  isDraft: row.draft ?? false,
  isPrerelease: row.prerelease ?? false,
  isLatest: latest(ask, repo)?.id === row.id,
  description: row.body ?? null,
  createdAt: row.created_at,
  publishedAt: row.published_at ?? null,
  url: `${webOf(repo)}/releases/tag/${text(row.tag_name)}`,
})

export function refNamed(ask: Ask, repo: Row, name: string): Node | null {
  const ref = refOf(ask.github, repo, name)
  return ref === undefined ? null : refNode(ask, repo, ref)
}

function refNode(ask: Ask, repo: Row, ref: Row): Node {
  const whole = text(ref.ref)
  const prefix = whole.split('/').slice(0, 2).join('/')
  return {
    __typename: 'Ref',
    id: nodeId('REF', Number(repo.id), whole),
    name: whole.slice(prefix.length + 1),
    prefix: `${prefix}/`,
    target: () => object(ask, repo, text(ref.sha)),
  }
}

/** A commit, tree or file: by SHA, by a branch's name, or `branch:path`. */
function object(ask: Ask, repo: Row, expression: string): Node | null {
  const [rev = '', path] = expression.split(/:(.*)/s)
  const commit = resolve(ask.github, repo, rev)
  if (commit !== undefined && path === undefined) return commitNode(ask, repo, commit)
  if (commit === undefined) {
    if (entriesOf(ask.github, repo, rev) !== undefined) return treeNode(ask, repo, rev, '')
    return blobOf(ask.github, repo, rev) === undefined ? null : blobNode(ask, repo, rev)
  }
  const wanted = (path ?? '').replace(/^\/+|\/+$/g, '')
  if (wanted === '') return treeNode(ask, repo, text(commit.tree), '')
  const file = filesAt(ask.github, repo, commit).get(wanted)
  if (file !== undefined) return blobNode(ask, repo, file.sha)
  let tree = text(commit.tree)
  for (const part of wanted.split('/')) {
    const entry = entriesOf(ask.github, repo, tree)?.find((one) => one.path === part && one.type === 'tree')
    if (entry === undefined) return null
    tree = entry.sha
  }
  return treeNode(ask, repo, tree, wanted)
}

const objectFields = (repo: Row, kind: string, oid: string): { readonly [field: string]: unknown } => ({
  id: nodeId(kind, Number(repo.id), oid),
  oid,
  abbreviatedOid: oid.slice(0, 7),
})

function treeNode(ask: Ask, repo: Row, sha: string, path: string): Node {
  return {
    __typename: 'Tree',
    ...objectFields(repo, 'T', sha),
    entries: () =>
      (entriesOf(ask.github, repo, sha) ?? []).map((entry) => ({
        name: entry.path,
        path: path === '' ? entry.path : `${path}/${entry.path}`,
        type: entry.type,
        mode: Number.parseInt(entry.mode, 8),
        oid: entry.sha,
        size: entry.type === 'blob' ? contentOf(ask.github, repo, entry.sha).length : 0,
        object: () => object(ask, repo, entry.sha),
      })),
  }
}

function blobNode(ask: Ask, repo: Row, sha: string): Node {
  const content = contentOf(ask.github, repo, sha)
  const binary = content.includes(0)
  return {
    __typename: 'Blob',
    ...objectFields(repo, 'B', sha),
    text: binary ? null : content.toString(),
    byteSize: content.length,
    isBinary: binary,
  }
}

const gitActor = (ask: Ask, commit: Row, role: 'author' | 'committer'): { readonly [field: string]: unknown } => ({
  ...personOf(commit, role),
  user: () => (commit[`_${role}`] === null ? null : actor(ask, commit[`_${role}`])),
})

export function commitNode(ask: Ask, repo: Row, commit: Row): Node {
  const { github } = ask
  const [headline = '', ...body] = text(commit.message).split('\n')
  const sha = text(commit.sha)
  const commits = (field: string, rows: readonly Row[], args: PageArgs): Connection<Node> =>
    connection(field, rows, args, (one) => commitNode(ask, repo, one))
  return {
    __typename: 'Commit',
    ...objectFields(repo, 'C', sha),
    message: commit.message,
    messageHeadline: headline,
    messageBody: body.join('\n').trim(),
    committedDate: personOf(commit, 'committer').date,
    authoredDate: personOf(commit, 'author').date,
    url: `${webOf(repo)}/commit/${sha}`,
    author: () => gitActor(ask, commit, 'author'),
    committer: () => gitActor(ask, commit, 'committer'),
    tree: () => treeNode(ask, repo, text(commit.tree), ''),
    parents: (args: PageArgs) =>
      commits(
        'parents',
        parentsOf(commit).flatMap((parent) => [commitOf(github, repo, parent)].filter((one) => one !== undefined)),
        args,
      ),
    history: (args: PageArgs & { readonly path?: string | null }) => {
      const touches = (one: Row): boolean =>
        !args.path ||
        changesOf(github, repo, one).some(({ path }) => path === args.path || path.startsWith(`${args.path}/`))
      return commits('history', ancestors(github, repo, commit).filter(touches), args)
    },
    statusCheckRollup: () => rollup(ask, repo, sha),
    additions: () => tally(changesOf(github, repo, commit)).additions,
    deletions: () => tally(changesOf(github, repo, commit)).deletions,
    changedFilesIfAvailable: () => changesOf(github, repo, commit).length,
  }
}

/** How checks and statuses of a commit stand together. */
function rollup(ask: Ask, repo: Row, sha: string): { readonly state: string } | null {
  const statuses = new Map(
    ask.github.store
      .rows(below(repo, 'statuses'))
      .filter((row) => row.sha === sha)
      .map((row) => [text(row.context), text(row.state).toUpperCase()]),
  )
  const runs = ask.github.store.rows(below(repo, 'check-runs')).filter((row) => row.head_sha === sha)
  const states = [
    ...statuses.values(),
    ...runs.map((row) =>
      row.status !== 'completed'
        ? 'PENDING'
        : ['success', 'neutral', 'skipped'].includes(text(row.conclusion))
          ? 'SUCCESS'
          : 'FAILURE',
    ),
  ]
  if (states.length === 0) return null
  return { state: ['ERROR', 'FAILURE', 'PENDING', 'EXPECTED'].find((one) => states.includes(one)) ?? 'SUCCESS' }
}
