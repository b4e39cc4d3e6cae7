/**
 * Requests per second of the Stripe twin, in memory and over HTTP, beside bare Hono and the peers in the same run: `node test/bench/serving.ts`.
 * Peers come from npm, into a folder of their own (`BACKLOT_PEERS`, else a temporary one). One small GET, 20 connections; ratios count.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { Agent, createServer, type RequestListener, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { createFront } from '../../runner/serve/front.ts'
import { createNamespaces } from '../../runner/serve/namespaces.ts'
import { stripe } from '../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../twins/twin.ts'

const PATH = '/v1/customers/cus_1'
const URL_ = `https://api.stripe.com${PATH}`
const KEY = { Authorization: 'Bearer sk_test_123' }
const CONNECTIONS = 20
const ROUNDS = 3

/** Asks `n` times over 20 connections, and ends; 1 when an answer was no 200. */
async function load(port: number, n: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  let left = n
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      request({ agent, port, host: '127.0.0.1', path: PATH, headers: KEY }, (answer) => {
        answer.resume()
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
        )
      })
        .on('error', reject)
        .end()
    })
  const lane = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  process.exit(0)
}

async function overHttp(port: number, n: number): Promise<number> {
  const at = performance.now()
  const code = await new Promise((done) =>
    fork(import.meta.filename, ['client', String(port), String(n)]).on('exit', done),
  )
  if (code !== 0) throw new Error('the client ended badly')
  return n / ((performance.now() - at) / 1000)
}

/** The best of three rounds: what else the machine does only slows them down. */
async function best(measure: () => Promise<number>): Promise<number> {
  let most = 0
  for (let round = 0; round < ROUNDS; round++) most = Math.max(most, await measure())
  return most
}

async function listening(listener: RequestListener, use: (port: number) => Promise<number>): Promise<number> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  try {
    return await use((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const perSecond = async (n: number, ask: () => Promise<unknown>): Promise<number> => {
  for (let at = 0; at < n / 10; at++) await ask()
  const at = performance.now()
  for (let nth = 0; nth < n; nth++) await ask()
  return n / ((performance.now() - at) / 1000)
}

async function main(): Promise<void> {
  const definitions = [stripe] as unknown as readonly TwinDefinition<unknown>[]
  const seeds = { stripe: { customers: [{ id: 'cus_1', email: 'ann@example.com' }] } }
  const namespaces = createNamespaces({ definitions, seeds, seed: '1', now: () => Date.parse('2030-01-01T00:00:00Z') })
  const front = createFront({
    definitions,
    namespaces,
    latency: false,
    now: () => 0,
    wait: async () => undefined,
    tick: async () => undefined,
    onProblem: console.error,
  })
  const { network } = namespaces.at('memory')
  const customer = JSON.parse(
    (await (await network.twins.get('stripe')?.fetch(new Request(URL_, { headers: KEY })))?.text()) ?? 'null',
  )
  const rows: [what: string, rate: number | string][] = []
  const n = Number(process.env.BENCH_N ?? 20_000)

  const hono = new Hono()
  const map = new Map([['cus_1', customer]])
  hono.get('/v1/customers/:id', (c) => c.json(map.get(c.req.param('id'))))
  const bare = await best(() => listening(getRequestListener(hono.fetch), (port) => overHttp(port, n)))
  const twin = await best(() => listening(front, (port) => overHttp(port, n)))
  rows.push(['bare Hono over a Map, HTTP', bare], ['Stripe twin, HTTP', twin])

  const headers = [
    ['Host', 'api.stripe.com'],
    ['Authorization', KEY.Authorization],
  ] as const
  const wire = { step: 'bench', method: 'GET', url: URL_, headers, body: new Uint8Array() }
  const memory = await best(() => perSecond(n, () => network.handle(wire)))
  const server = setupServer(
    ...Array.from({ length: 200 }, (_, at) =>
      http.get(`https://api.stripe.com/v1/other${at}/:id`, () => HttpResponse.json({})),
    ),
    http.get('https://api.stripe.com/v1/customers/:id', () => HttpResponse.json(customer)),
  )
  server.listen()
  const msw = await best(() => perSecond(n / 20, async () => (await fetch(URL_, { headers: KEY })).text()))
  server.close()
  rows.push(['Stripe twin, in memory', memory], ['msw, 200 per-route handlers before the match, in memory', msw])

  for (const peer of PEERS)
    rows.push([
      `${peer.name}, HTTP`,
      await peerRate(peer, customer, n).catch((error: Error) => `not measured: ${error.message}`),
    ])
  const print = (rate: number | string): string =>
    typeof rate === 'number' ? `${Math.round(rate).toLocaleString('en')} requests/s` : rate
  for (const [what, rate] of rows) process.stdout.write(`${what.padEnd(58)}${print(rate)}\n`)
  const rateOf = (name: string): number | undefined =>
    rows.flatMap(([what, rate]) => (what.startsWith(name) && typeof rate === 'number' ? [rate] : []))[0]
  const prism = rateOf('Prism')
  process.stdout.write(
    `\nHTTP: ${(twin / bare).toFixed(2)} of bare Hono (aim 0.6)${prism === undefined ? '' : `, ${(twin / prism).toFixed(1)}x Prism (aim 3x)`}; in memory ${(memory / msw).toFixed(1)}x msw (aim 5x)\n`,
  )
  const met = twin / bare >= 0.6 && memory / msw >= 5 && (prism === undefined || twin / prism >= 3)
  process.exit(met ? 0 : 1)
}

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

const PEERS: readonly Peer[] = [
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

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })

async function peerRate({ packages, bin, start }: Peer, body: unknown, n: number): Promise<number> {
  const folder = process.env.BACKLOT_PEERS ?? mkdtempSync(join(tmpdir(), 'backlot-peers-'))
  const path = join(folder, 'node_modules/.bin', bin)
  if (!existsSync(path)) {
    const { status } = spawnSync(
      'npm',
      ['install', '--prefix', folder, '--no-fund', '--no-audit', '--silent', packages],
      { timeout: 300_000 },
    )
    if (status !== 0 || !existsSync(path)) throw new Error(`npm could not install ${packages}`)
  }
  const port = await freePort()
  const peer = spawn(process.execPath, [path, ...start(folder, port, body)], { cwd: folder, stdio: 'ignore' })
  try {
    await listens(peer, port)
    return await best(() => overHttp(port, Math.max(2_000, n / 10)))
  } finally {
    peer.kill('SIGKILL')
  }
}

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

if (process.argv[2] === 'client') await load(Number(process.argv[3]), Number(process.argv[4]))
else await main()
