import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, type Handler, type On, Refusal } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { issueBody } from '../issue-answer.ts'
import { searchable } from '../issues.ts'
import { isBounded, search } from '../jql/index.ts'
import { type Fields, type Issue, listOf, textOf } from '../state.ts'

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search, by its client jira.js 6.2 (2026-11-26). */
const USUAL = 50
const IDS_MAX = 5_000
const FIELDS_MAX = 100
const RECONCILE_MAX = 50

const REMOVED =
  'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046'
const UNBOUNDED = 'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.'

type Wish = {
  readonly jql: string
  readonly token: string | undefined
  readonly maxResults: number
  readonly fields: readonly string[]
  readonly expand: readonly string[]
  readonly properties: readonly string[]
  readonly reconcile: readonly string[]
}

export function addSearch(on: On): void {
  const gone: Handler = () => {
    throw new Refusal(410, [REMOVED])
  }
  on('search.removed', 'GET /rest/api/:version/search', gone)
  on('search.removed', 'POST /rest/api/:version/search', gone)
  on('search.jql', 'GET /rest/api/:version/search/jql', (ask) => {
    const { query, queries } = ask
    return answer(ask, {
      jql: query('jql') ?? '',
      token: query('nextPageToken'),
      maxResults: Number(query('maxResults') ?? USUAL),
      fields: queries('fields'),
      expand: queries('expand'),
      properties: queries('properties'),
      reconcile: queries('reconcileIssues'),
    })
  })
  on('search.jql', 'POST /rest/api/:version/search/jql', (ask) => {
    const { jql, nextPageToken, maxResults, fields, expand, properties, reconcileIssues } = ask.body
    return answer(ask, {
      jql: textOf(jql),
      token: nextPageToken === null || nextPageToken === undefined ? undefined : textOf(nextPageToken),
      maxResults: Number(maxResults ?? USUAL),
      fields: listOf(fields).map(textOf),
      expand: textOf(expand)
        .split(',')
        .filter((one) => one !== ''),
      properties: listOf(properties).map(textOf),
      reconcile: listOf(reconcileIssues).map(textOf),
    })
  })
  on('search.count', 'POST /rest/api/:version/search/approximate-count', (ask) =>
    Response.json({ count: found(ask, textOf(ask.body.jql), []).length }),
  )
}

function found({ site, me }: Ask, jql: string, reconcile: readonly string[]): readonly Issue[] {
  if (!isBounded(jql)) throw new Refusal(400, [UNBOUNDED])
  return search(site, me.id, jql, searchable(site, reconcile))
}

function answer(ask: Ask, { jql, token, maxResults, fields, expand, properties, reconcile }: Wish): Response {
  if (properties.length > 0) throw notModelled('jira', GAPS, 'properties in searches')
  if (reconcile.length > RECONCILE_MAX)
    throw new Refusal(400, [`The maximum number of issues to reconcile is ${RECONCILE_MAX}.`])
  if (!Number.isInteger(maxResults) || maxResults < 0)
    throw new Refusal(400, ['Invalid request payload. Refer to the REST API documentation and try again.'])
  const rows = found(ask, jql, reconcile)
  const bare = fields.every((field) => field === 'id' || field === 'key')
  const count = Math.min(maxResults === 0 ? USUAL : maxResults, bare ? IDS_MAX : FIELDS_MAX)
  const { page, more } = tokenPage(jql, token, count, rows)
  return Response.json({
    issues: page.map((issue): Json => {
      // Without fields there is the id and nothing else.
      if (fields.length === 0 && expand.length === 0) return { id: issue.id }
      return { ...issueBody(ask, issue, fields.length === 0 ? ['id'] : fields, expand), expand: EXPAND }
    }),
    ...more,
  })
}

/** What an issue of a search offers to expand, in the order in which recorded answers have it. */
const EXPAND = 'operations,versionedRepresentations,editmeta,changelog,renderedFields'

/** `count` rows from where a token points to, and what is said of the rest. A token belongs to its `query`. */
export function tokenPage<Row>(
  query: string,
  token: string | undefined,
  count: number,
  rows: readonly Row[],
): { readonly page: readonly Row[]; readonly more: Fields } {
  const from = token === undefined ? 0 : positionOf(query, token)
  const page = rows.slice(from, from + count)
  const end = from + page.length
  const isLast = end >= rows.length
  return { page, more: { ...(isLast ? {} : { nextPageToken: tokenOf(query, end) }), isLast } }
}

const digest = (jql: string): string => createHash('sha256').update(jql).digest('base64url').slice(0, 12)

const tokenOf = (jql: string, position: number): string =>
  Buffer.from(JSON.stringify({ q: digest(jql), at: position })).toString('base64url')

function positionOf(jql: string, token: string): number {
  try {
    const { q, at } = JSON.parse(Buffer.from(token, 'base64url').toString()) as {
      readonly q?: Json
      readonly at?: Json
    }
    if (q === digest(jql) && typeof at === 'number') return at
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(400, ['The provided nextPageToken is invalid or has expired.'])
}
