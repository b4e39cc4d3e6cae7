import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Established, establish, openStand, type Stand } from '../../../runner/incident/establish.ts'
import { openTroupe, type Troupe } from '../../../runner/pool/player.ts'
import { explain } from '../../../scenarios/minimise/explain.ts'
import { standingOf } from '../../../scenarios/proof.ts'
import { backlot } from '../../support/cli.ts'
import { CARELESS, evening, type Shop, shopProject } from './support.ts'

let shop: Shop
let troupe: Troupe
let stand: Stand
beforeAll(async () => {
  shop = shopProject()
  troupe = await openTroupe(shop.folder, () => undefined)
  stand = openStand(troupe, shop.bug, shop.fix)
})
afterAll(async () => {
  await troupe.close()
  shop.close()
})

const prove = (text: string, more: Partial<Parameters<typeof establish>[1]> = {}): Promise<Established> =>
  establish(
    { file: 'inc.scenario.yaml', text, id: 'inc-1' },
    { stand, minimise: false, check: undefined, seeds: 1, runsMax: 300, ...more },
  )
const shown = ({ proven }: Established): readonly string[] =>
  (proven?.shown ?? []).map(({ what, holds }) => `${holds ? 'yes' : 'no'} ${what.replace(/[0-9a-f]{40}|\/.*/, '...')}`)

test('an incident is made small, fails where it failed, holds where it was mended, and keeps the proof', async () => {
  const found = await prove(evening('  - { answer: p4, status: 201 }'), { minimise: true })
  expect(found.scenario.when.map(({ id }) => id)).toEqual(['outage', 'last'])
  expect(found.scenario.then).toMatchObject([{ kind: 'rule', id: 'PAY-1' }])
  expect(shown(found)).toEqual([
    'yes red on ...',
    'yes without answer-lost on stripe.payment_intents.create',
    'yes green on ...',
    'yes a build that says 200 and does nothing',
    'yes the same run in another process, zone and locale',
  ])
  expect(found.scenario.proof).toMatchObject({
    check: 'PAY-1',
    fails: 'PAY-1 by stripe.charge.succeeded in POST /pay',
    'red-on': shop.bug.slice(0, 12),
    'green-on': shop.fix.slice(0, 12),
    'vacuous-without-fault': false,
    'null-build': 'inconclusive',
    replays: true,
    minimal: true,
  })
  expect(standingOf(found.scenario)).toEqual({ kind: 'proven' })
  expect(found.minimised === undefined ? [] : explain(found.minimised)).toContain(
    '1. answer-lost on stripe.payment_intents.create: without it the check holds',
  )
  // Proven again, it is as small as it was.
  const again = await prove(found.text)
  expect(again.scenario.proof).toEqual(found.scenario.proof)
})

test('what never fails stays unproven, and its file stays as it is', async () => {
  const text = evening('  - { answer: p4, status: 201 }')
  const found = await prove(text, {
    stand: { ...stand, red: stand.green ?? stand.red, green: undefined },
  })
  expect([found.red, found.proven, found.text]).toEqual([undefined, undefined, text])
  expect(standingOf(found.scenario)).toEqual({ kind: 'unproven', why: 'it was never seen to fail' })
})

test('a story whose runs break off says why, and not that it never fails', async () => {
  const text = evening('  - { answer: p4, status: 201 }')
  const odd = '  - { at: +0s, as: odd, call: POST /pay, text: no JSON }'
  const found = await prove(text.replace('when:', `when:\n${odd}`))
  expect([found.red, found.proven]).toEqual([undefined, undefined])
  expect(found.cutOff).toMatch(/^the service crashed: SyntaxError/)
})

test('what fails on the fix as well is said not to be mended there', async () => {
  const found = await prove(evening('  - { answer: p4, status: 201 }'), { stand: { ...stand, green: stand.red } })
  expect(found.red).toBeUndefined()
  expect(found.unmended).toMatchObject({ check: 'PAY-1' })
  expect(found.text).not.toContain('proof:')
})

test('what fails without its fault as well is another bug, and does not count as proven', async () => {
  shop.write('src/main.ts', CARELESS)
  const careless = { red: troupe.player(shop.folder, 1) }
  const found = await prove(evening('  - { answer: p4, status: 201 }'), {
    stand: { ...stand, red: careless.red },
  })
  expect(found.proven?.holds).toBe(false)
  expect(shown(found)).toContain('no without answer-lost on stripe.payment_intents.create')
  expect(found.scenario.proof?.['vacuous-without-fault']).toBe(true)
  expect(standingOf(found.scenario)).toMatchObject({ kind: 'unproven' })
})

test('a fix that does not hold is told, and is not written down as one', async () => {
  // Two charges are too many on either: the fix fails another expectation of the scenario.
  const found = await prove(evening('  - { state: stripe.charges, count: 8 }'))
  expect(shown(found)).toContain('no green on ...')
  expect(found.scenario.proof?.['green-on']).toBeUndefined()
})

test('a service that does nothing does not satisfy the smallest case: something is asked besides', async () => {
  const text = evening('  - { state: stripe.charges, where: { metadata.order: o99 }, count: { at-most: 1 } }')
  const whole = await prove(text, { minimise: true, check: 'state stripe.charges' })
  expect(whole.guard).toBe('calls stripe.payment_intents.create')
  expect(whole.proven?.holds).toBe(true)
  expect(whole.scenario.proof?.['null-build']).toBe('fail')
})

test('without that, a scenario that a service which does nothing satisfies is not proven', async () => {
  const text = evening('  - { state: stripe.charges, where: { metadata.order: o99 }, count: { at-most: 1 } }')
  const found = await prove(text, { check: 'state stripe.charges' })
  expect(shown(found)).toContain('no a build that says 200 and does nothing')
  expect(found.proven?.holds).toBe(false)
})

test('the command proves a scenario of the project and writes the proof into its file; the gate plays it from then on', () => {
  const file = shop.write('backlot/scenarios/inc-1.scenario.yaml', evening('  - { answer: p4, status: 201 }'))
  const gate = () => backlot(['gate', '--base', '.', '--seeds', '1', '--no-shrink'], { cwd: shop.folder })
  const before = gate()
  const alone = backlot(['run', '--only', 'inc-1', '--seeds', '1', '--no-shrink'], { cwd: shop.folder })
  expect(alone.stdout).not.toContain('UNPROVEN')
  expect(alone.stdout).toContain('1 runs of 1 scenarios')
  expect(before.stdout).toContain('UNPROVEN')
  expect(before.stdout).toContain('inc-1: it was never seen to fail')
  const { code, stdout } = backlot(['prove', 'inc-1', '--red', shop.bug, '--green', shop.fix, '--seeds', '1'], {
    cwd: shop.folder,
  })
  expect(stdout).toMatch(/^PROVEN {8}inc-1: PAY-1 by stripe\.charge\.succeeded in POST \/pay, seed 1\n/)
  expect(code).toBe(0)
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`red-on: "?${shop.bug.slice(0, 12)}`))
  expect(gate().stdout).not.toContain('UNPROVEN')
  const again = backlot(['prove', 'inc-1', '--seeds', '1', '--dry-run'], { cwd: shop.folder })
  expect([again.code, again.stdout.split('\n')[0]]).toEqual([0, stdout.split('\n')[0]])
})
