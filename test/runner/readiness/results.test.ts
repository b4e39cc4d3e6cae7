import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { resultsOfHarden } from '../../../runner/readiness/from-harden.ts'
import { inputsOf, readResult, writeResult } from '../../../runner/store/results.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-results-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'backlot.yaml'), 'schema: 1\n')
const project = { folder, deciding: ['backlot.yaml', 'gone.yaml'] }

test('a result is kept with the digest of the files that decide, and read back', () => {
  const one = {
    item: 'tamper',
    at: '2026-11-26T00:00:00.000Z',
    counts: [{ what: 'attacks', failures: 0, of: 60 }],
    figures: {},
  } as const
  writeResult(project, one)
  const inputs = inputsOf(project)
  expect(readResult(project, 'tamper')).toEqual({ schema: 'backlot.readiness-result/v1', ...one, inputs })
  expect(readResult(project, 'replay')).toBeUndefined()
  writeFileSync(join(folder, 'gone.yaml'), 'schema: 1\n')
  expect(inputsOf(project)).not.toBe(inputs)
})

const mutant = (mutatorName: string, status: string, description = 'logic, major; x', statusReason?: string) => ({
  mutatorName,
  status,
  description,
  statusReason,
})

test('a hardening is read for the card: generic score, domain faults by class, functions that are only executed', () => {
  mkdirSync(join(folder, '.backlot/harden'), { recursive: true })
  const path = join(folder, '.backlot/harden/report.json')
  const mutants = [
    mutant('EqualityOperator', 'Killed'),
    mutant('EqualityOperator', 'Timeout'),
    mutant('StringLiteral', 'Survived'),
    mutant('StringLiteral', 'Survived', 'data, minor; x', 'equivalent: never shown'),
    mutant('StringLiteral', 'Ignored'),
    mutant('ExtremeBody', 'Survived'),
    mutant('RoundMode', 'Killed', 'money, critical; x'),
    mutant('RoundMode', 'NoCoverage', 'money, critical; x'),
    mutant('RetryUnbounded', 'Killed', 'retry, critical; x'),
  ]
  writeFileSync(path, JSON.stringify({ files: { 'a.ts': { mutants } }, config: { functions: 12, pseudoTested: [{}] } }))
  const results = resultsOfHarden(project)
  expect(results.get('mutation')).toMatchObject({
    counts: [{ failures: 2, of: 4 }],
    figures: { untriaged: 1 },
    inputs: inputsOf(project),
  })
  expect(results.get('domain-faults')).toMatchObject({
    counts: [
      { what: 'money', failures: 1, of: 2 },
      { what: 'retry', failures: 0, of: 1 },
    ],
    figures: { authors: 1 },
  })
  expect(results.get('pseudo-tested')?.counts).toEqual([{ what: 'functions', failures: 1, of: 12 }])
  // What was hardened before the rules changed says nothing of them.
  utimesSync(path, 1000, 1000)
  expect(resultsOfHarden(project).get('mutation')?.inputs).toBe('the files before')
})
