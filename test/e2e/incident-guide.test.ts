import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TWINS } from '../../runner/twins.ts'
import { parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import { standingOf } from '../../scenarios/proof.ts'
import { REPOSITORY } from '../support/cli.ts'

const GUIDE = readFileSync(join(REPOSITORY, 'docs/guides/incident.md'), 'utf8')
const commands = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code).join('\n')
const folder = mkdtempSync(join(tmpdir(), 'backlot-incident-guide-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => found(port))
    })
  })

test('every command of the guide, in order: an outage on a real network ends as a scenario that is proven and gates', async () => {
  const ports = { 4010: await freePort(), 3000: await freePort(), 4318: await freePort() }
  const script = Object.entries(ports).reduce(
    (text, [old, port]) => text.replaceAll(new RegExp(`(?<=[:= (]|port )${old}\\b`, 'g'), `${port}`),
    commands,
  )
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-e', '-c', `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${script}`],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 230_000,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        BACKLOT: REPOSITORY.replace(/\/$/, ''),
        NO_COLOR: '1',
        GIT_AUTHOR_NAME: 't',
        GIT_AUTHOR_EMAIL: 't@example.test',
        GIT_COMMITTER_NAME: 't',
        GIT_COMMITTER_EMAIL: 't@example.test',
      },
    },
  )
  const said = `${stdout}\n${stderr}`
  expect(said).toContain('4 charges for 3 orders')
  expect(said).toMatch(/^two readings: answer-lost \| request-lost$/m)
  expect(said).toMatch(
    /^PROVEN {8}inc-2041-answer-lost: PAY-1 by stripe\.charge\.succeeded in POST \/orders, seed \d+$/m,
  )
  expect(said).toMatch(/^ {2}2 of \d+ steps, found in \d+ runs\. Each of these 2 steps is needed:$/m)
  expect(said).toContain('UNPROVEN      inc-2041-request-lost: it never fails there.')
  expect(said).toMatch(/^FAIL {10}PAY-1: Nobody pays twice\.$/m)
  expect(said).toContain('the gate says 1')
  expect(said).toMatch(/^DIFFERENT {2}POST \/orders: call stripe\.payment_intents\.create idempotency_key/m)
  expect(said).toContain('they differ: 1')
  const file = join(folder, 'shop/backlot/scenarios/incidents/inc-2041.scenario.md')
  const { scenarios } = parseScenarioFile(file, readFileSync(file, 'utf8'), { twins: TWINS })
  expect(scenarios.map((one) => standingOf(one).kind)).toEqual(['proven', 'unproven'])
  // Nothing of the customers is in it.
  expect(readFileSync(file, 'utf8')).not.toMatch(/shop\.example|eric|finn/)
})
