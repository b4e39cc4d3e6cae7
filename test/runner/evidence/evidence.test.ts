import { createPublicKey } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { approve } from '../../../runner/evidence/approve.ts'
import { decideAgain } from '../../../runner/evidence/decide-again.ts'
import { open } from '../../../runner/evidence/envelope.ts'
import { printPublicKey } from '../../../runner/evidence/key.ts'
import { readEvidence } from '../../../runner/evidence/read.ts'
import type { GateRun } from '../../../runner/evidence/statement.ts'
import { foldersIn, sampleOf, verifyEvidence } from '../../../runner/evidence/verify.ts'
import { writeEvidence } from '../../../runner/evidence/write.ts'
import { fixedKey, gateOf, kept, policyOf } from '../../support/evidence.ts'
import { verifyIndependently } from '../../support/verify-independent.ts'

vi.setConfig({ testTimeout: 240_000 })
const GATE = fixedKey(1)
const [ADA, BEN, EVE] = [fixedKey(2), fixedKey(3), fixedKey(4)]
const KEYS = [createPublicKey(GATE)]
const POLICY = policyOf({ ada: printPublicKey(ADA), ben: printPublicKey(BEN) })
const at = '2026-11-26T04:00:00.000Z'

const roots: string[] = []
const folder = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'backlot-evidence-'))
  roots.push(root)
  return root
}
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})
const write = (into: string, given: Parameters<typeof gateOf>[0] = {}): string =>
  writeEvidence({ folder: into, ...gateOf(given), key: GATE, at, platform: 'test' }).path
const person = (name: string, key = name === 'ada' ? ADA : BEN) => ({ name, key, at })
const money = { policy: POLICY, paths: ['src/money/a.ts'] }

test('evidence of a pass verifies, and a second verifier agrees', () => {
  const all = folder()
  const checked = verifyEvidence(write(all), KEYS)
  expect(checked.steps.filter(({ ok }) => !ok)).toEqual([])
  expect(checked.status).toBe('pass')
  expect(verifyIndependently(all, printPublicKey(GATE))).toEqual({ ['2'.repeat(40)]: 'pass' })
})

test('the same gate, key and time give the same bytes', () => {
  const [a, b] = [write(folder()), write(folder())]
  for (const name of readdirSync(a)) expect(readFileSync(join(a, name))).toEqual(readFileSync(join(b, name)))
})

test('a change that needs people passes once enough of them have signed, and nothing that was there has changed', () => {
  const all = folder()
  const path = write(all, money)
  const before = readFileSync(join(path, 'gate-run.dsse.json'))
  expect(verifyEvidence(path, KEYS).status).toBe('needs-human')
  approve(path, person('ada'), KEYS)
  expect(verifyEvidence(path, KEYS).status).toBe('needs-human')
  approve(path, person('ben'), KEYS)
  const checked = verifyEvidence(path, KEYS)
  expect([checked.status, checked.read?.approvals.map(({ who }) => who)]).toEqual(['pass', ['ada', 'ben']])
  expect(readFileSync(join(path, 'gate-run.dsse.json'))).toEqual(before)
  expect(verifyIndependently(all, printPublicKey(GATE))).toEqual({ ['2'.repeat(40)]: 'pass' })
  const summary = JSON.parse(readFileSync(join(path, 'vsa-2.dsse.json'), 'utf8')) as { payload: string }
  expect(JSON.parse(Buffer.from(summary.payload, 'base64').toString())).toMatchObject({
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: { verificationResult: 'PASSED', verifiedLevels: ['BACKLOT_TIER_2'] },
  })
})

test.each([
  ['a stranger', 'eve', EVE, /expected --as to be an approver of the policy \(ada, ben\), got "eve"/],
  ['a stranger under a good name', 'ada', EVE, /expected the key that the policy names for ada/],
] as const)('%s cannot approve', (_, name, key, message) => {
  const path = write(folder(), money)
  expect(() => approve(path, { name, key, at }, KEYS)).toThrow(message)
})

test('nobody counts twice', () => {
  const path = write(folder(), money)
  approve(path, person('ada'), KEYS)
  expect(() => approve(path, person('ada'), KEYS)).toThrow('ada has approved this already.')
})

test('an approval of one run is none of another, even of the same tree', () => {
  const all = folder()
  const [one, two] = [write(all, money), write(all, { ...money, cases: [kept('pay', '1')] })]
  approve(one, person('ada'), KEYS)
  approve(two, person('ada'), KEYS)
  cpSync(join(one, 'approval-1.dsse.json'), join(two, 'approval-1.dsse.json'))
  expect(verifyEvidence(two, KEYS).status).toBeUndefined()
})

test('a fail stays a fail, whoever approves', () => {
  const cases = [kept('pay', '1', { expectations: 'fail' }), kept('pay', '2')]
  const path = write(folder(), { ...money, cases })
  approve(path, person('ada'), KEYS)
  approve(path, person('ben'), KEYS)
  expect(verifyEvidence(path, KEYS).status).toBe('fail')
})

test('every byte counts: each flip in each file of approved evidence is found', () => {
  const all = folder()
  const path = write(all, money)
  approve(path, person('ada'), KEYS)
  approve(path, person('ben'), KEYS)
  const files = [...readdirSync(path).map((name) => join(path, name)), join(all, 'ledger.jsonl')]
  expect(files).toHaveLength(9)
  const missed: string[] = []
  let flips = 0
  for (const file of files) {
    const bytes = readFileSync(file)
    for (let index = 0; index < bytes.length; index++) {
      writeFileSync(file, flipped(bytes, index, index % 2 === 0 ? 0x01 : 0x20))
      flips++
      if (verifyEvidence(path, KEYS).status !== undefined) missed.push(`${file} at ${index}`)
    }
    writeFileSync(file, bytes)
  }
  expect(missed).toEqual([])
  expect(flips).toBeGreaterThan(10_000)
  expect(verifyEvidence(path, KEYS).status).toBe('pass')
})

test('every byte of a signed file counts by itself, without the ledger', () => {
  const bytes = readFileSync(join(write(folder(), money), 'gate-run.dsse.json'))
  const missed: string[] = []
  // One bit of each byte, and the bit that makes another case of a letter: hex and base64 have more spellings than one.
  for (const bit of [0x01, 0x20])
    for (let index = 0; index < bytes.length; index++)
      try {
        open(flipped(bytes, index, bit).toString('utf8'), KEYS)
        missed.push(`${index}, bit ${bit}`)
      } catch {}
  expect(missed).toEqual([])
  expect(open(bytes.toString('utf8'), KEYS).digest).toHaveLength(64)
})

function flipped(bytes: Buffer, index: number, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[index] = (changed[index] ?? 0) ^ bit
  return changed
}

test.each<readonly [string, (all: string, paths: readonly string[]) => void, RegExp]>([
  [
    'an entry taken out',
    (all) => lines(all, ([, ...rest]) => rest),
    /ledger.jsonl:1: expected the hash of what stands/,
  ],
  ['two entries exchanged', (all) => lines(all, ([a = '', b = '', ...rest]) => [b, a, ...rest]), /ledger.jsonl:1/],
  [
    'a half line at the end',
    (all) => writeFileSync(join(all, 'ledger.jsonl'), '{', { flag: 'a' }),
    /got a part of one/,
  ],
  [
    'a file missing',
    (_, [path = '']) => rmSync(join(path, 'candidate.patch')),
    /candidate.patch: expected this file, got none/,
  ],
  [
    'the evidence of another tree in its place',
    (_, [path = '', other = '']) => cpSync(other, path, { recursive: true }),
    /expected the ledger that was signed|was signed/,
  ],
])('%s is found', (_, tamper, message) => {
  const all = folder()
  const paths = [write(all), write(all, { tree: '3'.repeat(40) }), write(all, { tree: '4'.repeat(40) })]
  tamper(all, paths)
  const [step] = verifyEvidence(paths[0] ?? '', KEYS).steps.filter(({ ok }) => !ok)
  expect(step?.text).toMatch(message)
})

function lines(all: string, change: (lines: readonly string[]) => readonly string[]): void {
  const file = join(all, 'ledger.jsonl')
  const text = change(readFileSync(file, 'utf8').trimEnd().split('\n')).join('\n')
  writeFileSync(file, `${text}\n`)
}

test('a ledger that was written anew without an entry is not the one that was signed', () => {
  const [all, other] = [folder(), folder()]
  write(all)
  const last = write(all, { tree: '3'.repeat(40) })
  write(other, { tree: '3'.repeat(40) })
  cpSync(join(other, 'ledger.jsonl'), join(all, 'ledger.jsonl'))
  expect(verifyEvidence(last, KEYS).status).toBeUndefined()
})

test('a ledger whose end was cut off shows against a head that was noted', () => {
  const all = folder()
  const first = write(all)
  write(all, { tree: '3'.repeat(40) })
  const head = verifyEvidence(first, KEYS)
    .steps.find(({ step }) => step === 'ledger')
    ?.text.slice(-64)
  lines(all, (entries) => entries.slice(0, 1))
  expect(verifyEvidence(first, KEYS).status).toBe('pass')
  expect(verifyEvidence(first, KEYS, { head }).status).toBeUndefined()
})

test.each<readonly [string, Parameters<typeof verifyEvidence>[2], string]>([
  ['of another tree', { tree: '9'.repeat(40) }, 'tree'],
  ['that is too old', { now: Date.parse(at) + 2 * 3_600_000, maxAgeMs: 3_600_000 }, 'age'],
  ['from the future', { now: Date.parse(at) - 3_600_000, maxAgeMs: 3_600_000 }, 'age'],
])('evidence %s is refused', (_, expected, step) => {
  const { steps, status } = verifyEvidence(write(folder()), KEYS, expected)
  expect([status, steps.at(-1)?.step, steps.at(-1)?.ok]).toEqual([undefined, step, false])
})

test('a key that nobody trusts opens nothing', () => {
  const path = write(folder())
  expect(() => readEvidence(path, [createPublicKey(EVE)])).toThrow('expected a signature by a key that is trusted')
})

/** A gate that lies, and signs it: the statement itself has to give its verdict. */
test.each<readonly [string, (run: GateRun) => unknown, RegExp]>([
  [
    'a verdict better than its checks',
    (run) => ({ ...run, decision: { ...run.decision, verdict: 'fail' } }),
    /the checks say pass/,
  ],
  [
    'a check better than its cases',
    (run) => ({
      ...run,
      measurement: { ...run.measurement, cases: [kept('pay', '1', { expectations: 'fail' }), kept('pay', '2')] },
    }),
    /pay: the cases say fail, the verdict says pass/,
  ],
  [
    'a rule better than its cases',
    (run) => ({
      ...run,
      measurement: {
        ...run.measurement,
        cases: [kept('pay', '1', { rules: [{ id: 'PAY-1', status: 'violated', hits: 1 }] }), kept('pay', '2')],
      },
    }),
    /PAY-1: the cases say fail/,
  ],
  [
    'a case left out',
    (run) => ({ ...run, measurement: { ...run.measurement, cases: [kept('pay', '1')] } }),
    /the cases are not those of the manifest/,
  ],
  [
    'a check left out',
    (run) => ({
      ...run,
      measurement: { ...run.measurement, checks: run.measurement.checks.filter(({ id }) => id !== 'PAY-1') },
    }),
    /PAY-1: no check of this rule/,
  ],
  [
    'a subject that crashed',
    (run) => ({
      ...run,
      measurement: {
        ...run.measurement,
        cases: [kept('pay', '1'), kept('pay', '2', { ending: 'exited', expectations: null, rules: [] })],
      },
    }),
    /subject: the cases say fail/,
  ],
  [
    'an escape from the sandboxed clock',
    (run) => ({
      ...run,
      measurement: { ...run.measurement, cases: [kept('pay', '1', { escapes: ['a real timer'] }), kept('pay', '2')] },
    }),
    /determinism: the cases say fail/,
  ],
  [
    'a tier of its own choosing',
    (run) => ({ ...run, decision: { ...run.decision, policy: { ...run.decision.policy, tier: 5, approvals: [] } } }),
    /the policy decides otherwise/,
  ],
  [
    'a demand left out',
    (run) => ({
      ...run,
      measurement: {
        ...run.measurement,
        checks: run.measurement.checks.filter(({ id }) => id !== 'policy.approvals.payments'),
      },
    }),
    /demanded by the policy, missing/,
  ],
])('a signed statement with %s does not hold', (_, lie, message) => {
  const given = message.source.startsWith('the policy') || message.source.startsWith('demanded') ? money : {}
  const { run } = readEvidence(write(folder(), given), KEYS)
  expect(decideAgain(lie(run) as GateRun, []).differences.join('\n')).toMatch(message)
})

test('what a killed writer leaves behind is cleared away or counts for nothing', () => {
  const all = folder()
  write(all)
  mkdirSync(join(all, `${'3'.repeat(12)}.part`))
  writeFileSync(join(all, 'ledger.jsonl'), '{"half', { flag: 'a' })
  writeFileSync(join(all, '.lock'), '999999999')
  const path = write(all, { tree: '3'.repeat(40) })
  expect(verifyEvidence(path, KEYS).status).toBe('pass')
  expect(foldersIn(all)).toHaveLength(2)
})

test('nobody chooses the cases that are run again', () => {
  const cases = Array.from({ length: 20 }, (_, index) => kept('pay', `${index + 1}`))
  const read = readEvidence(write(folder(), { cases }), KEYS)
  expect(new Set(sampleOf(read, 5).map(({ seed }) => seed)).size).toBe(5)
  expect(sampleOf(read, 50)).toHaveLength(20)
})
