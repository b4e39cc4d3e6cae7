import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server under measurement, in a process of its own. */
export type Running = { readonly port: number; readonly pid: number; readonly stop: () => void }

type Peer = {
  readonly name: string
  readonly packages: string
  readonly bin: string
  readonly start: (folder: string, port: number, body: unknown) => readonly string[]
}

const document = (body: unknown): string =>
  JSON.stringify({
    openapi: '3.0.3',
    info: { title: 'customers', version: '1' },
    paths: {
      '/v1/customers/{id}': {
        get: {
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: {
            200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' }, example: body } } },
          },
        },
      },
    },
  })

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Mock servers from npm, each told to answer the one GET with the twin's own customer. */
export const PEERS: readonly Peer[] = [
  {
    name: 'Prism',
    packages: '@stoplight/prism-cli@5',
    bin: 'prism',
    start: (folder, port, body) => [
      'mock',
      '-p',
      String(port),
      '-v',
      'error',
      file(folder, 'prism.json', document(body)),
    ],
  },
  {
    name: 'mountebank',
    packages: 'mountebank@2.9',
    bin: 'mb',
    start(folder, port, body) {
      const imposters = [{ port, protocol: 'http', stubs: [{ responses: [{ is: { statusCode: 200, body } }] }] }]
      return [
        'start',
        '--nologfile',
        '--loglevel',
        'error',
        '--port',
        String(port + 1),
        '--configfile',
        file(folder, 'mb.json', JSON.stringify({ imposters })),
      ]
    },
  },
  {
    name: 'Mockoon',
    packages: '@mockoon/cli@9',
    bin: 'mockoon-cli',
    start: (folder, port, body) => [
      'start',
      '--disable-log-to-file',
      '--port',
      String(port),
      '--data',
      file(folder, 'mockoon.json', document(body)),
    ],
  },
]

/** Starts a peer; it comes from npm, into `BACKLOT_PEERS` or else a temporary folder. Rejects where it cannot. */
export async function startPeer({ packages, bin, start }: Peer, body: unknown): Promise<Running> {
  const folder = process.env.BACKLOT_PEERS ?? mkdtempSync(join(tmpdir(), 'backlot-peers-'))
  const path = join(folder, 'node_modules/.bin', bin)
  if (!existsSync(path)) {
    const install = ['install', '--prefix', folder, '--no-fund', '--no-audit', '--silent', packages]
    const { status } = spawnSync('npm', install, { timeout: 300_000 })
    if (status !== 0 || !existsSync(path)) throw new Error(`npm could not install ${packages}`)
  }
  const port = await freePort()
  const peer = spawn(process.execPath, [path, ...start(folder, port, body)], { cwd: folder, stdio: 'ignore' })
  const stop = (): void => void peer.kill('SIGKILL')
  await listens(peer, port).catch((error: unknown) => {
    stop()
    throw error
  })
  return { port, pid: peer.pid ?? 0, stop }
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })

async function listens(peer: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (peer.exitCode !== null) throw new Error(`it ended with ${peer.exitCode}`)
    const open = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        done(true)
      }).on('error', () => done(false))
    })
    if (open === true) return
    await new Promise((done) => setTimeout(done, 200))
  }
  throw new Error('it did not listen within a minute')
}
