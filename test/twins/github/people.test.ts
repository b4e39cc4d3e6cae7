import { expect, test } from 'vitest'
import type { Fields, Seed } from '../../../twins/github/state.ts'
import { ACME, API, APP, openHub } from './support.ts'

const THREE: Seed = {
  ...ACME,
  users: [{ login: 'ada' }, { login: 'bob' }, { login: 'eve', id: 77 }],
  tokens: { ghp_test: { login: 'ada' }, ghp_eve: { login: 'eve' } },
}

const AS_ADA = { headers: { Authorization: 'token ghp_test' } }

test('whoever is new has to accept before working on a repository', async () => {
  const { octokit, as } = openHub(THREE)
  const eve = as('ghp_eve')
  const { data: invitation } = await octokit.rest.repos.addCollaborator({ ...APP, username: 'eve' })
  expect(invitation).toMatchObject({ invitee: { login: 'eve' }, inviter: { login: 'ada' }, permissions: 'write' })
  await expect(octokit.rest.repos.checkCollaborator({ ...APP, username: 'eve' })).rejects.toMatchObject({ status: 404 })
  const changed = await octokit.rest.repos.updateInvitation({
    ...APP,
    invitation_id: invitation.id,
    permissions: 'maintain',
  })
  expect(changed.data.permissions).toBe('maintain')
  const mine = await eve.rest.repos.listInvitationsForAuthenticatedUser()
  expect(mine.data).toMatchObject([{ id: invitation.id, repository: { full_name: 'acme/app' } }])
  await eve.rest.repos.acceptInvitationForAuthenticatedUser({ invitation_id: invitation.id })
  expect((await octokit.rest.repos.listInvitations(APP)).data).toEqual([])
  const role = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...APP, username: 'eve' })
  expect(role.data.role_name).toBe('maintain')
})

test('an invitation is declined or withdrawn, and members need none', async () => {
  const { octokit, as } = openHub(THREE)
  const eve = as('ghp_eve')
  const invite = async (): Promise<number> =>
    (await octokit.rest.repos.addCollaborator({ ...APP, username: 'eve' })).data.id
  await eve.rest.repos.declineInvitationForAuthenticatedUser({ invitation_id: await invite() })
  const again = await invite()
  expect(await invite()).toBe(again)
  await octokit.rest.repos.deleteInvitation({ ...APP, invitation_id: again })
  expect((await eve.rest.repos.listInvitationsForAuthenticatedUser()).data).toEqual([])
  const member = openHub({ ...THREE, repos: [{ full_name: 'acme/app' }] })
  expect((await member.octokit.rest.repos.addCollaborator({ ...APP, username: 'bob' })).status).toBe(204)
})

test('an organisation invites, knows its outsiders and lets them go', async () => {
  const { octokit, twin } = openHub({ ...THREE, repos: [{ full_name: 'acme/app', collaborators: { eve: 'pull' } }] })
  const { orgs } = octokit.rest
  expect((await orgs.listOutsideCollaborators({ org: 'acme' })).data).toMatchObject([{ login: 'eve' }])
  await orgs.removeOutsideCollaborator({ org: 'acme', username: 'eve' })
  expect((await orgs.listOutsideCollaborators({ org: 'acme' })).data).toEqual([])
  const made = await orgs.createInvitation({ org: 'acme', invitee_id: 77, role: 'admin' })
  expect(made.data).toMatchObject({ login: 'eve', role: 'admin', inviter: { login: 'ada' } })
  expect((await orgs.listPendingInvitations({ org: 'acme' })).data).toMatchObject([{ id: made.data.id }])
  await orgs.cancelInvitation({ org: 'acme', invitation_id: made.data.id })
  expect((await orgs.listPendingInvitations({ org: 'acme' })).data).toEqual([])
  const body = JSON.stringify({ email: 'x@y.example' })
  const posted = new Request('https://api.github.com/orgs/acme/invitations', { method: 'POST', body, ...AS_ADA })
  await expect(twin.fetch(posted)).rejects.toThrow('There is no post here')
})

test('an account has addresses, keys, social accounts and people it blocks', async () => {
  const { octokit } = openHub(THREE)
  const { users } = octokit.rest
  await users.addEmailForAuthenticatedUser({ emails: ['a@b.example'] })
  await expect(users.addEmailForAuthenticatedUser({ emails: ['a@b.example'] })).rejects.toMatchObject({ status: 422 })
  expect((await users.listEmailsForAuthenticatedUser()).data.map(({ email }) => email)).toContain('a@b.example')
  await users.deleteEmailForAuthenticatedUser({ emails: ['a@b.example'] })
  expect((await users.listEmailsForAuthenticatedUser()).data.map(({ email }) => email)).not.toContain('a@b.example')
  const key = await users.createSshSigningKeyForAuthenticatedUser({ title: 't', key: 'ssh-ed25519 AAAA' })
  expect((await users.listSshSigningKeysForUser({ username: 'ada' })).data).toMatchObject([{ id: key.data.id }])
  await users.addSocialAccountForAuthenticatedUser({ account_urls: ['https://twitter.com/ada', 'https://ada.example'] })
  expect((await users.listSocialAccountsForUser({ username: 'ada' })).data).toEqual([
    { provider: 'twitter', url: 'https://twitter.com/ada' },
    { provider: 'generic', url: 'https://ada.example' },
  ])
  await users.block({ username: 'eve' })
  expect((await users.listBlockedByAuthenticatedUser()).data).toMatchObject([{ login: 'eve' }])
  await users.unblock({ username: 'eve' })
  await expect(users.checkBlocked({ username: 'eve' })).rejects.toMatchObject({ status: 404 })
})

test('limits to interactions end by themselves', async () => {
  const { octokit, world } = openHub(ACME)
  const { interactions } = octokit.rest
  const set = await interactions.setRestrictionsForRepo({ ...APP, limit: 'collaborators_only', expiry: 'one_day' })
  expect(set.data).toMatchObject({ limit: 'collaborators_only', origin: 'repository' })
  await world.clock.advance(25 * 3_600_000)
  expect((await interactions.getRestrictionsForRepo(APP)).data).toEqual({})
})

const note = (id: string, reason: string, updated_at: string): Fields => ({
  ...{ id, unread: true, reason, updated_at },
  ...{ repository: { full_name: 'acme/app' }, subject: { title: 'Broken', url: `${API}/repos/acme/app/issues/1` } },
})
const NOTES = [note('1', 'mention', '2029-12-30T00:00:00Z'), note('2', 'subscribed', '2029-12-31T00:00:00Z')]

test('notifications of a seed are listed, read and done with; nobody gets others', async () => {
  const { octokit } = openHub({ ...ACME, rows: { notifications: NOTES } })
  const { activity } = octokit.rest
  const ids = async (all = false): Promise<readonly string[]> =>
    (await activity.listNotificationsForAuthenticatedUser({ all })).data.map(({ id }) => id)
  expect(await ids()).toEqual(['2', '1'])
  await activity.markThreadAsRead({ thread_id: 1 })
  expect([await ids(), await ids(true)]).toEqual([['2'], ['2', '1']])
  expect((await activity.setThreadSubscription({ thread_id: 2, ignored: true })).data.ignored).toBe(true)
  await activity.markThreadAsDone({ thread_id: 1 })
  expect((await activity.markNotificationsAsRead()).status).toBe(205)
  expect([await ids(), await ids(true)]).toEqual([[], ['2']])
  const none = openHub(ACME)
  await expect(none.twin.fetch(new Request('https://api.github.com/notifications', AS_ADA))).rejects.toThrow(
    'Nobody is subscribed to anything here',
  )
})

test('gists are commented, forked and read as they were', async () => {
  const { octokit, as } = openHub(THREE)
  const { gists } = octokit.rest
  const { data: gist } = await gists.create({ files: { a: { content: 'one' } } })
  const gist_id = gist.id ?? ''
  const { data: first } = await gists.createComment({ gist_id, body: 'Nice' })
  expect(first).toMatchObject({ body: 'Nice', author_association: 'OWNER' })
  expect((await gists.get({ gist_id })).data.comments).toBe(1)
  await gists.updateComment({ gist_id, comment_id: first.id, body: 'Nicer' })
  expect((await gists.listComments({ gist_id })).data).toMatchObject([{ body: 'Nicer' }])
  await gists.deleteComment({ gist_id, comment_id: first.id })
  await gists.update({ gist_id, files: { a: { content: 'two' } } })
  const versions = (await gists.listCommits({ gist_id })).data
  expect(versions).toHaveLength(2)
  const old = await gists.getRevision({ gist_id, sha: versions[1]?.version ?? '' })
  expect(old.data.files?.a).toMatchObject({ content: 'one' })
  const fork = await as('ghp_eve').rest.gists.fork({ gist_id })
  expect((await gists.listForks({ gist_id })).data).toMatchObject([{ id: fork.data.id }])
  await expect(gists.fork({ gist_id })).rejects.toMatchObject({ status: 422 })
})
