import type { Run } from '../../../scenarios/run.ts'
import type { Scenario, Step } from '../../../scenarios/scenario.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { postgres } from '../../../twins/postgres/index.ts'
import { findServer } from '../../../twins/postgres/server/find.ts'
import type { Seed } from '../../../twins/postgres/state.ts'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { call, place, scenario } from '../../scenarios/support/stories.ts'
import { REPOSITORY } from '../../support/cli.ts'

/** A stage with a service that has a database. */
export const stageWith = (
  entry: string,
  env: Readonly<Record<string, string>> = {},
  isolation: 'restart' | 'fresh' = 'restart',
): Stage =>
  createStage({
    subject: (zone) =>
      nodeSubject({ cwd: REPOSITORY, entry: `test/fixtures/subjects/${entry}`, env: { ...zone, ...env } }),
    twins: [postgres as unknown as TwinDefinition<unknown>],
    isolation,
  })

export const post = (id: string, path: string, body: Json): ReturnType<typeof call> =>
  call(id, path, { body: { json: body } })
/** Requests at one instant; which is first hangs on the seed. */
export const together = (...calls: readonly ReturnType<typeof call>[]): Step => ({
  kind: 'together',
  id: 'together',
  atMs: undefined,
  place,
  calls,
})

export const story = (given: Seed, steps: readonly Step[], more: Partial<Scenario> = {}): Scenario =>
  scenario(steps, { given: { postgres: given as Json }, ...more })

/** What the service answered, without what HTTP adds. */
export const bodies = ({ answers }: Run): Readonly<Record<string, Json>> =>
  Object.fromEntries(Object.entries(answers).map(([step, { body }]) => [step, body]))

export type EngineName = NonNullable<Seed['engine']>
/** Where a server is missing, its tests are skipped, unless everything is required. */
export const serverMissing: boolean = findServer() === undefined && process.env.BACKLOT_REQUIRE_ALL !== '1'
/** Both engines, or the one that is here. */
export const ENGINES: readonly EngineName[] = serverMissing ? ['pglite'] : ['pglite', 'server']

/** Asks the service of sql.mjs to run SQL. */
export const ask = (id: string, sql: string, more: { readonly [key: string]: Json } = {}): ReturnType<typeof call> =>
  post(id, '/', { sql, ...more })
/** Several statements on one connection. */
export const onOne = (id: string, ...statements: readonly string[]): ReturnType<typeof call> =>
  post(id, '/', { client: 'one', statements })
