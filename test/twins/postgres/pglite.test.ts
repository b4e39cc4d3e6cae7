import { afterAll, expect, test } from 'vitest'
import type { Run } from '../../../scenarios/run.ts'
import type { Scenario, Step } from '../../../scenarios/scenario.ts'
import { createStage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { postgres } from '../../../twins/postgres/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { call, scenario } from '../../scenarios/support/stories.ts'
import { REPOSITORY } from '../../support/cli.ts'

const stage = createStage({
  subject: (env) => nodeSubject({ cwd: REPOSITORY, entry: 'test/fixtures/subjects/sql.mjs', env }),
  twins: [postgres as unknown as TwinDefinition<unknown>],
})
afterAll(() => stage.close())

const given = {
  postgres: {
    sql: 'create table items (id serial primary key, name text unique, price numeric, made timestamptz default now(), tag uuid default gen_random_uuid())',
    tables: { items: [{ name: 'cup', price: 4.5 }] },
  },
}
const ask = (id: string, body: object): Step => call(id, '/', { body: { json: body as never } })
const play = (steps: readonly Step[], seed = '1', more: Partial<Scenario> = {}): Promise<Run> =>
  stage.run(scenario(steps, { given, ...more }), { seed })

test('pg, postgres and drizzle reach it unmodified', async () => {
  const select = { sql: 'select id, name from items' }
  const run = await play([
    ask('pg', select),
    ask('postgres', { client: 'postgres', ...select }),
    ask('drizzle', { client: 'drizzle', ...select }),
    ask('values', { sql: 'select $1::int + 1 as n', values: [41] }),
    ask('values2', { client: 'postgres', sql: 'select $1::int + 1 as n', values: [41] }),
  ])
  expect(run.ending.message).toBe('the horizon is reached')
  expect(run.escapes).toEqual([])
  const rows = { rows: [{ id: 1, name: 'cup' }] }
  expect([run.answers.pg?.body, run.answers.postgres?.body, run.answers.drizzle?.body]).toEqual([rows, rows, rows])
  expect([run.answers.values?.body, run.answers.values2?.body]).toEqual([{ rows: [{ n: 42 }] }, { rows: [{ n: 42 }] }])
})
