import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf, patchOf, pieces } from '../../../twins/github/git/diff.ts'
import { ACME, APP, openHub } from './support.ts'

test('a patch has three lines around what changed', () => {
  const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
  const after = lines.map((line) => (line === 'e' ? 'E' : line))
  // As `git diff` prints it.
  expect(patchOf(pieces(lines, after))).toBe('@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h')
  expect(patchOf(pieces([], ['x']))).toBe('@@ -0,0 +1 @@\n+x')
  expect(patchOf(pieces(['x'], []))).toBe('@@ -1 +0,0 @@\n-x')
})

test('whatever changed, a diff leads from the one to the other by no more than is needed', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const found = pieces(before, after)
      expect(found.filter(({ kind }) => kind !== '+').map(({ line }) => line)).toEqual(before)
      expect(found.filter(({ kind }) => kind !== '-').map(({ line }) => line)).toEqual(after)
      const changed = found.filter(({ kind }) => kind !== ' ').length
      expect(changed).toBe(before.length + after.length - 2 * longestShared(before, after))
    }),
    { seed: 7, numRuns: 200 },
  )
})

/** The length of the longest common subsequence, by the book. */
function longestShared(one: readonly string[], other: readonly string[]): number {
  let row = other.map(() => 0)
  for (const a of one) {
    const next: number[] = []
    other.forEach(
      (b, at) => void next.push(a === b ? (row[at - 1] ?? 0) + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0)),
    )
    row = next
  }
  return row.at(-1) ?? 0
}

test('lines are counted as git does', () => {
  expect(linesOf(Buffer.from('a\nb\n'))).toEqual(['a', 'b'])
  expect(linesOf(Buffer.from('a\nb'))).toEqual(['a', 'b'])
  expect(linesOf(Buffer.from(''))).toEqual([])
})

test('changes to different ends of a file are merged into one', async () => {
  const text = 'one\ntwo\nthree\nfour\nfive\n'
  const { octokit, twin } = openHub({
    ...ACME,
    repos: [
      { full_name: 'acme/app', files: { a: text }, branches: { left: { files: { a: text.replace('five', 'FIVE') } } } },
    ],
  })
  twin.happen('push', { repo: 'acme/app', login: 'bob', files: { a: text.replace('one', 'ONE') } })
  await octokit.rest.repos.merge({ ...APP, base: 'main', head: 'left' })
  const { data } = await octokit.rest.repos.getContent({ ...APP, path: 'a', mediaType: { format: 'raw' } })
  expect(data).toBe('ONE\ntwo\nthree\nfour\nFIVE\n')
  const compared = await octokit.rest.repos.compareCommitsWithBasehead({ ...APP, basehead: 'left...main' })
  expect(compared.data).toMatchObject({
    status: 'ahead',
    ahead_by: 2,
    behind_by: 0,
    files: [{ filename: 'a', status: 'modified' }],
  })
})

test('a file that only moved is a rename', async () => {
  const { octokit } = openHub({
    ...ACME,
    repos: [
      { full_name: 'acme/app', files: { a: 'x\n', b: 'y\n' }, branches: { moved: { files: { a: null, c: 'x\n' } } } },
    ],
  })
  const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ ...APP, basehead: 'main...moved' })
  expect(data.files).toMatchObject([{ filename: 'c', previous_filename: 'a', status: 'renamed', changes: 0 }])
})

test.each([
  ['tarball', '1f8b'],
  ['zipball', '504b'],
] as const)('a %s is at another host, and holds the files', async (kind, magic) => {
  const { octokit, raw } = openHub(ACME)
  const at = { ...APP, ref: 'main', request: { redirect: 'manual' as const } }
  const asked =
    kind === 'tarball' ? octokit.rest.repos.downloadTarballArchive(at) : octokit.rest.repos.downloadZipballArchive(at)
  const { headers } = await asked
  expect(headers.location).toMatch(/^https:\/\/codeload\.github\.com\/acme\/app\/legacy\./)
  const bytes = Buffer.from(await (await raw('GET', headers.location ?? '')).arrayBuffer())
  expect(bytes.subarray(0, 2).toString('hex')).toBe(magic)
  const names = kind === 'tarball' ? gunzipSync(bytes).toString('latin1') : bytes.toString('latin1')
  expect(names).toMatch(/acme-app-[0-9a-f]{7}\/src\/main\.ts/)
})

test('directories that are known by their SHA only stay where they are when something else changes', async () => {
  const [commit, tree, dir] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string]
  const { octokit } = openHub({
    ...ACME,
    repos: [
      {
        full_name: 'acme/app',
        refs: { 'refs/heads/main': commit },
        commits: [{ sha: commit, tree: { sha: tree }, parents: [] }],
        trees: [{ sha: tree, tree: [{ path: 'docs', mode: '040000', type: 'tree', sha: dir }] }],
      },
    ],
  })
  const made = await octokit.rest.repos.createOrUpdateFileContents({ ...APP, path: 'a', message: 'A', content: 'YQ==' })
  const { data } = await octokit.rest.git.getTree({ ...APP, tree_sha: made.data.commit.tree?.sha ?? '' })
  expect(data.tree.map(({ path, sha }) => [path, sha])).toEqual([
    ['a', expect.any(String)],
    ['docs', dir],
  ])
})
