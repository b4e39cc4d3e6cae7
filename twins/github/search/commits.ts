import type { Json } from '../../trace.ts'
import { type Ask, below, gap, type On, type Reply } from '../ask.ts'
import { ancestors } from '../git/history.ts'
import { parentsOf, personOf, resolve } from '../git/objects.ts'
import { found, sorted } from '../paging.ts'
import { visible } from '../routes/users.ts'
import { commitBrief } from '../shapes/commits.ts'
import { label } from '../shapes/issues.ts'
import { repoMinimal } from '../shapes/repos.ts'
import { type Row, rowOf, text } from '../store.ts'
import { GitHubError, invalid, notFound } from '../wire.ts'
import { scope } from './issues.ts'
import { inTime, parseQuery, type Qualifier, unknownIn } from './query.ts'

type Hit = { readonly repo: Row; readonly commit: Row }

const beyond = (): Error => gap('searches beyond the common qualifiers')
const sure = (inside: boolean | undefined): boolean => {
  if (inside === undefined) throw beyond()
  return inside
}

const KNOWN: ReadonlySet<string> = new Set(
  (
    'repo user org author committer author-name committer-name author-email committer-email author-date committer-date ' +
    'merge hash parent tree is'
  ).split(' '),
)

/** https://docs.github.com/search-github/searching-on-github/searching-commits (2026-11-26). */
function fits({ repo, commit }: Hit, { key, value }: Qualifier): boolean {
  const [role = '', part] = key.split('-')
  const same = (one: unknown): boolean => String(one).toLowerCase() === value.toLowerCase()
  if (role === 'author' || role === 'committer') {
    const person = personOf(commit, role)
    switch (part) {
      case 'name':
        return person.name.toLowerCase().includes(value.toLowerCase())
      case 'email':
        return same(person.email)
      case 'date':
        return sure(inTime(person.date, value))
      default:
        return same(commit[`_${role}`])
    }
  }
  switch (key) {
    case 'repo':
    case 'user':
    case 'org':
      return true
    case 'merge':
      return String(parentsOf(commit).length > 1) === value
    case 'hash':
      return text(commit.sha).startsWith(value)
    case 'parent':
      return parentsOf(commit).some((sha) => sha.startsWith(value))
    case 'tree':
      return text(commit.tree).startsWith(value)
    case 'is':
      if (value !== 'public' && value !== 'private') throw beyond()
      return (repo.private === true) === (value === 'private')
    default:
      throw beyond()
  }
}

/** Commits of default branches, as GitHub's index has them. */
function searchCommits(ask: Ask): Reply {
  const q = ask.query.get('q') ?? ''
  if (q.trim() === '') throw invalid({ resource: 'Search', field: 'q', code: 'missing' })
  const query = parseQuery(q)
  if (unknownIn(query, KNOWN) !== undefined) throw beyond()
  const hits = scope(ask, query).flatMap((repo): readonly Hit[] => {
    const head = resolve(ask.github, repo, text(repo.default_branch))
    return head === undefined ? [] : ancestors(ask.github, repo, head).map((commit) => ({ repo, commit }))
  })
  const seen = hits.filter(
    (hit) =>
      query.qualifiers.every((one) => fits(hit, one) !== one.not) &&
      query.terms.every(
        ({ value, not }) => text(hit.commit.message).toLowerCase().includes(value.toLowerCase()) !== not,
      ),
  )
  const dates = {
    'author-date': ({ commit }: Hit): number => Date.parse(personOf(commit, 'author').date),
    'committer-date': ({ commit }: Hit): number => Date.parse(personOf(commit, 'committer').date),
  }
  const ordered = ask.query.has('sort') ? sorted(ask, seen, dates, { sort: 'author-date', direction: 'desc' }) : seen
  return found(ask, ordered, ({ repo, commit }) => {
    const { sha, node_id, commit: inner, ...rest } = commitBrief(ask.github, repo, commit) as Row
    const repository = repoMinimal(ask.github, repo)
    return { sha, node_id, commit: inner, ...rest, repository, score: 1 } as Json
  })
}

/** Labels of one repository, which is asked for by its number. */
function searchLabels(ask: Ask): Reply {
  const q = (ask.query.get('q') ?? '').toLowerCase().trim()
  const id = ask.query.get('repository_id')
  if (q === '' || id === null) throw new GitHubError(422, 'Validation Failed')
  const repo = visible(ask).find((one) => String(one.id) === id)
  if (repo === undefined) throw notFound()
  const words = q.split(/\s+/)
  const rows = ask.github.store.rows(below(repo, 'labels')).filter(({ name, description }) => {
    const said = `${text(name)} ${text(description)}`.toLowerCase()
    return words.some((word) => said.includes(word))
  })
  return found(ask, rows, (row) => ({ ...rowOf(label(repo, row)), score: 1 }) as Json)
}

export function addMoreSearchRoutes(on: On): void {
  on('search.commits', 'GET /search/commits', searchCommits)
  on('search.labels', 'GET /search/labels', searchLabels)
  on('search.topics', 'GET /search/topics', () => {
    throw gap('searches for topics')
  })
}
