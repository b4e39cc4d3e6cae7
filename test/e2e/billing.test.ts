import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { backlot, commit, copyProject, REPOSITORY, verdictOf } from '../support/cli.ts'

const BILLING = join(REPOSITORY, 'examples/billing')
const candidates = z
  .strictObject({
    schema: z.literal(1),
    candidates: z.array(
      z.strictObject({
        file: z.string(),
        status: z.enum(['pass', 'fail']),
        check: z.string().optional(),
        thought: z.string(),
      }),
    ),
  })
  .parse(parse(readFileSync(join(BILLING, 'candidates/candidates.yaml'), 'utf8'))).candidates

let project: ReturnType<typeof copyProject>
/** Every candidate has the same base, which is played once and taken from the cache from then on. */
let cache: readonly string[]
const scratch = mkdtempSync(join(tmpdir(), 'backlot-billing-'))
beforeAll(() => {
  project = copyProject(BILLING)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  appendFileSync(join(project.folder, 'backlot.yaml'), `\ncache: { public-key: ${key} }\n`)
  commit(project.folder)
  cache = ['--cache', join(scratch, 'cache')]
  process.env.BACKLOT_CACHE_KEY = String(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const kept = backlot([
    'gate',
    '--project',
    project.folder,
    '--candidate',
    'HEAD',
    '--seeds',
    '2',
    ...cache,
    '--cache-write',
  ])
  delete process.env.BACKLOT_CACHE_KEY
  expect(kept.stderr).toMatch(/: 0 runs taken, [1-9]\d* written/)
})
afterAll(() => {
  project.close()
  rmSync(scratch, { recursive: true, force: true })
})

/** The candidates' paths start at the repository; the copy is a repository of its own, so they apply below `examples/billing`. */
function relativePatch(file: string): string {
  const text = readFileSync(join(BILLING, 'candidates', file), 'utf8').replaceAll('examples/billing/', '')
  project.write(`../${file}`, text)
  return join(project.folder, '..', file)
}

test('there are good candidates and bad ones, each with its reason', () => {
  expect(candidates.filter(({ status }) => status === 'pass').length).toBeGreaterThanOrEqual(2)
  expect(
    candidates.filter(({ status, check }) => status === 'fail' && check !== undefined).length,
  ).toBeGreaterThanOrEqual(12)
  for (const { file } of candidates) expect(existsSync(join(BILLING, 'candidates', file)), file).toBe(true)
})

test.each(candidates)(
  '$file: $status $check',
  ({ file, status, check }) => {
    const ended = backlot([
      'gate',
      '--project',
      project.folder,
      '--candidate',
      relativePatch(file),
      '--seeds',
      '2',
      '--json',
      ...cache,
    ])
    expect(ended.stderr).toMatch(/: [1-9]\d* runs taken/)
    const verdict = verdictOf(ended)
    const failed = verdict.checks.filter((one) => one.status === 'fail')
    expect([ended.code, verdict.status], JSON.stringify(verdict.checks.filter((one) => one.status !== 'pass'))).toEqual(
      [status === 'pass' ? 0 : 1, status],
    )
    if (check === undefined) return
    const intended = failed.find(({ id }) => id === check)
    expect(failed.map(({ id }) => id)).toContain(check)
    // The command that the failure ends with brings it back, to the bit.
    const replay = backlot(['replay', intended?.findings[0]?.replay?.split(' ')[3] ?? ''])
    expect(replay.stderr).toContain('the same run, hash ')
    expect(replay.code).toBe(1)
  },
  240_000,
)

test('the tripled bill is told with both figures and the hour it happened', () => {
  const { stdout, code } = backlot([
    'gate',
    '--project',
    project.folder,
    '--candidate',
    relativePatch('silent-retry.patch'),
    '--seeds',
    '2',
  ])
  expect(stdout).toMatch(
    /outage-night, seed \d, at \+[\d.]+ h: cost per request: base 0\.\d+ USD, candidate 0\.\d+ USD: 3\.\d+x the base/,
  )
  expect(stdout).toContain('smallest case, 2 of 14 steps: answer-lost on openai.chat.completions.create; POST /quotes')
  expect(code).toBe(1)
})

test('every scenario is certified: the same run in one process, in another, in another zone and locale', () => {
  const ended = backlot(['run', '--project', project.folder, '--seeds', '1', '--certify', '--json'])
  const { determinism, status } = verdictOf(ended)
  expect([status, determinism.certified, determinism.of]).toEqual(['pass', determinism.of, determinism.of])
  expect(determinism.of).toBeGreaterThanOrEqual(12)
})
