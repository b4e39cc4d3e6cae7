import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { limitsAround } from '../sandbox/bubblewrap.ts'
import type { SandboxLimits } from '../sandbox/settings.ts'
import { HookFailure } from './failure.ts'

const BWRAP = '/usr/bin/bwrap'
/** What an agent's program finds of the machine: the system's programs, and what names and certificates need. No home, no keys. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin', '/sbin', '/etc/ld.so.cache', '/etc/alternatives', '/etc/passwd']
const NETWORK = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/ssl', '/etc/ca-certificates']
const SCRATCH_BYTES = 512 * 1024 * 1024
/** Enough for a model's client with its tools and a test run; `diskMb` is the longest file. */
const LIMITS: SandboxLimits = { processes: 512, memoryMb: 4096, diskMb: 1024, openFiles: 4096, cpuSeconds: 3600 }

export type BoxOptions = {
  /** The agent talks to its model over the network of this machine. */
  readonly network: boolean
  /** More that it may read: its own installation and settings. */
  readonly reads: readonly string[]
  readonly limits?: SandboxLimits
}

/** What a program finds in its box: folders it may change, and others that it reads under another path. */
export type Place = {
  readonly cwd: string
  readonly writes: readonly string[]
  readonly mounts: readonly { readonly from: string; readonly at: string }[]
}

/** Where an agent's program runs: this wraps a command line. */
export type Box = (argv: readonly string[], env: Readonly<Record<string, string>>, place: Place) => readonly string[]

export const noBox: Box = (argv) => argv

/**
 * Own mounts, processes and users, an empty network unless it was allowed; only its own folders can be written. Memory, processes, files and
 * processor time are limited: of each process, and of all together where the kernel lets us.
 */
export const agentBox =
  ({ network, reads, limits = LIMITS }: BoxOptions): Box =>
  (argv, env, { cwd, writes, mounts }) => {
    const { outside, inside } = limitsAround(limits)
    return [
      ...outside,
      BWRAP,
      '--unshare-all',
      ...(network ? ['--share-net'] : []),
      '--die-with-parent',
      '--new-session',
      '--cap-drop',
      'ALL',
      '--hostname',
      'agent',
      '--clearenv',
      ...[...SYSTEM, ...(network ? NETWORK : [])].flatMap(bind),
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--size',
      `${SCRATCH_BYTES}`,
      '--tmpfs',
      '/tmp',
      '--dir',
      '/tmp/home',
      // Node itself may live anywhere: scripts that begin with "node" find it.
      ...[dirname(process.execPath), ...reads].flatMap((path) => ['--ro-bind', realpathSync(path), path]),
      ...mounts.flatMap(({ from, at }) => ['--ro-bind', from, at]),
      ...writes.flatMap((path) => ['--bind', path, path]),
      ...Object.entries({ ...env, HOME: '/tmp/home', TMPDIR: '/tmp' }).flatMap(([name, value]) => [
        '--setenv',
        name,
        value,
      ]),
      '--chdir',
      cwd,
      '--',
      ...inside,
      ...argv,
    ]
  }

const bind = (path: string): readonly string[] => {
  if (!existsSync(path)) return []
  if (lstatSync(path).isSymbolicLink() && !path.startsWith('/etc/')) return ['--symlink', readlinkSync(path), path]
  return ['--ro-bind', realpathSync(path), path]
}

/** The box a user asked for. `required` without one is an error; `preferred` goes on without, and says so. */
export function chooseBox(
  mode: 'required' | 'preferred' | 'off',
  status: { readonly available: true } | { readonly available: false; readonly why: string; readonly wayOut: string },
  options: BoxOptions,
): { readonly box: Box; readonly shown: string } {
  if (mode === 'off') return { box: noBox, shown: 'no sandbox, as asked' }
  if (status.available)
    return { box: agentBox(options), shown: `sandboxed, ${options.network ? 'with network' : 'without network'}` }
  if (mode === 'required')
    throw new HookFailure('no-sandbox', `expected a sandbox, got none: ${status.why}. ${status.wayOut}`)
  return { box: noBox, shown: `NO SANDBOX: ${status.why}. ${status.wayOut}` }
}
