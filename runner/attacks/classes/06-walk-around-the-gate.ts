import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { endingOf, said } from '../stand.ts'
import { ENTRY } from '../till.ts'

export const walkAroundTheGate: Attack = {
  number: 6,
  name: 'walk around the gate',
  how: 'has nothing measured at all, so that everything measured was good',
  expected: ['inconclusive'],
  on: 'built-in',
  async run(stand) {
    const { verdict } = await stand.judgeTill({ [ENTRY]: cheat({}) }, { only: ['no-such-scenario'] })
    const { total } = verdict.runs
    return {
      ending: endingOf(verdict),
      evidence: total === 0 ? said(verdict, /nothing was run|was never|no run/i) : undefined,
    }
  },
  async control(stand) {
    const { answers } = await serveFree(stand.scratch(), cheat({}), [])
    return {
      works: answers.every((answer) => answer?.calls === 1),
      how: 'a runner that asks whether every result is good',
    }
  },
}
