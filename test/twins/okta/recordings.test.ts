import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import { percent } from '../../../runner/fidelity/score.ts'
import { TWINS } from '../../../runner/twins.ts'
import { readHar } from '../../../twins/har.ts'

const folder = join(process.env.BACKLOT_RECORDINGS ?? '', 'okta')
const there = process.env.BACKLOT_RECORDINGS !== undefined && existsSync(folder)

// Those of the Python SDK, and those of the Terraform provider.
test.skipIf(!there).each(['py-*.har', 'tf-*.har'])('recordings %s come out as they were', async (pattern) => {
  const twin = TWINS.find(({ name }) => name === 'okta')
  if (twin === undefined) throw new Error('expected the twin of Okta among all twins')
  const files = globSync(pattern, { cwd: folder }).sort()
  const { report } = await measure(
    twin,
    files.map((file) => readHar(join(folder, file))),
  )
  expect(percent(report.matched, report.modelled)).toBeGreaterThanOrEqual(90)
  expect(percent(report.modelled, report.interactions)).toBeGreaterThanOrEqual(70)
})

// A recording may begin in the middle of a session.
test.skipIf(!there)('recordings that lack their first third come out as they were', async () => {
  const twin = TWINS.find(({ name }) => name === 'okta')
  if (twin === undefined) throw new Error('expected the twin of Okta among all twins')
  const recordings = globSync('*.har', { cwd: folder })
    .sort()
    .map((file) => readHar(join(folder, file)))
    .map(({ file, exchanges }) => ({ file, exchanges: exchanges.slice(Math.floor(exchanges.length / 3)) }))
  const { report } = await measure(twin, recordings)
  expect(percent(report.matched, report.modelled)).toBeGreaterThanOrEqual(90)
  expect(percent(report.modelled, report.interactions)).toBeGreaterThanOrEqual(70)
})
