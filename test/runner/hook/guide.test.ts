import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkHook, serveHook } from '../../../runner/cli/hook.ts'
import { UsageError } from '../../../runner/gate/workspace.ts'
import { createHookClient } from '../../../runner/hook/client.ts'
import { newSecret, REAL } from '../../../runner/hook/real.ts'
import { sandboxStatus } from '../../../runner/sandbox/bubblewrap.ts'
import { backlot, REPOSITORY } from '../../support/cli.ts'
import { repository } from './agents.ts'
import { changeRequest, going } from './support.ts'

const GUIDE = readFileSync(join(REPOSITORY, 'docs/guides/hook.md'), 'utf8')
/** The blocks of code in one language, in order. */
const blocks = (language: string): readonly string[] =>
  [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code)

const folder = mkdtempSync(join(tmpdir(), 'backlot-hook-guide-'))
const repo = repository()
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
  repo.close()
})

/** Starts a server and waits until it can be asked; resolves with its address. */
async function start(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  says?: RegExp,
): Promise<string> {
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  started.push(child)
  if (says !== undefined) {
    let out = ''
    for await (const chunk of child.stdout) {
      out += String(chunk)
      const [, url] = says.exec(out) ?? []
      if (url !== undefined) return url
    }
    throw new Error(`expected ${says}, got ${out}`)
  }
  const url = `http://127.0.0.1:${env.PORT}`
  for (let tries = 0; tries < 2000; tries += 1) {
    const { kind } = await createHookClient({ url }, REAL, { limits: { triesMax: 1 } }).describe()
    if (kind === 'result') return url
    await new Promise((later) => setTimeout(later, 50))
  }
  throw new Error(`nobody answers at ${url}`)
}
const serveFolder = (...more: readonly string[]): Promise<string> =>
  start(
    process.execPath,
    ['bin/backlot.js', ...words('--folder').slice(1), '--port', '0', '--quiet', ...more],
    more.includes('--secret-env') ? { HOOK_SECRET: SECRET } : {},
    /hook at (http:\S+)\//,
  )
const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => found(port))
    })
  })
/** The guide's own command line with this option. */
const words = (option: string): readonly string[] =>
  blocks('sh')
    .flatMap((block) => block.split('\n'))
    .find((line) => line.startsWith('backlot ') && line.includes(option))
    ?.split(' ') ?? []
const SECRET = newSecret()
const shell = (script: string, url: string, env: Record<string, string> = {}): string => {
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-ec', script.replaceAll('http://127.0.0.1:4010', url)], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_DIR: join(repo.folder, '.git'), ...env },
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}

test('the commands of the guide ask the reference agent by hand', async () => {
  const url = await serveFolder()
  const byHand = blocks('sh').find((block) => block.includes('request.json <<END')) ?? ''
  const out = shell(byHand, url)
  expect(out).toContain('"name":"folder"')
  expect(out).toContain('"status":"completed"')
  expect(out).toContain('order-view.ts')
})

test('the commands of the guide sign a request, and without the signature it is refused', async () => {
  const url = await serveFolder('--secret-env', 'HOOK_SECRET')
  const signed = blocks('sh').find((block) => block.includes('hexkey')) ?? ''
  expect(shell(signed, url, { HOOK_SECRET: SECRET })).toContain('"status":"completed"')
  const wrong = shell(signed, url, { HOOK_SECRET: newSecret() })
  expect(wrong).toContain('urn:backlot:problem:bad-signature')
})

test.each([
  ['js', 'agent.mjs', process.execPath],
  ['python', 'agent.py', 'python3'],
])(
  'the server of the guide in %s answers as the contract says',
  async (language, file, command) => {
    const [code = ''] = blocks(language)
    // Twenty lines and what it takes to begin.
    expect(
      code
        .trim()
        .split('\n')
        .filter((line) => line.trim() !== '').length,
    ).toBeLessThanOrEqual(30)
    writeFileSync(join(folder, file), code)
    const url = await start(command, [join(folder, file)], { PORT: `${await freePort()}` })
    const outcome = await createHookClient({ url }, REAL).change(changeRequest(), going())
    expect(outcome).toMatchObject({ kind: 'result', result: { status: 'completed', agent: { name: 'twenty-lines' } } })
    const { code: exit, stdout } = backlot(['hook', 'check', url, '--no-change'])
    expect(stdout).toContain('ok      describe')
    expect(stdout).toMatch(/WRONG {3}not-json/)
    expect(exit).toBe(1)
  },
  60_000,
)

test('hook check holds our own server to the contract, prints a table and exits 0', async () => {
  const url = await start(
    process.execPath,
    [
      'bin/backlot.js',
      'hook',
      '--command',
      "/bin/sh -c 'echo hi > hi.txt; sleep 0.5'",
      '--repository',
      repo.folder,
      '--port',
      '0',
      '--quiet',
    ],
    {},
    /hook at (http:\S+)\//,
  )
  const { code, stdout, stderr } = backlot(['hook', 'check', url, '--repository', repo.folder, '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'backlot.hook-check/v1', findings: expect.any(Array) })
  expect(JSON.parse(stdout).findings.filter((one: { status: string }) => one.status === 'wrong')).toEqual([])
  expect(stderr).toContain('up to three small changes')
  expect(code).toBe(0)
})

const nobody = { secretEnv: 'NO_SUCH_VARIABLE' }
test.each<[string, () => Promise<void>, string]>([
  ['no agent', () => serveHook({}, () => undefined), 'expected one of --command, --folder, --acp and --a2a, got 0'],
  ['two agents', () => serveHook({ folder: 'x', acp: 'y' }, () => undefined), 'got 2'],
  [
    'an empty folder',
    () => serveHook({ folder: '/nowhere' }, () => undefined),
    'expected answers.yaml or *.patch files',
  ],
  [
    'no such variable',
    () => serveHook({ command: 'x', env: ['NO_SUCH_VARIABLE'] }, () => undefined),
    'Export it first',
  ],
  ['no such folder', () => serveHook({ command: 'x', read: ['/nowhere'] }, () => undefined), 'expected --read to name'],
  ['no such secret', () => serveHook({ command: 'x', ...nobody }, () => undefined), 'Make one: backlot hook secret'],
  [
    'an open door',
    () => serveHook({ command: 'x', host: '0.0.0.0' }, () => undefined),
    'expected --secret-env or --bearer-env',
  ],
  ['no web address', () => checkHook('ftp://x', {}), 'expected https://'],
  ['no repository', () => checkHook('http://127.0.0.1:1', { repository: '/' }), 'Give --repository and --base'],
])('%s is a usage error with a way out', async (_, run, says) => {
  const error = await run().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  expect(String(error)).toContain(says)
})
test('on the command line a usage error is exit code 2', () => {
  const { code, stderr } = backlot(['hook', 'check', 'http://127.0.0.1:1', '--repository', '/'])
  expect(stderr).toContain('backlot: expected a git repository with the base, got none.')
  expect(code).toBe(2)
})

test('Ctrl-C ends the server, and the work of its agent', async () => {
  const child = spawn(
    process.execPath,
    ['bin/backlot.js', 'hook', '--folder', 'examples/billing/candidates', '--port', '0'],
    {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  await new Promise((ready) => child.stdout.once('data', ready))
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGINT')
  expect(await ended).toBe(130)
})

// The box makes it so; outside of it only the program itself goes, not what it has started.
test.skipIf(!sandboxStatus().available)(
  'killed outright, the server leaves no program behind (needs bubblewrap)',
  async () => {
    const seconds = `${271 + process.pid / 100_000}`
    const args = [
      'hook',
      '--command',
      `/bin/sh -c 'sleep ${seconds}; true'`,
      '--repository',
      repo.folder,
      '--port',
      '0',
      '--quiet',
    ]
    const url = await start(process.execPath, ['bin/backlot.js', ...args], {}, /hook at (http:\S+)\//)
    const stop = new AbortController()
    const request = changeRequest({
      base: { commit: repo.commit, fetch: null },
      budget: { deadline: '2999-01-01T00:00:00Z', timeoutMs: 60_000 },
    })
    const asked = createHookClient({ url }, REAL).change(request, { signal: stop.signal })
    const running = (): boolean =>
      readdirSync('/proc').some((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`
        } catch {
          return false
        }
      })
    await until(running)
    started.at(-1)?.kill('SIGKILL')
    await until(() => !running())
    stop.abort()
    expect(await asked).toMatchObject({ kind: 'failed' })
  },
)

async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 4000 && !holds(); look += 1) await new Promise((later) => setTimeout(later, 25))
  expect(holds()).toBe(true)
}
