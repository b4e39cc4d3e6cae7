import type { Json } from '../../trace.ts'
import { type Ask, projectFor, Refusal } from '../ask.ts'
import { mayOnSite } from '../permissions.ts'
import { type Fields, fieldsOf, listOf, type Share, textOf, type User } from '../state.ts'
import { projectBody, userBody, type View } from '../wire.ts'
import { roleUrl } from './roles.ts'

/** A share as a request says it, flat or nested. Source: Atlassian's OpenAPI document of version 3, "Filter sharing" (2026-11-26). */
export function shareOf(ask: Ask, wish: Fields): Share {
  const { site, me } = ask
  if (!mayOnSite(site, me, 'CREATE_SHARED_OBJECTS'))
    throw new Refusal(400, ['You do not have permission to share. All shares are invalid.'])
  const blank = { id: site.next('share'), group: null, project: null, role: null, user: null }
  const wrong = (what: string): Refusal => new Refusal(400, [`The ${what} of the share does not exist.`])
  switch (wish.type) {
    case 'global':
      return { ...blank, type: 'global' }
    case 'authenticated':
    case 'loggedin':
      return { ...blank, type: 'loggedin' }
    case 'group': {
      const { name, groupId } = fieldsOf(wish.group)
      const [id, called] = [textOf(wish.groupId) || textOf(groupId), textOf(wish.groupname) || textOf(name)]
      const group = site.store.groups.get(id) ?? site.store.groups.find(called.toLowerCase())[0]
      if (group === undefined) throw wrong('group')
      return { ...blank, type: 'group', group: group.id }
    }
    case 'user': {
      const id = textOf(wish.accountId) || textOf(fieldsOf(wish.user).accountId)
      if (site.store.users.get(id) === undefined) throw wrong('user')
      return { ...blank, type: 'user', user: id }
    }
    case 'project':
    case 'projectRole': {
      const project = projectFor(ask, textOf(wish.projectId) || textOf(fieldsOf(wish.project).id))
      if (project === undefined) throw wrong('project')
      const role = textOf(wish.projectRoleId) || textOf(fieldsOf(wish.role).id)
      if (role !== '' && site.store.roles.get(role) === undefined) throw wrong('role')
      return { ...blank, type: 'project', project: project.id, role: role === '' ? null : role }
    }
    default:
      throw new Refusal(400, [`The share type '${textOf(wish.type)}' is not valid.`])
  }
}

/** The shares of a body; what was there before where it says nothing of them. */
export const sharesOf = (ask: Ask, wish: Json | undefined, before: readonly Share[] = []): readonly Share[] =>
  wish === undefined ? before : listOf(wish).map((one) => shareOf(ask, fieldsOf(one)))

export function shareBody(ask: Ask, share: Share): Fields {
  const { site, view } = ask
  const id = Number(share.id)
  switch (share.type) {
    case 'group': {
      const group = site.store.groups.get(share.group ?? '')
      const self = `${view.base}/rest/api/${view.version}/group?groupId=${share.group ?? ''}`
      return { id, type: 'group', group: { name: group?.name ?? '', groupId: share.group, self } }
    }
    case 'user':
      return { id, type: 'user', user: sharedUser(view, site.user(share.user ?? '')) }
    case 'project': {
      const project = projectFor(ask, share.project ?? '')
      if (project === undefined) return { id, type: 'project-unknown' }
      const role = site.store.roles.get(share.role ?? '')
      return {
        id,
        type: 'project',
        project: projectBody(view, project),
        ...(role === undefined
          ? {}
          : { role: { self: roleUrl(ask, project, role.id), name: role.name, id: Number(role.id) } }),
      }
    }
    default:
      return { id, type: share.type }
  }
}

/** Whom something is shared with is shown by less than a user is elsewhere: UserBean of Atlassian's OpenAPI document. */
function sharedUser(view: View, user: User): Fields {
  const { self, accountId, avatarUrls, displayName, active } = userBody(view, user)
  return { self, accountId, avatarUrls, displayName, active } as Fields
}
