import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { ask } from '../../../runner/harden/ask.ts'
import { labelled, readTriage, TRIAGE_FILE } from '../../../runner/harden/triage.ts'
import { judgedOf, sourceOf, WHOLE } from './support.ts'

const folders: string[] = []
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'backlot-triage-'))
  folders.push(made)
  mkdirSync(join(made, 'backlot'))
  return made
}
afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true })
})

const TEXT = 'export const f = (a: number) => {\n  return a + 1\n}\n'
const survivor = (text: string, at = 0) => judgedOf(text, { at, status: 'survived' })
const silent = new Writable({ write: (_chunk, _encoding, done) => done() })

test('answers are kept with a label, a reason and the content of the mutant', async () => {
  const project = folder()
  const [one, two] = [survivor(TEXT, 0), survivor(TEXT, 1)]
  const judged = [one, two]
  const triage = readTriage(project)
  const session = { triage, sources: [sourceOf(TEXT)], hardening: { judged, scope: WHOLE } } as unknown as Parameters<
    typeof ask
  >[0]
  await ask(session, Readable.from(['2\n', 'No scenario calls f with such a number.\n', 'q\n']), silent)
  const again = readTriage(project)
  expect(again.of(one.key)).toMatchObject({
    label: 'missing-stimulus',
    reason: 'No scenario calls f with such a number.',
  })
  expect(again.of(two.key)).toBeUndefined()
  expect(again.stale({ judged, scope: WHOLE })).toEqual([])
  expect(readFileSync(join(project, TRIAGE_FILE), 'utf8')).toContain('src/a.ts:')
})

test('an entry is void when the lines of its mutant change, and holds when they move', () => {
  const one = survivor(TEXT)
  expect(survivor(`// One line above.\n\n\n\n${TEXT}`).key).not.toBe('')
  const moved = survivor(`${'\n'.repeat(9)}${TEXT}`)
  const far = 'const x = 1\n'.repeat(3)
  expect(survivor(far + TEXT).key).not.toBe(survivor(far.replaceAll('x', 'y') + TEXT).key)
  expect(moved.key).toBe(survivor(`${'\n'.repeat(5)}${TEXT}`).key)
  expect(survivor(TEXT.replace('+ 1', '+ 2')).key).not.toBe(one.key)
})

test('what fits no survivor any more is told, and goes when the file is written', () => {
  const project = folder()
  const one = survivor(TEXT)
  const triage = readTriage(project)
  triage.add(one, 'equivalent', 'Nobody can ever see it.')
  triage.save({ judged: [one], scope: WHOLE })
  expect(readTriage(project).stale({ judged: [{ ...one, status: 'killed' }], scope: WHOLE })).toHaveLength(1)
  const later = readTriage(project)
  later.save({ judged: [{ ...one, status: 'killed' }], scope: WHOLE })
  expect(readTriage(project).of(one.key)).toBeUndefined()
})

test('a label that is none of the five is a mistake in the file', () => {
  const project = folder()
  writeFileSync(
    join(project, TRIAGE_FILE),
    'schema: 1\nsurvivors:\n  - { label: whatever, reason: It is as it is., mutants: [{ id: 0123456789abcdef, at: a, is: b }] }\n',
  )
  expect(() => readTriage(project)).toThrow('1 problem')
})

test.each([
  ['chosen mutators', { only: ['money'] }, true],
  ['chosen files', { sources: ['src/b.ts'] }, true],
  ['one family', { family: 'domain' as const }, true],
  ['everything', {}, false],
])('an answer about a mutant that is not among those of %s', (_, scope, kept) => {
  const project = folder()
  const [one, two] = [survivor(TEXT, 0), survivor(TEXT, 1)]
  const triage = readTriage(project)
  triage.add(one, 'equivalent', 'Nobody can ever see it.')
  triage.save({ judged: [one], scope: WHOLE })
  const part = { judged: [two], scope: { ...WHOLE, ...scope } }
  expect(triage.stale(part)).toHaveLength(kept ? 0 : 1)
  triage.save(part)
  expect(readTriage(project).of(one.key) !== undefined).toBe(kept)
})

test('what is answered counts at once', () => {
  const [one, dead] = [survivor(TEXT, 0), judgedOf(TEXT, { at: 1, status: 'killed' })]
  const triage = readTriage(folder())
  triage.add(one, 'equivalent', 'Nobody can ever see it.')
  triage.add(dead, 'equivalent', 'Nobody can ever see it.')
  const label = { label: 'equivalent', reason: 'Nobody can ever see it.' }
  expect(labelled([one, dead], triage).map((judged) => judged.triage)).toEqual([label, undefined])
})
