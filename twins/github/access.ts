import { account, type GitHub, ownerOf, repoPath } from './github.ts'
import { holds } from './scopes.ts'
import { listOf, type Row, rowOf, text } from './store.ts'

/** On whose behalf a request is made. `key` is what its rate limits count under. */
export type Viewer =
  | {
      readonly kind: 'user'
      readonly key: string
      readonly login: string
      readonly scopes: readonly string[]
      /** The scopes are all the token has; else they are only shown. */
      readonly limited?: boolean
    }
  | {
      readonly kind: 'installation'
      readonly key: string
      readonly app: Row
      readonly installation: Row
      readonly grant: Row
    }
  | { readonly kind: 'app'; readonly key: string; readonly app: Row }
  | { readonly kind: 'anonymous'; readonly key: string }

export const ROLES = ['none', 'pull', 'triage', 'push', 'maintain', 'admin'] as const
export type Role = (typeof ROLES)[number]
export const atLeast = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)

/** Words for roles that the API takes and gives: `read` is `pull`, `write` is `push`. */
export function roleOf(word: string): Role {
  const role = word === 'read' ? 'pull' : word === 'write' ? 'push' : word
  return ROLES.find((one) => one === role) ?? 'none'
}
export const wordOf = (role: Role): string => (role === 'pull' ? 'read' : role === 'push' ? 'write' : role)

/** The account a viewer acts as; apps act as their bot. */
export function loginOf(viewer: Viewer): string {
  switch (viewer.kind) {
    case 'user':
      return viewer.login
    case 'installation':
    case 'app':
      return `${text(viewer.app.slug)}[bot]`
    default:
      return ''
  }
}

export const isMember = (github: GitHub, org: string, login: string): boolean =>
  github.store.get(`orgs/${org.toLowerCase()}/members`, login.toLowerCase())?.state === 'active'
export const isOwner = (github: GitHub, org: string, login: string): boolean =>
  isMember(github, org, login) &&
  github.store.get(`orgs/${org.toLowerCase()}/members`, login.toLowerCase())?.role === 'admin'

/** What a person may do with a repository. */
export function roleOfUser(github: GitHub, repo: Row, login: string): Role {
  const owner = ownerOf(repo)
  if (login !== '' && owner.toLowerCase() === login.toLowerCase()) return 'admin'
  const roles: Role[] = [repo.private === true ? 'none' : 'pull']
  const collaborator = github.store.get(`${repoPath(repo)}/collaborators`, login.toLowerCase())
  if (collaborator !== undefined) roles.push(roleOf(text(collaborator.permission)))
  if (account(github, owner)?.type === 'Organization' && isMember(github, owner, login)) {
    if (isOwner(github, owner, login)) return 'admin'
    const usual = text(account(github, owner)?.default_repository_permission)
    roles.push(roleOf(usual === '' ? 'read' : usual))
    for (const team of github.store.rows(`orgs/${owner.toLowerCase()}/teams`)) {
      const below = `orgs/${owner.toLowerCase()}/teams/${text(team.slug)}`
      const grant = github.store.get(`${below}/repos`, String(repo.full_name).toLowerCase())
      const member = github.store.get(`${below}/members`, login.toLowerCase())
      if (grant !== undefined && member !== undefined) roles.push(roleOf(text(grant.permission)))
    }
  }
  return roles.reduce((best, role) => (atLeast(role, best) ? role : best))
}

/** Whether an installation was given a repository. */
export function installationHas(installation: Row, grant: Row, repo: Row): boolean {
  const login = text(rowOf(installation.account).login) || text(installation.account)
  if (login.toLowerCase() !== ownerOf(repo).toLowerCase()) return false
  const chosen = listOf(grant.repositories ?? installation._repositories)
  const all = grant.repositories === undefined && installation.repository_selection !== 'selected'
  return all || chosen.some((name) => String(name).toLowerCase() === String(repo.full_name).toLowerCase())
}

/** What the viewer may do with a repository. */
export function roleOn(github: GitHub, viewer: Viewer, repo: Row): Role {
  const open: Role = repo.private === true ? 'none' : 'pull'
  switch (viewer.kind) {
    case 'user':
      // What is private takes the scope `repo`.
      return repo.private === true && !holds(viewer, 'repo') ? 'none' : roleOfUser(github, repo, viewer.login)
    case 'installation': {
      if (!installationHas(viewer.installation, viewer.grant, repo)) return open
      const permissions = rowOf(viewer.grant.permissions)
      if (permissions.administration === 'write') return 'admin'
      return Object.values(permissions).includes('write') ? 'push' : 'pull'
    }
    default:
      return open
  }
}
