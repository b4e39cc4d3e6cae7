import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import { percent } from '../../../runner/fidelity/score.ts'
import { TWINS } from '../../../runner/twins.ts'
import { readHar } from '../../../twins/har.ts'

const folder = join(process.env.BACKLOT_RECORDINGS ?? '', 'slack')
const there = process.env.BACKLOT_RECORDINGS !== undefined && existsSync(folder)

test.skipIf(!there)('recordings come out as they were', async () => {
  const twin = TWINS.find(({ name }) => name === 'slack')
  if (twin === undefined) throw new Error('expected the twin of Slack among all twins')
  const files = globSync('*.har', { cwd: folder }).sort()
  const { report } = await measure(
    twin,
    files.map((file) => readHar(join(folder, file))),
  )
  expect(percent(report.matched, report.modelled)).toBeGreaterThanOrEqual(90)
  expect(percent(report.modelled, report.interactions)).toBeGreaterThanOrEqual(70)
})
