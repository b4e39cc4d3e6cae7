import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findServer } from '../../twins/postgres/server/find.ts'
import { backlot, copyProject, REPOSITORY, verdictOf } from '../support/cli.ts'

const missing = findServer() === undefined && process.env.BACKLOT_REQUIRE_ALL !== '1'
const shop = copyProject(join(REPOSITORY, 'test/fixtures/projects/shop'))
afterAll(() => shop.close())
const run = (...args: readonly string[]): ReturnType<typeof backlot> => backlot(args, { cwd: shop.folder })

test('a service with a database, migrations and retries runs in D3 with a certificate', () => {
  const { status, determinism, checks } = verdictOf(run('run', '--only', 'orders-one-by-one', '--certify', '--json'))
  expect([status, determinism.tier, determinism.certified, determinism.of]).toEqual(['pass', 'D3', 1, 1])
  expect(checks.map(({ status: one }) => one)).not.toContain('fail')
})

test('what a starting state names and the project has not is told with its line', () => {
  const copy = copyProject(join(REPOSITORY, 'test/fixtures/projects/shop'))
  copy.change('backlot.yaml', 'migrations/*.sql', 'migrations/*.ddl')
  const { code, stderr } = backlot(['run'], { cwd: copy.folder })
  copy.change('backlot.yaml', 'migrations/*.ddl', '../*.sql')
  const above = backlot(['run'], { cwd: copy.folder })
  copy.close()
  expect([code, stderr]).toEqual([2, expect.stringContaining('expected files at migrations/*.ddl, got none.')])
  expect([above.code, above.stderr]).toEqual([
    2,
    expect.stringContaining('expected files of the project, got ../*.sql.'),
  ])
})

test.skipIf(missing)('a lost update on a real server is found by its seed, and replayed exactly', () => {
  const verdict = verdictOf(run('run', '--only', 'two-orders-at-once', '--no-shrink', '--json'))
  expect(verdict.status).toBe('fail')
  const { code, stdout, stderr } = run('replay', '.backlot/failures/two-orders-at-once-1.json')
  expect([code, stderr]).toEqual([1, expect.stringContaining('the same run, hash')])
  expect(stdout).toContain('postgres.locked')
})
