import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import { percent } from '../../../runner/fidelity/score.ts'
import { TWINS } from '../../../runner/twins.ts'
import { google } from '../../../twins/google/index.ts'
import { readHar } from '../../../twins/har.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

const folder = join(process.env.BACKLOT_RECORDINGS ?? '', 'google')
const there = process.env.BACKLOT_RECORDINGS !== undefined && existsSync(folder)

test.skipIf(!there)('recordings come out as they were', async () => {
  const twin = TWINS.find(({ name }) => name === 'google')
  if (twin === undefined) throw new Error('expected the twin of Google among all twins')
  const files = globSync('*.har', { cwd: folder }).sort()
  const { report } = await measure(
    twin,
    files.map((file) => readHar(join(folder, file))),
  )
  expect(percent(report.matched, report.modelled)).toBeGreaterThanOrEqual(90)
  expect(percent(report.modelled, report.interactions)).toBeGreaterThanOrEqual(70)
})

test.skipIf(!there)('recordings that begin in the middle tell what was there before', async () => {
  const files = globSync('*.har', { cwd: folder }).sort()
  const { report } = await measure(
    google as TwinDefinition<unknown>,
    files
      .map((file) => readHar(join(folder, file)))
      .map(({ file, exchanges }) => ({ file, exchanges: exchanges.slice(Math.floor(exchanges.length / 3)) })),
  )
  expect(percent(report.matched, report.modelled)).toBeGreaterThanOrEqual(90)
  expect(percent(report.modelled, report.interactions)).toBeGreaterThanOrEqual(70)
})
