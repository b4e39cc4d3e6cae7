import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { urlOf } from '../shapes/repos.ts'
import { type Row, text } from '../store.ts'
import { notFound, shown } from '../wire.ts'
import { me } from './users.ts'

/** Switches and subscriptions of a repository. */
export function addSettingRoutes(on: On): void {
  addSwitches(on)
  addSubscriptions(on)
}

/** Switches of a repository that are on or off. */
function addSwitches(on: On): void {
  for (const [name, word, off, seen] of [
    ['vulnerability_alerts', 'vulnerability-alerts', 'Vulnerability alerts are disabled.', undefined],
    ['immutable_releases', 'immutable-releases', 'Not Found', { enabled: true, enforced_by_owner: false }],
  ] as const) {
    const path = `/repos/:owner/:repo/${word}`
    const turn =
      (value: boolean) =>
      (ask: Ask): Reply => {
        const repo = repoOf(ask, 'admin')
        ask.github.store.put(below(repo, 'switches'), word, { on: value })
        return done()
      }
    on(
      `repos.${name}.check`,
      `GET ${path}`,
      (ask) => {
        if (ask.github.store.get(below(repoOf(ask), 'switches'), word)?.on !== true) throw notFound(off)
        return seen === undefined ? done() : ok(seen)
      },
      'user',
    )
    on(`repos.${name}.enable`, `PUT ${path}`, turn(true), 'user')
    on(`repos.${name}.disable`, `DELETE ${path}`, turn(false), 'user')
  }
  // These say in a body whether they are on.
  for (const [name, word, more] of [
    ['automated_security_fixes', 'automated-security-fixes', { paused: false }],
    ['private_vulnerability_reporting', 'private-vulnerability-reporting', {}],
  ] as const) {
    const path = `/repos/:owner/:repo/${word}`
    const isOn = (ask: Ask): boolean => ask.github.store.get(below(repoOf(ask, 'admin'), 'switches'), word)?.on === true
    const turn =
      (value: boolean) =>
      (ask: Ask): Reply => {
        ask.github.store.put(below(repoOf(ask, 'admin'), 'switches'), word, { on: value })
        return done()
      }
    on(`repos.${name}.check`, `GET ${path}`, (ask) => ok({ enabled: isOn(ask), ...more }), 'user')
    on(`repos.${name}.enable`, `PUT ${path}`, turn(true), 'user')
    on(`repos.${name}.disable`, `DELETE ${path}`, turn(false), 'user')
  }
}

/** Watching a repository: https://docs.github.com/rest/activity/watching (2026-11-26). */
function addSubscriptions(on: On): void {
  const repo = '/repos/:owner/:repo'
  const shape = (of: Row, row: Row): Json =>
    ({ ...(shown(row) as Row), url: `${urlOf(of)}/subscription`, repository_url: urlOf(of) }) as Json
  const mine = (ask: Ask): string => text(me(ask).login).toLowerCase()
  on(
    'repos.subscription.get',
    `GET ${repo}/subscription`,
    (ask) => {
      const of = repoOf(ask)
      const row = ask.github.store.get(below(of, 'subscriptions'), mine(ask))
      if (row === undefined) throw notFound()
      return ok(shape(of, row))
    },
    'user',
  )
  on(
    'repos.subscription.set',
    `PUT ${repo}/subscription`,
    (ask) => {
      const of = repoOf(ask)
      const { subscribed = false, ignored = false } = ask.body()
      const old = ask.github.store.get(below(of, 'subscriptions'), mine(ask))
      const row = { subscribed, ignored, reason: null, created_at: old?.created_at ?? ask.github.now() }
      return ok(shape(of, ask.github.store.put(below(of, 'subscriptions'), mine(ask), row)))
    },
    'user',
  )
  on(
    'repos.subscription.delete',
    `DELETE ${repo}/subscription`,
    (ask) => {
      ask.github.store.remove(below(repoOf(ask), 'subscriptions'), mine(ask))
      return done()
    },
    'user',
  )
  on('repos.subscribers.list', `GET ${repo}/subscribers`, (ask) => {
    const of = repoOf(ask)
    const names = ask.github.store
      .rows('users')
      .filter(
        ({ login }) => ask.github.store.get(below(of, 'subscriptions'), text(login).toLowerCase())?.subscribed === true,
      )
    return page(ask, names, ({ login }) => person(ask.github, login))
  })
}
