import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GateVerdict } from '../../runner/report/verdict.ts'
import { backlot, commit, copyProject, type Ended, verdictOf } from '../support/cli.ts'

let project: ReturnType<typeof copyProject>
const own = generateKeyPairSync('ed25519')
beforeAll(() => {
  project = copyProject()
  project.change('backlot/scenarios/lost-answer.scenario.yaml', 'nth: 1', 'times: 2')
  commit(project.folder)
  project.change('src/main.ts', "?? '')", "?? '', { maxNetworkRetries: 0 })")
  project.change(
    'src/main.ts',
    '  try {\n    const intent',
    '  for (let attempt = 1; ; attempt++)\n  try {\n    const intent',
  )
  project.change('src/main.ts', 'pay-$' + '{order}`', 'pay-$' + '{order}-$' + '{attempt}`')
  project.change('src/main.ts', '  } catch (error) {\n', '  } catch (error) {\n    if (attempt < 4) continue\n')
})
afterAll(() => {
  delete process.env.BACKLOT_CACHE_KEY
  project.close()
})

const run = (...args: string[]): Ended => backlot(args, { cwd: project.folder })
const file = (name: string): string => join(project.folder, '.backlot', name)
const timeless = (verdict: GateVerdict): GateVerdict => ({ ...verdict, runs: { ...verdict.runs, wallMs: 0 } })

test('parts, merged in any order, give the verdict of one gate to the letter; without one of them there is none', () => {
  const whole = run('gate', '--json')
  for (const index of [1, 2]) {
    const part = run('gate', '--shard', `${index}/2`, '--verdict', file(`part-${index}.json`), '--no-shrink')
    expect(part.stdout).toContain(`Part ${index} of 2 was played.`)
    expect(part.code, 'a part never ends with 0').toBeGreaterThan(0)
  }
  const merged = run('merge', file('part-2.json'), file('part-1.json'), '--json')
  expect([whole.code, merged.code], merged.stderr).toEqual([1, 1])
  expect(timeless(verdictOf(merged))).toEqual(timeless(verdictOf(whole)))

  const lone = run('merge', file('part-2.json'), '--no-shrink')
  expect(lone.stdout).toContain('Part 1 of 2 is missing.')
  expect(lone.code).toBeGreaterThan(0)
})

test('runs are taken from the cache on the very same ground, and hits are shown as hits', () => {
  const cache = ['--cache', file('cache'), '--json', '--no-shrink']
  // Without a key nobody can tell who wrote what is there, so nothing is taken and nothing written.
  const keyless = run('gate', ...cache, '--cache-write')
  expect(keyless.stderr).toContain('no cache: expected cache.public-key')
  expect([existsSync(file('cache')), verdictOf(keyless).runs.cached]).toEqual([false, 0])
  const key = own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  appendFileSync(join(project.folder, 'backlot.yaml'), `\ncache: { public-key: ${key} }\n`)
  spawnSync('git', ['-C', project.folder, 'commit', '--quiet', '-m', 'key', '--', 'backlot.yaml'])
  process.env.BACKLOT_CACHE_KEY = String(own.privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const first = run('gate', ...cache, '--cache-write')
  expect(first.stderr).toContain(`cache ${file('cache')}: 0 runs taken, 12 written`)
  const again = run('gate', ...cache, '--html', file('cached.html'))
  expect(again.stderr).toContain('12 runs taken\n')
  expect(again.stderr).toContain('6 runs (6 from the cache)')
  expect(readFileSync(file('cached.html'), 'utf8')).toContain('6 runs were taken from the cache')
  const { runs: _, ...rest } = verdictOf(again)
  const { runs: __, ...before } = verdictOf(first)
  expect(rest).toEqual(before)
  // Another candidate: the base's runs stay known, its own are played.
  project.change('src/main.ts', 'attempt < 4', 'attempt < 3')
  const other = run('gate', ...cache)
  expect([verdictOf(other).runs.cached, /(\d+) runs taken/.exec(other.stderr)?.[1]]).toEqual([0, '6'])
})

test.each([
  [
    ['gate', '--shard', '3/2', '--verdict', 'x.json'],
    'expected --shard to be a part of a whole such as 2/4, got "3/2"',
  ],
  [['gate', '--shard', '1/2'], 'expected --verdict FILE beside --shard'],
  [['merge', 'backlot.yaml'], 'backlot.yaml: expected a part of a gate, got no JSON'],
  [['gate', '--cache-write'], 'expected --cache DIR beside --cache-write'],
] as const)('%j is a mistake on the command line', (args, message) => {
  const { code, stderr } = run(...args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})
