import { actsIn, isMember, seesProject } from './permissions.ts'
import type { Site } from './site.ts'
import type { Share, User } from './state.ts'

type Shared = { readonly owner: string; readonly shares: readonly Share[]; readonly edits: readonly Share[] }

function reaches(site: Site, user: User, { type, group, project: id, role, user: one }: Share): boolean {
  switch (type) {
    case 'global':
    case 'loggedin':
      return true
    case 'group':
      return isMember(site, user.id, group ?? '')
    case 'user':
      return one === user.id
    case 'project': {
      const project = site.store.projects.get(id ?? '')
      if (project === undefined) return false
      return role === null ? seesProject(site, user, project) : actsIn(site, user.id, project, role)
    }
    default:
      return type satisfies never
  }
}

/** Whether somebody may use a filter or dashboard: it is theirs, or shared with them. */
export const sharedWith = (site: Site, user: User, { owner, shares, edits }: Shared): boolean =>
  owner === user.id || [...shares, ...edits].some((share) => reaches(site, user, share))

/** Whether somebody may change one. */
export const changedBy = (site: Site, user: User, { owner, edits }: Shared): boolean =>
  owner === user.id || edits.some((share) => reaches(site, user, share))
