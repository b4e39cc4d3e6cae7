import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bubblewrap, sandboxStatus, sweepBoxes } from '../../../runner/sandbox/bubblewrap.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { call, scenario } from '../../scenarios/support/stories.ts'
import { REPOSITORY } from '../../support/cli.ts'

const status = sandboxStatus()

test('the sandbox is there where everything has to be', () => {
  if (process.env.BACKLOT_REQUIRE_ALL === '1') expect(status).toEqual({ available: true })
  if (!status.available) expect(status.wayOut.length).toBeGreaterThan(10)
})

// Skipped, with the reason in its name, only where no sandbox starts; the test above fails there in CI.
describe.skipIf(!status.available)('inside the sandbox (needs bubblewrap)', () => {
  let folder: string
  let stage: Stage
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'backlot-walls-'))
    mkdirSync(join(folder, 'tree'))
    mkdirSync(join(folder, 'node_modules'))
    cpSync(join(REPOSITORY, 'test/fixtures/subjects/walls.mjs'), join(folder, 'tree/walls.mjs'))
    writeFileSync(join(folder, 'holdout.txt'), 'the answer is 42')
    const env = { SECRET_FILE: join(folder, 'holdout.txt'), PACKAGES: join(folder, 'node_modules') }
    stage = createStage({
      twins: [],
      subject: (zone) =>
        nodeSubject({
          cwd: join(folder, 'tree'),
          entry: 'walls.mjs',
          env: { ...zone, ...env },
          wrap: bubblewrap([join(folder, 'node_modules')]),
        }),
    })
    process.env.BACKLOT_TEST_SECRET = 'not for subjects'
  })
  afterAll(() => {
    stage.close()
    delete process.env.BACKLOT_TEST_SECRET
    rmSync(folder, { recursive: true, force: true })
  })
  const climb = async (wall: string): Promise<unknown> => {
    const { body } = (await stage.run(scenario([call('climb', `/${wall}`)]), { seed: '1' })).answers.climb ?? {}
    try {
      return JSON.parse(String(body))
    } catch {
      return body
    }
  }

  test.each([
    ['passwd', 'ENOENT'],
    ['shadow', 'ENOENT'],
    ['home', 'ENOENT'],
    ['secret', 'ENOENT'],
    ['tree', 'EROFS'],
    ['packages', 'EROFS'],
    ['usr', 'EROFS'],
    ['flood', 'ENOSPC'],
  ])('%s: %s', async (wall, code) => {
    expect(await climb(wall)).toBe(code)
  })
  test('it writes to a scratch folder of its own, empty at the start of each run', async () => {
    expect(await climb('scratch')).toBe('mine')
    expect(await climb('scratch')).toBe('mine')
    expect(existsSync('/tmp/scratch/mine')).toBe(false)
  })
  test('it sees no process but its own, no network but loopback, no power, no variable of ours', async () => {
    expect(await climb('processes')).toBeLessThanOrEqual(3)
    expect(await climb('interfaces')).toEqual(['lo'])
    expect(await climb('capabilities')).toBe('0000000000000000')
    const names = await climb('environment')
    expect(names).not.toContain('BACKLOT_TEST_SECRET')
    expect(names).not.toContain('BACKLOT_CHANNEL')
    expect(names).toContain('SECRET_FILE')
  })
  test('the same program without a sandbox gets over the wall: the climb is real', async () => {
    const env = { SECRET_FILE: join(folder, 'holdout.txt') }
    const free = createStage({
      twins: [],
      subject: (zone) => nodeSubject({ cwd: join(folder, 'tree'), entry: 'walls.mjs', env: { ...zone, ...env } }),
    })
    const run = await free.run(scenario([call('climb', '/secret')]), { seed: '1' })
    free.close()
    expect(run.answers.climb?.body).toBe('"the answer is 42"')
  })
})

test.skipIf(process.getuid?.() !== 0)('what a killed gate has left of a box is ended, and nothing else', async () => {
  const dead = spawnSync('/bin/true').pid
  const uidOf = (owner: number): number => 0x70000000 + owner * 64
  const asBoxOf = (owner: number) =>
    spawn('/usr/bin/setpriv', [`--reuid=${uidOf(owner)}`, '--clear-groups', '--', '/bin/sleep', '60'], {
      stdio: 'ignore',
    })
  const [orphan, own] = [asBoxOf(dead), asBoxOf(process.pid)]
  const gone = new Promise((resolve) => orphan.once('exit', (_, signal) => resolve(signal)))
  for (const { pid } of [orphan, own]) while (statSync(`/proc/${pid}`).uid === 0) await new Promise(setImmediate)
  // A gate of another test may have been quicker.
  sweepBoxes()
  expect([await gone, own.exitCode, own.signalCode]).toEqual(['SIGKILL', null, null])
  own.kill('SIGKILL')
})
