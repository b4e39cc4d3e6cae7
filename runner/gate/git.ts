import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
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

const PRLIMIT = '/usr/bin/prlimit'
const MB = 1024 * 1024
/**
 * What git may take for one command: a patch of a few bytes can unpack to gigabytes. Memory is what it allocates; the packs it maps to read are
 * not counted, since they are the user's own and may be large.
 */
export type GitLimits = {
  readonly memoryMb: number
  readonly fileMb: number
  readonly cpuSeconds: number
  readonly wallMs: number
  readonly outputMb: number
}
const LIMITS: GitLimits = { memoryMb: 1024, fileMb: 2048, cpuSeconds: 120, wallMs: 300_000, outputMb: 256 }

/** Git was stopped because it took more than it may. That says something of what it was given, and nothing of a mistake in it. */
export class GitLimit extends Error {
  constructor(command: string, took: string) {
    super(`expected git ${command} to stay within its limits, but it ${took}`)
    this.name = 'GitLimit'
  }
}

export type GitError = { readonly status: number | null; readonly text: string }

/** Git on a repository of the gate's own, which borrows the objects of the user's. Trees come and go by id; no `.git` of a candidate is ever used. */
export interface GateGit {
  /** Runs git; throws with what it said, or `GitLimit`. `index` names one of the gate's own index files, `workTree` a folder to read or write, `env` what git is told besides. */
  run(
    args: readonly string[],
    options?: {
      readonly index?: string
      readonly workTree?: string
      readonly input?: Buffer
      readonly env?: Readonly<Record<string, string>>
    },
  ): Buffer
  /** The same, with a failure as a value; `GitLimit` is thrown here as well. */
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
export function createGateGit(folder: string, objects: string | undefined, limits: GitLimits = LIMITS): GateGit {
  mkdirSync(folder, { recursive: true })
  const base = { cwd: folder }
  execFileSync(GIT, ['init', '--quiet', '--bare', '--template=', folder], {
    env: environment(folder, undefined, undefined),
    stdio: 'pipe',
  })
  return {
    run(args, { index, workTree, input, env } = {}) {
      const { status, stdout, stderr } = limited(
        [...FLAGS, ...(workTree === undefined ? [] : [`--work-tree=${workTree}`]), ...args],
        { ...base, cwd: workTree ?? folder, env: { ...environment(folder, objects, index), ...env }, input },
        args,
        limits,
      )
      if (status !== 0) throw new Error(`git ${args[0]}: ${stderr.toString().trim() || `ended with ${status}`}`)
      return stdout
    },
    attempt(args, { index, input } = {}) {
      const options = { ...base, env: environment(folder, objects, index), input }
      const { status, stderr } = limited([...FLAGS, ...args], options, args, limits)
      return status === 0 ? undefined : { status, text: stderr.toString().trim() }
    },
  }
}

function limited(
  words: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly input: Buffer | undefined },
  [command = '']: readonly string[],
  limits: GitLimits,
): SpawnSyncReturns<Buffer> {
  const { memoryMb, fileMb, cpuSeconds, wallMs, outputMb } = limits
  const caps = [`--data=${memoryMb * MB}`, `--fsize=${fileMb * MB}`, `--cpu=${cpuSeconds}`, '--core=0', '--', GIT]
  const [program = GIT, ...before] = existsSync(PRLIMIT) ? [PRLIMIT, ...caps] : [GIT]
  const ended = spawnSync(program, [...before, ...words], {
    ...options,
    maxBuffer: outputMb * MB,
    timeout: wallMs,
    killSignal: 'SIGKILL',
  })
  const took = tookTooMuch(ended, limits)
  if (took === undefined) return ended
  // Whoever is killed leaves the lock of the index behind, and the next command would wait for nobody.
  rmSync(`${options.env.GIT_INDEX_FILE ?? join(options.env.GIT_DIR ?? options.cwd, 'index')}.lock`, { force: true })
  throw new GitLimit(command, took)
}

/** What a command took too much of; undefined when it ended by itself. */
function tookTooMuch(
  { status, signal, stderr, error }: SpawnSyncReturns<Buffer>,
  { memoryMb, fileMb, cpuSeconds, wallMs, outputMb }: GitLimits,
): string | undefined {
  const code = error !== undefined && 'code' in error ? error.code : undefined
  if (code === 'ETIMEDOUT') return `took more than ${wallMs / 1000} s`
  if (code === 'ENOBUFS') return `printed more than ${outputMb} MB`
  if (signal === 'SIGXFSZ' || (status !== 0 && /File too large/.test(`${stderr}`)))
    return `wrote a file of more than ${fileMb} MB`
  if (signal === 'SIGXCPU' || signal === 'SIGKILL') return `took more than ${cpuSeconds} s of processor time`
  if (status === 128 && /out of memory|cannot allocate memory/i.test(`${stderr}`))
    return `needed more than ${memoryMb} MB of memory`
  return undefined
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
