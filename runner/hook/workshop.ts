import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createGateGit, findRepository, type GateGit } from '../gate/git.ts'
import type { Place } from './box.ts'
import type { Change } from './contract.ts'
import { HookFailure } from './failure.ts'
import { applyChange, patchOf, withinLimits } from './land.ts'
import { readPlainFile } from './plain-file.ts'

/** A throw-away copy of one commit, in which an agent works; and our own git, which looks at it afterwards. */
export interface Workshop {
  /** Where the agent works: the files of the base, and a `.git` with this one commit and nothing else. */
  readonly folder: string
  /** Beside it, for what the agent gets but must not change by accident: brief, request. */
  readonly notes: string
  /** The same, as a box needs to know it. */
  readonly place: Place
  /** What the agent did, as git's own patch; undefined when it did nothing. Nothing of the agent's `.git` is used. */
  diff(): Buffer | undefined
  close(): void
}

const PREFIX = 'backlot-workshop-'
const AUTHOR = ['-c', 'user.name=backlot', '-c', 'user.email=backlot@localhost', '-c', 'commit.gpgsign=false']

export type WorkshopOptions = {
  /** Applied before the agent comes: what a critic looks at. */
  readonly change?: Change | undefined
  /** The repository's installed packages can be imported, though they are not in the copy. */
  readonly packages?: boolean | undefined
}

/**
 * Opens one on `commit` of the repository that `repository` is in; without a commit it is empty. Throws `unknown-base` when there is no
 * such commit.
 */
export function openWorkshop(
  repository: string,
  commit: string | undefined,
  { change, packages = false }: WorkshopOptions = {},
): Workshop {
  const found = findRepository(realpathSync(repository))
  if (found === undefined)
    throw new HookFailure('unknown-base', `expected a git repository, got ${repository}. Give one with --repository.`)
  sweep()
  const root = mkdtempSync(join(tmpdir(), PREFIX))
  writeFileSync(join(root, 'pid'), `${process.pid}`)
  try {
    const git = createGateGit(join(root, 'git'), found.objects)
    const tree = treeOf(git, repository, commit)
    const start = change === undefined ? tree : withinLimits('does-not-apply', () => applyChange(git, tree, change))
    const folder = join(root, 'work')
    const notes = join(root, 'notes')
    mkdirSync(folder)
    mkdirSync(notes)
    git.run(['read-tree', start], { index: 'start' })
    git.run(['checkout-index', '--all', '--quiet'], { index: 'start', workTree: folder })
    singleCommit(join(folder, '.git'), folder)
    const from = packages ? packagesOf(realpathSync(repository), found.top) : undefined
    // Beside the copy, not in it: Node looks there too, and the difference does not.
    const at = join(root, 'node_modules')
    if (from !== undefined) symlinkSync(from, at)
    return {
      folder,
      notes,
      place: { cwd: folder, writes: [folder, notes], mounts: from === undefined ? [] : [{ from, at }] },
      diff: () => withinLimits('agent-error', () => diffOf(git, start, folder)),
      close: () => rmSync(root, { recursive: true, force: true }),
    }
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
}

/** The package folder nearest to a project, up to the top of its repository. */
function packagesOf(project: string, top: string): string | undefined {
  for (let at = project; ; at = dirname(at)) {
    const folder = join(at, 'node_modules')
    if (existsSync(folder)) return realpathSync(folder)
    if (at === top || at === dirname(at)) return undefined
  }
}

/** Removes what was left behind by processes that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(tmpdir(), name)
    try {
      // Anybody may make a folder of this name.
      const pid = Number(readPlainFile(join(folder, 'pid'), 32)?.toString())
      if (pid > 0 && !existsSync(`/proc/${pid}`)) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else's, or gone already.
    }
  }
}

function treeOf(git: GateGit, repository: string, commit: string | undefined): string {
  if (commit === undefined)
    return git
      .run(['mktree'], { input: Buffer.alloc(0) })
      .toString()
      .trim()
  if (git.attempt(['cat-file', '-e', `${commit}^{commit}`]) !== undefined)
    throw new HookFailure(
      'unknown-base',
      `expected the base ${commit} in ${repository}, got none. Fetch it there first.`,
    )
  return git
    .run(['rev-parse', `${commit}^{tree}`])
    .toString()
    .trim()
}

/** A repository whose only object is the base: no history, no other branch, no remote to learn from. */
function singleCommit(gitDir: string, folder: string): void {
  const git = createGateGit(gitDir, undefined)
  git.run(['config', 'core.bare', 'false'])
  git.run(['add', '--all', '--force'], { workTree: folder })
  git.run([...AUTHOR, 'commit', '--quiet', '--allow-empty', '--no-verify', '-m', 'base'], { workTree: folder })
}

function diffOf(git: GateGit, start: string, folder: string): Buffer | undefined {
  withoutGit(folder)
  git.run(['read-tree', start], { index: 'after' })
  git.run(['add', '--all', '--', '.', ':(exclude,glob)**/node_module[s]/**', ':(exclude,glob)**/[.]backlot/**'], {
    index: 'after',
    workTree: folder,
  })
  return patchOf(git, start, git.run(['write-tree'], { index: 'after' }).toString().trim())
}

/** Takes away every `.git` there is: in one of the agent's own, git would find things to run. Links are not followed. */
function withoutGit(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (name.toLowerCase() === '.git') rmSync(path, { recursive: true, force: true })
    else if (lstatSync(path).isDirectory()) withoutGit(path)
  }
}

/** Writes what the agent gets to read. */
export const writeNote = ({ notes }: Workshop, name: string, text: string): string => {
  const path = join(notes, name)
  writeFileSync(path, text)
  return path
}
