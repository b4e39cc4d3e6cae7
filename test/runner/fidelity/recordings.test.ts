import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { measure } from '../../../runner/fidelity/measure.ts'
import { percent } from '../../../runner/fidelity/score.ts'
import { TWINS } from '../../../runner/twins.ts'
import { readHar } from '../../../twins/har.ts'

/** Recorded traffic with the real services, in `$BACKLOT_RECORDINGS/<twin>/*.har`. It is not part of this repository. */
const DIRECTORY = process.env.BACKLOT_RECORDINGS
const folders = TWINS.map((twin) => ({ twin, name: twin.name, folder: join(DIRECTORY ?? '', twin.name) }))
const recorded = DIRECTORY === undefined ? [] : folders.filter(({ folder }) => existsSync(folder))

test.skipIf(DIRECTORY === undefined)('there are recordings to measure by', () => {
  expect(recorded).not.toEqual([])
})

test.each(recorded)(
  '$name: nine in ten answers are the real ones, and seven in ten requests are modelled',
  async ({ twin, folder }) => {
    const files = globSync('**/*.har', { cwd: folder }).sort()
    const { report } = await measure(
      twin,
      files.map((file) => readHar(join(folder, file))),
    )
    const differing = report.operations.filter(({ differs }) => differs > 0)
    const told = differing.map(({ operation, differs, firstDifference }) => ({ operation, differs, firstDifference }))
    expect(percent(report.matched, report.modelled), JSON.stringify(told, null, 1)).toBeGreaterThanOrEqual(90)
    expect(percent(report.modelled, report.interactions)).toBeGreaterThanOrEqual(70)
  },
)
