import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

const GIT = '/usr/bin/git'
/** Nothing the machine or a checkout says about git counts here: no hooks, filters, monitors or system settings run. */
const FLAGS = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.protectHFS=true',
  '-c',
  'core.protectNTFS=true',
  '-c',
  'core.autocrlf=false',
  '-c',
  'core.symlinks=true',
  '-c',
  'core.bare=false',
]

export type GitError = { readonly status: number | null; readonly text: string }

/** Git on a repository of the gate's own, which borrows the objects of the user's. Trees come and go by id; no `.git` of a candidate is ever used. */
export interface GateGit {
  /** Runs git; throws with what it said. `index` names one of the gate's own index files, `workTree` a folder to read or write, `env` what git is told besides. */
  run(
    args: readonly string[],
    options?: {
      readonly index?: string
      readonly workTree?: string
      readonly input?: Buffer
      readonly env?: Readonly<Record<string, string>>
    },
  ): Buffer
  /** The same, with the failure as a value. */
  attempt(args: readonly string[], options?: { readonly index?: string; readonly input?: Buffer }): GitError | undefined
}

const environment = (
  folder: string,
  objects: string | undefined,
  index: string | undefined,
): Record<string, string> => ({
  PATH: '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_DIR: folder,
  ...(objects === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects }),
  ...(index === undefined ? {} : { GIT_INDEX_FILE: join(folder, `index-${index}`) }),
})

/** A fresh bare repository in `folder`; `objects` is the object store of the user's repository, read only. */
export function createGateGit(folder: string, objects: string | undefined): GateGit {
  mkdirSync(folder, { recursive: true })
  const base = { maxBuffer: 2 ** 28, cwd: folder }
  execFileSync(GIT, ['init', '--quiet', '--bare', '--template=', folder], {
    env: environment(folder, undefined, undefined),
    stdio: 'pipe',
  })
  return {
    run(args, { index, workTree, input, env } = {}) {
      const { status, stdout, stderr } = spawnSync(
        GIT,
        [...FLAGS, ...(workTree === undefined ? [] : [`--work-tree=${workTree}`]), ...args],
        { ...base, cwd: workTree ?? folder, env: { ...environment(folder, objects, index), ...env }, input },
      )
      if (status !== 0) throw new Error(`git ${args[0]}: ${stderr.toString().trim() || `ended with ${status}`}`)
      return stdout
    },
    attempt(args, { index, input } = {}) {
      const { status, stderr } = spawnSync(GIT, [...FLAGS, ...args], {
        ...base,
        env: environment(folder, objects, index),
        input,
      })
      return status === 0 ? undefined : { status, text: stderr.toString().trim() }
    },
  }
}

/** `common` is the folder whose `refs` the branches are in, also for a linked worktree. */
export type UserRepository = { readonly top: string; readonly objects: string; readonly common: string }

/** The repository a folder is in; undefined when it is in none. Only asks where things are. */
export function findRepository(folder: string): UserRepository | undefined {
  const ask = (...args: string[]): string | undefined => askGit(folder, args)
  const top = ask('--show-toplevel')
  const objects = ask('--path-format=absolute', '--git-path', 'objects')
  const common = ask('--path-format=absolute', '--git-common-dir')
  return top === undefined || objects === undefined || common === undefined ? undefined : { top, objects, common }
}

/** The commit and tree a name stands for in the user's repository; undefined when there is none. */
export function resolveCommit(
  { top }: UserRepository,
  ref: string,
): { readonly commit: string; readonly tree: string } | undefined {
  const parse = (what: string): string | undefined => askGit(top, ['--verify', '--quiet', '--end-of-options', what])
  const commit = parse(`${ref}^{commit}`)
  const tree = commit === undefined ? undefined : parse(`${commit}^{tree}`)
  return commit === undefined || tree === undefined ? undefined : { commit, tree }
}

/** `git rev-parse` in the user's repository, which runs nothing of its settings. */
function askGit(folder: string, args: readonly string[]): string | undefined {
  const env = {
    PATH: '/usr/bin:/bin',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  }
  const { status, stdout } = spawnSync(GIT, ['-c', 'core.fsmonitor=false', '-C', folder, 'rev-parse', ...args], {
    encoding: 'utf8',
    env,
  })
  return status === 0 ? stdout.trim() : undefined
}
