import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCourier } from '../../runner/serve/courier.ts'
import { type Served, serveTwins } from '../../runner/serve/server.ts'
import { stripe } from '../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { REPOSITORY } from '../support/cli.ts'

// A real page, msw's service worker, and served twins: the page's requests to the vendor's host never leave this machine.
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
const required = process.env.BACKLOT_REQUIRE_ALL === '1'

let served: Served
let site: Server

const PAGE = `
import { setupWorker } from 'msw/browser'
import { servedHandlers } from ${JSON.stringify(join(REPOSITORY, 'twins/msw-browser.ts'))}
const url = new URLSearchParams(location.search).get('twins')
await setupWorker(...servedHandlers({ url, hosts: ['api.stripe.com'], namespace: 'page' })).start({ quiet: true })
const headers = { Authorization: 'Bearer sk_test_page', 'Content-Type': 'application/x-www-form-urlencoded' }
const ask = (method, path, body) => fetch('https://api.stripe.com' + path, { method, headers, body }).then((answer) => answer.json())
const made = await ask('POST', '/v1/customers', 'email=ann%40example.com')
const list = await ask('GET', '/v1/customers')
document.title = made.email + ' ' + list.data.length
`

beforeAll(async () => {
  served = await serveTwins({
    definitions: [stripe] as unknown as readonly TwinDefinition<unknown>[],
    seeds: {},
    seed: '1',
    port: 0,
    host: '127.0.0.1',
    adminPort: 0,
    token: 'token',
    authority: undefined,
    latency: false,
    realNow: undefined,
    startsAtMs: Date.parse('2030-01-01T00:00:00Z'),
    wait: async () => undefined,
    courier: createCourier,
    onProblem: () => undefined,
  })
  const bundle = await build({
    stdin: { contents: PAGE, resolveDir: REPOSITORY },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  })
  const worker = readFileSync(join(REPOSITORY, 'node_modules/msw/lib/mockServiceWorker.js'))
  site = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const [type, body] =
      path === '/mockServiceWorker.js'
        ? ['text/javascript', worker]
        : path === '/page.js'
          ? ['text/javascript', bundle.outputFiles[0]?.text ?? '']
          : ['text/html', '<!doctype html><title>waiting</title><script type="module" src="/page.js"></script>']
    response.writeHead(200, { 'Content-Type': String(type) }).end(body)
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', () => done()))
})
afterAll(async () => {
  await served?.close()
  site?.close()
})

test.skipIf(CHROMIUM === undefined && !required)(
  'a page in a real browser talks to a served twin at the vendor’s own address',
  async () => {
    const browser = await chromium.launch({
      args: ['--no-sandbox'],
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    })
    try {
      const page = await browser.newPage()
      const errors: string[] = []
      page.on('pageerror', (error) => void errors.push(error.message))
      const { port } = site.address() as AddressInfo
      await page.goto(`http://127.0.0.1:${port}/?twins=${encodeURIComponent(`http://127.0.0.1:${served.port}`)}`)
      await page.waitForFunction('document.title !== "waiting"', undefined, { timeout: 200_000 }).catch(() => undefined)
      expect(errors).toEqual([])
      expect(await page.title()).toBe('ann@example.com 1')
    } finally {
      await browser.close()
    }
  },
)
