import { account, type GitHub } from './github.ts'
import { teamsPath } from './shapes/teams.ts'
import { text } from './store.ts'

/** Hosts beside the API's own, by the path their routes stand under here. */
const HOSTS: Readonly<Record<string, string>> = {
  'codeload.github.com': '/~codeload',
  'raw.githubusercontent.com': '/~raw',
}

/**
 * The address that routes know: by name where it was by number, as links lead (`/repositories/1296269/issues`,
 * `/organizations/9919/team/12`), and under a path of its own where it is at another host.
 */
export function known(github: GitHub, url: URL): URL {
  const prefix = HOSTS[url.hostname]
  const path = prefix === undefined ? named(github, url.pathname) : prefix + url.pathname
  if (path === url.pathname) return url
  const result = new URL(url)
  result.pathname = path
  return result
}

function named(github: GitHub, path: string): string {
  const [, kind, id = '', ...rest] = path.split('/')
  const below = rest.map((part) => `/${part}`).join('')
  if (!/^\d+$/.test(id)) return path
  switch (kind) {
    case 'repositories': {
      const repo = github.store.byNumber('repos', Number(id))
      return repo === undefined
        ? path.replace(/^\/repositories\/\d+/, '/repos/-/-')
        : `/repos/${text(repo.full_name)}${below}`
    }
    case 'user': {
      const user = github.store.byNumber('users', Number(id))
      return user === undefined ? '/users/-' : `/users/${text(user.login)}${below}`
    }
    case 'organizations': {
      const org = github.store.byNumber('users', Number(id))
      return org === undefined
        ? `/orgs/-${below}`
        : `/orgs/${text(org.login)}${teamNamed(github, text(org.login), below)}`
    }
    case 'teams': {
      for (const org of github.store.rows('users')) {
        const slug = slugOf(github, text(org.login), id)
        if (slug !== undefined) return `/orgs/${text(org.login)}/teams/${slug}${below}`
      }
      return `/orgs/-/teams/-${below}`
    }
    default:
      return path
  }
}

const slugOf = (github: GitHub, org: string, id: string): string | undefined => {
  const row = github.store.rows(teamsPath(org)).find((team) => String(team.id) === id)
  return row === undefined ? undefined : text(row.slug)
}

function teamNamed(github: GitHub, org: string, path: string): string {
  const [, word, id = '', ...rest] = path.split('/')
  if (word !== 'team') return path
  const slug = account(github, org) === undefined ? undefined : slugOf(github, org, id)
  return `/teams/${slug ?? '-'}${rest.map((part) => `/${part}`).join('')}`
}
