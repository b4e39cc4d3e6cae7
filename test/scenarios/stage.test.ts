import { expect, onTestFinished, test } from 'vitest'
import type { Scenario } from '../../scenarios/scenario.ts'
import { createStage } from '../../scenarios/stage.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import { REPOSITORY } from '../support/cli.ts'
import { ledger } from './support/ledger.ts'
import { call, place, scenario } from './support/stories.ts'

/** Refuses everything that is to happen at its side, or falls over it. */
const touchy: typeof ledger = {
  ...ledger,
  create: (world, seed) => ({
    ...ledger.create(world, seed),
    happen(event) {
      throw event === 'strike' ? new Error('expected something it can happen to') : new TypeError('a bug of the twin')
    },
  }),
}

/** Plays stories one after another; how each ended, and how many processes it took by then. */
async function ends(entry: string, stories: readonly Scenario[]): Promise<readonly string[]> {
  let starts = 0
  const stage = createStage({
    twins: [touchy],
    subject: (env) => {
      const { tier, start } = nodeSubject({ cwd: REPOSITORY, entry, env })
      return {
        tier,
        start(options) {
          starts += 1
          return start(options)
        },
      }
    },
  })
  onTestFinished(() => stage.close())
  const told: string[] = []
  for (const story of stories) told.push(`${(await stage.run(story, { seed: '1' })).ending.kind} ${starts}`)
  return told
}

const buy = call('buy', '/orders', { body: { json: { amount: 5 } } })

test('a process is used again after runs in which the world alone could not go on', async () => {
  const unresolved = scenario([call('look', '/orders/{{nothing}}')])
  const happens = (event: string): Scenario =>
    scenario([{ kind: 'event', id: 'e', atMs: undefined, place, twin: 'ledger', event, fields: {} }])
  const stories = [scenario([buy]), unresolved, happens('strike'), happens('quake'), scenario([buy])]
  expect(await ends('test/bench/subject.ts', stories)).toEqual([
    'horizon 1',
    'unresolved 1',
    'unresolved 1',
    'bug 1',
    'horizon 1',
  ])
})

test('a program that is kept remembers, and begins each run at its own time and chance, where it listens by then', async () => {
  const stage = createStage({
    twins: [ledger],
    isolation: 'keep',
    subject: (env) => nodeSubject({ cwd: REPOSITORY, entry: 'test/fixtures/subjects/counts.mjs', env }),
  })
  onTestFinished(() => stage.close())
  const bodies: unknown[] = []
  const idle = scenario([])
  const look = scenario([call('look', '/')])
  for (const story of [look, look, idle, idle, look])
    bodies.push((await stage.run(story, { seed: '7' })).answers.look?.body)
  const [first, second, , , last] = bodies as { readonly count: number }[]
  expect([second, last]).toEqual([
    { ...first, count: 2 },
    { ...first, count: 3 },
  ])
  await stage.run(scenario([call('look', '/later')]), { seed: '7' })
  expect((await stage.run(look, { seed: '7' })).answers.look?.body).toBe('moved')
})
