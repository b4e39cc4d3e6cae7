import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EvidenceKind } from '../../../scenarios/import/evidence.ts'
import { LeakFound, UnknownKind } from '../../../scenarios/import/import.ts'
import { parseLoose } from '../../../scenarios/import/pick.ts'
import { damaged, damages, GOOD, recordings } from './damage.ts'
import { importTexts, readAll } from './support.ts'

/** A tail that is cut off where a record ends leaves a file in which nothing is missing. */
function endsWhole(kind: EvidenceKind, bytes: Uint8Array): boolean {
  if (kind === 'access-log' || kind === 'curl' || kind === 'vcr') return true
  const last = Buffer.from(bytes).toString().trimEnd().split('\n').at(-1) ?? ''
  return kind === 'otlp' && last.endsWith('}') && parseLoose(last) !== undefined
}

test('however a file is damaged, it is read as far as it goes, and nothing is lost without a word', async () => {
  const files = [...GOOD, ...recordings(20)]
  const goodCalls = await Promise.all(files.map(async ([kind, bytes]) => (await readAll(bytes, kind)).calls.length))
  await fc.assert(
    fc.asyncProperty(damages(files.length), async (damage) => {
      const [kind, good] = files[damage.file] ?? ['har', new Uint8Array()]
      const bytes = damaged(good, damage)
      const { calls, repairs, leftOut } = await readAll(bytes, kind)
      for (const { method, url, status } of calls) {
        expect(method).toMatch(/^[^\s]+$/)
        expect(url).not.toBe('')
        expect(status === undefined || status >= 100).toBe(true)
      }
      // Only cut: fewer calls than there were must have been told.
      if (damage.edits.length === 0 && calls.length < (goodCalls[damage.file] ?? 0) && !endsWhole(kind, bytes))
        expect(repairs).not.toEqual([])
      // Of a log every line is a call, or told to be none.
      if (kind === 'access-log' && bytes[0] !== 0x1f) {
        const lines = Buffer.from(bytes)
          .toString()
          .replace(/^\uFEFF/, '')
          .split('\n')
          .filter((line) => line.replace(/\r$/, '') !== '')
        expect(calls.length + leftOut).toBe(lines.length)
      }
    }),
    { numRuns: 400, seed: 7 },
  )
})

test('and what is imported of it is a scenario that its reader reads back, or the reason why there is none', async () => {
  await fc.assert(
    fc.asyncProperty(damages(GOOD.length), async (damage) => {
      const [, good] = GOOD[damage.file] ?? ['har', new Uint8Array()]
      try {
        const { nothing, scenarios } = await importTexts([damaged(good, damage)], {
          origins: ['https://shop.test', 'http://127.0.0.1:4600'],
        })
        expect(nothing === undefined).toBe(scenarios.length > 0)
      } catch (error) {
        expect(
          [UnknownKind, LeakFound].some((kind) => error instanceof kind),
          String(error),
        ).toBe(true)
        expect(error).not.toBeInstanceOf(LeakFound)
      }
    }),
    { numRuns: 150, seed: 11 },
  )
})
