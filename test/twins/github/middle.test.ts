import { expect, test } from 'vitest'
import { github } from '../../../twins/github/index.ts'
import { isRow } from '../../../twins/github/store.ts'
import type { Exchange } from '../../../twins/har.ts'
import { createWorld } from '../../../twins/world.ts'

/** An exchange of a recording that starts in the middle. */
const said = (method: string, path: string, status: number, body: unknown, sent?: unknown): Exchange =>
  ({
    method,
    url: `https://api.github.com${path}`,
    headers: [],
    requestBody: new TextEncoder().encode(sent === undefined ? '' : JSON.stringify(sent)),
    status,
    responseHeaders: [['content-type', 'application/json']],
    responseBody: new TextEncoder().encode(JSON.stringify(body)),
    atMs: 0,
  }) as unknown as Exchange
const BOB = { login: 'bob', id: 2, type: 'User', url: 'https://api.github.com/users/bob' }

/** What a world that was made for a recording answers to a request of it. */
async function replayed(
  exchange: Exchange,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const { fidelity } = github
  if (fidelity?.given === undefined) throw new Error('expected a profile')
  const seed = github.seed.parse(fidelity.given([exchange]))
  const world = createWorld({ seed: '1', startsAt: '1970-01-01T00:00:00Z' })
  const twin = github.create(world, seed)
  const headers = new Headers()
  const { method, url, requestBody } = exchange
  fidelity.authorize?.(headers, exchange, { method, url: new URL(url), body: requestBody, nowMs: 0 })
  const body = requestBody.length === 0 ? undefined : Buffer.from(requestBody).toString()
  const answer = await twin.fetch(new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }))
  const text = await answer.text()
  const parsed: unknown = text === '' ? {} : JSON.parse(text)
  return { status: answer.status, body: isRow(parsed) ? (parsed as Record<string, unknown>) : {} }
}

const SHA = 'a'.repeat(40)
const PROTECTED = {
  required_status_checks: null,
  enforce_admins: true,
  required_pull_request_reviews: null,
  restrictions: null,
}
const RUN = { id: 7, name: 'lint', head_sha: SHA, status: 'queued', conclusion: null }
const DISCUSSION = { number: 3, title: 't', body: 'b', author: BOB, private: false }
const MILESTONE = { id: 9, number: 4, title: 'One', description: 'For it', creator: BOB, state: 'open' }
const ISSUE = {
  id: 5,
  number: 6,
  title: 'x',
  user: BOB,
  labels: [],
  assignees: [],
  state: 'open',
  milestone: MILESTONE,
}

test.each<[string, Exchange, number, object]>([
  [
    'a check by an installation that nobody showed',
    said('POST', '/repos/acme/app/check-runs', 201, RUN, { name: 'lint', head_sha: SHA }),
    201,
    { name: 'lint' },
  ],
  ['an app that asks for its requests', said('GET', '/app/installation-requests', 200, []), 200, {}],
  [
    'a discussion of a team that is changed',
    said('PATCH', '/orgs/acme/teams/core/discussions/3', 200, DISCUSSION, { body: 'b' }),
    200,
    { title: 't', body: 'b' },
  ],
  [
    'a milestone that an issue shows',
    said('PATCH', '/repos/acme/app/issues/6', 200, ISSUE, { milestone: 4 }),
    200,
    { milestone: { number: 4, title: 'One', description: 'For it' } },
  ],
  [
    'a release that is there already',
    said(
      'POST',
      '/repos/acme/app/releases',
      422,
      { message: 'Validation Failed', errors: [{ resource: 'Release', code: 'already_exists', field: 'tag_name' }] },
      { tag_name: 'v1' },
    ),
    422,
    { errors: [{ code: 'already_exists' }] },
  ],
  [
    'protection of a branch that nobody showed',
    said('PUT', '/repos/acme/app/branches/stable/protection', 200, { url: 'x' }, PROTECTED),
    200,
    { enforce_admins: { enabled: true } },
  ],
  ['a reaction that is taken back', said('DELETE', '/repos/acme/app/issues/6/reactions/9', 204, {}), 204, {}],
  [
    'a label that is there already',
    said(
      'POST',
      '/repos/acme/app/labels',
      422,
      { message: 'Validation Failed', errors: [{ resource: 'Label', code: 'already_exists', field: 'name' }] },
      { name: 'odd', color: 'aabbcc' },
    ),
    422,
    { errors: [{ code: 'already_exists' }] },
  ],
])('a recording that starts with %s finds it there', async (_, exchange, status, shows) => {
  const answer = await replayed(exchange)
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  expect(answer.body).toMatchObject(shows)
})
