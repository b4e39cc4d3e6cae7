/**
 * Damages files of evidence in so many ways, and reads and imports each: `node test/bench/import-fuzz.ts 100000`. With
 * BACKLOT_RECORDINGS also recordings from there. Prints what broke, with the seed that brings it back.
 */
import fc from 'fast-check'
import { damaged, damages, GOOD, recordings } from '../scenarios/import/damage.ts'
import { importTexts, readAll } from '../scenarios/import/support.ts'

const runs = Number(process.argv[2] ?? 10_000)
const seed = Number(process.argv[3] ?? 1)
/** Reading is cheap, a whole import is not: of so many inputs one is imported too. */
const IMPORT_EACH = 50
/** An input of some kilobytes that takes longer than this hangs. */
const HANG_MS = 10_000

const files = [...GOOD, ...recordings(60)]
const counts = { read: 0, imported: 0, nothing: 0, calls: 0, repaired: 0 }
const startedMs = performance.now()
let slowestMs = 0
const details = await fc.check(
  fc.asyncProperty(damages(files.length), async (damage) => {
    const [kind, good] = files[damage.file] ?? ['har', new Uint8Array()]
    const bytes = damaged(good, damage)
    const fromMs = performance.now()
    const { calls, repairs } = await readAll(bytes, kind)
    counts.read += 1
    counts.calls += calls.length
    if (repairs.length > 0) counts.repaired += 1
    if (counts.read % IMPORT_EACH === 0) {
      const { nothing } = await importTexts([bytes], { callsMax: 50 }).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'UnknownKind') return { nothing: 'unknown' }
        if (error instanceof Error && 'leaks' in error) throw new Error(`a leak: ${JSON.stringify(error.leaks)}`)
        throw error
      })
      if (nothing === undefined) counts.imported += 1
      else counts.nothing += 1
    }
    const tookMs = performance.now() - fromMs
    slowestMs = Math.max(slowestMs, tookMs)
    if (tookMs > HANG_MS) throw new Error(`hangs: ${Math.round(tookMs)} ms`)
    if (counts.read % 10_000 === 0) process.stderr.write(`${counts.read} of ${runs}\n`)
  }),
  { numRuns: runs, seed, endOnFailure: true },
)
const seconds = (performance.now() - startedMs) / 1000
process.stdout.write(
  `${counts.read} damaged files of ${files.length}: ${counts.calls} calls read, ${counts.repaired} with repairs told, ${counts.imported} imported, ${counts.nothing} with nothing to replay; slowest ${Math.round(slowestMs)} ms; ${Math.round(counts.read / seconds)} a second\n`,
)
if (details.failed) {
  process.stdout.write(
    `FAIL seed ${details.seed}: ${JSON.stringify(details.counterexample)}\n${String(details.errorInstance)}\n`,
  )
  process.exitCode = 1
}
