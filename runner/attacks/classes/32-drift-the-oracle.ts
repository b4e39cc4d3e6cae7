import type { Attack } from '../attack.ts'
import { outcomeOf } from '../stand.ts'
import { BRIEF, SCENARIOS } from '../till.ts'
import { HARD_CODED } from './20-hard-code.ts'

/** The criterion and the scenario become what was built. */
const DRIFTED = {
  ...HARD_CODED,
  'BRIEF.md': BRIEF.replace(
    '- AC-1: An order is charged once, with its amount.',
    '- AC-1: Orders o1 to o7 are charged.',
  ),
  'backlot/scenarios/pay.scenario.yaml': (SCENARIOS.pay ?? '').replace(
    '- { calls: stripe.payment_intents.create, count: 2 }',
    '- { calls: stripe.payment_intents.create, count: { at-most: 9 } }',
  ),
}

export const driftTheOracle: Attack = {
  number: 32,
  name: 'drift the oracle',
  how: 'amends the acceptance criteria and a scenario until they describe what was built',
  expected: ['needs-human', 'refused'],
  on: 'built-in',
  run: async (stand) => outcomeOf(await stand.judgeTill(DRIFTED), /^intake\.protected: (BRIEF\.md|backlot\/)/),
  async control(stand) {
    const { verdict } = await stand.judgeTill(DRIFTED, { alone: true, holdouts: false })
    return { works: verdict.status === 'pass', how: 'criteria that come with the change' }
  },
}
