/**
 * Requests per second of the Stripe twin, in memory and over HTTP, beside bare Hono and the peers in the same run: `node test/bench/serving.ts`.
 * One small GET, 20 connections, each server in a process of its own. Ratios count; what else the machine does moves both sides of one,
 * so rounds alternate, and the processor time of a server stands beside its rate.
 */
import { execFile, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { createFront } from '../../runner/serve/front.ts'
import { createNamespaces, type Namespaces } from '../../runner/serve/namespaces.ts'
import { openFront } from '../../runner/serve/ports.ts'
import { stripe } from '../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { PEERS, type Running, startPeer } from './serving-peers.ts'

const PATH = '/v1/customers/cus_1'
const URL_ = `https://api.stripe.com${PATH}`
const KEY = { Authorization: 'Bearer sk_test_123' }
const ROUNDS = 5
/** The unit of processor time in /proc. */
const TICKS_A_SECOND = 100

type Rate = { readonly perSecond: number; readonly cpuUs: number }

const definitions = [stripe] as unknown as readonly TwinDefinition<unknown>[]
const open = (): Namespaces => {
  const seeds = { stripe: { customers: [{ id: 'cus_1', email: 'ann@example.com' }] } }
  return createNamespaces({
    definitions,
    seeds,
    seed: '1',
    latency: false,
    now: () => Date.parse('2030-01-01T00:00:00Z'),
  })
}

async function customerOf(namespaces: Namespaces): Promise<unknown> {
  const twin = namespaces.at('memory').network.twins.get('stripe')
  return JSON.parse((await (await twin?.fetch(new Request(URL_, { headers: KEY })))?.text()) ?? 'null')
}

/** What a server process does: listens, and says where. */
async function serve(what: string): Promise<void> {
  const namespaces = open()
  if (what === 'twin') {
    const wait = async (): Promise<void> => undefined
    const front = createFront({
      definitions,
      namespaces,
      latency: false,
      now: () => 0,
      wait,
      tick: wait,
      onProblem: console.error,
    })
    process.send?.((await openFront(front, 0, '127.0.0.1', undefined)).port)
    return
  }
  const hono = new Hono()
  const map = new Map([['cus_1', await customerOf(namespaces)]])
  hono.get('/v1/customers/:id', (c) => c.json(map.get(c.req.param('id')) as object))
  const server = createServer(getRequestListener(hono.fetch))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

async function started(what: string): Promise<Running> {
  const child = fork(import.meta.filename, ['serve', what])
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)))
    child.once('exit', (code) => reject(new Error(`the ${what} server ended with ${code}`)))
  })
  return { port, pid: child.pid ?? 0, stop: () => void child.kill('SIGKILL') }
}

/** Seconds of processor time a process has used so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}

async function round({ port, pid }: Running, n: number): Promise<Rate> {
  const before = cpuOf(pid)
  const client = join(import.meta.dirname, 'load.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [client, String(port), String(n), PATH])
  return { perSecond: n / Number(stdout), cpuUs: ((cpuOf(pid) - before) * 1e6) / n }
}

/** The best of several rounds of each, in turn: what else the machine does only slows them down. */
async function best(servers: readonly Running[], n: number): Promise<readonly Rate[]> {
  const rates: Rate[] = servers.map(() => ({ perSecond: 0, cpuUs: Number.POSITIVE_INFINITY }))
  for (let nth = 0; nth < ROUNDS; nth++) {
    for (const [at, server] of servers.entries()) {
      const { perSecond, cpuUs } = await round(server, n)
      const so = rates[at]
      if (so !== undefined)
        rates[at] = { perSecond: Math.max(so.perSecond, perSecond), cpuUs: Math.min(so.cpuUs, cpuUs) }
    }
  }
  return rates
}

async function inMemory(n: number, ask: () => Promise<unknown>): Promise<Rate> {
  let most: Rate = { perSecond: 0, cpuUs: 0 }
  for (let nth = 0; nth < ROUNDS; nth++) {
    const [at, cpu] = [performance.now(), process.cpuUsage()]
    for (let count = 0; count < n; count++) await ask()
    const perSecond = n / ((performance.now() - at) / 1000)
    const { user, system } = process.cpuUsage(cpu)
    if (perSecond > most.perSecond) most = { perSecond, cpuUs: (user + system) / n }
  }
  return most
}

/** Twin and msw in this process: the twin as the replayer asks it, msw as people write handlers, two hundred before the one. */
async function memoryRates(n: number, customer: unknown): Promise<readonly [twin: Rate, msw: Rate]> {
  const { network } = open().at('memory')
  const headers = [['Host', 'api.stripe.com'] as const, ['Authorization', KEY.Authorization] as const]
  const wire = { step: 'bench', method: 'GET', url: URL_, headers, body: new Uint8Array() }
  const twin = await inMemory(n, () => network.handle(wire))
  const others = Array.from({ length: 200 }, (_, at) =>
    http.get(`https://api.stripe.com/v1/other${at}/:id`, () => HttpResponse.json({})),
  )
  const server = setupServer(
    ...others,
    http.get('https://api.stripe.com/v1/customers/:id', () => HttpResponse.json(customer as object)),
  )
  server.listen()
  const msw = await inMemory(n / 50, async () => (await fetch(URL_, { headers: KEY })).text())
  server.close()
  return [twin, msw]
}

async function main(): Promise<void> {
  const n = Number(process.env.BENCH_N ?? 20_000)
  const customer = await customerOf(open())
  const print = (what: string, { perSecond, cpuUs }: Rate): void => {
    const rate = `${Math.round(perSecond).toLocaleString('en')} requests/s`
    process.stdout.write(`${what.padEnd(58)}${rate.padStart(18)}${cpuUs.toFixed(0).padStart(8)} µs each\n`)
  }
  const ours = [await started('hono'), await started('twin')]
  const [bare, twin] = await best(ours, n)
  for (const { stop } of ours) stop()
  if (bare === undefined || twin === undefined) throw new Error('expected two rates')
  print('bare Hono over a Map, HTTP', bare)
  print('Stripe twin, HTTP', twin)
  const [memory, msw] = await memoryRates(n, customer)
  print('Stripe twin, in memory', memory)
  print('msw, 200 per-route handlers before the match, in memory', msw)
  let prism: Rate | undefined
  for (const peer of process.env.BENCH_PEERS === 'none' ? [] : PEERS) {
    try {
      const running = await startPeer(peer, customer)
      const [rate] = await best([running], Math.max(1_000, n / 10))
      running.stop()
      if (rate === undefined) continue
      print(`${peer.name}, HTTP`, rate)
      if (peer.name === 'Prism') prism = rate
    } catch (error) {
      process.stdout.write(`${`${peer.name}, HTTP`.padEnd(58)}not measured: ${(error as Error).message}\n`)
    }
  }
  const aims = [
    { what: 'HTTP, of bare Hono', got: twin.perSecond / bare.perSecond, aim: 0.6 },
    ...(prism === undefined ? [] : [{ what: 'HTTP, times Prism', got: twin.perSecond / prism.perSecond, aim: 3 }]),
    { what: 'in memory, times msw', got: memory.perSecond / msw.perSecond, aim: 5 },
  ]
  // On a machine that does other things as well, the rates of two processes say more of those than of each other.
  process.stdout.write(`HTTP, of bare Hono by processor time: ${(bare.cpuUs / twin.cpuUs).toFixed(2)}\n`)
  for (const { what, got, aim } of aims) process.stdout.write(`${what}: ${got.toFixed(2)} (aim ${aim})\n`)
  process.exit(aims.every(({ got, aim }) => got >= aim) ? 0 : 1)
}

if (process.argv[2] === 'serve') await serve(String(process.argv[3]))
else await main()
