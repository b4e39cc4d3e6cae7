import { expect, test } from 'vitest'
import type { Player } from '../../../runner/pool/player.ts'
import type { Project } from '../../../runner/project.ts'
import { measure } from '../../../runner/readiness/measure.ts'
import { call, scenario } from '../../scenarios/support/stories.ts'
import { runOf } from '../../support/runs.ts'

const story = scenario([call('buy', '/orders')])
const project = { scenarios: [story], rules: [] } as unknown as Project
const progress = { begin: () => undefined, step: () => undefined, note: () => undefined, end: () => undefined }
const run = (seed: string, hash: string) => runOf([], { scenario: story.id, seed, hash })
const player = (elsewhere: (seed: string) => string): Player => ({
  name: '.',
  at: undefined,
  play: async (entries) => entries.map(({ seed }) => run(seed, `hash ${seed}`)),
  one: async (_, seed) => run(seed, `hash ${seed}`),
  repeats: async (_, seed, hash) => elsewhere(seed) === hash,
  close: async () => undefined,
})
const replayed = async (elsewhere: (seed: string) => string) =>
  (await measure(project, player(elsewhere), { runs: 30, replays: 450, progress })).find(
    ({ item }) => item === 'replay',
  )

test('every replay is held against its own first run, however many there are', async () => {
  expect(await replayed((seed) => `hash ${seed}`)).toMatchObject({ counts: [{ failures: 0, of: 450 }] })
  // The last one differs, beyond the runs that are kept whole.
  expect(await replayed((seed) => `hash ${seed === '450' ? 'other' : seed}`)).toMatchObject({
    counts: [{ failures: 1 }],
  })
})
