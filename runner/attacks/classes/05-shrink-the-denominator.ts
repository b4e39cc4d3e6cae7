import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Attack } from '../attack.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { ENTRY, SCENARIOS } from '../till.ts'

const SIMPLE = 'backlot/scenarios/pay.scenario.yaml'
/** What is left asks only for an answer. */
const weak = { [SIMPLE]: (SCENARIOS.pay ?? '').replace(/ {2}- \{ (state|calls|rule).*\n/g, ''), [ENTRY]: cheat({}) }
const prepare = (folder: string): void => {
  for (const id of Object.keys(SCENARIOS).filter((name) => name !== 'pay'))
    rmSync(join(folder, 'backlot/scenarios', `${id}.scenario.yaml`))
}

export const shrinkTheDenominator: Attack = {
  number: 5,
  name: 'shrink the denominator',
  how: 'deletes the scenarios it fails and empties the one that is left',
  expected: ['refused', 'fail'],
  on: 'built-in',
  run: async (stand) =>
    outcomeOf(await stand.judgeTill(weak, { prepare }), /^intake\.protected: backlot\/scenarios\/\w/),
  async control(stand) {
    const { verdict } = await stand.judgeTill(weak, { prepare, alone: true })
    const { status, checks } = verdict
    const failed = checks.filter((check) => check.status === 'fail')
    return { works: status !== 'fail' && failed.length === 0, how: "a runner that takes the candidate's own scenarios" }
  },
}
