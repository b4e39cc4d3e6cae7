import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { expect, test } from 'vitest'
import { APP_KEY, APP_PUBLIC_KEY } from '../../../twins/github/keys.ts'
import type { Seed } from '../../../twins/github/state.ts'
import { ACME, APP, type Hub, openHub, silent, transport } from './support.ts'

const INSTALLATION = 77
const SEED: Seed = {
  ...ACME,
  repos: [...(ACME.repos ?? []), { full_name: 'acme/other', private: true }],
  apps: [
    {
      id: 12,
      slug: 'robot',
      public_key: APP_PUBLIC_KEY,
      permissions: { checks: 'write', contents: 'read', issues: 'read', metadata: 'read' },
      installations: [
        {
          id: INSTALLATION,
          account: 'acme',
          permissions: { checks: 'write', contents: 'read', issues: 'read', metadata: 'read' },
          repositories: ['acme/app'],
        },
      ],
    },
  ],
}

/** The SDK as an app, which puts its clock right by the answers it gets. */
function robot({ network }: Hub, auth: object = {}): Octokit {
  return new Octokit({
    authStrategy: createAppAuth,
    auth: { appId: 12, privateKey: APP_KEY, ...auth },
    request: { fetch: transport(network) },
    log: silent,
  })
}

test('an app speaks for itself with a JWT', async () => {
  const { data } = await robot(openHub(SEED)).rest.apps.getAuthenticated()
  expect(data).toMatchObject({ id: 12, slug: 'robot', installations_count: 1 })
})

test('an installation gets a token for an hour, and checks commits with it', async () => {
  const hub = openHub(SEED)
  const octokit = robot(hub, { installationId: INSTALLATION })
  const { data: seen } = await octokit.rest.apps.listReposAccessibleToInstallation()
  expect(seen.repositories.map(({ full_name }) => full_name)).toEqual(['acme/app'])
  const { data: main } = await octokit.rest.repos.getBranch({ ...APP, branch: 'main' })
  const check = { ...APP, name: 'ci', head_sha: main.commit.sha }
  const run = await octokit.rest.checks.create({ ...check, status: 'in_progress' })
  expect(run.data).toMatchObject({ status: 'in_progress', conclusion: null, app: { slug: 'robot' } })
  await octokit.rest.checks.update({ ...APP, check_run_id: run.data.id, conclusion: 'success' })
  const { data: runs } = await octokit.rest.checks.listForRef({ ...APP, ref: 'main' })
  expect(runs.check_runs).toMatchObject([{ name: 'ci', status: 'completed', conclusion: 'success' }])
})

test('a token lives for an hour of virtual time', async () => {
  const hub = openHub(SEED)
  const { data } = await robot(hub).rest.apps.createInstallationAccessToken({ installation_id: INSTALLATION })
  expect(Date.parse(data.expires_at) - hub.world.clock.now()).toBe(3_600_000)
  const held = hub.as(data.token)
  expect((await held.rest.repos.get(APP)).status).toBe(200)
  await hub.world.clock.advance(3_600_000)
  await expect(held.rest.repos.get(APP)).rejects.toMatchObject({ status: 401 })
})

test('an installation may do what it was given, where it was given it', async () => {
  const octokit = robot(openHub(SEED), { installationId: INSTALLATION })
  await expect(octokit.rest.issues.create({ ...APP, title: 'a' })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration'),
  })
  await expect(octokit.rest.repos.get({ owner: 'acme', repo: 'other' })).rejects.toMatchObject({ status: 404 })
})

test('a person may not make checks', async () => {
  const { octokit } = openHub(SEED)
  const made = octokit.rest.checks.create({ ...APP, name: 'ci', head_sha: 'main', status: 'queued' })
  await expect(made).rejects.toMatchObject({ status: 403 })
})

test.each([
  ['no JWT at all', 'a.b.c', 'A JSON web token could not be decoded'],
  ['a token', 'ghp_x', 'A JSON web token could not be decoded'],
])('%s does not open what is for apps', async (_, token, message) => {
  const { raw } = openHub(SEED)
  const answer = await raw('GET', '/app', undefined, { Authorization: `Bearer ${token}` })
  expect([answer.status, await answer.json()]).toMatchObject([401, { message }])
})

test('a suspended installation is shut out', async () => {
  const hub = openHub(SEED)
  const { data } = await robot(hub).rest.apps.createInstallationAccessToken({ installation_id: INSTALLATION })
  hub.twin.happen('installation.suspended', { installation: INSTALLATION })
  await expect(hub.as(data.token).rest.repos.get(APP)).rejects.toMatchObject({ status: 403 })
})

test('an app asks its own checks into a suite, and needs a permission for each kind of thing', async () => {
  const hub = openHub(SEED)
  const octokit = robot(hub, { installationId: INSTALLATION })
  const { data: main } = await octokit.rest.repos.getBranch({ ...APP, branch: 'main' })
  const asked = { ...APP, head_sha: main.commit.sha }
  const [first, again] = [await octokit.rest.checks.createSuite(asked), await octokit.rest.checks.createSuite(asked)]
  expect([first.status, again.status, again.data.id]).toEqual([201, 200, first.data.id])
  const denied = { status: 403, message: expect.stringContaining('Resource not accessible by integration') }
  await expect(octokit.rest.actions.createRegistrationTokenForRepo(APP)).rejects.toMatchObject(denied)
  const environment = { ...APP, environment_name: 'live' }
  await expect(octokit.rest.repos.createOrUpdateEnvironment(environment)).rejects.toMatchObject(denied)
  const ruleset = { ...APP, name: 'r', enforcement: 'active' as const }
  await expect(octokit.rest.repos.createRepoRuleset(ruleset)).rejects.toMatchObject(denied)
})
