import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Call, createRepairs, type EvidenceKind } from '../../../scenarios/import/evidence.ts'
import { piecesOf } from '../../../scenarios/import/json-stream.ts'
import { READERS } from '../../../scenarios/import/readers.ts'
import { sourceOfBytes, TooLarge } from '../../../scenarios/import/source.ts'
import { GOOD } from './damage.ts'

async function read(kind: EvidenceKind, bytes: Uint8Array, chunkBytes: number): Promise<readonly Call[]> {
  const calls: Call[] = []
  for await (const call of READERS[kind](sourceOfBytes('x', bytes, 1, chunkBytes), createRepairs(1))) calls.push(call)
  return calls
}

test.each(GOOD.map(([kind, bytes], at) => [kind, at, bytes] as const))(
  'a %s (%i) is the same in whatever pieces it comes',
  async (kind, _, bytes) => {
    const whole = await read(kind, bytes, bytes.length)
    expect(whole.length).toBeGreaterThan(0)
    for (const chunkBytes of [1, 7, 64, 1000])
      expect(await read(kind, bytes, chunkBytes), `${chunkBytes}`).toEqual(whole)
    for (const chunkBytes of [5, 300])
      expect(await read(kind, gzipSync(bytes), chunkBytes), `gzip, ${chunkBytes}`).toEqual(whole)
  },
)

test('parts of a JSON text are found by their path, whatever stands in its strings and however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 1, max: 40 }),
      async (values, odd, length) => {
        const entries = values.map((value) => ({ value, [odd]: odd }))
        const text = JSON.stringify({ before: { entries: [{ a: odd }] }, log: { odd, entries } })
        const cut = async function* (): AsyncGenerator<string> {
          for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length)
        }
        const found: unknown[] = []
        for await (const piece of piecesOf(cut(), (path) =>
          path.length === 3 && path[0] === 'log' && path[1] === 'entries' ? 'entry' : undefined,
        ))
          found.push(piece.kind === 'value' ? JSON.parse(piece.text) : piece)
        expect(found).toEqual(JSON.parse(JSON.stringify(entries)))
      },
    ),
    { numRuns: 150, seed: 3 },
  )
})

test('the digest is that of the file as it lies there, also of a compressed one', async () => {
  const bytes = gzipSync('hello\nworld')
  const source = sourceOfBytes('x', bytes, 1, 3)
  const lines: string[] = []
  for await (const batch of source.lines()) lines.push(...batch)
  expect(lines).toEqual(['hello', 'world'])
  expect(source.digest()).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test('what has to be read whole has a limit', async () => {
  await expect(sourceOfBytes('x', new Uint8Array(100), 1, 10).bytes(50)).rejects.toThrow(TooLarge)
})
