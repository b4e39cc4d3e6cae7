import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findServer } from '../../twins/postgres/server/find.ts'
import { UsageError } from '../gate/workspace.ts'
import { CONFIG, loadProject } from '../project.ts'
import { boxStatus } from '../sandbox/box.ts'
import { boxesOf, climbWalls } from '../sandbox/climb.ts'
import { type Profile, type SandboxSettings, sandboxOf } from '../sandbox/settings.ts'
import { authorityFiles } from '../serve/authority-files.ts'
import { dataFolder } from '../store/data-folder.ts'

const DOCTOR_SCHEMA = 'backlot.doctor/v1'

type Line = {
  readonly kind: 'tool' | 'wall'
  readonly id: string
  readonly status: 'ok' | 'MISSING' | 'OPEN'
  readonly found: string
  readonly what: string
  readonly wayOut: string
}

/** Whether a program starts; found out by starting it. */
function starts(id: string, path: string, args: readonly string[], wayOut: string): Line {
  const { status, stdout, error } = spawnSync(path, args, { encoding: 'utf8', timeout: 10_000 })
  const said = error?.message ?? stdout.trim().split('\n')[0] ?? ''
  const found = status === 0 ? said : existsSync(path) ? said || `ended with ${status}` : 'not there'
  return { kind: 'tool', id, status: status === 0 ? 'ok' : 'MISSING', found, what: path, wayOut }
}

const tools = (): readonly Line[] => [
  { kind: 'tool', id: 'node', status: 'ok', found: process.versions.node, what: process.execPath, wayOut: '' },
  starts('git', '/usr/bin/git', ['--version'], 'apt-get install git'),
  starts('mkfifo', '/usr/bin/mkfifo', ['--version'], 'apt-get install coreutils'),
  starts(
    'setpriv',
    '/usr/bin/setpriv',
    ['--pdeathsig', 'KILL', '--', '/bin/echo', 'kills a program with its gate'],
    'apt-get install util-linux',
  ),
  starts(
    'prlimit',
    '/usr/bin/prlimit',
    ['--core=0', '--', '/bin/echo', 'limits a program'],
    'apt-get install util-linux',
  ),
  localAuthority(),
  databaseServer(),
]

/** What HTTPS clients of `backlot twin` have to trust, and how they are told to. */
function localAuthority(): Line {
  const { certificate } = authorityFiles(dataFolder())
  const trust = `NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, REQUESTS_CA_BUNDLE or curl --cacert = ${certificate}`
  const found = existsSync(certificate) ? `trust it with ${trust}` : 'not made yet; the first backlot twin makes it'
  return { kind: 'tool', id: 'local CA', status: 'ok', found, what: certificate, wayOut: '' }
}

/** What `engine: server` of the PostgreSQL twin needs; every other scenario does without. */
function databaseServer(): Line {
  const folder = findServer()
  const none = 'not there; scenarios that say engine: server need it (apt-get install postgresql)'
  if (folder === undefined)
    return { kind: 'tool', id: 'postgres', status: 'ok', found: none, what: 'postgres', wayOut: '' }
  return starts('postgres', join(folder, 'postgres'), ['--version'], 'apt-get install postgresql')
}

/**
 * Tells what the gate needs of this machine and whether it is there, and proves every wall of the sandbox by climbing it. Exit 0 when
 * nothing is missing or open, 2 otherwise.
 */
export async function runDoctor(options: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = await settingsOf(options)
  const found = tools()
  const walls = await climbed(settings)
  const lines = [...found, ...walls]
  const ok = lines.every(({ status }) => status === 'ok')
  if (options.json === true) {
    const print = (of: readonly Line[]): readonly object[] => of.map(({ kind: _, ...line }) => line)
    const report = { schema: DOCTOR_SCHEMA, ok, profile: settings.profile, tools: print(found), walls: print(walls) }
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  } else process.stdout.write(printed(lines, settings.profile))
  process.exitCode = ok ? 0 : 2
}

/** The profile asked for, or that of the project, where there is one. */
async function settingsOf(options: Readonly<Record<string, unknown>>): Promise<SandboxSettings> {
  const folder = typeof options.project === 'string' ? options.project : '.'
  const settings = existsSync(join(folder, CONFIG)) ? (await loadProject(folder, folder)).config.sandbox : sandboxOf({})
  const { profile } = options
  if (profile === undefined) return settings
  if (profile !== 'bubblewrap' && profile !== 'docker')
    throw new UsageError(`expected --profile to be bubblewrap or docker, got "${String(profile)}".`)
  return { ...settings, profile: profile satisfies Profile }
}

async function climbed({ profile, limits }: SandboxSettings): Promise<readonly Line[]> {
  const status = await boxStatus(profile, limits)
  if (!status.available) {
    const { why, wayOut } = status
    return [{ kind: 'wall', id: 'sandbox', status: 'MISSING', found: why, what: profile, wayOut }]
  }
  const walls = await climbWalls(boxesOf(status.box))
  return walls.map(({ id, what, status: held, got, wayOut }) => ({
    kind: 'wall',
    id,
    status: held,
    found: got,
    what,
    wayOut,
  }))
}

function printed(lines: readonly Line[], profile: Profile): string {
  const shown = lines.map(({ kind, id, status, found, what, wayOut }) => {
    const text = kind === 'tool' ? found : status === 'ok' ? `${what}: ${found}` : `expected: ${what}; got: ${found}`
    return `${status.padEnd(9)}${id.padEnd(14)}${text}${status === 'ok' ? '' : `. ${wayOut}`}\n`
  })
  const bad = lines.filter(({ status }) => status !== 'ok').length
  const walls = lines.filter(({ kind }) => kind === 'wall').length
  const end =
    bad === 0
      ? `nothing is missing; ${walls} walls of ${profile} held. They stop mistakes and ordinary cheating, not an exploit of the kernel.\n`
      : `${bad} of ${lines.length} are not as they should be; candidates do not run until they are.\n`
  return shown.join('') + end
}
