import { expect, test } from 'vitest'
import { ACME, APP, type Hub, openHub } from './support.ts'

const SEED = { ...ACME, tokens: { ghp_test: { login: 'ada' }, bob: { login: 'bob' } } }
const content = Buffer.from('x').toString('base64')

/** A pull request of a branch that adds a file. */
async function opened({ octokit, as }: Hub, branch: string, by = 'ghp_test'): Promise<number> {
  const { git, repos } = octokit.rest
  const { data: main } = await git.getRef({ ...APP, ref: 'heads/main' })
  await git.createRef({ ...APP, ref: `refs/heads/${branch}`, sha: main.object.sha })
  await repos.createOrUpdateFileContents({ ...APP, path: branch, message: `Add ${branch}`, content, branch })
  const { data } = await as(by).rest.pulls.create({ ...APP, title: `Add ${branch}`, head: branch, base: 'main' })
  return data.number
}

test('a timeline is all that happened, in its order', async () => {
  const hub = openHub(SEED)
  const { issues, pulls } = hub.octokit.rest
  const number = await opened(hub, 'more')
  const issue = { ...APP, issue_number: number }
  await hub.world.clock.advance(1_000)
  await issues.addLabels({ ...issue, labels: ['bug'] })
  await issues.createComment({ ...issue, body: 'Look' })
  await hub.as('bob').rest.pulls.createReview({ ...APP, pull_number: number, event: 'APPROVE', body: 'Fine' })
  await pulls.update({ ...APP, pull_number: number, state: 'closed' })
  const { data } = await issues.listEventsForTimeline(issue)
  expect(data.map(({ event }) => event)).toEqual(['committed', 'labeled', 'commented', 'reviewed', 'closed'])
  expect(data[2]).toMatchObject({ body: 'Look', actor: { login: 'ada' } })
  expect(data[3]).toMatchObject({ state: 'approved', user: { login: 'bob' } })
  const second = await issues.listEventsForTimeline({ ...issue, per_page: 2, page: 2 })
  expect(second.data.map(({ event }) => event)).toEqual(['commented', 'reviewed'])
  await expect(issues.listEventsForTimeline({ ...APP, issue_number: 99 })).rejects.toMatchObject({ status: 404 })
})

test('release notes name what was merged since the last release, and who is new', async () => {
  const hub = openHub(SEED)
  const { pulls, repos } = hub.octokit.rest
  const note = async (tag_name: string): Promise<string> =>
    (await repos.generateReleaseNotes({ ...APP, tag_name })).data.body
  const web = 'https://github.com/acme/app'
  expect(await note('v1')).toBe(`**Full Changelog**: ${web}/commits/v1`)
  await pulls.merge({ ...APP, pull_number: await opened(hub, 'one') })
  const first = await repos.createRelease({ ...APP, tag_name: 'v1', body: 'Hello', generate_release_notes: true })
  expect(first.data).toMatchObject({
    name: 'v1',
    body: `Hello\n\n## What's Changed\n* Add one by @ada in ${web}/pull/1\n\n## New Contributors\n* @ada made their first contribution in ${web}/pull/1\n\n**Full Changelog**: ${web}/commits/v1`,
  })
  await pulls.merge({ ...APP, pull_number: await opened(hub, 'two') })
  expect(await note('v2')).toBe(
    `## What's Changed\n* Add two by @ada in ${web}/pull/2\n\n\n**Full Changelog**: ${web}/compare/v1...v2`,
  )
  await pulls.merge({ ...APP, pull_number: await opened(hub, 'three', 'bob') })
  expect(await note('v2')).toContain(`## New Contributors\n* @bob made their first contribution in ${web}/pull/3`)
  const unknown = repos.generateReleaseNotes({ ...APP, tag_name: 'v2', previous_tag_name: 'v0' })
  await expect(unknown).rejects.toMatchObject({ status: 422 })
})

test('who is invited to an organisation accepts, once and only there', async () => {
  const { octokit, as } = openHub({ ...SEED, orgs: [{ login: 'acme', members: { ada: 'admin' } }] })
  const bob = as('bob').rest.orgs
  await octokit.rest.orgs.setMembershipForUser({ org: 'acme', username: 'bob', role: 'member' })
  expect((await bob.getMembershipForAuthenticatedUser({ org: 'acme' })).data.state).toBe('pending')
  const accepted = await bob.updateMembershipForAuthenticatedUser({ org: 'acme', state: 'active' })
  expect(accepted.data).toMatchObject({ state: 'active', role: 'member', user: { login: 'bob' } })
  expect((await octokit.rest.orgs.listMembers({ org: 'acme' })).data.map(({ login }) => login)).toContain('bob')
  const other = bob.updateMembershipForAuthenticatedUser({ org: 'other', state: 'active' })
  await expect(other).rejects.toMatchObject({ status: 404 })
})

test('a status of a deployment is found by its number', async () => {
  const { repos } = openHub(SEED).octokit.rest
  const { data: deployment } = await repos.createDeployment({ ...APP, ref: 'main', required_contexts: [] })
  if (!('id' in deployment)) throw new Error('expected a deployment')
  const of = { ...APP, deployment_id: deployment.id }
  const { data: status } = await repos.createDeploymentStatus({ ...of, state: 'success' })
  expect((await repos.getDeploymentStatus({ ...of, status_id: status.id })).data).toEqual(status)
  await expect(repos.getDeploymentStatus({ ...of, status_id: 1 })).rejects.toMatchObject({ status: 404 })
})
