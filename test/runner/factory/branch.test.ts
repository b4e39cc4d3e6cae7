import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBranch, makeCommit } from '../../../runner/factory/branch.ts'
import { openWorkspace, type Tree, type Workspace } from '../../../runner/gate/workspace.ts'
import { commit, copyProject } from '../../support/cli.ts'

let project: ReturnType<typeof copyProject>
let workspace: Workspace
let base: Tree
let changed: Tree
beforeAll(() => {
  project = copyProject()
  commit(project.folder)
  git('checkout', '-q', '-b', 'mine')
  workspace = openWorkspace(project.folder)
  base = workspace.base(undefined)
  project.write('src/new.ts', 'export const x = 1\n')
  const taken = workspace.candidate(undefined, base, { maxBytes: 1e6, maxFiles: 100 })
  if ('rule' in taken) throw new Error(taken.message)
  changed = taken
  // The user goes on working: something staged, something not.
  project.write('src/staged.ts', 'staged\n')
  git('add', 'src/staged.ts')
})
afterAll(() => {
  workspace.close()
  project.close()
})

const git = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('git', ['-C', project.folder, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}
const repositoryOf = ({ repository }: Workspace) => {
  if (repository === undefined) throw new Error('expected a repository')
  return repository
}
const commitOf = (message = 'backlot: x\n'): string =>
  makeCommit(workspace.git, { tree: changed.id, parent: base.commit ?? '', message, atMs: 1_700_000_000_000 })

test('a commit made twice is one', () => {
  expect(commitOf()).toBe(commitOf())
  expect(commitOf('another')).not.toBe(commitOf())
})

test('a branch comes into being, and nothing else of the repository changes, though hooks wait for it', () => {
  const hook = join(project.folder, '.git/hooks/reference-transaction')
  mkdirSync(join(project.folder, '.git/hooks'), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\ntouch ${project.folder}/hooked\n`)
  chmodSync(hook, 0o755)
  const before = [git('status', '--porcelain'), git('rev-parse', 'HEAD', 'mine'), git('symbolic-ref', 'HEAD')]
  const index = readFileSync(join(project.folder, '.git/index'))
  const made = commitOf()
  expect(createBranch(workspace.git, repositoryOf(workspace), 'backlot/x-1', made)).toBe(true)
  expect(git('rev-parse', 'backlot/x-1', 'backlot/x-1^')).toBe(`${made}\n${base.commit}`)
  expect(git('diff', '--name-only', 'HEAD', 'backlot/x-1')).toBe('src/new.ts')
  expect(git('fsck', '--connectivity-only', '--no-dangling')).toBe('')
  expect(readFileSync(join(project.folder, '.git/index')).equals(index)).toBe(true)
  expect([git('status', '--porcelain'), git('rev-parse', 'HEAD', 'mine'), git('symbolic-ref', 'HEAD')]).toEqual(before)
  expect(existsSync(join(project.folder, 'hooked'))).toBe(false)
})

test('the same commit on the same branch is done already; another commit does not take it', () => {
  const repository = repositoryOf(workspace)
  expect(createBranch(workspace.git, repository, 'backlot/x-1', commitOf())).toBe(true)
  expect(createBranch(workspace.git, repository, 'backlot/x-1', commitOf('another'))).toBe(false)
  expect(git('rev-parse', 'backlot/x-1')).toBe(commitOf())
})

test('a name that stands in the way is told, not overwritten', () => {
  git('branch', 'taken')
  expect(createBranch(workspace.git, repositoryOf(workspace), 'taken/x-1', commitOf())).toBe(false)
})

test('a lock that a killed git left on the name is told too', () => {
  writeFileSync(join(project.folder, '.git/refs/heads/backlot/x-2.lock'), '')
  expect(createBranch(workspace.git, repositoryOf(workspace), 'backlot/x-2', commitOf())).toBe(false)
})
