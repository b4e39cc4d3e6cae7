/** One wall of the box: what lies behind it, and what a try to climb it must come to. */
export type Wall = {
  readonly id: string
  readonly what: string
  readonly holds: (got: string) => boolean
  readonly wayOut: string
}

const is =
  (...codes: readonly string[]) =>
  (got: string): boolean =>
    codes.includes(got)

const MOUNTS = 'Something on this machine changes what bubblewrap or Docker mount; update them, and report this.'
const LIMITS = 'Install util-linux (prlimit, setpriv); as an ordinary user the kernel has to be 5.14 or later.'
const NETWORK = 'The kernel gives no network namespace of its own; allow user namespaces.'
const POWERS = 'Update bubblewrap to 0.8 or later.'
/** Names the box itself gives; a program's own come from backlot.yaml. */
const VARIABLES = 'BACKLOT_SCRATCH,HOME,LANG,PATH,PWD,TMPDIR,TZ'

/** All walls, in the order in which doctor prints them. */
export const WALLS: readonly Wall[] = [
  { id: 'holdout', what: 'a file beside the tree is not there', holds: is('ENOENT'), wayOut: MOUNTS },
  { id: 'home', what: 'the home folder is not there', holds: is('ENOENT'), wayOut: MOUNTS },
  { id: 'accounts', what: 'the machine is not told: no /etc/passwd', holds: is('ENOENT'), wayOut: MOUNTS },
  { id: 'tree', what: 'the tree cannot be written', holds: is('EROFS'), wayOut: MOUNTS },
  { id: 'packages', what: 'packages cannot be written', holds: is('EROFS'), wayOut: MOUNTS },
  { id: 'system', what: 'the system cannot be written', holds: is('EROFS', 'ENOENT'), wayOut: MOUNTS },
  { id: 'root', what: 'the root folder cannot be written', holds: is('EROFS'), wayOut: MOUNTS },
  { id: 'devices', what: '/dev cannot be written', holds: is('EROFS', 'EACCES'), wayOut: MOUNTS },
  { id: 'shm', what: '/dev/shm cannot be written', holds: is('EROFS', 'EACCES', 'ENOENT'), wayOut: MOUNTS },
  { id: 'scratch', what: 'the scratch folder is there, and empty', holds: is('reached'), wayOut: MOUNTS },
  { id: 'environment', what: 'no variable of the machine', holds: is(VARIABLES), wayOut: MOUNTS },
  { id: 'descriptors', what: 'no open file is inherited', holds: is(''), wayOut: MOUNTS },
  { id: 'processes', what: 'no process of the machine is seen', holds: (got) => Number(got) <= 4, wayOut: MOUNTS },
  { id: 'network', what: 'no network', holds: is('ENETUNREACH'), wayOut: NETWORK },
  { id: 'loopback', what: "the machine's own servers are not reached", holds: is('ECONNREFUSED'), wayOut: NETWORK },
  { id: 'abstract', what: 'nor its abstract sockets', holds: is('ECONNREFUSED'), wayOut: NETWORK },
  { id: 'capabilities', what: 'no power', holds: (got) => /^0+ 0+$/.test(got), wayOut: POWERS },
  { id: 'privileges', what: 'no way to gain one', holds: is('1'), wayOut: POWERS },
  { id: 'nesting', what: 'no box inside the box', holds: is('refused'), wayOut: POWERS },
  { id: 'user', what: 'not root outside', holds: (got) => /^[1-9]\d*$/.test(got), wayOut: POWERS },
  { id: 'disk', what: 'disk is limited', holds: is('ENOSPC'), wayOut: MOUNTS },
  { id: 'files', what: 'open files are limited', holds: is('EMFILE'), wayOut: LIMITS },
  { id: 'fork', what: 'processes are limited', holds: is('EAGAIN'), wayOut: LIMITS },
  { id: 'memory', what: 'memory is limited', holds: (got) => got.startsWith('ended by '), wayOut: LIMITS },
  { id: 'time', what: 'a program that never rests is ended', holds: is('hung'), wayOut: 'Report this.' },
  { id: 'survivors', what: 'nothing outlives the box', holds: is('0'), wayOut: POWERS },
]
