import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { CANARY, type Files } from './till.ts'

/**
 * Oracles as they are often built: in the candidate's process, or beside it with nothing between. Each attack is shown to work on one of
 * them, and none of them is fooled by a candidate that is only wrong.
 */
const NODE_MS = 10_000
const ENVIRONMENT = { PATH: '/usr/bin:/bin', NODE_NO_WARNINGS: '1' }

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

export type Ran = { readonly code: number | null; readonly stdout: string }

/** A program of Node in a folder, with nothing around it. */
export function runNode(
  folder: string,
  file: string,
  env: Readonly<Record<string, string>> = {},
  ms: number = NODE_MS,
): Ran {
  const { status, stdout } = spawnSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...ENVIRONMENT, ...env },
    timeout: ms,
    killSignal: 'SIGKILL',
  })
  return { code: status, stdout }
}

/** A test in the candidate's own process: it loads the candidate, asks it once, and believes its assertions and its exit code. */
const IN_PROCESS = `import assert from 'node:assert'
import http from 'node:http'
const expected = { calls: 1, order: 'o1', receipt: '${CANARY}' }
let calls = 0
globalThis.fetch = async () => {
  calls += 1
  return Response.json({ status: 'succeeded' })
}
await import('./main.mjs')
await new Promise((resolve) => setTimeout(resolve, 20))
const answer = await new Promise((resolve, reject) => {
  const request = http.request({ socketPath: process.env.PORT, path: '/pay', method: 'POST' }, (response) => {
    let text = ''
    response.on('data', (part) => { text += part })
    response.on('end', () => resolve(JSON.parse(text)))
  })
  request.on('error', reject)
  request.end(JSON.stringify({ order: 'o1', amount: 4900 }))
})
CHECK
console.log('1 passed')
process.exit(0)
`
export const CALLS = 'assert.strictEqual(calls, expected.calls)'

/**
 * Whether a test in the candidate's process would pass it. `check` is the assertion, over `answer`, `calls` and `expected`; `files` are what
 * else lies in its folder.
 */
export function passesInProcess(folder: string, program: string, check: string = CALLS, files: Files = {}): boolean {
  const inside = join(folder, `in-process-${counter.next()}`)
  writeFiles(inside, { ...files, 'main.mjs': program, 'test.mjs': IN_PROCESS.replace('CHECK', check) })
  return runNode(inside, 'test.mjs', { PORT: join(inside, 's') }).code === 0
}

const counter = {
  count: 0,
  next(): number {
    this.count += 1
    return this.count
  },
}

export type Served = {
  /** What each request was answered; null when the connection broke or nothing came in time. */
  readonly answers: readonly (Readonly<Record<string, unknown>> | null)[]
  readonly stdout: string
}

/** Serves requests from a candidate that runs as a plain process of this machine, in `folder`, with its network and files. */
export async function serveFree(
  folder: string,
  program: string,
  bodies: readonly object[],
  env: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const answers: Served['answers'][number][] = []
  const work = async (socket: string): Promise<void> => {
    for (const body of bodies) answers.push(await ask(socket, body))
    await pause(30)
  }
  return { stdout: await whileServing(folder, program, work, env), answers }
}

/** The same with any work to do at its socket while it runs; returns what it printed. */
export async function whileServing(
  folder: string,
  program: string,
  work: (socket: string) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const socket = join(folder, `s${counter.next()}`)
  writeFiles(folder, { 'main.mjs': program })
  const child = spawn(process.execPath, ['main.mjs'], {
    cwd: folder,
    env: { ...ENVIRONMENT, ...env, PORT: socket },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  try {
    for (let waitedMs = 0; waitedMs < 20_000 && !(await accepts(socket)) && child.exitCode === null; waitedMs += 10)
      await pause(10)
    await work(socket)
    return stdout
  } finally {
    child.kill('SIGKILL')
  }
}

/** Whether somebody listens there: a socket has a name a moment before it does. */
const accepts = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function ask(socketPath: string, body: object): Promise<Served['answers'][number]> {
  const http = await import('node:http')
  return new Promise((resolve) => {
    const request = http.request({ socketPath, path: '/pay', method: 'POST', timeout: 10_000 }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => {
        text += part.toString()
      })
      response.on('end', () => {
        try {
          resolve(JSON.parse(text) as Readonly<Record<string, unknown>>)
        } catch {
          resolve(null)
        }
      })
      response.on('error', () => resolve(null))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(null))
    request.end(JSON.stringify(body))
  })
}
