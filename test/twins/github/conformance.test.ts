import { z } from 'zod'
import { github } from '../../../twins/github/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { ACME, API, HOOK } from './support.ts'

const request = (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(API + path, {
    method,
    headers: { Authorization: 'token ghp_test', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const act =
  (...parts: Parameters<typeof request>) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request(...parts))
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const REPO = '/repos/acme/app'
const RULESET = {
  name: 'trunk',
  enforcement: 'active',
  conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
}
const PULLED = {
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_approving_review_count: 0,
  required_review_thread_resolution: true,
}
const QUEUE = {
  check_response_timeout_minutes: 60,
  grouping_strategy: 'ALLGREEN',
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: 'MERGE',
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
}
/** Merges a pull request into a branch with one rule, after what `before` does to it. */
const merging =
  (type: string, parameters: object, before?: Parameters<typeof request>) =>
  async ({ twin }: Stage): Promise<unknown> => {
    const say = async (...parts: Parameters<typeof request>): Promise<Record<string, never>> =>
      (await twin.fetch(request(...parts))).json() as Promise<Record<string, never>>
    const main = (await say('GET', `${REPO}/git/ref/heads/main`)).object as unknown as { readonly sha: string }
    await say('POST', `${REPO}/git/refs`, { ref: 'refs/heads/more', sha: main.sha })
    await say('PUT', `${REPO}/contents/x`, { message: 'x', content: base64('x'), branch: 'more' })
    await say('POST', `${REPO}/pulls`, { title: 'x', head: 'more', base: 'main' })
    if (before !== undefined) await say(...before)
    await say('POST', `${REPO}/rulesets`, { ...RULESET, rules: [{ type, parameters }] })
    return twin.fetch(request('PUT', `${REPO}/pulls/1/merge`, {}))
  }

runTwinTests({
  twin: github,
  seed: {
    ...ACME,
    repos: [...(ACME.repos ?? []), { full_name: 'ada/tool', files: { a: 'a' } }],
    rows: { gists: [{ id: 'g1', owner: 'ada', files: { a: 'b' }, _history: [{ version: 'v2' }, { version: 'v1' }] }] },
  },
  async story({ send, word, world, twin }) {
    const json = async (method: string, path: string, body?: unknown): Promise<Record<string, never>> =>
      (await send(request(method, path, body))).json() as Promise<Record<string, never>>
    const hook = await json('POST', `${REPO}/hooks`, { config: { url: HOOK, secret: 's' }, events: ['*'] })
    const branch = word()
    const main = await json('GET', `${REPO}/git/ref/heads/main`)
    await send(
      request('POST', `${REPO}/git/refs`, {
        ref: `refs/heads/${branch}`,
        sha: (main.object as unknown as { readonly sha: string }).sha,
      }),
    )
    const file = { message: 'Add', content: base64(branch), branch }
    await send(request('PUT', `${REPO}/contents/${branch}.txt`, file))
    const issue = await json('POST', `${REPO}/issues`, { title: 'Broken', labels: ['bug'], assignees: ['ada'] })
    await send(request('POST', `${REPO}/issues/${issue.number}/comments`, { body: 'Indeed' }))
    await send(request('PATCH', `${REPO}/issues/${issue.number}`, { state: 'closed' }))
    const pull = await json('POST', `${REPO}/pulls`, { title: 'Add', head: branch, base: 'main' })
    await send(request('POST', `${REPO}/statuses/${branch}`, { state: 'success', context: 'ci' }))
    await world.clock.advance(5_000)
    await send(request('GET', `${REPO}/pulls/${pull.number}`))
    await world.within({ step: 'review', key: 'review' }, () =>
      twin.happen('pull_request.reviewed', {
        repo: 'acme/app',
        login: 'bob',
        number: Number(pull.number),
        event: 'APPROVE',
      }),
    )
    await send(request('PUT', `${REPO}/pulls/${pull.number}/merge`, {}))
    await send(request('POST', `${REPO}/releases`, { tag_name: branch }))
    await send(request('GET', '/search/issues?q=repo%3Aacme%2Fapp+is%3Apr+is%3Amerged'))
    await send(request('POST', '/graphql', { query: '{ viewer { login } }' }))
    await send(request('POST', '/gists', { files: { 'a.txt': { content: 'a' } } }))
    await send(request('GET', '/repos/acme/none'))
    await send(request('GET', '/rate_limit'))
    await send(request('DELETE', `${REPO}/hooks/${hook.id}`))
    await world.clock.advance(60_000)
  },
  gaps: {
    'API versions other than 2022-11-28': act('GET', '/user', undefined, { 'X-GitHub-Api-Version': '2026-03-10' }),
    'rendered Markdown': act('POST', '/markdown', { text: '# Hi' }),
    'app manifests that a seed does not name': act('POST', '/app-manifests/abc/conversions'),
    'figures, feeds and catalogues that a seed does not hold': act('GET', `${REPO}/traffic/views`),
    'projects (classic)': act('POST', '/orgs/acme/projects', { name: 'Board' }),
    'searches beyond the common qualifiers': act('GET', '/search/issues?q=linked%3Apr'),
    'searches for topics': act('GET', '/search/topics?q=ruby'),
    'old versions of gists that a seed brings': act('GET', '/gists/g1/v1'),
    'notifications of what happens': act('GET', '/notifications'),
    'merge queues': merging('merge_queue', QUEUE),
    'rules that other services decide': merging('workflows', { workflows: [] }),
    'resolved conversations': merging('pull_request', PULLED, [
      'POST',
      `${REPO}/pulls/1/comments`,
      { body: 'Why?', path: 'x', line: 1 },
    ]),
    'rulesets about repositories': act('POST', `${REPO}/rulesets`, { ...RULESET, target: 'repository', rules: [] }),
    'rulesets by custom property': act('POST', '/orgs/acme/rulesets', {
      ...RULESET,
      conditions: { repository_property: { include: [], exclude: [] } },
    }),
    'invitations by e-mail': act('POST', '/orgs/acme/invitations', { email: 'x@y.example' }),
    'GraphQL beyond the common queries': act('POST', '/graphql', { query: '{ viewer { sponsors { totalCount } } }' }),
  },
  failureBody: z.strictObject({ message: z.string(), documentation_url: z.url(), status: z.string().regex(/^\d{3}$/) }),
})
