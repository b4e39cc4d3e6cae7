import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Missing } from '../../runner/report/publish/github.ts'
import { eventText, type FakeGitHub, fakeGitHub, MERGE } from '../runner/report/publish/fake-github.ts'
import { check, passed, verdictOver } from '../runner/report/sample.ts'
import { type Ended, startBacklot } from '../support/cli.ts'

const scratch = mkdtempSync(join(tmpdir(), 'backlot-publish-'))
const tokens: (string | undefined)[] = []
let github: FakeGitHub
let failing = false
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    tokens.push(request.headers.authorization)
    const text = Buffer.concat(chunks).toString()
    try {
      if (failing) throw new Error('down')
      const method = request.method as Parameters<FakeGitHub['send']>[0]
      const answer = await github.send(method, request.url ?? '', text === '' ? undefined : JSON.parse(text))
      response.end(JSON.stringify(answer))
    } catch (error) {
      response.writeHead(error instanceof Missing ? 404 : 500).end()
    }
  })
})
const KEPT = { ...process.env }
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  writeFileSync(join(scratch, 'event.json'), eventText())
  Object.assign(process.env, {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GITHUB_EVENT_PATH: join(scratch, 'event.json'),
    GITHUB_TOKEN: 'ghs_secret',
  })
})
beforeEach(() => {
  github = fakeGitHub()
  failing = false
})
afterAll(() => {
  process.env = KEPT
  server.close()
  rmSync(scratch, { recursive: true, force: true })
})

const publish = (verdict: object, ...args: string[]): Promise<Ended> => {
  const file = join(scratch, 'verdict.json')
  writeFileSync(file, JSON.stringify(verdict))
  return startBacklot(['publish', '--verdict', file, ...args]).ended
}
const good = verdictOver([check()], { candidate: { name: MERGE, tree: '2'.repeat(40), commit: MERGE } })

test('a trusted job tells a verdict, with the token from its environment and never in its output', async () => {
  const { code, stdout, stderr } = await publish(good)
  expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('comment on #7: written'), ''])
  expect(github.checks[0]).toMatchObject({ conclusion: 'failure', output: { title: 'fail' } })
  expect(new Set(tokens)).toEqual(new Set(['Bearer ghs_secret']))
  expect(stdout + stderr).not.toContain('ghs_secret')
})

test('a forged verdict is told as such: exit 3, action required', async () => {
  const forged = verdictOver([passed('a')], { candidate: { name: 'x', tree: '3'.repeat(40), commit: MERGE } })
  const { code, stderr } = await publish(forged)
  expect([code, stderr]).toEqual([3, 'not to be believed: It speaks of another tree than this commit has.\n'])
  expect(github.checks[0]?.conclusion).toBe('action_required')
})

test('a host that is down is a failure of this job, not a verdict', async () => {
  failing = true
  const { code, stderr } = await publish(good)
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/expected success, got 500\. The token needs: checks write/),
  ])
})

test('a dry run sends nothing and prints what would be sent; a file that is no verdict is refused', async () => {
  const dry = await publish(good, '--dry-run')
  expect(JSON.parse(dry.stdout)).toMatchObject({ schema: 'backlot.publication/v1', conclusion: 'failure' })
  const odd = await publish({ ...good, status: 'pass' })
  expect([odd.code, odd.stderr]).toEqual([
    2,
    expect.stringContaining('expected the status that its checks give (fail), got pass'),
  ])
  expect([github.asked, github.checks]).toEqual([[], []])
})
