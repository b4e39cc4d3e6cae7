/** `node test/bench/kills.ts 200 [seed]`: so many kill -9 at random moments of factories and gates; each goes on until it is done. */
import { killAtRandom } from '../support/kills.ts'

const [count = '200', seed = '1'] = process.argv.slice(2)
const startedMs = performance.now()
const { kills, runs, after } = await killAtRandom({ count: Number(count), perRun: 8, seed }, (line) =>
  process.stdout.write(`${line}\n`),
)
const where = Object.entries(after)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([kind, times]) => `${kind} ${times}`)
process.stdout.write(
  `${kills} kills in ${runs} runs, ${((performance.now() - startedMs) / 1000).toFixed(0)} s: nothing lost, nothing doubled, no orphan, all evidence verifies\nkilled after: ${where.join(', ')}\n`,
)
