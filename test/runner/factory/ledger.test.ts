import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Ledger, openLedger } from '../../../runner/factory/ledger.ts'

let folder: string
let ledger: Ledger
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backlot-ledger-'))
  ledger = openLedger(join(folder, 'ledger.sqlite'))
})
afterEach(() => {
  ledger.close()
  rmSync(folder, { recursive: true, force: true })
})
const mine = { requirements: 'r1', agent: 'a' }

test('attempts are booked up to the limit, over all runs; the same one again is free', () => {
  expect([ledger.charge(mine, 'run-1', 1, 2), ledger.charge(mine, 'run-1', 1, 2)]).toEqual([true, true])
  expect(ledger.charge(mine, 'run-2', 1, 2)).toBe(true)
  expect([ledger.charge(mine, 'run-3', 1, 2), ledger.charge(mine, 'run-2', 2, 2)]).toEqual([false, false])
  expect(ledger.charge(mine, 'run-2', 1, 2), 'it was booked, so it may go on').toBe(true)
  expect(ledger.charge(mine, 'run-2', 2, 3), 'a person allowed one more').toBe(true)
  expect(ledger.spent(mine).attempts).toBe(3)
})

test('other requirements and other agents have other accounts', () => {
  ledger.charge(mine, 'run', 1, 1)
  expect(ledger.charge({ ...mine, agent: 'b' }, 'run', 1, 1)).toBe(true)
  expect(ledger.charge({ ...mine, requirements: 'r2' }, 'run', 1, 1)).toBe(true)
})

test('two openers never book more than there is', () => {
  const other = openLedger(join(folder, 'ledger.sqlite'))
  const booked = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? ledger : other).charge(mine, `run-${at}`, 1, 5))
  other.close()
  expect(booked.filter(Boolean)).toHaveLength(5)
})

test('money adds up exactly, once for each answer; what was not told is counted, not free', () => {
  for (let attempt = 1; attempt <= 10; attempt++) ledger.pay(mine, 'run', attempt, 'change', 100_000)
  ledger.pay(mine, 'run', 1, 'change', 999)
  ledger.pay(mine, 'run', 1, 'critique', 1)
  ledger.pay(mine, 'run', 11, 'change', null)
  expect(ledger.spent(mine)).toMatchObject({ microUsd: 1_000_001, unreported: 1 })
})

test('time counts within a stretch, not between two', () => {
  for (const [stretch, atMs] of [
    ['a', 1000],
    ['a', 4000],
    ['a', 3000],
    ['b', 90_000],
    ['b', 90_500],
  ] as const)
    ledger.touch(mine, stretch, atMs)
  expect(ledger.spent(mine).wallMs).toBe(3500)
})
