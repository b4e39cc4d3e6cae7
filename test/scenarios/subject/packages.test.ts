import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (env: Readonly<Record<string, string>>, file = 'drawing-package.mjs'): Stage => {
  const entry = `test/fixtures/subjects/${file}`
  const subject = (zone: Readonly<Record<string, string>>) =>
    nodeSubject({ cwd: REPOSITORY, entry, env: { PORT: '3000', ...zone, ...env } })
  const stage = createStage({ subject, twins: [ledger], isolation: 'restart' })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
})

test('chance that a package draws while it loads, in a first life only, is none of the run’s', async () => {
  const story = scenario([call('look', '/luck')])
  const certificate = await certify(story, '3', stageOf({}), () => stageOf({ TZ: 'Pacific/Chatham' }))
  expect(certificate).toMatchObject({ holds: true, divergence: undefined })
})

test.each([['tells-stack.ts'], ['tells-stack.mjs'], ['tells-stack.cjs']])(
  'a stack names the same places in every life: %s',
  async (file) => {
    const story = scenario([call('fall', '/')])
    const certificate = await certify(story, '3', stageOf({}, file), () => stageOf({ TZ: 'Pacific/Chatham' }, file))
    expect(certificate).toMatchObject({ holds: true, divergence: undefined })
  },
)

test('a package that refuses to be told twice does not end the second life', async () => {
  const stage = stageOf({}, 'registers-once.mjs')
  const story = scenario([call('look', '/')])
  const runs = [
    await stage.run(story, { seed: '1' }),
    await stage.run(story, { seed: '1' }),
    await stage.run(story, { seed: '1' }),
  ]
  expect(runs.map(({ ending }) => ending.kind)).toEqual(['horizon', 'horizon', 'horizon'])
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(1)
})
