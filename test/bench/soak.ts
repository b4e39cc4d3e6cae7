/**
 * Thousands of certified runs: `npm run soak -- 2000` plays one order that fails, waits and succeeds on three frameworks, on two
 * processes at once, in three time zones, while both cores are kept busy. All hashes of a framework must be equal. Exit 1 when not.
 */
import { Worker } from 'node:worker_threads'
import { createStage } from '../../scenarios/stage.ts'
import { nodeSubject } from '../../scenarios/subject/process.ts'
import { ledger } from '../scenarios/support/ledger.ts'
import { call, fault, scenario } from '../scenarios/support/stories.ts'
import { REPOSITORY } from '../support/cli.ts'

const runsMax = Number(process.argv[2] ?? 2000)
const ZONES = ['UTC', 'America/New_York', 'Pacific/Chatham']
const FRAMEWORKS = ['hono-orders.ts', 'express-orders.cjs', 'fastify-orders.mjs']
/** A new process now and then, so that both ways of starting are among the runs. */
const FRESH_EVERY = 50

const body = { json: { amount: 5 } }
const story = scenario([
  fault({ on: 'ledger.entries.create', kind: 'status', status: 500, nth: 1 }),
  fault({ on: 'ledger.entries.create', kind: 'slow', byMs: 5000, nth: 2 }),
  call('buy', '/orders', { body }),
])

// Two threads that only burn time: what is deterministic stays so however slow the machine is.
const burners = [0, 1].map(() => new Worker('for (;;) Math.sqrt(Math.random())', { eval: true }))
let divergences = 0
for (const entry of FRAMEWORKS) {
  const hashes = new Map<string, number>()
  let escapes = 0
  const startedMs = performance.now()
  for (const zone of ZONES) {
    const open = () =>
      createStage({
        subject: () =>
          nodeSubject({
            cwd: REPOSITORY,
            entry: `test/fixtures/subjects/${entry}`,
            env: { PORT: '3000', TZ: zone, LANG: 'de_DE.UTF-8' },
          }),
        twins: [ledger],
      })
    let stage = open()
    for (let at = 0; at < Math.ceil(runsMax / ZONES.length); at++) {
      if (at % FRESH_EVERY === FRESH_EVERY - 1) {
        stage.close()
        stage = open()
      }
      const run = await stage.run(story, { seed: '1' })
      if (run.answers.buy?.status !== 201) throw new Error(`expected 201, got ${run.ending.message}`)
      hashes.set(run.hash, (hashes.get(run.hash) ?? 0) + 1)
      escapes += run.escapes.length
    }
    stage.close()
  }
  const total = [...hashes.values()].reduce((sum, count) => sum + count, 0)
  divergences += hashes.size - 1 + escapes
  process.stdout.write(
    `${entry.padEnd(20)} ${total} runs, ${hashes.size} behaviour${hashes.size === 1 ? '' : 's'}, ${escapes} escapes, ${((performance.now() - startedMs) / 1000).toFixed(0)} s\n`,
  )
}
await Promise.all(burners.map((burner) => burner.terminate()))
process.exitCode = divergences === 0 ? 0 : 1
