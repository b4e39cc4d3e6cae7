import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { plainUser } from './find.ts'

/** Data directories of one thread, and the server that runs on one of them. */
export interface Home {
  /** Makes an empty data directory named `name`. */
  create(name: string): void
  /** Makes `to` a copy of `from`; what was there before is gone. */
  copy(from: string, to: string): Promise<void>
  remove(name: string): void
  /** Starts a server on a directory; `onLog` is told each line it logs. */
  start(name: string, onLog: (line: string) => void): Promise<Server>
}

export interface Server {
  /** The socket it listens on. */
  readonly path: string
  /** `clean`: what is done is on disk afterwards. */
  stop(how: 'clean' | 'now'): Promise<void>
}

/** What makes a server quick to start, quiet, and the same every time. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  shared_buffers: '16MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  allow_system_table_mods: 'on',
  // A wait that is older than this has been looked at for a deadlock, and is logged: the proof that it is a wait.
  deadlock_timeout: '5ms',
  log_lock_waits: 'on',
  log_min_messages: 'log',
  log_line_prefix: '',
  log_checkpoints: 'off',
}

/** Removes everything when this process is gone, however it went: its input ends then. A copy or a start may still be on its way. */
const KEEPER = `d=$(mktemp -d "$1/backlot-postgres-XXXXXX") && echo "$d" && cat >/dev/null
n=0
while [ -e "$d" ] && [ $n -lt 3000 ]; do
  for f in "$d"/*/postmaster.pid; do [ -f "$f" ] && kill -QUIT "$(head -n 1 "$f")"; done 2>/dev/null
  sleep 0.2
  rm -rf "$d" 2>/dev/null
  n=$((n + 1))
done`

/** A home for data directories, which lives as long as this thread. `programs` is the folder of initdb and postgres. */
export async function openHome(programs: string): Promise<Home> {
  const user = plainUser(process.getuid?.()) ?? {}
  const env = { PATH: `${programs}:/usr/bin:/bin`, LC_ALL: 'C', TZ: 'UTC' }
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', tmpdir()], {
    ...user,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  keeper.unref()
  const [line] = (await once(createInterface({ input: keeper.stdout }), 'line')) as [string]
  const folder = line.trim()
  const at = (name: string): string => join(folder, name)
  return {
    create(name) {
      const args = ['-D', at(name), '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--locale=C.UTF-8']
      const fast = ['--no-sync', '--no-instructions', '--wal-segsize=1']
      const { status, stderr } = spawnSync(join(programs, 'initdb'), [...args, ...fast], {
        ...user,
        env,
        cwd: folder,
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`initdb failed: ${stderr.trim()}`)
    },
    async copy(from, to) {
      rmSync(at(to), { recursive: true, force: true })
      const cp = spawn('/bin/cp', ['-a', '--reflink=auto', at(from), at(to)], { stdio: 'ignore' })
      const [code] = (await once(cp, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`expected a copy of the data directory ${from}, got an end of cp with ${code}.`)
    },
    remove: (name) => rmSync(at(name), { recursive: true, force: true }),
    async start(name, onLog) {
      const settings = Object.entries({ ...SETTINGS, unix_socket_directories: at(name) })
      const args = ['-D', at(name), ...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`])]
      const server = spawn(join(programs, 'postgres'), args, {
        ...user,
        env,
        cwd: folder,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const gone = once(server, 'exit')
      await listening(server, onLog)
      return {
        path: join(at(name), '.s.PGSQL.5432'),
        async stop(how) {
          server.kill(how === 'clean' ? 'SIGINT' : 'SIGQUIT')
          await gone
        },
      }
    },
  }
}

/** Resolves when the server says that it takes connections; rejects with what it said when it ends instead. */
function listening(server: ChildProcess, onLog: (line: string) => void): Promise<void> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    if (server.stderr === null) throw new Error('expected a pipe')
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (said.length < 50) said.push(line)
      if (line.includes('ready to accept connections')) resolve()
      onLog(line)
    })
    server.on('error', reject)
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said.join('\n')}`)))
  })
}
