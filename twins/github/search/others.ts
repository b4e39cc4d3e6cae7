import type { Json } from '../../trace.ts'
import { type Ask, gap, type On, type Reply } from '../ask.ts'
import { filesAt } from '../git/history.ts'
import { contentOf, type Entry, resolve } from '../git/objects.ts'
import { ownerOf } from '../github.ts'
import { found, sorted } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { repoListed, repoMinimal, urlOf, webOf } from '../shapes/repos.ts'
import { listOf, type Row, text } from '../store.ts'
import { invalid, pathOf } from '../wire.ts'
import { addMoreSearchRoutes } from './commits.ts'
import { scope, searchIssues } from './issues.ts'
import { inNumbers, inTime, parseQuery, type Qualifier, type Query, unknownIn } from './query.ts'

function asked(ask: Ask, known: string, words: Readonly<Record<string, ReadonlySet<string>>> = {}): Query {
  const q = ask.query.get('q') ?? ''
  if (q.trim() === '') throw invalid({ resource: 'Search', field: 'q', code: 'missing' })
  const query = parseQuery(q)
  if (unknownIn(query, new Set(known.split(' ')), words) !== undefined) throw beyond()
  return query
}
const beyond = (): Error => gap('searches beyond the common qualifiers')
const sure = (inside: boolean | undefined): boolean => {
  if (inside === undefined) throw beyond()
  return inside
}
const says = (words: string, { value }: Qualifier): boolean => words.toLowerCase().includes(value.toLowerCase())

/** Whether a repository is what one qualifier asks for. */
function repoFits(repo: Row, { key, value }: Qualifier): boolean {
  switch (key) {
    case 'user':
    case 'org':
    case 'repo':
    case 'in':
    case 'fork':
      return true
    case 'is':
      if (value === 'public' || value === 'private') return (repo.private === true) === (value === 'private')
      throw beyond()
    case 'language':
      return text(repo.language).toLowerCase() === value.toLowerCase()
    case 'topic':
      return listOf(repo.topics).includes(value)
    case 'archived':
      return String(repo.archived ?? false) === value
    case 'stars':
      return sure(inNumbers(Number(repo.stargazers_count ?? 0), value))
    case 'forks':
      return sure(inNumbers(Number(repo.forks_count ?? 0), value))
    case 'size':
      return sure(inNumbers(Number(repo.size ?? 0), value))
    case 'created':
      return sure(inTime(text(repo.created_at), value))
    case 'pushed':
      return sure(inTime(text(repo.pushed_at), value))
    default:
      throw beyond()
  }
}

function searchRepos(ask: Ask): Reply {
  const query = asked(ask, 'user org repo in fork is language topic archived stars forks size created pushed', {
    is: new Set(['public', 'private']),
  })
  const fork = query.qualifiers.find(({ key }) => key === 'fork')?.value
  const places = query.qualifiers.filter(({ key }) => key === 'in').flatMap(({ value }) => value.split(','))
  const rows = scope(ask, query).filter((repo) => {
    // Forks are left out unless they are asked for.
    if (fork === 'only' ? repo.fork !== true : fork !== 'true' && repo.fork === true) return false
    const words = [
      text(repo.name),
      ...(places.length === 0 || places.includes('description') ? [text(repo.description)] : []),
    ].join(' ')
    return (
      query.terms.every((term) => says(words, term) !== term.not) &&
      query.qualifiers.every((one) => repoFits(repo, one) !== one.not)
    )
  })
  const orders = {
    stars: (repo: Row): number => Number(repo.stargazers_count ?? 0),
    forks: (repo: Row): number => Number(repo.forks_count ?? 0),
    updated: (repo: Row): string => text(repo.updated_at),
  }
  // Best matches first, which is anybody's guess, unless an order is asked for.
  const ordered = ask.query.has('sort') ? sorted(ask, rows, orders, { sort: 'stars', direction: 'desc' }) : rows
  return found(ask, ordered, (repo) => ({ ...(repoListed(ask.github, ask.viewer, repo) as Row), score: 1 }) as Json)
}

const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  javascript: ['js', 'mjs', 'cjs'],
  js: ['js', 'mjs', 'cjs'],
  typescript: ['ts', 'tsx'],
  python: ['py'],
  ruby: ['rb'],
  java: ['java'],
  go: ['go'],
  rust: ['rs'],
  markdown: ['md'],
  json: ['json'],
  yaml: ['yml', 'yaml'],
}

function codeFits(entry: Entry, { key, value }: Qualifier): boolean {
  const name = entry.path.split('/').at(-1) ?? ''
  const ending = name.split('.').at(-1) ?? ''
  switch (key) {
    case 'repo':
    case 'user':
    case 'org':
    case 'in':
    case 'fork':
      return true
    case 'language': {
      const endings = LANGUAGES[value.toLowerCase()]
      if (endings === undefined) throw beyond()
      return endings.includes(ending)
    }
    case 'extension':
      return ending === value
    case 'filename':
      return name.toLowerCase().includes(value.toLowerCase())
    case 'path':
      return value === '/' ? !entry.path.includes('/') : entry.path.startsWith(value)
    default:
      throw beyond()
  }
}

/** Code of the default branches: https://docs.github.com/rest/search/search#search-code (2026-11-26). */
function searchCode(ask: Ask): Reply {
  const query = asked(ask, 'repo user org in fork language extension filename path', {
    language: new Set(Object.keys(LANGUAGES)),
  })
  const fork = query.qualifiers.find(({ key }) => key === 'fork')?.value
  const places = query.qualifiers.filter(({ key }) => key === 'in').flatMap(({ value }) => value.split(','))
  const repos = scope(ask, query).filter((repo) =>
    fork === 'only' ? repo.fork === true : fork === 'true' || repo.fork !== true,
  )
  const hits = repos.flatMap((repo) => {
    const commit = resolve(ask.github, repo, text(repo.default_branch))
    return [...filesAt(ask.github, repo, commit).values()]
      .filter((entry) => query.qualifiers.every((one) => codeFits(entry, one) !== one.not))
      .filter((entry) => {
        const words = `${places.includes('path') ? entry.path : ''}\n${places.length === 0 || places.includes('file') ? contentOf(ask.github, repo, entry.sha).toString() : ''}`
        return query.terms.every((term) => says(words, term) !== term.not)
      })
      .map((entry) => ({ repo, entry, sha: text(commit?.sha) }))
  })
  return found(ask, hits, ({ repo, entry, sha }) => ({
    name: entry.path.split('/').at(-1) ?? '',
    path: entry.path,
    sha: entry.sha,
    url: `${urlOf(repo)}/contents/${pathOf(entry.path)}?ref=${sha}`,
    git_url: `${urlOf(repo)}/git/blobs/${entry.sha}`,
    html_url: `${webOf(repo)}/blob/${sha}/${pathOf(entry.path)}`,
    repository: repoMinimal(ask.github, repo),
    score: 1,
  }))
}

function userFits(ask: Ask, row: Row, { key, value }: Qualifier): boolean {
  switch (key) {
    case 'type':
      return (row.type === 'Organization') === (value === 'org')
    case 'user':
    case 'org':
      return text(row.login).toLowerCase() === value.toLowerCase()
    case 'in':
      return true
    case 'location':
      return text(row.location).toLowerCase().includes(value.toLowerCase())
    case 'repos':
      return sure(inNumbers(ask.github.store.rows('repos').filter((repo) => ownerOf(repo) === row.login).length, value))
    case 'followers':
      return sure(inNumbers(Number(row.followers ?? 0), value))
    case 'created':
      return sure(inTime(text(row.created_at), value))
    default:
      throw beyond()
  }
}

function searchUsers(ask: Ask): Reply {
  const query = asked(ask, 'type user org in location repos followers created')
  const rows = ask.github.store.rows('users').filter((row) => {
    if (row.type === 'Bot') return false
    const words = [row.login, row.name, row.email].map((one) => text(one)).join(' ')
    return (
      query.terms.every((term) => says(words, term) !== term.not) &&
      query.qualifiers.every((one) => userFits(ask, row, one) !== one.not)
    )
  })
  const orders = {
    followers: (row: Row): number => Number(row.followers ?? 0),
    repositories: (row: Row): number => Number(row.public_repos ?? 0),
    joined: (row: Row): string => text(row.created_at),
  }
  return found(
    ask,
    sorted(ask, rows, orders, { sort: 'followers', direction: 'desc' }),
    (row) => ({ ...(person(ask.github, text(row.login)) as Row), score: 1 }) as Json,
  )
}

export function addSearchRoutes(on: On): void {
  on('search.issues', 'GET /search/issues', searchIssues)
  on('search.repositories', 'GET /search/repositories', searchRepos)
  on('search.code', 'GET /search/code', searchCode, 'user')
  on('search.users', 'GET /search/users', searchUsers)
  addMoreSearchRoutes(on)
}
