import type { Ask, Reply, Route } from '../ask.ts'
import { repoOf } from '../ask.ts'
import { ancestors } from '../git/history.ts'
import { resolve } from '../git/objects.ts'
import { repoPath } from '../github.ts'
import { counted, page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { repoMinimal } from '../shapes/repos.ts'
import { type Row, rowOf, text } from '../store.ts'
import { installationDoc } from './apps.ts'
import { listMine } from './issues.ts'
import { orgIn, ownedOrg } from './orgs.ts'
import { accountIn, me, visible } from './users.ts'

/** Who has commits in the default branch, the busiest first: https://docs.github.com/rest/repos/repos#list-repository-contributors (2026-11-26). */
function contributors(ask: Ask): Reply {
  const repo = repoOf(ask)
  const tip = resolve(ask.github, repo, text(repo.default_branch))
  const counts = new Map<string, number>()
  for (const commit of tip === undefined ? [] : ancestors(ask.github, repo, tip)) {
    const login = text(commit._author)
    if (login !== '') counts.set(login, (counts.get(login) ?? 0) + 1)
  }
  return page(
    ask,
    [...counts].sort(([, a], [, b]) => b - a),
    ([login, contributions]) => ({ ...rowOf(person(ask.github, login)), contributions }),
  )
}

const watched = (ask: Ask, login: string): Reply => {
  const watches = (repo: Row): boolean =>
    ask.github.store.get(`${repoPath(repo)}/subscriptions`, login.toLowerCase())?.subscribed === true
  return page(ask, visible(ask).filter(watches), (repo) => repoMinimal(ask.github, repo))
}

/** What a seed may hold as it was seen, and what the twin works out where it does not. */
export const WORKED_OUT: Readonly<Record<string, Route>> = {
  'repos.contributors.list': contributors,
  'users.subscriptions.list': (ask) => watched(ask, text(accountIn(ask, 'username').login)),
  'users.subscriptions.mine': (ask) => watched(ask, text(me(ask).login)),
  'orgs.issues.list': (ask) => listMine(ask, text(orgIn(ask).login)),
  'orgs.installations.list'(ask) {
    const org = text(ownedOrg(ask).login)
    const rows = ask.github.store.rows('installations').filter((row) => text(row.account) === org)
    return counted(ask, 'installations', rows, (row) => installationDoc(ask.github, row))
  },
}
