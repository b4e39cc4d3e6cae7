import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
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

test.skipIf(missing)(
  'a world that is killed while a backend waits, stopped, for a lock leaves nothing behind',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backlot-test-'))
    // The server runs as somebody else when this test runs as root.
    chmodSync(folder, 0o777)
    const program = `
    import { readdirSync } from 'node:fs'
    import { openServer } from '${REPOSITORY}twins/postgres/server/engine.ts'
    import { query } from '${REPOSITORY}twins/postgres/wire.ts'
    const at = { nowMs: 0, chance: '' }
    const engine = openServer(['create table t (id int primary key)'], at)
    for (const id of [1, 2]) engine.open(id, {}, at)
    const send = (id, sql) => engine.send(id, { bytes: query(sql), sql: [sql], flush: false }, at)
    send(1, 'begin; insert into t values (1)')
    console.log(send(2, 'insert into t values (1)').length, readdirSync('${folder}').length)
    process.kill(process.pid, 'SIGKILL')`
    const args = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program]
    const { signal, stdout } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    })
    expect([signal, stdout]).toEqual(['SIGKILL', '0 1\n'])
    // As long as it takes: what is never tidied up ends with the time of the test.
    while (readdirSync(folder).length > 0) await wait(100)
    rmSync(folder, { recursive: true })
  },
)
