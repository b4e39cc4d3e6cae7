import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { counted, page } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { urlOf } from '../shapes/repos.ts'
import { type Row, text } from '../store.ts'
import { GitHubError, notFound, shown } from '../wire.ts'
import { me } from './users.ts'

/** Secrets, switches and subscriptions of a repository. */
export function addSettingRoutes(on: On): void {
  addSecrets(on)
  addSwitches(on)
  addSubscriptions(on)
}

/** Secrets go in sealed and never come out: https://docs.github.com/rest/actions/secrets (2026-11-26). The key is a fixed one. */
const SEALING = { key_id: '3380204578043523366', key: 'hBT5WZEj8ZoOv6TYJsfWq7MxTEQopZO5/IT3ZCVQPzs=' }

function addSecrets(on: On): void {
  const path = '/repos/:owner/:repo/actions/secrets'
  const collection = 'actions/secrets'
  on(
    'actions.secrets.public_key',
    `GET ${path}/public-key`,
    (ask) => {
      repoOf(ask, 'push')
      return ok(SEALING)
    },
    'user',
  )
  on(
    'actions.secrets.list',
    `GET ${path}`,
    (ask) =>
      counted(ask, 'secrets', ask.github.store.rows(below(repoOf(ask, 'push'), collection)), (row) => shown(row)),
    'user',
  )
  on(
    'actions.secrets.get',
    `GET ${path}/:name`,
    (ask) => {
      const row = ask.github.store.get(below(repoOf(ask, 'push'), collection), ask.param('name').toLowerCase())
      if (row === undefined) throw notFound()
      return ok(shown(row))
    },
    'user',
  )
  on(
    'actions.secrets.put',
    `PUT ${path}/:name`,
    (ask) => {
      const at = below(repoOf(ask, 'push'), collection)
      const { encrypted_value, key_id } = ask.body()
      if (text(encrypted_value) === '' || key_id !== SEALING.key_id)
        throw new GitHubError(422, 'Invalid request.\n\n"key_id" or "encrypted_value" is not valid.')
      const name = ask.param('name').toUpperCase()
      const old = ask.github.store.get(at, name.toLowerCase())
      const now = ask.github.now()
      ask.github.store.put(at, name.toLowerCase(), {
        name,
        created_at: old?.created_at ?? now,
        updated_at: now,
        _sealed: encrypted_value,
      })
      return old === undefined ? { status: 201, body: {} } : done()
    },
    'user',
  )
  on(
    'actions.secrets.delete',
    `DELETE ${path}/:name`,
    (ask) => {
      if (!ask.github.store.remove(below(repoOf(ask, 'push'), collection), ask.param('name').toLowerCase()))
        throw notFound()
      return done()
    },
    'user',
  )
}

/** Switches of a repository that are on or off. */
function addSwitches(on: On): void {
  for (const [name, word] of [
    ['vulnerability_alerts', 'vulnerability-alerts'],
    ['immutable_releases', 'immutable-releases'],
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
        if (ask.github.store.get(below(repoOf(ask), 'switches'), word)?.on !== true)
          throw notFound(`${word === 'vulnerability-alerts' ? 'Vulnerability alerts are disabled.' : 'Not Found'}`)
        return done()
      },
      'user',
    )
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
