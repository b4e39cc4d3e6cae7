import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { SubjectReads, Wrap } from '../../scenarios/subject/process.ts'
import { createCgroup } from './cgroup.ts'
import { type SandboxLimits, sandboxOf } from './settings.ts'

const BWRAP = '/usr/bin/bwrap'
const PRLIMIT = '/usr/bin/prlimit'
const SETPRIV = '/usr/bin/setpriv'
const SHELL = '/bin/sh'
const MB = 1024 * 1024
/** Where a subject may write, inside the box. */
export const SCRATCH = '/tmp/scratch'
/** Where the system's libraries are; nothing else of the machine is visible. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin', '/etc/ld.so.cache']
/** V8 maps this much for itself before a program has allocated anything. */
const MAPPED_MB = 1024

const bind = (path: string): readonly string[] => {
  if (!existsSync(path)) return []
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

/**
 * Runs a subject with its own mounts, processes, users and an empty network: the control channel, two inherited descriptors, is all that
 * leads out. It reads the tree, its packages, Node and the runtime; it writes to a scratch folder in memory; it sees no environment but
 * its own and no process but itself, and it dies with us. Its processes, memory, disk and files are limited.
 */
export function bubblewrap(packages: readonly string[], limits: SandboxLimits = sandboxOf({}).limits): Wrap {
  return (command, env, reads) => {
    const box = nextBox()
    const mounts = [...visible(reads, packages)]
    // Folders on the way to a mount are made by hand: bubblewrap would close them to all but its own user.
    const folders = new Set(['/etc/ld.so.cache', ...mounts].flatMap(ancestors))
    const inside = [
      ...['--proc', '/proc', '--dev', '/dev'],
      ...['--perms', '0755', '--size', `${limits.diskMb * MB}`, '--tmpfs', '/tmp'],
      ...['--perms', '0777', '--dir', SCRATCH],
      ...[...folders].flatMap((path) => ['--dir', path]),
      ...SYSTEM.flatMap(bind),
      ...mounts.flatMap((path) => ['--ro-bind', path, path]),
      ...['--remount-ro', '/dev', '--remount-ro', '/', '--hostname', 'subject', '--clearenv'],
      ...Object.entries({ ...env, TMPDIR: SCRATCH, BACKLOT_SCRATCH: SCRATCH }).flatMap(([name, value]) => [
        '--setenv',
        name,
        value,
      ]),
      ...['--chdir', reads.cwd, '--'],
    ]
    const separate = ['--die-with-parent', '--new-session', '--cap-drop', 'ALL']
    const group = joining(box.name, limits)
    if (process.getuid?.() !== 0)
      return [
        ...group,
        ...[BWRAP, '--unshare-all', '--unshare-user', '--disable-userns', ...NOBODY, ...separate, ...inside],
        ...[...limited(limits), ...command],
      ]
    // Root can be limited in nothing: it makes the mounts, and then the program gets a user that nobody else has, without a way to become another.
    const namespaces = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try']
    const powers = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((name) => ['--cap-add', name])
    return [
      ...group,
      ...[BWRAP, ...namespaces, ...separate, ...powers, ...inside],
      ...limited(limits),
      ...[SETPRIV, `--reuid=${box.uid}`, `--regid=${box.uid}`, '--clear-groups', '--inh-caps=-all'],
      ...['--bounding-set=-all', '--'],
      ...[
        BWRAP,
        '--unshare-user',
        '--disable-userns',
        ...NOBODY,
        '--die-with-parent',
        '--bind',
        '/',
        '/',
        '--dev-bind',
        '/dev',
      ],
      ...['/dev', '--proc', '/proc', '--cap-drop', 'ALL', '--', ...command],
    ]
  }
}

const visible = (reads: SubjectReads, packages: readonly string[]): readonly string[] =>
  [...new Set([reads.node, ...reads.runtime, reads.cwd, ...packages])].filter((path) => existsSync(path))

/** The folders above a path, from the top. */
const ancestors = (path: string): readonly string[] => {
  const above = dirname(path)
  return above === '/' || above === '.' ? [] : [...ancestors(above), above]
}

/** Who the program is in its own eyes, on every machine and in every profile. */
const NOBODY = ['--uid', '65534', '--gid', '65534']

const boxes = { made: 0 }
/** Above the users that systemd and containers hand out; one for each box, so that what is counted for a user is counted for a box. */
const FIRST_UID = 0x70000000
const UIDS = 0x10000000
/** Numbers for each process that makes boxes. */
const BOXES = 64

function nextBox(): { readonly name: string; readonly uid: number } {
  boxes.made += 1
  const at = process.pid * BOXES + ((threadId * 8 + boxes.made) % BOXES)
  return { name: `${process.pid}-${threadId}-${boxes.made}`, uid: FIRST_UID + (at % UIDS) }
}

/**
 * Ends what boxes of root's have left behind: a gate that is killed in the moment a box is made has nobody in it yet whom the kernel would
 * tell. The user's number says whose the box was. Returns how many were ended.
 */
export function sweepBoxes(): number {
  if (process.getuid?.() !== 0) return 0
  let ended = 0
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const uid = Number(/^Uid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      if (!(uid >= FIRST_UID && uid < FIRST_UID + UIDS) || alive(Math.floor((uid - FIRST_UID) / BOXES))) continue
      process.kill(Number(pid), 'SIGKILL')
      ended += 1
    } catch {
      // It has ended by itself.
    }
  }
  return ended
}

/** The limits for a box of somebody else's making: words before it, by which it joins a control group, and words inside it before the program. */
export function limitsAround(limits: SandboxLimits): {
  readonly outside: readonly string[]
  readonly inside: readonly string[]
} {
  return { outside: joining(nextBox().name, limits), inside: limited(limits) }
}

/** Limits of each process, set inside so that they count nothing outside. */
const limited = ({ processes, memoryMb, diskMb, openFiles, cpuSeconds }: SandboxLimits): readonly string[] =>
  existsSync(PRLIMIT)
    ? [
        PRLIMIT,
        `--nproc=${processes}`,
        `--nofile=${openFiles}`,
        `--fsize=${diskMb * MB}`,
        `--data=${(memoryMb + MAPPED_MB) * MB}`,
        `--cpu=${cpuSeconds}`,
        '--core=0',
        '--',
      ]
    : []

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`)

/** Joins a control group before anything else starts. */
function joining(name: string, limits: SandboxLimits): readonly string[] {
  const group = createCgroup(name, limits, alive)
  if (group === undefined) return []
  const script = `for file in ${group.join.join(' ')}; do echo 0 > "$file"; done; exec "$@"`
  return [SHELL, '-c', script, 'join']
}

export type SandboxStatus =
  | { readonly available: true }
  | { readonly available: false; readonly why: string; readonly wayOut: string }

const found: { status?: SandboxStatus } = {}

/** Whether a sandbox really starts here; found out once, by starting one. */
export function sandboxStatus(): SandboxStatus {
  found.status ??= probe()
  return found.status
}

function probe(): SandboxStatus {
  if (!existsSync(BWRAP))
    return { available: false, why: 'bubblewrap is not installed', wayOut: 'Install it: apt-get install bubblewrap.' }
  sweepBoxes()
  const reads = { node: '/usr/bin/env', runtime: [], cwd: '/usr' }
  const [program = '', ...args] = bubblewrap([])(['/usr/bin/env'], {}, reads)
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 })
  if (status === 0) return { available: true }
  const said = stderr.trim().split('\n')[0] ?? ''
  const wayOut = /disable-userns/.test(said)
    ? 'Install bubblewrap 0.8 or later.'
    : 'Allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1, on Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0.'
  return { available: false, why: `bubblewrap does not start: ${said === '' ? 'no reason given' : said}`, wayOut }
}
