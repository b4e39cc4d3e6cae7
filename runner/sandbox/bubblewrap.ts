import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import type { SubjectReads, Wrap } from '../../scenarios/subject/process.ts'

const BWRAP = '/usr/bin/bwrap'
const PRLIMIT = '/usr/bin/prlimit'
const SCRATCH_BYTES = 64 * 1024 * 1024
/** Where a subject may write, inside the box. */
const SCRATCH = '/tmp/scratch'
/** Where the system's libraries are; nothing else of the machine is visible. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin', '/etc/ld.so.cache']

const bind = (path: string): readonly string[] => {
  if (!existsSync(path)) return []
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

/**
 * Runs a subject with its own mounts, processes, users and an empty network: the control channel, two inherited descriptors, is all that
 * leads out. It reads the tree, its packages, Node and the runtime; it writes to a scratch folder in memory; it sees no environment but
 * its own and no process but itself, and it dies with us.
 */
export const bubblewrap =
  (packages: readonly string[]): Wrap =>
  (command, env, reads) => [
    ...limited(),
    BWRAP,
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--hostname',
    'subject',
    '--clearenv',
    ...SYSTEM.flatMap(bind),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--size',
    `${SCRATCH_BYTES}`,
    '--tmpfs',
    '/tmp',
    '--dir',
    SCRATCH,
    ...visible(reads, packages).flatMap((path) => ['--ro-bind', path, path]),
    ...Object.entries({ ...env, TMPDIR: SCRATCH, BACKLOT_SCRATCH: SCRATCH }).flatMap(([name, value]) => [
      '--setenv',
      name,
      value,
    ]),
    '--chdir',
    reads.cwd,
    '--',
    ...command,
  ]

const visible = (reads: SubjectReads, packages: readonly string[]): readonly string[] =>
  [...new Set([reads.node, ...reads.runtime, reads.cwd, ...packages])].filter((path) => existsSync(path))

/** Limits that bubblewrap itself does not set. The number of processes cannot be limited for root. */
const limited = (): readonly string[] =>
  existsSync(PRLIMIT)
    ? [
        PRLIMIT,
        '--nofile=1024',
        `--fsize=${SCRATCH_BYTES}`,
        '--core=0',
        ...(process.getuid?.() === 0 ? [] : ['--nproc=4096']),
        '--',
      ]
    : []

export type SandboxStatus =
  | { readonly available: true }
  | { readonly available: false; readonly why: string; readonly wayOut: string }

let known: SandboxStatus | undefined

/** Whether a sandbox really starts here; found out once, by starting one. */
export function sandboxStatus(): SandboxStatus {
  known ??= probe()
  return known
}

function probe(): SandboxStatus {
  if (!existsSync(BWRAP))
    return { available: false, why: 'bubblewrap is not installed', wayOut: 'Install it: apt-get install bubblewrap.' }
  const { status, stderr } = spawnSync(
    BWRAP,
    ['--unshare-all', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--', '/bin/true'],
    { encoding: 'utf8', timeout: 10_000 },
  )
  if (status === 0) return { available: true }
  const wayOut =
    'Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1, on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0.'
  return {
    available: false,
    why: `bubblewrap does not start: ${stderr.trim().split('\n')[0] ?? 'no reason given'}`,
    wayOut,
  }
}
