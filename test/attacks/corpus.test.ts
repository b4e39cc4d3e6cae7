import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CORPUS } from '../../runner/attacks/corpus.ts'
import { type AttackResult, attacksSchema, reportOf, runAttacks } from '../../runner/attacks/run.ts'
import { createStand, type Stand } from '../../runner/attacks/stand.ts'
import { type BoxStatus, boxStatus } from '../../runner/sandbox/box.ts'
import { type Profile, sandboxOf } from '../../runner/sandbox/settings.ts'

/** In containers, which start slower, those whose candidate runs and pulls at the walls; `backlot attack --profile docker` runs all. */
const IN_DOCKER: readonly number[] = [1, 3, 7, 11, 14, 17, 19, 24, 38]
const PROFILES: readonly { readonly profile: Profile; readonly numbers: readonly number[] }[] = [
  { profile: 'bubblewrap', numbers: CORPUS.map(({ number }) => number) },
  { profile: 'docker', numbers: IN_DOCKER },
]
const statuses = new Map<Profile, BoxStatus>()
for (const { profile } of PROFILES) statuses.set(profile, await boxStatus(profile, sandboxOf({}).limits))

test('there is one attack for each class of the catalogue', () => {
  expect(CORPUS.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
})

// Skipped only where a profile is not there at all; test/runner/sandbox fails there in CI.
describe.each(PROFILES)('in $profile', ({ profile, numbers }) => {
  const there = statuses.get(profile)?.available === true
  const attacks = CORPUS.filter(({ number }) => numbers.includes(number))
  let results: readonly AttackResult[] = []
  let stand: Stand | undefined
  beforeAll(async () => {
    if (!there) return
    stand = await createStand({ project: undefined, profile, now: () => performance.now() })
    results = await runAttacks(attacks, stand, { parallel: 2, onDone: () => undefined })
  }, 900_000)
  afterAll(() => stand?.close())

  test.skipIf(!there).each(attacks.map(({ number, name }) => ({ number, name })))(
    'A$number, $name, is caught',
    ({ number }) => {
      expect(results.find((result) => result.number === number)).toMatchObject({
        status: 'caught',
        evidence: expect.stringMatching(/./),
        control: { works: true },
        error: null,
      })
    },
  )

  test.skipIf(!there)('the report is one that the schema knows, and counts residuals nowhere', () => {
    const report = attacksSchema.parse(JSON.parse(JSON.stringify(reportOf(results, { profile, project: 'till' }))))
    expect([report.caught, report.of, report.rate]).toEqual([attacks.length, attacks.length, 1])
  })
})
