import type { Json } from '../../trace.ts'
import { isMember, loginOf, type Role, roleOf, wordOf } from '../access.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { ensureAccount } from '../ensure.ts'
import { emit } from '../events.ts'
import { account, ownerOf, repoPath } from '../github.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { repoMinimal } from '../shapes/repos.ts'
import { type Row, text } from '../store.ts'
import { API, invalid, nodeId, notFound, WEB } from '../wire.ts'
import { me } from './users.ts'

const INVITATIONS = 'invitations'
const sameLogin = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

function invitationDoc(ask: Ask, repo: Row, row: Row): Json {
  return {
    id: row.id,
    node_id: row.node_id,
    repository: repoMinimal(ask.github, repo),
    invitee: person(ask.github, row.invitee),
    inviter: person(ask.github, row.inviter),
    permissions: row.permissions,
    created_at: row.created_at,
    expired: row.expired ?? false,
    url: `${API}/user/repository_invitations/${row.id}`,
    html_url: `${WEB}/${text(repo.full_name)}/invitations`,
  } as Json
}

/** Lets somebody work on a repository. Events tell of it. */
function letWork(ask: Ask, repo: Row, login: string, permission: Role): void {
  ask.github.store.put(`${repoPath(repo)}/collaborators`, login.toLowerCase(), { login, permission })
  emit(ask.github, ask.viewer, repo, 'member.added', { member: person(ask.github, login) })
}

/**
 * Whoever is new is invited; members of the organisation and those who work on it already are let in at once.
 * Source: https://docs.github.com/rest/collaborators/collaborators#add-a-repository-collaborator (2026-11-26).
 */
function add(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  if (account(ask.github, ask.param('username')) === undefined) throw notFound()
  const login = ensureAccount(ask.github, ask.param('username'))
  if (sameLogin(login, ownerOf(repo)))
    throw invalid({
      resource: 'Repository',
      code: 'custom',
      message: 'Repository owner cannot be a collaborator',
    })
  const permission = roleOf(text(ask.body().permission) || 'push')
  const path = `${repoPath(repo)}/collaborators`
  if (ask.github.store.get(path, login.toLowerCase()) !== undefined) {
    ask.github.store.put(path, login.toLowerCase(), { login, permission })
    return done()
  }
  if (isMember(ask.github, ownerOf(repo), login)) {
    letWork(ask, repo, login, permission)
    return done()
  }
  const at = below(repo, INVITATIONS)
  const old = ask.github.store.rows(at).find(({ invitee }) => invitee === login)
  const id = Number(old?.id ?? ask.github.nextId())
  const row = ask.github.store.put(at, id, {
    id,
    node_id: old?.node_id ?? nodeId('RI', Number(repo.id), id),
    invitee: login,
    inviter: loginOf(ask.viewer),
    permissions: wordOf(permission),
    created_at: old?.created_at ?? ask.github.now(),
  })
  return { status: 201, body: invitationDoc(ask, repo, row) }
}

function remove(ask: Ask): Reply {
  const repo = repoOf(ask, 'admin')
  const login = ask.param('username')
  if (ask.github.store.remove(`${repoPath(repo)}/collaborators`, login.toLowerCase()))
    emit(ask.github, ask.viewer, repo, 'member.removed', { member: person(ask.github, login) })
  for (const { id, invitee } of ask.github.store.rows(below(repo, INVITATIONS)))
    if (sameLogin(text(invitee), login)) ask.github.store.remove(below(repo, INVITATIONS), String(id))
  return done()
}

function invitationIn(ask: Ask, repo: Row): Row {
  const row = ask.github.store.get(below(repo, INVITATIONS), ask.param('invitation'))
  if (row === undefined) throw notFound()
  return row
}

/** Invitations of the viewer, with the repositories they are to. */
const mine = (ask: Ask): readonly (readonly [repo: Row, invitation: Row])[] => {
  const login = text(me(ask).login)
  return ask.github.store
    .rows('repos')
    .flatMap((repo) => ask.github.store.rows(below(repo, INVITATIONS)).map((row): readonly [Row, Row] => [repo, row]))
    .filter(([, { invitee }]) => text(invitee) === login)
}

/** Answers an invitation: it is gone, whatever was said. */
const answer =
  (accepts: boolean) =>
  (ask: Ask): Reply => {
    const [found] = mine(ask).filter(([, { id }]) => String(id) === ask.param('invitation'))
    if (found === undefined) throw notFound()
    const [repo, row] = found
    ask.github.store.remove(below(repo, INVITATIONS), String(row.id))
    if (accepts) letWork(ask, repo, text(row.invitee), roleOf(text(row.permissions)))
    return done()
  }

export function addInvitationRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('repos.collaborators.add', `PUT ${repo}/collaborators/:username`, add, 'user')
  on('repos.collaborators.remove', `DELETE ${repo}/collaborators/:username`, remove, 'user')
  on(
    'repos.invitations.list',
    `GET ${repo}/invitations`,
    (ask) => {
      const of = repoOf(ask, 'admin')
      return page(ask, ask.github.store.rows(below(of, INVITATIONS)), (row) => invitationDoc(ask, of, row))
    },
    'user',
  )
  on(
    'repos.invitations.update',
    `PATCH ${repo}/invitations/:invitation`,
    (ask) => {
      const of = repoOf(ask, 'admin')
      const row: Row = { ...invitationIn(ask, of), permissions: ask.body().permissions ?? 'write' }
      return ok(invitationDoc(ask, of, ask.github.store.put(below(of, INVITATIONS), String(row.id), row)))
    },
    'user',
  )
  on(
    'repos.invitations.delete',
    `DELETE ${repo}/invitations/:invitation`,
    (ask) => {
      const of = repoOf(ask, 'admin')
      ask.github.store.remove(below(of, INVITATIONS), String(invitationIn(ask, of).id))
      return done()
    },
    'user',
  )
  const own = '/user/repository_invitations'
  on(
    'users.repository_invitations.list',
    `GET ${own}`,
    (ask) => page(ask, mine(ask), ([of, row]) => invitationDoc(ask, of, row)),
    'user',
  )
  on('users.repository_invitations.accept', `PATCH ${own}/:invitation`, answer(true), 'user')
  on('users.repository_invitations.decline', `DELETE ${own}/:invitation`, answer(false), 'user')
}
