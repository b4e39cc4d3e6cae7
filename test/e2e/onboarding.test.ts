import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { backlot, commit, copyProject, REPOSITORY, verdictOf } from '../support/cli.ts'

const ONBOARDING = join(REPOSITORY, 'examples/onboarding')
const candidates = z
  .strictObject({
    schema: z.literal(1),
    candidates: z.array(
      z.union([
        z.strictObject({ file: z.string(), status: z.literal('pass'), thought: z.string() }),
        z.strictObject({
          file: z.string(),
          status: z.literal('fail'),
          check: z.string(),
          only: z.string(),
          thought: z.string(),
        }),
      ]),
    ),
  })
  .parse(parse(readFileSync(join(ONBOARDING, 'candidates/candidates.yaml'), 'utf8'))).candidates

let project: ReturnType<typeof copyProject>
beforeAll(() => {
  project = copyProject(ONBOARDING)
  commit(project.folder)
})
afterAll(() => project.close())

/** The candidates' paths start at the repository; the copy is a repository of its own, so they apply below `examples/onboarding`. */
function relativePatch(file: string): string {
  const text = readFileSync(join(ONBOARDING, 'candidates', file), 'utf8').replaceAll('examples/onboarding/', '')
  project.write(`../${file}`, text)
  return join(project.folder, '..', file)
}

const git = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync('git', ['-C', project.folder, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

const gate = (file: string, ...more: readonly string[]): ReturnType<typeof backlot> =>
  backlot(['gate', '--project', project.folder, '--candidate', relativePatch(file), '--seeds', '1', '--json', ...more])

test('the service keeps every promise, and every scenario is certified', () => {
  const { determinism, status, checks } = verdictOf(
    backlot(['run', '--project', project.folder, '--seeds', '1', '--certify', '--json']),
  )
  expect(status, JSON.stringify(checks.filter((one) => one.status !== 'pass'))).toBe('pass')
  expect(determinism.certified).toBe(determinism.of)
  expect(determinism.of).toBeGreaterThanOrEqual(12)
}, 180_000)

test('every acceptance item of the brief has a scenario, and no scenario covers another', () => {
  const items = readFileSync(join(ONBOARDING, 'BRIEF.md'), 'utf8').match(/(?<=^- )AC-\d+/gm) ?? []
  const folder = join(ONBOARDING, 'backlot/scenarios')
  const covered = readdirSync(folder).flatMap(
    (file) => z.object({ covers: z.array(z.string()) }).parse(parse(readFileSync(join(folder, file), 'utf8'))).covers,
  )
  expect(items.length).toBeGreaterThanOrEqual(7)
  expect([...new Set(covered)].toSorted()).toEqual(items)
})

test.each(candidates.filter(({ status }) => status === 'pass'))(
  '$file passes',
  ({ file }) => {
    const ended = gate(file)
    const { checks, status } = verdictOf(ended)
    expect([ended.code, status], JSON.stringify(checks.filter((one) => one.status !== 'pass'))).toEqual([0, 'pass'])
  },
  180_000,
)

const bad = candidates.flatMap((one) => (one.status === 'fail' ? [one] : []))
/** Its exit code, and the checks that say no. */
const saidNo = (ended: ReturnType<typeof backlot>): readonly [number | null, readonly string[]] => [
  ended.code,
  verdictOf(ended).checks.flatMap(({ id, status }) => (status === 'fail' ? [id] : [])),
]

test.each(bad.slice(0, 1))(
  '$file: $check says no at the gate',
  ({ file, check, only }) => {
    expect(saidNo(gate(file, '--only', only, '--no-shrink'))).toEqual([1, expect.arrayContaining([check])])
  },
  180_000,
)

// What a gate does beside is shown above: these are applied and run, in half the time.
test.each(bad.slice(1))(
  '$file: $check says no',
  ({ file, check, only }) => {
    git('apply', relativePatch(file))
    try {
      const run = ['run', '--project', project.folder, '--seeds', '1', '--only', only, '--no-shrink', '--json']
      expect(saidNo(backlot(run))).toEqual([1, expect.arrayContaining([check])])
    } finally {
      git('checkout', '--quiet', '--', '.')
      git('clean', '--quiet', '-fd', 'src')
    }
  },
  180_000,
)
