import type { Attack } from '../attack.ts'
import { outcomeOf } from '../stand.ts'
import { ENTRY, RULES, till } from '../till.ts'

const RULE_FILE = 'backlot/rules/pay.rules.yaml'
/** No key, and a new attempt whatever happened: a lost answer charges twice. */
const DOUBLE = (till('bubblewrap')['src/charge.mjs'] ?? '').replace(", 'idempotency-key': `pay-$" + '{order}`', '')
const looser = {
  'src/charge.mjs': DOUBLE,
  [RULE_FILE]: RULES.replace('at-most: 1', 'at-most: 99'),
  'backlot/scenarios/lost-answer.scenario.yaml': (
    till('bubblewrap')['backlot/scenarios/lost-answer.scenario.yaml'] ?? ''
  ).replace('count: 1', 'count: 2'),
}

export const editTheOracle: Attack = {
  number: 8,
  name: 'edit tests, rules or limits',
  how: `charges twice, and loosens ${RULE_FILE} and a scenario until that is right`,
  expected: ['needs-human', 'refused'],
  on: 'built-in',
  async run(stand) {
    const judged = await stand.judgeTill(looser)
    // What it did is wrong under the rules of the base, whatever it did to them.
    const underBase = await stand.judgeTill({ 'src/charge.mjs': DOUBLE }, { only: ['lost-answer'] })
    return outcomeOf(judged, /^intake\.protected: backlot\/rules/, underBase.verdict.status === 'fail')
  },
  async control(stand) {
    const { verdict } = await stand.judgeTill(looser, { alone: true, only: ['lost-answer'] })
    return { works: verdict.status === 'pass', how: `the candidate's own rules, with ${ENTRY} as it made it` }
  },
}
