/**
 * Runs inside a box, not under the runtime, and tries to climb every wall of it. Prints on descriptor 4 one JSON object: what each try
 * came to, an error's code or what was found behind the wall. It imports nothing of ours, so that it can be mounted alone.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'

/** What the world outside prepared: places that must not be reached. */
type Outside = {
  /** A file beside the tree, as a holdout is. */
  readonly secret: string
  readonly home: string
  /** The tree and the packages, mounted. */
  readonly tree: string
  readonly packages: string
  readonly scratch: string
  /** A server of the machine, and a socket in its abstract namespace. */
  readonly port: number
  readonly abstract: string
  /** A way to make namespaces, and a word that marks a process that must not outlive the box. */
  readonly unshare: string
  readonly marker: string
  readonly memoryMb: number
  readonly openFiles: number
}

const outside = JSON.parse(process.argv[2] ?? '{}') as Outside
const MB = 1 << 20
const codeOf = (error: unknown): string =>
  error !== null && typeof error === 'object' && 'code' in error ? String(error.code) : String(error)

/** `reached` with a taste of what is there, or the error that stopped it. */
function attempt(climb: () => unknown): string {
  try {
    return `reached ${String(climb() ?? '').slice(0, 80)}`.trim()
  } catch (error) {
    return codeOf(error)
  }
}

/** Leaves nothing behind where it could be left. */
function plant(file: string): void {
  fs.writeFileSync(file, 'x')
  fs.rmSync(file)
}

const status = (field: string): string =>
  new RegExp(`^${field}:\\s*(\\w+)`, 'm').exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 'unknown'

function connect(options: net.NetConnectOpts): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(options)
    const done = (result: string): void => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(2000, () => done('ETIMEDOUT'))
    socket.on('connect', () => done('reached'))
    socket.on('error', (error) => done(codeOf(error)))
  })
}

/** Fills the scratch folder file by file; says where it stopped. */
function fill(folder: string): string {
  const part = Buffer.alloc(MB)
  const files: string[] = []
  try {
    for (let at = 0; at < 1024; at++) {
      const file = `${folder}/fill-${at}`
      files.push(file)
      fs.writeFileSync(file, part)
    }
    return 'reached 1024 MiB'
  } catch (error) {
    return codeOf(error)
  } finally {
    for (const file of files) fs.rmSync(file, { force: true })
  }
}

function openMany(): string {
  const fds: number[] = []
  try {
    for (let at = 0; at < outside.openFiles + 64; at++) fds.push(fs.openSync('/dev/null', 'r'))
    return `reached ${fds.length} files`
  } catch (error) {
    return codeOf(error)
  } finally {
    for (const fd of fds) fs.closeSync(fd)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts shells that wait, until no more can be started. */
async function fork(): Promise<string> {
  const children = []
  let stopped: string | undefined
  for (let at = 0; at < 400 && stopped === undefined; at++) {
    const child = spawn('/bin/sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] })
    child.on('error', (error) => {
      stopped = codeOf(error)
    })
    children.push(child)
    if (at % 20 === 19) await pause(1)
  }
  await pause(20)
  for (const child of children) {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (child.kill('SIGKILL')) await gone
  }
  return stopped ?? `reached ${children.length} processes`
}

/** A child takes memory beyond the limit; what becomes of it. */
function takeMemory(): string {
  const megabytes = outside.memoryMb + 1536
  const program = `const taken = []; for (let at = 0; at < ${megabytes / 16}; at++) taken.push(Buffer.alloc(16 << 20, 1)); console.log(taken.length * 16)`
  const { error, signal, status: code, stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  if (error !== undefined) return codeOf(error)
  return stdout.trim() === '' ? `ended by ${signal ?? code}` : `reached ${stdout.trim()} MiB`
}

/** What another program of this box could read of the first process: that of the sandbox, not of the machine. */
const processes = (): number => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length

const results: Record<string, string> = {
  holdout: attempt(() => fs.readFileSync(outside.secret, 'utf8')),
  home: attempt(() => fs.readdirSync(outside.home).length),
  accounts: attempt(() => fs.readFileSync('/etc/passwd', 'utf8')),
  tree: attempt(() => plant(`${outside.tree}/planted`)),
  packages: attempt(() => plant(`${outside.packages}/planted`)),
  system: attempt(() => plant('/usr/planted')),
  root: attempt(() => plant('/planted')),
  devices: attempt(() => plant('/dev/planted')),
  shm: attempt(() => plant('/dev/shm/planted')),
  scratch: attempt(() => {
    const old = fs.readdirSync(outside.scratch)
    fs.writeFileSync(`${outside.scratch}/mine`, 'x')
    return old.join()
  }),
  environment: Object.keys(process.env).sort().join(),
  descriptors: fs
    .readdirSync('/proc/self/fd')
    .filter((fd) => Number(fd) > 4)
    .map((fd) => attempt(() => fs.readlinkSync(`/proc/self/fd/${fd}`)))
    // Node's own; the folder just read is gone by now.
    .filter((to) => to !== 'ENOENT' && !/^reached (anon_inode|pipe|socket|\/dev\/null|\/proc)/.test(to))
    .join(),
  processes: `${processes()}`,
  capabilities: `${status('CapEff')} ${status('CapBnd')}`,
  privileges: status('NoNewPrivs'),
  disk: fill(outside.scratch),
  files: openMany(),
}
results.network = await connect({ host: '192.0.2.1', port: 80 })
results.loopback = await connect({ host: '127.0.0.1', port: outside.port })
results.abstract = await connect({ path: `\0${outside.abstract}` })
results.nesting = attempt(() => {
  const there = spawnSync(outside.unshare, ['--version'])
  if (there.status !== 0) throw Object.assign(new Error('no unshare'), { code: 'cannot try' })
  const { status: code, error } = spawnSync(outside.unshare, ['--user', '/bin/sh', '-c', 'exit 0'])
  if (code === 0) return 'a user namespace'
  throw error ?? Object.assign(new Error('refused'), { code: 'refused' })
})
results.fork = await fork()
results.memory = takeMemory()
// Left behind on purpose: it must end with the box. One thread, and more than one try: boxes side by side share a limit on processes.
const leave = (): ChildProcess =>
  spawn('/bin/sh', ['-c', 'kill -STOP $$', outside.marker], { detached: true, stdio: 'ignore' })
for (let tries = 1; tries <= 100; tries++) {
  const child = leave().on('error', () => undefined)
  child.unref()
  if (child.pid !== undefined) break
  await pause(50)
}
fs.writeSync(4, `${JSON.stringify(results)}\n`)
// Whoever reads it looks at what runs here, and ends the box. With the probe the box would end by itself, and nothing be seen.
await pause(60_000)
