import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { keptKills, storedReports, storeKills } from '../../../runner/harden/store.ts'
import { judgedOf, WHOLE } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const INPUTS = { sources: 's', cases: { 'pay/1': 'a', 'refund/1': 'b' }, checks: { 'PAY-1': 'x' } }

test('a kill is void when the check that made it changes, whatever other cases noticed', () => {
  const killed = judgedOf('const f = () => {\n  return 1\n}\n', {
    status: 'killed',
    by: 'pay/1',
    killedBy: ['PAY-1', 'refund#1'],
    killedThereBy: ['PAY-1'],
  })
  storeKills(folder, INPUTS, [killed], new Map())
  expect([...keptKills(folder, INPUTS).keys()]).toEqual([killed.key])
  expect(keptKills(folder, { ...INPUTS, checks: { 'PAY-1': 'y' } }).size).toBe(0)
  expect(keptKills(folder, { ...INPUTS, cases: { ...INPUTS.cases, 'pay/1': 'c' } }).size).toBe(0)
})

test('a run of chosen mutators or files leaves the reports of whole families alone', () => {
  expect(storedReports({ ...WHOLE, family: 'generic', sample: 400 })).toEqual(['report.json', 'report-generic.json'])
  expect(storedReports({ ...WHOLE, only: ['money'] })).toEqual(['report.json'])
  expect(storedReports({ ...WHOLE, sources: ['src/a.ts'] })).toEqual(['report.json'])
  expect(storedReports({ ...WHOLE, serving: true })).toEqual(['report.json'])
})
