import { expect, test } from 'vitest'
import { ACME, APP, openHub } from './support.ts'

test('a change goes from a branch through a pull request into main', async () => {
  const { octokit, world } = openHub(ACME)
  const main = await octokit.rest.git.getRef({ ...APP, ref: 'heads/main' })
  await octokit.rest.git.createRef({ ...APP, ref: 'refs/heads/more', sha: main.data.object.sha })
  const file = { ...APP, path: 'src/more.ts', branch: 'more' }
  const content = Buffer.from('more\n').toString('base64')
  const put = await octokit.rest.repos.createOrUpdateFileContents({ ...file, message: 'Add more', content })
  expect(put.status).toBe(201)
  const pull = await octokit.rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  expect(pull.data).toMatchObject({ number: 1, mergeable: null, commits: 1, additions: 1, changed_files: 1 })
  await world.clock.advance(2_000)
  const settled = await octokit.rest.pulls.get({ ...APP, pull_number: 1 })
  expect(settled.data).toMatchObject({ mergeable: true, mergeable_state: 'clean' })
  const merged = await octokit.rest.pulls.merge({ ...APP, pull_number: 1 })
  expect(merged.data.merged).toBe(true)
  const after = await octokit.rest.repos.getContent({ ...APP, path: 'src/more.ts' })
  expect(after.data).toMatchObject({ type: 'file', content: `${content}\n` })
  expect((await octokit.rest.pulls.get({ ...APP, pull_number: 1 })).data).toMatchObject({
    merged: true,
    state: 'closed',
  })
  await expect(octokit.rest.pulls.merge({ ...APP, pull_number: 1 })).rejects.toMatchObject({ status: 405 })
})

test('blobs, trees and commits have the SHAs that git gives them', async () => {
  const { octokit } = openHub(ACME)
  const blob = await octokit.rest.git.createBlob({ ...APP, content: 'hello\n' })
  // `echo hello | git hash-object --stdin`
  expect(blob.data.sha).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
  const entry = { path: 'a', mode: '100644', type: 'blob', sha: blob.data.sha } as const
  const tree = await octokit.rest.git.createTree({ ...APP, tree: [entry] })
  // `git mktree` of that one entry.
  expect(tree.data.sha).toBe('0976950c1fdbcb52435a433913017bf044b3a58f')
  const who = { name: 'Ada', email: 'ada@acme.example', date: '2020-01-01T00:00:00Z' }
  const commit = await octokit.rest.git.createCommit({
    ...APP,
    message: 'm',
    tree: tree.data.sha,
    parents: [],
    author: who,
    committer: who,
  })
  // `git commit-tree` with the same names and times.
  expect(commit.data.sha).toBe('95ab103481a67e42395c511e0a85637b86ae1a8d')
})
