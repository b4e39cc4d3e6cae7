import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { request as secureRequest } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAuthority } from '../../../runner/serve/certificates.ts'
import { createCourier } from '../../../runner/serve/courier.ts'
import { type Served, serveTwins } from '../../../runner/serve/server.ts'
import { openai } from '../../../twins/openai/index.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

const TOKEN = 'admin-token-of-this-test'
const folder = mkdtempSync(join(tmpdir(), 'backlot-ca-'))
const problems: string[] = []
let served: Served

const start = async (): Promise<Served> =>
  serveTwins({
    definitions: [stripe, openai] as unknown as readonly TwinDefinition<unknown>[],
    seeds: { stripe: { customers: [{ id: 'cus_1', email: 'ann@example.com' }] } },
    seed: '1',
    port: 0,
    host: '127.0.0.1',
    adminPort: 0,
    token: TOKEN,
    authority: await openAuthority(folder, Date.parse('2026-11-26T00:00:00Z')),
    latency: false,
    realNow: undefined,
    startsAtMs: Date.parse('2030-01-01T00:00:00Z'),
    wait: (ms) => new Promise((done) => setTimeout(done, ms)),
    courier: createCourier,
    onProblem: (text) => void problems.push(text),
  })
beforeAll(async () => {
  served = await start()
})
afterAll(async () => {
  await served.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (path: string, key = 'sk_test_one', init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${served.port}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${key}`, ...init.headers },
  })
type Answer = {
  readonly error?: string
  readonly generation?: number
  readonly events?: readonly { readonly type: string }[]
}
async function admin(
  method: string,
  path: string,
  body?: unknown,
  token = TOKEN,
): Promise<{ readonly status: number; readonly json: Answer }> {
  const answer = await fetch(`http://127.0.0.1:${served.adminPort}/api/namespaces${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: (await answer.json()) as Answer }
}

test('the SDK works over HTTP, each key in a world of its own', async () => {
  const client = (key: string): Stripe =>
    new Stripe(key, { host: 'stripe.localhost', port: served.port, protocol: 'http', httpClient: viaLoopback() })
  await client('sk_test_one').customers.create({ name: 'Bob' })
  expect((await client('sk_test_one').customers.list()).data).toHaveLength(2)
  expect((await client('sk_test_two').customers.list()).data).toHaveLength(1)
})

test('an answer that was there at once can be asked for again at once', async () => {
  const init = { method: 'POST', headers: { 'Idempotency-Key': 'once' }, body: new URLSearchParams({ name: 'Eve' }) }
  const [first, again] = [
    await ask('/stripe/v1/customers', 'sk_test_eve', init),
    await ask('/stripe/v1/customers', 'sk_test_eve', init),
  ]
  expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 200, 'true'])
})

/** Names under localhost resolve to this machine in browsers, and not in every resolver. */
const viaLoopback = (): Stripe.HttpClient =>
  Stripe.createFetchHttpClient((input, init) => {
    const url = new URL(String(input))
    return fetch(`http://127.0.0.1:${served.port}/stripe${url.pathname}${url.search}`, init)
  })

test('HTTPS on the same port has a certificate for the vendor’s host that the local authority signed', async () => {
  const ca = readFileSync(join(folder, 'ca.pem'))
  const status = await new Promise<number | undefined>((done, fail) => {
    secureRequest(
      {
        host: '127.0.0.1',
        port: served.port,
        servername: 'api.stripe.com',
        path: '/v1/customers/cus_1',
        headers: { Host: 'api.stripe.com', Authorization: 'Bearer sk_test_tls' },
        ca,
      },
      (answer) => {
        answer.resume()
        done(answer.statusCode)
      },
    )
      .on('error', fail)
      .end()
  })
  expect(status).toBe(200)
  await expect(
    new Promise((done, fail) =>
      connectTls({ host: '127.0.0.1', port: served.port, servername: 'api.stripe.com' }, () => done('trusted')).on(
        'error',
        fail,
      ),
    ),
  ).rejects.toThrow(/self-signed|unable to (get|verify)/)
})

test('as a proxy it answers for the hosts of its twins, whoever is asked for', async () => {
  const text = await new Promise<string>((done, fail) => {
    const socket = connect(served.port, '127.0.0.1', () =>
      socket.write('CONNECT api.stripe.com:443 HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n'),
    )
    socket.once('error', fail)
    socket.once('data', () => {
      const tls = connectTls({ socket, servername: 'api.stripe.com', ca: readFileSync(join(folder, 'ca.pem')) }, () =>
        tls.write(
          'GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nAuthorization: Bearer sk_test_proxy\r\nConnection: close\r\n\r\n',
        ),
      )
      let all = ''
      tls.on('data', (data: Buffer) => {
        all += data.toString()
      })
      tls.on('close', () => done(all))
      tls.on('error', fail)
    })
  })
  expect(text).toContain('"id": "cus_1"')
})

test('what no twin models is loud, and in the journal', async () => {
  const answer = await ask('/stripe/v1/terminal/readers')
  expect([answer.status, ((await answer.json()) as { backlot: string }).backlot]).toEqual([
    501,
    expect.stringContaining('does not model'),
  ])
  expect((await ask('/paypal/v1')).status).toBe(421)
  expect(problems.at(-1)).toContain('Terminal')
  const { json } = await admin('GET', '/sk_test_one/journal')
  expect(json.events?.at(-1)?.type).toBe('unmodelled')
})

test('the admin plane needs its own token, and is not on the twins’ port', async () => {
  expect((await admin('GET', '', undefined, 'guess')).status).toBe(401)
  expect((await admin('GET', '', undefined, '')).status).toBe(401)
  expect(
    (await fetch(`http://127.0.0.1:${served.port}/api/namespaces`, { headers: { Authorization: `Bearer ${TOKEN}` } }))
      .status,
  ).toBe(421)
})

test('a test can seed, break, heal, snapshot, restore and reset its namespace and no other', async () => {
  const at = '/shop-a'
  const list = async (namespace: string): Promise<unknown> => {
    const answer = await ask('/stripe/v1/customers', 'sk_test_xyz', { headers: { 'X-Backlot-Namespace': namespace } })
    return answer.status === 200 ? ((await answer.json()) as { data: readonly unknown[] }).data.length : answer.status
  }
  await admin('POST', `${at}/seed`, { stripe: { customers: [{ id: 'cus_a' }, { id: 'cus_b' }] } })
  expect([await list('shop-a'), await list('shop-b')]).toEqual([2, 1])
  await admin('POST', `${at}/faults`, { on: 'stripe.customers.list', kind: 'status', status: 503 })
  expect([await list('shop-a'), await list('shop-b')]).toEqual([503, 1])
  expect((await admin('DELETE', `${at}/faults/stripe`)).json).toEqual({ healed: 1 })
  const { json: snapshot } = await admin('GET', `${at}/snapshot`)
  await ask('/stripe/v1/customers/cus_a', 'sk_test_xyz', {
    method: 'DELETE',
    headers: { 'X-Backlot-Namespace': 'shop-a' },
  })
  expect(await list('shop-a')).toBe(1)
  expect((await admin('PUT', `${at}/snapshot`, snapshot)).json).toEqual({ restored: ['stripe', 'openai'] })
  expect(await list('shop-a')).toBe(2)
  await admin('POST', `${at}/reset`)
  expect([await list('shop-a'), (await admin('GET', at)).json.generation]).toEqual([2, 2])
  expect((await admin('DELETE', at)).json).toEqual({ removed: true })
})

test('a snapshot that another server made is gone on with: nothing new takes the name of what it holds', async () => {
  // Of one seed all three draw the same names for their first requests.
  const servers = [await start(), await start(), await start()] as const
  const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
  const make = async ({ port }: Served): Promise<string> => {
    const init = {
      method: 'POST',
      headers: { ...headers, Authorization: 'Bearer sk-one', 'X-Backlot-Namespace': 'moved' },
      body: '{}',
    }
    return ((await (await fetch(`http://127.0.0.1:${port}/openai/v1/conversations`, init)).json()) as { id: string }).id
  }
  const snapshot = async ({ adminPort }: Served, init: RequestInit): Promise<string> =>
    (await fetch(`http://127.0.0.1:${adminPort}/api/namespaces/moved/snapshot`, { ...init, headers })).text()
  try {
    const [first, second, empty] = servers
    const made = await make(first)
    await snapshot(second, { method: 'PUT', body: await snapshot(first, {}) })
    expect(made).toMatch(/^conv_/)
    expect(await make(empty)).toBe(made)
    expect(await make(second)).not.toBe(made)
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
})

test('a snapshot of which one part cannot be taken changes nothing', async () => {
  const list = async (): Promise<number> => {
    const answer = await ask('/stripe/v1/customers', 'sk_test_part', { headers: { 'X-Backlot-Namespace': 'part' } })
    return ((await answer.json()) as { data: readonly unknown[] }).data.length
  }
  await list()
  const { json } = await admin('GET', '/part/snapshot')
  const { twins, ...rest } = json as unknown as { readonly twins: { readonly stripe: object } }
  await ask('/stripe/v1/customers', 'sk_test_part', { method: 'POST', headers: { 'X-Backlot-Namespace': 'part' } })
  expect((await admin('PUT', '/part/snapshot', { ...rest, twins: { ...twins, openai: 1 } })).status).toBe(400)
  expect(await list()).toBe(2)
})

test.each([
  ['POST', '/x/seed', { stripe: { customer: 1 } }, 400, 'customer'],
  ['POST', '/x/seed', { strip: {} }, 400, 'expected a twin'],
  ['POST', '/x/faults', { on: 'stripe.customers.lost', kind: 'status' }, 400, 'expected an operation'],
  ['POST', '/x/clock', { advance: 'soon' }, 400, '5m'],
  ['POST', '/x/happen', { event: 'stripe.moon.landed' }, 400, 'moon.landed'],
  ['PUT', '/x/snapshot', { schema: 'backlot.snapshot/v1', twins: { stripe: 1 } }, 400, 'stripe'],
  ['GET', '/nobody/state', undefined, 404, 'nobody'],
])('%s %s with %j is refused with a reason', async (method, path, body, status, reason) => {
  const answer = await admin(method, path, body)
  expect([answer.status, answer.json.error]).toEqual([status, expect.stringContaining(reason)])
})

test('faults break real connections', async () => {
  await admin('POST', '/broken/faults', { on: 'stripe.customers.list', kind: 'reset' })
  await expect(ask('/stripe/v1/customers', 'k', { headers: { 'X-Backlot-Namespace': 'broken' } })).rejects.toThrow(
    /fetch failed/,
  )
  await admin('DELETE', '/broken/faults/stripe')
  await admin('POST', '/broken/faults', { on: 'stripe.customers.list', kind: 'truncated' })
  const cut = await ask('/stripe/v1/customers', 'sk_test_xyz', { headers: { 'X-Backlot-Namespace': 'broken' } })
    .then((answer) => answer.text())
    .catch(String)
  expect(cut).not.toContain('has_more')
})

test('a webhook reaches a real listener, when time is moved on to it', async () => {
  const heard: string[] = []
  const listener = createServer((request, response) => {
    let body = ''
    request.on('data', (data: Buffer) => {
      body += data.toString()
    })
    request.on('end', () => {
      heard.push(`${String(request.headers['stripe-signature']).slice(0, 2)} ${JSON.parse(body).type}`)
      response.end()
    })
  })
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', () => done()))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`
  await admin('POST', '/hooked/seed', { stripe: { webhooks: [{ url }] } })
  await ask('/stripe/v1/customers', 'sk_test_xyz', { method: 'POST', headers: { 'X-Backlot-Namespace': 'hooked' } })
  expect(heard).toEqual([])
  await admin('POST', '/hooked/clock', { advance: '5s' })
  await expect.poll(() => heard).toEqual(['t= customer.created'])
  listener.close()
})

test('the page shows itself without a token, and nothing else', async () => {
  const page = await fetch(`http://127.0.0.1:${served.adminPort}/`)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Backlot twins</title>')])
})

test('an authority is made once, and kept to its owner', async () => {
  const { statSync } = await import('node:fs')
  expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600)
  const before = readFileSync(join(folder, 'ca.pem'), 'utf8')
  await openAuthority(folder, Date.parse('2026-12-26T00:00:00Z'))
  expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe(before)
  await openAuthority(folder, Date.parse('2028-12-26T00:00:00Z'))
  expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).not.toBe(before)
})
