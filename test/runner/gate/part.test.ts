import { expect, test } from 'vitest'
import {
  collect,
  entriesOf,
  identityOf,
  type NamedPart,
  type Part,
  partOf,
  readPart,
} from '../../../runner/gate/part.ts'
import { packRun } from '../../../runner/store/packed-run.ts'
import { unsure, verdictOver } from '../report/sample.ts'
import { honest } from './honest.ts'

const entries = ['1', '2'].flatMap((seed) =>
  ['a', 'b', 'c'].map((id) => ({ scenario: { id }, seed })),
) as unknown as Parameters<typeof entriesOf>[0]
const tree = (id: string) => ({ id, shown: id, commit: undefined })
const options = { project: '.', base: undefined, candidate: 'x.patch', certify: false } as Parameters<
  typeof partOf
>[0]['options']
const context = { options, base: tree('base'), candidate: tree('candidate'), sandbox: 'bubblewrap' }
const identity = identityOf(context, entries)

function part(index: number, of = 3): NamedPart {
  const runs = entriesOf(entries, { index, of }).map(({ scenario, seed }) => honest(scenario.id, seed))
  const portion = { base: runs, candidate: runs, cached: new Set<string>(), certificates: [], broken: [] }
  const verdict = verdictOver([unsure], { shard: { index, of } })
  return {
    name: `${index}.json`,
    part: readPart(JSON.stringify({ ...partOf(context, { index, of }, entries, portion), verdict })),
  }
}
const changed = (one: NamedPart, change: Partial<Part>, name = 'odd.json'): NamedPart => ({
  name,
  part: { ...one.part, ...change },
})

test('parts share the manifest out: every entry once', () => {
  const shares = [1, 2, 3, 4].flatMap((index) => entriesOf(entries, { index, of: 4 }))
  expect(new Set(shares)).toEqual(new Set(entries))
  expect(shares).toHaveLength(entries.length)
})

test('all parts in any order give back every run', () => {
  const { problem, recall } = collect([part(3), part(1), part(2)], identity, entries)
  expect(problem).toBeUndefined()
  for (const entry of entries)
    for (const side of ['base', 'candidate'] as const)
      expect(recall.take(side, entry)).toMatchObject({ kind: 'run', run: honest(entry.scenario.id, entry.seed) })
})

const [first] = part(1).part.runs
if (first === undefined) throw new Error('expected a run')
const forged = packRun({ ...honest('a', '1'), states: { stripe: { charges: {} } } })
const FAULTS: readonly (readonly [string, readonly NamedPart[], RegExp])[] = [
  ['missing', [part(1), part(3)], /^Part 2 of 3 is missing\.$/],
  [
    'given twice',
    [part(1), part(2), changed(part(2), {}), part(3)],
    /^odd\.json: part 2 of 3 was given already, as 2\.json\.$/,
  ],
  [
    'one of another number',
    [part(1), part(2), part(3), changed(part(4, 4), {})],
    /^odd\.json: expected a part of 3, got part 4 of 4\.$/,
  ],
  [
    'of another candidate',
    [part(1), part(2), changed(part(3), { identity: { ...identity, candidate: 'f' } })],
    /^odd\.json: a part of another gate: expected candidate tree candidate, got f\.\nPart 3 of 3 is missing\.$/,
  ],
  [
    'of another base',
    [part(1), part(2), changed(part(3), { identity: { ...identity, base: null } })],
    /expected base tree base, got null/,
  ],
  [
    'of other scenarios',
    [part(1), part(2), changed(part(3), { identity: { ...identity, manifest: '' } })],
    /expected list of scenarios and seeds/,
  ],
  [
    'of another Node',
    [part(1), part(2), changed(part(3), { identity: { ...identity, node: '1.2.3' } })],
    /expected Node .*, got 1\.2\.3/,
  ],
  [
    'of another sandbox',
    [part(1), part(2), changed(part(3), { identity: { ...identity, sandbox: 'off' } })],
    /expected sandbox bubblewrap, got off/,
  ],
  [
    'one part under another number',
    [part(1), part(2), changed(part(1), { shard: { index: 3, of: 3 } })],
    /^odd\.json: a, seed 1, does not belong into this part/,
  ],
  ['with a run twice', [changed(part(1), { runs: [first, first] }), part(2), part(3)], /is in it twice/],
  [
    'with a forged run',
    [changed(part(1), { runs: [{ ...first, packed: forged }] }), part(2), part(3)],
    /odd\.json: a, seed 1: expected hash/,
  ],
  [
    'with a run of another case',
    [changed(part(1), { runs: [{ ...first, packed: packRun(honest('b', '1')) }] }), part(2), part(3)],
    /got a run of b, seed 1/,
  ],
  [
    'with no run at all',
    [changed(part(1), { runs: [{ ...first, packed: 'AAAA' }] }), part(2), part(3)],
    /odd\.json: a, seed 1: /,
  ],
]
test.each(FAULTS)('a set with a part that is %s is never whole, and says which', (_, given, message) => {
  const { problem } = collect(given, identity, entries)
  expect(problem?.status).toBe('inconclusive')
  expect(problem?.reason).toMatch(message)
})

test('what no part has is not played: it is missing', () => {
  const { recall } = collect([part(1), part(3)], identity, entries)
  expect(entriesOf(entries, { index: 2, of: 3 }).map((entry) => recall.take('candidate', entry).kind)).toEqual([
    'missing',
    'missing',
  ])
})

test.each([
  ['{', 'expected a part of a gate, got no JSON'],
  [
    JSON.stringify(verdictOver([unsure])),
    'expected a part of a gate (backlot.part/v1), got backlot.verdict/v1. Parts are written by: npx backlot gate --shard',
  ],
  [JSON.stringify({ ...part(1).part, extra: 1 }), 'got a damaged one'],
])('a file that is no part says what it is: %s', (text, message) => expect(() => readPart(text)).toThrow(message))
