import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { detect } from '../../../runner/init/detect.ts'
import { projectText } from '../../../runner/init/files.ts'
import { twinsFor } from '../../../runner/init/services.ts'
import { TWIN_NAMES } from '../../../runner/twins-by-name.ts'
import { backlot, REPOSITORY, verdictOf } from '../../support/cli.ts'

const folders: string[] = []
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-init-'))
  folders.push(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

const manifest = (more: object): string => JSON.stringify({ name: '@acme/My Shop', ...more })
const found = (files: Readonly<Record<string, string>>) => detect(folderOf(files))

test.each([
  [
    'the file a script starts',
    { 'package.json': manifest({ scripts: { start: 'node src/run.js' } }), 'src/run.js': '', 'src/main.ts': '' },
    'src/run.js',
  ],
  [
    'source before what is built of it',
    {
      'package.json': manifest({ scripts: { start: 'node dist/x.js', dev: 'tsx watch src/x.ts' } }),
      'dist/x.js': '',
      'src/x.ts': '',
    },
    'src/x.ts',
  ],
  [
    'what is built where there is no source',
    { 'package.json': manifest({ main: 'dist/x.js' }), 'dist/x.js': '' },
    'dist/x.js',
  ],
  ['a usual name', { 'package.json': '{', 'server.mjs': '' }, 'server.mjs'],
  ['nothing', { 'lib.ts': '' }, undefined],
])('the entry is %s', (_, files, entry) => {
  expect(found(files as Record<string, string>).entry).toBe(entry)
})

test.each([
  ['const port = process.env.PORT ?? 8080', 8080, true],
  ['app.listen({ port: 4100 })', 4100, false],
  ["const { PORT = '5000', HOST } = process.env", 5000, true],
  ['createServer().listen(process.env.PORT)', 3000, true],
])('the port of %s is %d', (text, port, asksPort) => {
  expect(found({ 'main.ts': text })).toMatchObject({ port, asksPort })
})

test.each([
  ["app.get('/health', f); app.get('/', g)", '/health'],
  ["const routes = { 'GET /healthz': f, 'POST /pay': g }", '/healthz'],
  ["app.get('/orders', f)", '/orders'],
  ['', '/'],
])('the first request of %j goes to %s', (text, path) => {
  expect(found({ 'main.ts': text }).path).toBe(path)
})

test('variables get made-up values where that does no harm; what .env holds is nobody’s business', () => {
  const { env, unknownEnv } = found({
    'main.ts': "new Stripe(process.env.STRIPE_SECRET_KEY); f(process.env['DATABASE_URL'], process.env.MODE)",
    'other.ts': 'const { JWT_SECRET, NODE_ENV, HTTPS_PROXY } = process.env',
    'node_modules/x/index.js': 'process.env.HIDDEN_TOKEN',
    '.env': 'STRIPE_SECRET_KEY=sk_live_real',
  })
  expect(env).toEqual({
    DATABASE_URL: 'postgres://app:made-up@db.internal:5432/app',
    JWT_SECRET: 'made-up',
    STRIPE_SECRET_KEY: 'sk_test_made_up',
  })
  expect(unknownEnv).toEqual(['MODE'])
})

test('machine code that makes hashes and images may be loaded, what has a clock of its own may not', () => {
  const dependencies = { bcrypt: '6', 'better-sqlite3': '12', sharp: '1' }
  const detected = found({ 'package.json': manifest({ dependencies }), 'main.ts': '' })
  expect(detected.addons).toEqual(['bcrypt', 'sharp'])
  expect(projectText({ ...detected, entry: 'main.ts' })).toContain('  addons:\n    - bcrypt\n    - sharp\n')
})

test('what Node loads before the entry is no entry, and is loaded in a run too', () => {
  const scripts = { start: 'node --env-file=.env --import ./src/telemetry.js src/run.js' }
  const files = { 'package.json': manifest({ scripts }), 'src/telemetry.js': '', 'src/run.js': '' }
  expect(found(files)).toMatchObject({ entry: 'src/run.js', env: { NODE_OPTIONS: '--import ./src/telemetry.js' } })
})

test('what an SDK reads by itself is made up too', () => {
  const dependencies = { '@ai-sdk/openai': '*', '@aws-sdk/client-sqs': '*' }
  expect(found({ 'package.json': manifest({ dependencies }), 'main.ts': '' }).env).toEqual({
    OPENAI_API_KEY: 'sk-made-up',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'made-up',
    AWS_SECRET_ACCESS_KEY: 'made-up',
  })
})

test('telemetry is switched off: nobody listens to it in a run', () => {
  expect(found({ 'package.json': manifest({ dependencies: { '@opentelemetry/sdk-node': '*' } }) }).env).toEqual({
    OTEL_SDK_DISABLED: 'true',
  })
})

test.each([
  [['pg', '@ai-sdk/openai', 'hono'], [], ['openai', 'postgres']],
  [[], ["fetch('https://api.stripe.com/v1/charges')"], ['stripe']],
  [['lodash'], ['https://example.com'], []],
])('packages %j and sources %j ask for the twins %j', (packages, sources, twins) => {
  expect(twinsFor(packages, sources)).toEqual(twins)
})

test('every twin that is found is one there is', () => {
  const everything = [
    'stripe',
    'openai',
    '@anthropic-ai/sdk',
    '@okta/okta-sdk-nodejs',
    '@sendgrid/mail',
    '@slack/bolt',
    'pg',
  ]
  const more = ['@aws-sdk/client-s3', '@aws-sdk/client-sqs', 'googleapis', 'octokit', 'jira.js', 'twilio']
  expect([...twinsFor([...everything, ...more], [])].sort()).toEqual([...TWIN_NAMES].sort())
})

const SERVICE = `
  import express from 'express'
  import Stripe from 'stripe'
  const stripe = new Stripe(process.env.STRIPE_SECRET_KEY)
  const app = express()
  app.get('/health', (_, response) => response.json({ ok: true }))
  app.post('/pay', async (_, response) => response.json(await stripe.customers.create({})))
  app.listen(process.env.PORT)`

test('from a service to a verdict it is one command and another; nothing is overwritten', () => {
  const folder = folderOf({
    'package.json': manifest({ type: 'module', scripts: { start: 'node main.mjs' }, dependencies: { stripe: '*' } }),
    'main.mjs': SERVICE,
  })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  const first = backlot(['init'], { cwd: folder })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('tried    GET /health: 200')
  expect(first.stdout.trimEnd().split('\n').at(-1)).toBe('next: npx backlot run')
  const verdict = verdictOf(backlot(['run', '--seeds', '1', '--json'], { cwd: folder }))
  expect(verdict).toMatchObject({ status: 'pass' })
  expect(verdict.checks.map(({ id }) => id)).toEqual(expect.arrayContaining(['first', 'APP-1']))
  // The first check can fail: another status is told.
  const story = join(folder, 'backlot/scenarios/first.scenario.yaml')
  writeFileSync(story, readFileSync(story, 'utf8').replace('status: 200', 'status: 201'))
  expect(backlot(['run', '--seeds', '1', '--no-shrink'], { cwd: folder })).toMatchObject({ code: 1 })
  const before = readFileSync(join(folder, 'backlot.yaml'), 'utf8')
  const again = backlot(['init'], { cwd: folder })
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('nothing is overwritten')])
  expect(readFileSync(join(folder, 'backlot.yaml'), 'utf8')).toBe(before)
})

test.each([
  [{ 'lib.ts': '' }, [], 'npx backlot init --entry FILE'],
  [{ 'main.ts': '' }, [], 'npx backlot init --twins stripe,postgres'],
  [{ 'main.ts': '' }, ['--twins', 'strip'], 'unknown twin "strip"'],
  [{ 'main.ts': '' }, ['--entry', 'other.ts'], 'expected the entry other.ts, which does not exist'],
])('what cannot be told of a folder is asked for: %j %j', (files, args, message) => {
  const { code, stderr } = backlot(['init', ...args], { cwd: folderOf(files as Record<string, string>) })
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})
