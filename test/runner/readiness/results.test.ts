import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { merged } from '../../../runner/readiness/collect.ts'
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

test('what took long to measure is bound to the files as they were when it began', () => {
  const begun = inputsOf(project)
  writeFileSync(join(folder, 'gone.yaml'), 'schema: 1\n# changed meanwhile\n')
  writeResult(project, { item: 'soundness', at: '2026-11-26T00:00:00.000Z', counts: [], figures: {}, inputs: begun })
  expect(readResult(project, 'soundness')?.inputs).toBe(begun)
  expect(begun).not.toBe(inputsOf(project))
})

const mutant = (mutatorName: string, status: string, description = 'logic, major; x', statusReason?: string) => ({
  mutatorName,
  status,
  description,
  statusReason,
})

test('a hardening is read for the card: generic score, domain faults by class, functions that are only executed', () => {
  mkdirSync(join(folder, '.backlot/harden'), { recursive: true })
  const path = join(folder, '.backlot/harden/report-all.json')
  const mutants = [
    mutant('EqualityOperator', 'Killed'),
    mutant('EqualityOperator', 'Timeout'),
    mutant('StringLiteral', 'Survived'),
    mutant('StringLiteral', 'Survived', 'data, minor; x', 'equivalent: never shown'),
    mutant('StringLiteral', 'Ignored'),
    mutant('ExtremeBody', 'Survived'),
    mutant('RoundMode', 'Killed', 'money, critical; x'),
    mutant('RoundMode', 'NoCoverage', 'money, critical; x'),
    { ...mutant('RetryUnbounded', 'Killed', 'retry, critical; x'), killedBy: ['check in-flight', 'check PAY-1'] },
  ]
  writeFileSync(
    path,
    JSON.stringify({
      files: { 'a.ts': { mutants } },
      config: { inputs: inputsOf(project), scope: { family: 'all' }, functions: 12, pseudoTested: [{}] },
    }),
  )
  const results = resultsOfHarden(project)
  expect(results.get('mutation')).toMatchObject({
    counts: [{ failures: 2, of: 4 }],
    figures: { untriaged: 1, census: 1 },
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
  // Of the fitness functions one was seen red.
  const bites = results.get('fitness')?.counts ?? []
  expect(bites.filter(({ failures }) => failures === 0).map(({ what }) => what)).toEqual(['in-flight'])
  expect(bites).toHaveLength(5)
  // What was hardened before the rules changed says nothing of them, however young its file is.
  writeFileSync(join(folder, 'backlot.yaml'), 'schema: 1\nrules: [more.yaml]\n')
  expect(resultsOfHarden(project).get('mutation')?.inputs).not.toBe(inputsOf(project))
})

test('a later hardening of one family takes nothing from the others, and one of chosen mutators says nothing', () => {
  const write = (family: string, scope: object, mutants: readonly object[], atS: number): void => {
    const path = join(folder, `.backlot/harden/report-${family}.json`)
    writeFileSync(path, JSON.stringify({ files: { 'a.ts': { mutants } }, config: { scope, functions: 0 } }))
    utimesSync(path, atS, atS)
  }
  const money = mutant('RoundMode', 'Killed', 'money, critical; x')
  write('all', { family: 'all' }, [mutant('StringLiteral', 'Survived'), money], 1000)
  write('generic', { family: 'generic', sample: 400 }, [mutant('StringLiteral', 'Killed')], 2000)
  expect(resultsOfHarden(project).get('domain-faults')).toMatchObject({
    counts: [{ what: 'money', failures: 0, of: 1 }],
  })
  const sampled = { counts: [{ failures: 0, of: 1 }], figures: { census: 0 } }
  expect(resultsOfHarden(project).get('mutation')).toMatchObject(sampled)
  write('domain', { family: 'domain', only: ['money'] }, [money, money], 3000)
  write('generic', { family: 'generic', sources: ['a.ts'] }, [mutant('StringLiteral', 'Killed')], 3000)
  expect(resultsOfHarden(project).get('domain-faults')?.counts).toEqual([{ what: 'money', failures: 0, of: 1 }])
  expect(resultsOfHarden(project).get('mutation')).toMatchObject({ counts: [{ failures: 1, of: 1 }] })
})

test('a class that somebody counted joins the others, and the whole is as old as the older', () => {
  const of = (what: string, failures: number, at: string, inputs = 'a') =>
    ({
      schema: 'backlot.readiness-result/v1',
      item: 'domain-faults',
      at: `2026-11-${at}T00:00:00.000Z`,
      inputs,
      counts: [
        { what, failures, of: 30 },
        { what: 'retry', failures, of: 40 },
      ],
      figures: failures === 0 ? { authors: 1 } : { authors: 2 },
    }) as const
  const [machine, person] = [of('money', 0, '20'), of('time', 1, '25')]
  expect(merged(machine, person)).toMatchObject({
    at: machine.at,
    inputs: 'a',
    counts: [machine.counts[0], ...person.counts],
    figures: { authors: 2 },
  })
  // Nothing is left of the older one: it does not age the other.
  expect(merged(machine, of('money', 1, '25'))).toEqual(of('money', 1, '25'))
  expect(merged(machine, of('time', 1, '25', 'b')).inputs).not.toMatch(/^[ab]$/)
})
