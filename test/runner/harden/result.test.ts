import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { instrument } from '../../../oracle/mutate/instrument.ts'
import { equivalentIds } from '../../../runner/harden/equivalent.ts'
import { printHardening } from '../../../runner/harden/print.ts'
import { reportOf } from '../../../runner/harden/report.ts'
import { type Hardening, type Judged, jsonOf, scoresBy } from '../../../runner/harden/result.ts'
import { judgedOf, sourceOf, WHOLE } from './support.ts'

const TEXT = 'export const f = (a: number) => {\n  return a + 1\n}\n'
const of = (more: Partial<Judged>): Judged => judgedOf(TEXT, more)
const judged: readonly Judged[] = [
  of({ status: 'killed', killedBy: ['PAY-1'], by: 'pay/1', message: 'twice' }),
  of({ status: 'killed', killedBy: ['pay#1'] }),
  of({ status: 'timedOut' }),
  of({ status: 'survived' }),
  of({ status: 'noCoverage', triage: { label: 'missing-stimulus', reason: 'No story gets there.' } }),
  of({ status: 'equivalent' }),
  of({ status: 'ignored' }),
]
const byTwin = of({ status: 'notModelled', message: 'stripe models no transfers.\nSee gaps.ts' })
const hardening: Hardening = {
  judged,
  cases: ['pay/1'],
  functions: 2,
  pseudoTested: [{ path: 'src/a.ts', line: 1, function: 'f' }],
  rules: [{ id: 'PAY-1', exercised: 3, kills: 1, dead: ['at most 2 for at most 1'], loose: [] }],
  environment: [{ scenario: 'pay', how: 'fault removed', what: 'timeout on x', changed: false, noticed: [] }],
  scope: WHOLE,
  ms: 2000,
  ran: 6,
}

test('the JSON has the keys that others count on, and counts what is no mutant at all nowhere', () => {
  const json = jsonOf(judged)
  expect(Object.keys(json)).toEqual([
    'schema',
    'mutants',
    'killed',
    'survived',
    'noCoverage',
    'timedOut',
    'notModelled',
    'score',
    'interval',
    'survivors',
    'stoppedByTwins',
  ])
  expect(json).toMatchObject({
    schema: 'backlot.harden/v1',
    mutants: 5,
    killed: 2,
    survived: 1,
    noCoverage: 1,
    timedOut: 1,
    score: 60,
  })
  expect(json.interval[0]).toBeLessThan(60)
  expect(json.survivors.map(({ label }) => label)).toEqual([null, 'missing-stimulus'])
})

test('what a twin stopped is no kill and no survivor: it is told apart, and counts as not noticed', () => {
  const all = [...judged, byTwin]
  expect(jsonOf(all)).toMatchObject({ mutants: 6, killed: 2, notModelled: 1, score: 50 })
  expect(jsonOf(all).survivors).toHaveLength(2)
  expect(jsonOf(all).stoppedByTwins).toMatchObject([{ at: 'src/a.ts:2:3', message: byTwin.message }])
  const text = printHardening(
    { ...hardening, judged: all },
    { colour: false, stale: [], all: true, next: 'npx backlot harden --triage, or --propose' },
  )
  expect(text).toContain('\n  src/a.ts:2:3 ArithmeticOperator: stripe models no transfers.\n')
  expect(text).toContain('1 not reached, 1 stopped by a twin; ')
  const { files } = reportOf({ ...hardening, judged: all }, [sourceOf(TEXT)], 'd1')
  expect(files['src/a.ts']?.mutants.at(-1)).toMatchObject({ status: 'RuntimeError', statusReason: byTwin.message })
})

test('the report meets the public schema', () => {
  const url = import.meta.resolve('mutation-testing-report-schema/mutation-testing-report-schema.json')
  const validate = new Ajv({ strict: false, logger: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(fileURLToPath(url), 'utf8')),
  )
  const all = { ...hardening, judged: [...judged, byTwin] }
  expect([validate(reportOf(all, [sourceOf(TEXT)], 'd1')), validate.errors]).toEqual([true, null])
})

test('people are told the score, where it is low, and what to do next', () => {
  const text = printHardening(hardening, {
    colour: false,
    stale: ['src/b.ts:1:1 gone'],
    all: true,
    next: 'npx backlot harden --triage, or --propose',
  })
  for (const line of [
    'SURVIVED src/a.ts:2:3 ArithmeticOperator (logic, major)',
    'logic ████████████░░░░░░░░',
    'rule PAY-1: no mutant told it from the weaker rule (at most 2 for at most 1)',
    '2 functions are run, 1 of them not tested',
    'pay: timeout on x never strikes',
    'stale in triage.yaml: src/b.ts:1:1 gone',
    '5 mutants: 2 killed, 1 timed out, 1 survived, 1 not reached; 1 more are the same program',
    'score 60 %, 95 % interval',
    '2 survivors, 1 of them not triaged. Next: npx backlot harden --triage, or --propose',
  ])
    expect(text).toContain(line)
})

test('scores are told apart by whatever is asked for', () => {
  expect([...scoresBy(judged, ({ mutant }) => mutant.path)]).toMatchObject([['src/a.ts', { hits: 3, of: 5 }]])
})

test('a mutant that minifies to the same program is found, one that does not is not', async () => {
  const source = sourceOf(
    'export const f = (a: number): number => {\n  const b = a === 1 && true\n  return b ? Math.max(a, 2) : a\n}\n',
  )
  const { mutants } = await instrument([source], { families: ['generic'], word: 'm_word' })
  const [first] = mutants
  if (first === undefined) throw new Error('expected mutants')
  const same = {
    ...first,
    id: 'same',
    original: 'a === 1 && true',
    replacement: 'true && a === 1 && true',
    start: { line: 2, column: 13 },
    end: { line: 2, column: 28 },
  }
  const other = { ...same, id: 'other', replacement: 'a !== 1 && true' }
  expect([...(await equivalentIds([{ ...same, replacement: '((a === 1)) && true' }, other], [source]))]).toEqual([
    'same',
  ])
})

test('it tells which kinds of domain faults nothing notices, and which have no place in the program', () => {
  const fault = (mutator: string, more: Partial<Judged>): Judged => {
    const one = of(more)
    return { ...one, mutant: { ...one.mutant, family: 'domain', mutator } }
  }
  const found = [
    fault('LocalTime', { status: 'killed' }),
    fault('NumberShift', { status: 'killed' }),
    fault('NumberShift', { status: 'survived' }),
    fault('NoJitter', { status: 'noCoverage' }),
  ]
  const options = { colour: false, stale: [], all: true, next: 'npx backlot harden --triage, or --propose' }
  const text = printHardening({ ...hardening, judged: found }, options)
  expect(text).toContain(' kinds of domain faults have a place here; 1 are noticed wherever they are planted\n')
  expect(text).toContain('\n  not everywhere: NumberShift 1/2\n  nowhere: NoJitter 0/1\n  no place: AuthzSkip, ')
  expect(text).toMatch(/^3 of 6\d kinds/m)
  // Of chosen mutants nothing follows for the others.
  const chosen = { ...WHOLE, only: ['NoJitter'] }
  expect(printHardening({ ...hardening, judged: found, scope: chosen }, options)).not.toContain(
    'kinds of domain faults',
  )
})
