import type { Json } from '../../trace.ts'
import { atLeast, roleOfUser, wordOf } from '../access.ts'
import { type Ask, below, done, type On, ok, repoOf } from '../ask.ts'
import { account, ownerOf, repoPath } from '../github.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { type Row, text } from '../store.ts'
import { notFound } from '../wire.ts'
import { accountIn } from './users.ts'

/** Whoever stars, watches or works on a repository. */
export function addPeopleRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  on('repos.stargazers.list', `GET ${repo}/stargazers`, (ask) => {
    const dated = ask.accept.includes('star+json')
    return page(ask, ask.github.store.rows(below(repoOf(ask), 'stargazers')), ({ login, starred_at }) => {
      const user = person(ask.github, login)
      return dated ? ({ starred_at, user } as Json) : user
    })
  })
  on('repos.assignees.list', `GET ${repo}/assignees`, (ask) => {
    const of = repoOf(ask)
    return page(ask, workers(ask, of), (login) => person(ask.github, login))
  })
  on('repos.assignees.check', `GET ${repo}/assignees/:assignee`, (ask) => {
    const of = repoOf(ask)
    if (!workers(ask, of).some((login) => login.toLowerCase() === ask.param('assignee').toLowerCase())) throw notFound()
    return done()
  })
  on(
    'repos.collaborators.list',
    `GET ${repo}/collaborators`,
    (ask) => {
      const of = repoOf(ask, 'push')
      return page(ask, workers(ask, of), (login) => {
        return worker(ask, of, login)
      })
    },
    'user',
  )
  on(
    'repos.collaborators.check',
    `GET ${repo}/collaborators/:username`,
    (ask) => {
      const of = repoOf(ask)
      const found = workers(ask, of).some((login) => login.toLowerCase() === ask.param('username').toLowerCase())
      if (!found) throw notFound(`${ask.param('username')} is not a user`)
      return done()
    },
    'user',
  )
  on(
    'repos.collaborators.permission',
    `GET ${repo}/collaborators/:username/permission`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const login = text(accountIn(ask, 'username').login)
      const role = roleOfUser(ask.github, of, login)
      const old = role === 'admin' ? 'admin' : atLeast(role, 'push') ? 'write' : role === 'none' ? 'none' : 'read'
      return ok({ permission: old, user: worker(ask, of, login), role_name: wordOf(role) })
    },
    'user',
  )
}

/** Somebody with what they may do. */
function worker(ask: Ask, repo: Row, login: string): Json {
  const role = roleOfUser(ask.github, repo, login)
  const order = ['admin', 'maintain', 'push', 'triage', 'pull'] as const
  const permissions = Object.fromEntries(order.map((one) => [one, atLeast(role, one)]))
  return { ...(person(ask.github, login) as Row), permissions, role_name: wordOf(role) } as Json
}

/** Whoever may be assigned: the owner, collaborators and members who may write. */
export function workers(ask: Ask, repo: Row): readonly string[] {
  const owner = ownerOf(repo)
  const org = account(ask.github, owner)?.type === 'Organization'
  const members = org
    ? ask.github.store.rows(`orgs/${owner.toLowerCase()}/members`).map(({ login }) => text(login))
    : [owner]
  const named = ask.github.store.rows(`${repoPath(repo)}/collaborators`).map(({ login }) => text(login))
  const viewer = ask.viewer.kind === 'user' ? [ask.viewer.login] : []
  return [...new Set([...named, ...members, ...viewer])].filter(
    (login) => named.includes(login) || atLeast(roleOfUser(ask.github, repo, login), 'push'),
  )
}
