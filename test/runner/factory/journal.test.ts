import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { FactoryEvent } from '../../../runner/factory/events.ts'
import { openJournal, readJournal } from '../../../runner/factory/journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-journal-'))
const path = join(folder, 'run/journal.jsonl')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const event = (attempt: number): FactoryEvent => ({ kind: 'dispatched', atMs: 5, attempt, slot: 0, round: 1 })
beforeEach(() => {
  rmSync(path, { force: true })
  const journal = openJournal(path)
  for (let attempt = 1; attempt <= 3; attempt++) journal.append(event(attempt))
  journal.close()
})

test('what was appended is there when it is opened again, and more follows it', () => {
  const journal = openJournal(path)
  expect(journal.events).toEqual([event(1), event(2), event(3)])
  journal.append(event(4))
  journal.close()
  expect(readJournal(path)).toHaveLength(4)
})

test('wherever a kill cuts the file, what was whole stays and the rest never happened', () => {
  const bytes = readFileSync(path)
  for (let cut = 0; cut <= bytes.length; cut++) {
    writeFileSync(path, bytes.subarray(0, cut))
    const whole = bytes.subarray(0, cut).toString().split('\n').length - 1
    const journal = openJournal(path)
    expect(journal.events).toHaveLength(whole)
    journal.append(event(9))
    journal.close()
    expect(readJournal(path).at(-1)).toEqual(event(9))
  }
})

test.each([
  ['a changed event', (text: string) => text.replace('"attempt":1', '"attempt":7'), 2],
  ['a missing event', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), 2],
  ['an event twice', (text: string) => `${text}${text.split('\n')[2]}\n`, 4],
  ['no event', (text: string) => `${text}{}\n`, 4],
])('%s in the middle is damage, and told with its line', (_, damage, line) => {
  writeFileSync(path, damage(readFileSync(path, 'utf8')))
  expect(() => openJournal(path)).toThrow(`${path}:${line}: expected the event that follows`)
})

test('a journal that was never begun has no events', () => {
  truncateSync(path)
  expect(readJournal(path)).toEqual([])
  appendFileSync(path, '{"seq":')
  expect(readJournal(path)).toEqual([])
})
