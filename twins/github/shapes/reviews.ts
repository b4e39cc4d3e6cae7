import type { Json } from '../../trace.ts'
import { type GitHub, numberOf } from '../github.ts'
import type { Row } from '../store.ts'
import { text } from '../store.ts'
import { person } from './accounts.ts'
import { association } from './issues.ts'
import { urlOf, webOf } from './repos.ts'

export function reviewDoc(github: GitHub, repo: Row, issue: Row, row: Row): Json {
  const pull = `${urlOf(repo)}/pulls/${numberOf(issue)}`
  const html = `${webOf(repo)}/pull/${numberOf(issue)}#pullrequestreview-${row.id}`
  return {
    id: row.id,
    node_id: row.node_id,
    user: person(github, row.user),
    body: row.body ?? '',
    state: row.state,
    html_url: html,
    pull_request_url: pull,
    author_association: row.author_association ?? association(github, repo, text(row.user)),
    _links: { html: { href: html }, pull_request: { href: pull } },
    ...(row.state === 'PENDING' ? {} : { submitted_at: row.submitted_at }),
    commit_id: row.commit_id,
  } as Json
}

/** As payloads have it: there, states are small. */
export const reviewTold = (github: GitHub, repo: Row, issue: Row, row: Row): Json =>
  ({ ...(reviewDoc(github, repo, issue, row) as Row), state: text(row.state).toLowerCase() }) as Json
