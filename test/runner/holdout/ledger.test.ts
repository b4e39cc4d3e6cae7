import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { accountOf, commitmentOf, openHoldoutLedger } from '../../../runner/holdout/ledger.ts'
import { type HoldoutSettings, holdoutSchema } from '../../../runner/holdout/settings.ts'
import { loadSealed, Unreachable } from '../../../runner/holdout/source.ts'
import { loadProject } from '../../../runner/project.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { commit, TINY } from '../../support/cli.ts'
import { CANARY, SEALED } from '../../support/sealed.ts'

const roots: string[] = []
const folder = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'backlot-sealed-'))
  roots.push(root)
  return root
}
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

const project = await loadProject(TINY, 'tiny')
const [first, second] = project.scenarios as readonly [Scenario, Scenario]
const ledgerIn = (place: string) => {
  let salts = 0
  return openHoldoutLedger(place, { today: '2026-11-26', newSecret: () => `${++salts}`.padStart(64, '0') })
}
const REST = { seeds: 1, twins: ['stripe'], policy: 'p', gate: '1' }
const charge = (ledger: ReturnType<typeof ledgerIn>, account: string, tree: string, budget = 2) =>
  ledger.charge(account, { agent: null, tree, commitment: 'c', scenarios: ['s'] }, budget)

test('a budget is one of an agent and its criteria; a tree that was paid for is not paid for again', () => {
  const ledger = ledgerIn(folder())
  const acme = accountOf('bank', ['REQ-1', 'REQ-2'], 'acme')
  expect([charge(ledger, acme, 't1'), charge(ledger, acme, 't1'), charge(ledger, acme, 't2')]).toEqual([
    ['s'],
    ['s'],
    ['s'],
  ])
  expect(charge(ledger, acme, 't3')).toBeUndefined()
  expect(charge(ledger, acme, 't1')).toEqual(['s'])
  expect(charge(ledger, accountOf('bank', ['REQ-1', 'REQ-2'], 'other'), 't3')).toEqual(['s'])
  expect(ledger.spent(acme)).toBe(2)
})

test('the order of criteria, or naming one twice, buys no new budget', () => {
  expect(accountOf('bank', ['REQ-2', 'REQ-1', 'REQ-2'], 'acme')).toBe(accountOf('bank', ['REQ-1', 'REQ-2'], 'acme'))
})

test('a case is sealed once, keeps its commitment, and a word changed in it is another case', () => {
  const place = folder()
  const [a] = ledgerIn(place).seal([first])
  const [again, other] = ledgerIn(place).seal([
    { ...first, place: { file: 'renamed.yaml', line: 9, column: 9 } },
    second,
  ])
  expect(again?.commitment).toBe(a?.commitment)
  const [changed] = ledgerIn(place).seal([{ ...first, title: `${first.title}!` }])
  expect(new Set([a?.commitment, other?.commitment, changed?.commitment]).size).toBe(3)
})

test('a commitment says nothing without its salt, and changes with anything that judges', () => {
  const cases = ledgerIn(folder()).seal([first])
  const [one] = ledgerIn(folder()).seal([second, first]).slice(1)
  expect(one?.commitment).not.toBe(cases[0]?.commitment)
  const all = [
    commitmentOf(cases, REST),
    commitmentOf([], REST),
    commitmentOf(cases, { ...REST, seeds: 2 }),
    commitmentOf(cases, { ...REST, twins: [] }),
    commitmentOf(cases, { ...REST, policy: 'q' }),
    commitmentOf(cases, { ...REST, gate: '2' }),
  ]
  expect(new Set(all).size).toBe(6)
})

test('what is burnt or shown stays so', () => {
  const place = folder()
  const ledger = ledgerIn(place)
  const [a, b] = ledger.seal([first, second])
  ledger.burn([a?.digest ?? ''], 'seen')
  ledger.reveal(b?.digest ?? '', 'asked for')
  expect(
    ledgerIn(place)
      .seal([first, second])
      .map(({ burnt }) => burnt),
  ).toEqual([true, true])
})

test('builds that met them are counted once each, by how they last did', () => {
  const ledger = ledgerIn(folder())
  expect(ledger.builds()).toEqual({ failures: 0, of: 0 })
  const met = (tree: string, passed: boolean, account = 'a') => ledger.evaluated(account, tree, { passed, bits: 1 })
  met('t1', false)
  met('t1', true)
  met('t2', false)
  met('t2', false, 'b')
  expect(ledger.builds()).toEqual({ failures: 2, of: 3 })
})

test('a row that was changed or taken out is found, before anything is opened', () => {
  const place = folder()
  const file = join(place, 'holdouts.jsonl')
  const account = accountOf('bank', ['REQ-1'], 'acme')
  const ledger = ledgerIn(place)
  for (const tree of ['t1', 't2']) charge(ledger, account, tree)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('"t1"', '"t2"'))
  expect(() => charge(ledger, account, 't3')).toThrow('holdouts.jsonl:1: expected the hash of what stands before')
  writeFileSync(file, text.split('\n').slice(1).join('\n'))
  expect(() => ledger.spent(account)).toThrow('The ledger was changed.')
})

/** A repository with the project in it, and a folder of sealed scenarios beside it. */
function places(): { readonly repository: string; readonly sealed: string; readonly scratch: string } {
  const root = folder()
  const [repository, sealed, scratch] = ['repository', 'sealed', 'scratch'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ]
  for (const one of [repository, sealed, scratch]) mkdirSync(one)
  writeFileSync(join(sealed, 'a.scenario.yaml'), SEALED)
  return { repository, sealed, scratch }
}
const load = (at: ReturnType<typeof places>, settings: Partial<HoldoutSettings>, env = {}) =>
  loadSealed({ ...holdoutSchema.parse({ from: 'x' }), ...settings }, project, {
    project: at.repository,
    outsideOf: at.repository,
    scratch: at.scratch,
    env,
  })

test('they come from a folder, from one that the environment names, or from a repository of their own', () => {
  const at = places()
  expect(load(at, { from: '../sealed' }).scenarios.map(({ id }) => id)).toEqual(['sealed-two-orders'])
  expect(load(at, { from: '$SEALED' }, { SEALED: at.sealed }).canaries).toEqual([CANARY])
  commit(at.sealed)
  const cloned = load(at, { from: { git: at.sealed, ref: 'HEAD' }, ledger: '../ledger' })
  expect([cloned.scenarios.length, cloned.ledger.endsWith('/ledger')]).toEqual([1, true])
})

test.each<readonly [string, (at: ReturnType<typeof places>) => Partial<HoldoutSettings>, string]>([
  ['inside the repository', () => ({ from: 'inside' }), 'holdouts.from outside the repository'],
  [
    'that leads back inside',
    (at) => {
      rmSync(join(at.sealed, '../link'), { force: true })
      symlinkSync(at.repository, join(at.sealed, '../link'))
      return { from: '../link' }
    },
    'holdouts.from outside the repository',
  ],
  ['whose ledger is inside', () => ({ from: '../sealed', ledger: 'ledger' }), 'holdouts.ledger outside the repository'],
  ['that nobody named', () => ({ from: '$NOWHERE' }), 'the environment variable NOWHERE is not set'],
  ['that is not there', () => ({ from: '../nowhere' }), 'is not there'],
  ['with no scenario', (at) => ({ from: at.scratch }), 'holds no scenario files'],
  ['that cannot be fetched', (at) => ({ from: { git: at.scratch, ref: 'HEAD' }, ledger: '../l' }), 'cannot be fetched'],
])('a place %s is refused', (_, settings, message) => {
  const at = places()
  expect(() => load(at, settings(at))).toThrow(message)
  expect(() => load(at, settings(at))).toThrow(Unreachable)
})

test('mistakes in sealed files are told by number, not by what stands there', () => {
  const at = places()
  writeFileSync(join(at.sealed, 'b.scenario.yaml'), 'schema: 1\nid: x\n')
  expect(load(at, { from: '../sealed' }).problems.length).toBeGreaterThan(0)
})
