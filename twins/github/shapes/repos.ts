import type { Json } from '../../trace.ts'
import { atLeast, type Role, roleOn, type Viewer } from '../access.ts'
import { account, findRepo, type GitHub, ownerOf } from '../github.ts'
import { isRow, listOf, type Row, text } from '../store.ts'
import { API, WEB } from '../wire.ts'
import { person } from './accounts.ts'

/** Templates of what is below a repository's address. */
const BELOW: Readonly<Record<string, string>> = {
  forks_url: '/forks',
  keys_url: '/keys{/key_id}',
  collaborators_url: '/collaborators{/collaborator}',
  teams_url: '/teams',
  hooks_url: '/hooks',
  issue_events_url: '/issues/events{/number}',
  events_url: '/events',
  assignees_url: '/assignees{/user}',
  branches_url: '/branches{/branch}',
  tags_url: '/tags',
  blobs_url: '/git/blobs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  git_refs_url: '/git/refs{/sha}',
  trees_url: '/git/trees{/sha}',
  statuses_url: '/statuses/{sha}',
  languages_url: '/languages',
  stargazers_url: '/stargazers',
  contributors_url: '/contributors',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  commits_url: '/commits{/sha}',
  git_commits_url: '/git/commits{/sha}',
  comments_url: '/comments{/number}',
  issue_comment_url: '/issues/comments{/number}',
  contents_url: '/contents/{+path}',
  compare_url: '/compare/{base}...{head}',
  merges_url: '/merges',
  archive_url: '/{archive_format}{/ref}',
  downloads_url: '/downloads',
  issues_url: '/issues{/number}',
  pulls_url: '/pulls{/number}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  labels_url: '/labels{/name}',
  releases_url: '/releases{/id}',
  deployments_url: '/deployments',
}
export const urlOf = (repo: Row): string => `${API}/repos/${text(repo.full_name)}`
export const webOf = (repo: Row): string => `${WEB}/${text(repo.full_name)}`

/** A repository as it is named in passing. */
export function repoMinimal(github: GitHub, repo: Row): Json {
  const url = urlOf(repo)
  const { id, node_id, name, full_name, description = null, fork = false } = repo
  const urls = Object.fromEntries(Object.entries(BELOW).map(([field, path]) => [field, url + path]))
  return {
    ...{ id, node_id, name, full_name, private: repo.private ?? false, owner: person(github, ownerOf(repo)) },
    ...{ html_url: webOf(repo), description, fork, url, ...urls },
  } as Json
}

/** A repository as pull requests, searches and events show it. */
export function repoBrief(github: GitHub, repo: Row): Json {
  const name = text(repo.full_name)
  const open = openIssues(github, repo)
  const stars = starsOf(github, repo)
  const doc: Row = {
    ...(repoMinimal(github, repo) as Row),
    created_at: repo.created_at,
    updated_at: repo.updated_at,
    pushed_at: repo.pushed_at,
    git_url: `git://github.com/${name}.git`,
    ssh_url: `git@github.com:${name}.git`,
    clone_url: `${WEB}/${name}.git`,
    svn_url: `${WEB}/${name}`,
    homepage: repo.homepage ?? null,
    size: repo.size ?? 0,
    stargazers_count: stars,
    watchers_count: stars,
    language: repo.language ?? null,
    ...settings(repo, ['has_issues', 'has_projects', 'has_downloads', 'has_wiki'], true),
    ...settings(repo, ['has_pages', 'has_discussions'], false),
    forks_count: repo.forks_count ?? 0,
    mirror_url: null,
    archived: repo.archived ?? false,
    disabled: repo.disabled ?? false,
    open_issues_count: open,
    license: repo.license ?? null,
    allow_forking: repo.allow_forking ?? true,
    is_template: repo.is_template ?? false,
    web_commit_signoff_required: repo.web_commit_signoff_required ?? false,
    has_pull_requests: repo.has_pull_requests ?? true,
    pull_request_creation_policy: repo.pull_request_creation_policy ?? 'all',
    topics: repo.topics ?? [],
    visibility: repo.visibility ?? (repo.private === true ? 'private' : 'public'),
    forks: repo.forks_count ?? 0,
    open_issues: open,
    watchers: stars,
    default_branch: repo.default_branch ?? 'main',
  }
  return doc as Json
}

const settings = (repo: Row, names: readonly string[], usual: Json): Row =>
  Object.fromEntries(names.map((name) => [name, repo[name] ?? usual]))

const openIssues = (github: GitHub, repo: Row): number => {
  if (typeof repo.open_issues_count === 'number' && repo._seen === true) return repo.open_issues_count
  return github.store.rows(`repos/${text(repo.full_name).toLowerCase()}/issues`).filter(({ state }) => state === 'open')
    .length
}
const starsOf = (github: GitHub, repo: Row): number =>
  typeof repo.stargazers_count === 'number'
    ? repo.stargazers_count
    : github.store.size(`repos/${text(repo.full_name).toLowerCase()}/stargazers`)

const grants = (role: Role): Json => ({
  admin: atLeast(role, 'admin'),
  maintain: atLeast(role, 'maintain'),
  push: atLeast(role, 'push'),
  triage: atLeast(role, 'triage'),
  pull: atLeast(role, 'pull'),
})

/** With what the viewer may do: as lists show it. */
export function repoListed(github: GitHub, viewer: Viewer, repo: Row): Json {
  const brief = repoBrief(github, repo) as Row
  if (viewer.kind === 'anonymous') return brief as Json
  return { ...brief, permissions: permissionsOf(github, viewer, repo) } as Json
}
const permissionsOf = (github: GitHub, viewer: Viewer, repo: Row): Json =>
  repo._seen === true && isRow(repo._permissions) ? (repo._permissions as Json) : grants(roleOn(github, viewer, repo))

/** How merges are made; shown to those who may push. */
const MERGES: Row = {
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  delete_branch_on_merge: false,
  allow_update_branch: false,
  use_squash_pr_title_as_default: false,
  squash_merge_commit_message: 'COMMIT_MESSAGES',
  squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
  merge_commit_message: 'PR_TITLE',
  merge_commit_title: 'MERGE_MESSAGE',
}
export const MERGE_SETTINGS: readonly string[] = Object.keys(MERGES)

/** Secrets are looked for in people's public repositories; the rest has to be switched on. Assumed of organisations: as recorded. */
function safeguards(github: GitHub, repo: Row): Json {
  const watched = repo.private !== true && account(github, ownerOf(repo))?.type !== 'Organization'
  const status = watched ? 'enabled' : 'disabled'
  return {
    secret_scanning: { status },
    secret_scanning_push_protection: { status },
    dependabot_security_updates: { status: 'disabled' },
    secret_scanning_non_provider_patterns: { status: 'disabled' },
    secret_scanning_validity_checks: { status: 'disabled' },
  }
}

/** A repository by itself. One that a seed took over whole shows what it showed there. */
export function repoWhole(github: GitHub, viewer: Viewer, repo: Row, as: 'read' | 'written' | 'forked' = 'read'): Json {
  const role = roleOn(github, viewer, repo)
  const owner = ownerOf(repo)
  const related = (field: string): Row => {
    const other = repo[field]
    const found = typeof other === 'string' ? findRepo(github, other) : undefined
    if (isRow(other)) return { [field]: other as Json }
    return found === undefined ? {} : { [field]: repoBrief(github, found) }
  }
  const doc: Row = {
    ...(repoListed(github, viewer, repo) as Row),
    ...(viewer.kind === 'anonymous' || as !== 'read'
      ? {}
      : { temp_clone_token: repo.temp_clone_token ?? (atLeast(role, 'push') ? '' : null) }),
    ...(as !== 'forked' && (atLeast(role, 'push') || repo._seen === true)
      ? Object.fromEntries(MERGE_SETTINGS.map((name) => [name, repo[name] ?? MERGES[name]]))
      : {}),
    custom_properties: repo.custom_properties ?? {},
    ...(account(github, owner)?.type === 'Organization' ? { organization: person(github, owner) } : {}),
    ...related('parent'),
    ...related('source'),
    ...related('template_repository'),
    ...(as === 'read' && (atLeast(role, 'admin') || repo._seen === true)
      ? { security_and_analysis: repo.security_and_analysis ?? safeguards(github, repo) }
      : {}),
    network_count: repo.network_count ?? 0,
    subscribers_count: repo.subscribers_count ?? 0,
  }
  if (repo._keys === undefined) return doc as Json
  const wanted = new Set(listOf(repo._keys).map(String))
  const rest = [...wanted].filter(
    (name) => doc[name] === undefined && repo[name] !== undefined && (as === 'read' || name !== 'temp_clone_token'),
  )
  return {
    ...Object.fromEntries(Object.entries(doc).filter(([name]) => wanted.has(name))),
    ...Object.fromEntries(rest.map((name) => [name, repo[name]])),
  } as Json
}
