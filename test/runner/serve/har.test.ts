import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCourier } from '../../../runner/serve/courier.ts'
import { createHarFile, type Recorder } from '../../../runner/serve/har.ts'
import { createPass, type Pass } from '../../../runner/serve/pass.ts'
import { type Served, serveTwins } from '../../../runner/serve/server.ts'
import { readHar } from '../../../twins/har.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

const TOKEN = 'admin-token-of-this-test'
const ORIGIN = 'https://shop.example.test'
const folder = mkdtempSync(join(tmpdir(), 'backlot-har-'))
const file = join(folder, 'night.har')
const asked: string[] = []
const service = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += String(part)
  asked.push(`${request.method} ${request.url} ${request.headers.host}`)
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ got: text.length }))
})
let recorder: Recorder
let pass: Pass
let served: Served
let now = Date.parse('2026-05-04T22:00:00Z')

beforeAll(async () => {
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', () => done()))
  recorder = createHarFile(file)
  const clock = (): number => (now += 10)
  pass = createPass(ORIGIN, `http://127.0.0.1:${(service.address() as AddressInfo).port}`, { recorder, now: clock })
  served = await serveTwins({
    definitions: [stripe] as unknown as readonly TwinDefinition<unknown>[],
    seeds: {},
    seed: '1',
    port: 0,
    host: '127.0.0.1',
    adminPort: 0,
    token: TOKEN,
    authority: undefined,
    latency: false,
    realNow: undefined,
    startsAtMs: Date.parse('2030-01-01T00:00:00Z'),
    wait: async () => undefined,
    courier: (settle) => createCourier(settle, pass),
    onProblem: (text) => {
      throw new Error(text)
    },
    pass,
    recorder,
    recordedAt: clock,
  })
})
afterAll(async () => {
  await served.close()
  recorder.close()
  service.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (host: string, path: string, body: string): Promise<number> =>
  new Promise((resolve) => {
    const headers = { host, authorization: 'Bearer sk_test_one', 'content-type': 'application/x-www-form-urlencoded' }
    const outgoing = send({ host: '127.0.0.1', port: served.port, method: 'POST', path, headers }, (incoming) => {
      incoming.resume()
      incoming.on('end', () => resolve(incoming.statusCode ?? 0))
    })
    outgoing.on('error', () => resolve(0))
    outgoing.end(body)
  })
const admin = (path: string, body: unknown): Promise<Response> =>
  fetch(`http://127.0.0.1:${served.adminPort}/api/namespaces/sk_test_one${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  })
type Entry = {
  readonly request: { readonly method: string; readonly url: string; readonly postData?: { readonly text: string } }
  readonly response: { readonly status: number; readonly _error?: string }
}
const entries = (): readonly Entry[] => JSON.parse(readFileSync(file, 'utf8')).log.entries
const line = ({ request, response }: Entry): string =>
  `${request.method} ${request.url} ${response.status} ${response._error ?? ''}`.trim()

test('what passes is written down, calls to twins and requests to the service, and the file is whole after each', async () => {
  expect(entries()).toEqual([])
  expect(await ask('api.stripe.com', '/v1/customers', 'name=Ann')).toBe(200)
  expect(entries().map(line)).toEqual(['POST https://api.stripe.com/v1/customers 200'])
  expect(await ask('shop.example.test', '/orders?x=1', 'tea')).toBe(201)
  expect(asked).toEqual(['POST /orders?x=1 shop.example.test'])
  expect(entries().map(line).at(-1)).toBe(`POST ${ORIGIN}/orders?x=1 201`)
  expect(entries().at(-1)?.request.postData?.text).toBe('tea')
  expect(readHar(file).exchanges).toHaveLength(2)
})

test('an answer that is lost is a request without an answer', async () => {
  await admin('/faults', { on: 'stripe.customers.create', kind: 'answer-lost', times: 1 })
  expect(await ask('api.stripe.com', '/v1/customers', 'name=Bob')).toBe(0)
  expect(entries().map(line).at(-1)).toBe('POST https://api.stripe.com/v1/customers 0 ECONNRESET')
})

test('a webhook goes to the service, wherever it listens, and is written down as well', async () => {
  await admin('/seed', { stripe: { webhooks: [{ url: `${ORIGIN}/hook` }] } })
  await ask('api.stripe.com', '/v1/customers', 'name=Cyd')
  await admin('/clock', { advance: '5s' })
  await expect.poll(() => entries().map(line).at(-1)).toBe(`POST ${ORIGIN}/hook 201`)
  expect(asked.at(-1)).toBe('POST /hook shop.example.test')
})

test('a service that is not there is a broken connection for its client, and said to be one', async () => {
  const gone = createPass(ORIGIN, 'http://127.0.0.1:1', { recorder, now: () => now })
  await expect(gone.forward({ method: 'GET', target: '/', headers: [], body: new Uint8Array() })).rejects.toThrow()
  expect(entries().map(line).at(-1)).toBe(`GET ${ORIGIN}/ 0 ECONNREFUSED`)
})
