import { expect, test } from 'vitest'
import { doubtsOf, publishToGitHub, runOfEvent } from '../../../../runner/report/publish/github.ts'
import { publicationOf } from '../../../../runner/report/publish/publication.ts'
import type { GateVerdict } from '../../../../runner/report/verdict.ts'
import { check, passed, verdictOver } from '../sample.ts'
import { BASE, eventText, type FakeGitHub, fakeGitHub, HEAD, MERGE, WORKFLOW } from './fake-github.ts'

const run = runOfEvent(eventText())
const options = { check: 'backlot', author: 'github-actions[bot]' }
const verdict = (more: Partial<GateVerdict> = {}): GateVerdict =>
  verdictOver([passed('a')], { candidate: { name: MERGE, tree: '2'.repeat(40), commit: MERGE }, ...more })
const tell = (github: FakeGitHub, of: GateVerdict) =>
  publishToGitHub(github.send, run, of, publicationOf(of, []), options)

test('a verdict on the merge of the pull request with its base, by the workflow of the trusted branch, is believed', async () => {
  expect(await doubtsOf(fakeGitHub().send, run, verdict(), WORKFLOW)).toEqual([])
})

test('a head that is older than a new workflow on the trusted branch is believed: it does not edit it', async () => {
  const github = fakeGitHub()
  for (const at of [MERGE, 'main']) github.blobs.set(at, 'w2')
  expect(await doubtsOf(github.send, run, verdict(), WORKFLOW)).toEqual([])
})

const CHILD = '5'.repeat(40)
const ATTACKS: readonly (readonly [string, (github: FakeGitHub) => unknown, RegExp])[] = [
  [
    'a look-alike workflow uploads it',
    () => ({ run: { ...run, workflow: '.github/workflows/other.yml' } }),
    /^Another workflow made it\./,
  ],
  [
    'the pull request edits the workflow',
    (github) => void github.blobs.set(MERGE, 'w2'),
    /edits the workflow that judges it/,
  ],
  [
    'the head edits the workflow, and what the verdict names does not',
    (github) => void github.blobs.set(HEAD, 'evil'),
    /edits the workflow that judges it/,
  ],
  [
    'the head adds a workflow that nobody had',
    (github) => void github.blobs.delete(BASE),
    /edits the workflow that judges it/,
  ],
  [
    'it names a good child of the head, which the author pushed',
    (github) => {
      github.commits.set(CHILD, { tree: '6'.repeat(40), parents: [HEAD] })
      github.blobs.set(CHILD, 'w1')
      return { verdict: verdict({ candidate: { name: CHILD, tree: '6'.repeat(40), commit: CHILD } }) }
    },
    /another tree than this commit has/,
  ],
  [
    'it names a merge that GitHub did not make',
    (github) => {
      github.commits.set(CHILD, { tree: '6'.repeat(40), parents: [BASE, HEAD] })
      return { verdict: verdict({ candidate: { name: CHILD, tree: '6'.repeat(40), commit: CHILD } }) }
    },
    /another tree/,
  ],
  [
    'the pull request has no merge',
    (github) => void github.pulls.map((one) => Object.assign(one, { merge_commit_sha: null })),
    /another tree/,
  ],
  ['the workflow is gone from the trusted branch', (github) => void github.blobs.delete('main'), /edits the workflow/],
  [
    'the verdict is of another commit',
    () => ({ verdict: verdict({ candidate: { name: BASE, tree: '1'.repeat(40), commit: BASE } }) }),
    /another tree than this commit has/,
  ],
  [
    'the tree is not the commit’s',
    () => ({ verdict: verdict({ candidate: { name: 'x', tree: '3'.repeat(40), commit: MERGE } }) }),
    /another tree/,
  ],
  ['the commit does not exist', (github) => void github.commits.delete(MERGE), /another tree/],
  [
    'the candidate has no commit',
    () => ({ verdict: verdict({ candidate: { name: 'x', tree: '2'.repeat(40), commit: null } }) }),
    /another tree/,
  ],
  [
    'the commit is no commit but a path',
    () => ({ verdict: verdict({ candidate: { name: 'x', tree: '2'.repeat(40), commit: '../../user' } }) }),
    /another tree/,
  ],
  ['the base is the candidate’s own', (github) => void github.main.clear(), /base is no commit of the trusted branch/],
  [
    'the base’s tree is not its commit’s',
    () => ({ verdict: verdict({ base: { name: 'x', tree: '7'.repeat(40), commit: BASE } }) }),
    /base is no commit/,
  ],
  ['there is no base', () => ({ verdict: verdict({ base: null }) }), /base is no commit/],
]
test.each(ATTACKS)('%s: it is not believed, and a person has to decide', async (_, attack, message) => {
  const github = fakeGitHub()
  const given = (attack(github) ?? {}) as { run?: typeof run; verdict?: GateVerdict }
  const of = given.verdict ?? verdict()
  const doubts = await doubtsOf(github.send, given.run ?? run, of, WORKFLOW)
  expect(doubts.map(({ what }) => what).join('\n')).toMatch(message)
  expect(publicationOf(of, doubts).conclusion).toBe('action_required')
})

test('the check run is on the head, and one comment is written and then replaced', async () => {
  const github = fakeGitHub()
  expect(await tell(github, verdict())).toEqual([
    `check "backlot" on ${HEAD.slice(0, 8)}: success`,
    'comment on #7: written',
  ])
  expect(await tell(github, { ...verdict(), ...verdictOver([check()]) })).toEqual([
    `check "backlot" on ${HEAD.slice(0, 8)}: failure`,
    'comment on #7: replaced',
  ])
  expect(github.checks.map(({ head_sha, conclusion }) => [head_sha, conclusion])).toEqual([
    [HEAD, 'success'],
    [HEAD, 'failure'],
  ])
  expect(github.comments).toHaveLength(1)
  expect(github.comments[0]?.body).toContain('❌ fail')
})

test('a comment of somebody else that carries the marker is left alone: its author could edit it afterwards', async () => {
  const github = fakeGitHub()
  const planted = { id: 1, body: '<!-- backlot verdict billing -->\nAll is well.', user: { login: 'mallory' } }
  github.comments.push(planted)
  await tell(github, verdict())
  expect(github.comments.map(({ user }) => user.login)).toEqual(['mallory', 'github-actions[bot]'])
  expect(github.comments[0]).toEqual(planted)
})

test('our comment is found behind hundreds of others', async () => {
  const github = fakeGitHub()
  for (let id = 1; id <= 250; id++) github.comments.push({ id, body: 'hello', user: { login: 'x' } })
  await tell(github, verdict())
  await tell(github, verdict())
  expect(github.comments).toHaveLength(251)
})

test('a pull request that moved on gets no comment of its old commit, and the check stays on that commit', async () => {
  const github = fakeGitHub()
  github.pulls = [{ number: 7, head: { sha: 'e'.repeat(40) }, base: { ref: 'main' }, merge_commit_sha: null }]
  expect(await tell(github, verdict())).toContain('no comment: no open pull request has this commit as its head')
  expect([github.checks.length, github.comments.length]).toEqual([1, 0])
})

test.each([{}, { workflow_run: { path: 'x' } }, { repository: { full_name: '../..', default_branch: 'main' } }])(
  'an event that is none of a run is a mistake: %j',
  (event) => expect(() => runOfEvent(JSON.stringify(event))).toThrow('expected the event of a workflow_run'),
)
