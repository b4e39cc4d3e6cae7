import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createGateGit, findRepository } from '../../../runner/gate/git.ts'
import type { Change } from '../../../runner/hook/contract.ts'
import { landChange } from '../../../runner/hook/land.ts'
import { repository } from './agents.ts'
import { DIFF, patch, sha256 } from './support.ts'

const repo = repository()
repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
repo.git('checkout', '--quiet', '-b', 'other')
repo.git('commit', '--quiet', '--allow-empty', '-m', 'nothing')
const nothing = repo.git('rev-parse', 'HEAD')
repo.git('rm', '--quiet', 'x.txt')
repo.git('commit', '--quiet', '-m', 'gone')
const gone = repo.git('rev-parse', 'HEAD')
afterAll(() => repo.close())

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-hook-land-'))
  const git = createGateGit(join(folder, 'git'), findRepository(repo.folder)?.objects)
  const base = git
    .run(['rev-parse', `${repo.commit}^{tree}`])
    .toString()
    .trim()
  const patches = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.patch'))
  return { git, base, folder, patches }
}
const put = (path: string, content: string, more: object = {}) => ({
  path,
  op: 'put' as const,
  mode: '100644' as const,
  content,
  encoding: 'utf8' as const,
  sha256: sha256(content),
  ...more,
})
const files = (...list: Extract<Change, { kind: 'files' }>['files'][number][]): Change => ({
  kind: 'files',
  baseCommit: repo.commit,
  files: list,
})

test('a patch, files and a git ref that do the same become the same patch on disk', () => {
  const one = place()
  const landed = landChange(patch(DIFF, repo.commit), one)
  expect(readFileSync(landed.file, 'utf8')).toContain('-a\n+b\n')
  expect(landChange(files(put('x.txt', 'b\n')), place()).sha256).toBe(landed.sha256)
  const twin = landChange(files({ path: 'x.txt', op: 'delete' }), place())
  const ref: Change = { kind: 'gitRef', remote: repo.folder, ref: 'refs/heads/other', commit: gone }
  expect(landChange(ref, { ...place(), remotes: [repo.folder] }).sha256).toBe(twin.sha256)
})

test('modes and bytes that are no text survive', () => {
  const { file, tree } = landChange(
    files(put('run.sh', '#!/bin/sh\n', { mode: '100755' }), put('b.bin', 'AP8=', { encoding: 'base64', sha256: '' })),
    place(),
  )
  expect(readFileSync(file, 'utf8')).toMatch(/new file mode 100755[\s\S]*|GIT binary patch/)
  expect(tree).toMatch(/^[0-9a-f]{40}$/)
})

test.each<[string, Change, string]>([
  ['a patch of something else', patch(DIFF.replace('-a', '-zzz'), 'x'), 'does-not-apply'],
  [
    'a patch that is half right',
    patch(`${DIFF}diff --git a/no.txt b/no.txt\n--- a/no.txt\n+++ b/no.txt\n@@ -1 +1 @@\n-q\n+r\n`),
    'does-not-apply',
  ],
  ['text that is no patch', patch('hello'), 'does-not-apply'],
  [
    'files where one has a name git refuses',
    files(put('good.txt', 'x'), put('.git/hooks/post-checkout', 'x')),
    'does-not-apply',
  ],
  ['a file inside a file', files(put('x.txt/y', 'x')), 'does-not-apply'],
  ['files that are as they were', files(put('x.txt', 'a\n')), 'empty-change'],
  [
    'a ref that changes nothing',
    { kind: 'gitRef', remote: repo.folder, ref: 'other', commit: nothing },
    'empty-change',
  ],
  [
    'a ref that is not there',
    { kind: 'gitRef', remote: repo.folder, ref: 'other', commit: 'f'.repeat(40) },
    'does-not-apply',
  ],
  ['a ref from elsewhere', { kind: 'gitRef', remote: 'ext::sh -c whoami', ref: 'x', commit: gone }, 'unknown-remote'],
])('%s leaves nothing behind', (_, change, code) => {
  const at = place()
  expect(() => landChange(change, { ...at, remotes: [repo.folder] })).toThrow(expect.objectContaining({ code }))
  expect(at.patches()).toEqual([])
})
