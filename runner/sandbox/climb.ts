import { spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  read as readFd,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openNamedPipes, readRest } from '../../scenarios/subject/pipes.ts'
import { nodeSubject, subjectReads } from '../../scenarios/subject/process.ts'
import { SubjectGone } from '../../scenarios/subject/subject.ts'
import type { Boxed, BoxSetup } from './box.ts'
import { boxed } from './box.ts'
import { SCRATCH } from './bubblewrap.ts'
import type { SandboxLimits } from './settings.ts'
import { WALLS, type Wall } from './walls.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const UNSHARE = '/usr/bin/unshare'
/** Small, so that a wall is soon reached; which limit it is does not matter to what holds it. */
const PROBED: SandboxLimits = { processes: 64, memoryMb: 256, diskMb: 8, openFiles: 256, cpuSeconds: 60 }
const PROBE_MS = 60_000
/** How long after its end a box may still be ending. */
const GRACE_MS = 5000

/** Makes a box that sees the given paths. */
export type Boxes = (mounts: readonly string[], limits: SandboxLimits) => Boxed

/** The boxes candidates get here. */
export const boxesOf =
  (box: BoxSetup): Boxes =>
  (mounts, limits) =>
    boxed({ ...box, limits }, mounts)

export type WallResult = {
  readonly id: string
  readonly what: string
  readonly status: 'ok' | 'OPEN'
  readonly got: string
  readonly wayOut: string
}

/** Runs the probe in a real box of the kind that candidates get and holds what it reached against what it should. */
export async function climbWalls(boxes: Boxes): Promise<readonly WallResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-walls-'))
  const tree = join(folder, 'tree')
  const packages = join(folder, 'packages')
  const marker = `backlot-left-${process.pid}-${folder.slice(-6)}`
  const secret = join(folder, 'holdout.md')
  const abstract = `backlot-${folder.slice(-6)}`
  for (const path of [tree, packages]) mkdirSync(path, { mode: 0o755 })
  writeFileSync(secret, 'nobody who is judged may read this')
  writeFileSync(join(tree, 'loop.mjs'), 'for (;;) {}\n')
  const servers = [net.createServer((socket) => socket.destroy()), net.createServer((socket) => socket.destroy())]
  const [tcp, unix] = servers
  await Promise.all([
    new Promise<void>((resolve) => tcp?.listen(0, '127.0.0.1', resolve)),
    new Promise<void>((resolve) => unix?.listen(`\0${abstract}`, resolve)),
  ])
  const address = tcp?.address()
  try {
    const said = await runProbe(
      boxes,
      { tree, mounts: [packages, HERE, UNSHARE] },
      {
        ...{ secret, home: homedir(), tree, packages, scratch: SCRATCH, abstract, unshare: UNSHARE, marker },
        ...{ port: address !== null && typeof address === 'object' ? address.port : 0 },
        ...{ memoryMb: PROBED.memoryMb, openFiles: PROBED.openFiles },
      },
    )
    const results: Readonly<Record<string, string>> = {
      ...said.results,
      survivors: await survivors(marker),
      user: said.user,
      time: await outlast(boxes, tree, packages),
    }
    return WALLS.map((wall) => judge(wall, results[wall.id]))
  } finally {
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function judge({ id, what, holds, wayOut }: Wall, got: string | undefined): WallResult {
  const shown = got ?? 'the probe did not get so far'
  return {
    id,
    what,
    status: got !== undefined && holds(got) ? 'ok' : 'OPEN',
    got: shown === '' ? 'nothing' : shown,
    wayOut,
  }
}

type Probed = { readonly results: Readonly<Record<string, string>>; readonly user: string }

/** Starts the probe the way subjects are started, reads its one line, and ends the box with the probe's child still in it. */
async function runProbe(
  boxes: Boxes,
  seen: { readonly tree: string; readonly mounts: readonly string[] },
  outside: { readonly marker: string },
): Promise<Probed> {
  const reads = { ...subjectReads({ cwd: seen.tree }), runtime: [] }
  const probe = join(HERE, `probe.${EXTENSION}`)
  const command = [reads.node, '--disable-warning=ExperimentalWarning', probe, JSON.stringify(outside)]
  const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', TZ: 'UTC', LANG: 'C.UTF-8' }
  const { folder, pipes, forget } = openNamedPipes(['in', 'out', 'err', 'life'], 'anyone')
  const [input, output, errors, life] = pipes
  if (input === undefined || output === undefined || errors === undefined || life === undefined)
    throw new Error('expected four pipes')
  const { wrap, place } = boxes(seen.mounts, PROBED)
  let kill = (): void => undefined
  try {
    if (place !== undefined) await place.start({ command, env, reads, folder })
    else {
      const [program = '', ...args] = wrap?.(command, env, reads) ?? command
      const stdio = ['ignore', 'ignore', errors.writeFd, input.readFd, output.writeFd]
      const child = spawn(program, args, { cwd: seen.tree, env, stdio: stdio as [] })
      child.on('error', () => undefined)
      kill = () => void child.kill('SIGKILL')
    }
  } finally {
    for (const fd of [input.readFd, output.writeFd, errors.writeFd, life.readFd]) closeSync(fd)
    forget()
  }
  let held = true
  const end = (): void => {
    kill()
    if (held) closeSync(life.writeFd)
    held = false
  }
  try {
    const line = await withinMs(PROBE_MS, firstLine(output.readFd))
    return { results: JSON.parse(line) as Record<string, string>, user: await userOf(outside.marker) }
  } catch (error) {
    end()
    const said = `${error instanceof Error ? error.message : error}: ${readRest(errors.readFd).trim().split('\n').slice(0, 4).join('; ')}`
    return { results: { holdout: said }, user: 'unknown' }
  } finally {
    end()
    for (const fd of [input.writeFd, output.readFd, errors.readFd]) closeSync(fd)
  }
}

const readSome = promisify(readFd)

async function firstLine(fd: number): Promise<string> {
  const buffer = Buffer.alloc(64 * 1024)
  let text = ''
  while (!text.includes('\n')) {
    const { bytesRead } = await readSome(fd, buffer, 0, buffer.length, null)
    if (bytesRead === 0) throw new Error('the probe ended without a word')
    text += buffer.toString('utf8', 0, bytesRead)
  }
  return text
}

function withinMs<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing came within ${ms / 1000} s`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(late))
  })
}

/** Processes of the machine that carry the mark. */
const marked = (marker: string): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        pid !== `${process.pid}` &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').at(-2) === marker
      )
    } catch {
      return false
    }
  })

/** As whom the machine sees what runs in the box. On a busy machine it takes a moment until it is seen. */
async function userOf(marker: string): Promise<string> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const user = marked(marker)
      .map(ownerOf)
      .find((one) => one !== undefined)
    if (user !== undefined || waitedMs >= GRACE_MS) return user ?? 'unknown'
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function ownerOf(pid: string): string | undefined {
  try {
    return /^Uid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

async function survivors(marker: string): Promise<string> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const left = marked(marker)
    if (left.length === 0) return '0'
    if (waitedMs >= GRACE_MS) {
      for (const pid of left) process.kill(Number(pid), 'SIGKILL')
      return `${left.length}`
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A program that never comes to rest, under the real runtime. */
async function outlast(boxes: Boxes, tree: string, packages: string): Promise<string> {
  const subject = nodeSubject({ cwd: tree, entry: 'loop.mjs', limits: { turnMs: 500 }, ...boxes([packages], PROBED) })
  try {
    const running = await subject.start({ seed: '1', epochMs: 0 })
    running.close()
    return 'came to rest'
  } catch (error) {
    return error instanceof SubjectGone ? error.kind : String(error)
  }
}
