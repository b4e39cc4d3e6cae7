import { afterAll, expect, test } from 'vitest'
import type { Step } from '../../../scenarios/scenario.ts'
import { createStage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, place, scenario } from '../support/stories.ts'

const entry = 'test/fixtures/subjects/ends-itself.mjs'
const stage = createStage({
  subject: (zone) => nodeSubject({ cwd: REPOSITORY, entry, env: { PORT: '3000', ...zone } }),
  twins: [ledger],
})
afterAll(() => stage.close())

test('a program sends signals to itself, and to nobody else; one that nobody listens for ends it', async () => {
  const stop: Step = { kind: 'signal', id: 'stop', atMs: undefined, place, signal: 'SIGTERM' }
  const run = await stage.run(scenario([call('try', '/'), call('count', '/changes'), stop]), { seed: '1' })
  expect(run.ending.kind).toBe('horizon')
  expect(run.answers.try?.body).toEqual([true, 'ESRCH', 'ERR_UNKNOWN_SIGNAL'])
  expect(run.answers.count?.body).toBe(1)
  const last = run.trace.filter(({ type }) => type === 'app.log' || type === 'app.exited')
  expect(last.map(({ fields }) => fields.text ?? fields.code)).toEqual(['bye\n', 143])
})
