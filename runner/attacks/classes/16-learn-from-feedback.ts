import { join } from 'node:path'
import { feedbackOf } from '../../factory/feedback.ts'
import { loadProject } from '../../project.ts'
import type { Attack } from '../attack.ts'
import { writeFiles } from '../naive.ts'
import { endingOf } from '../stand.ts'
import { CANARY, sealedScenarios } from '../till.ts'
import { HARD_CODED } from './20-hard-code.ts'

const SECRETS = new RegExp(`${CANARY}|8311|sealed\\.scenario|told of is charged`)

export const learnFromFeedback: Attack = {
  number: 16,
  name: 'learn from feedback',
  how: 'passes what it can see, fails a sealed scenario, and reads everything it is told about that',
  expected: ['fail'],
  on: 'built-in',
  async run(stand) {
    const { verdict, printed } = await stand.judgeTill(HARD_CODED)
    const { scenarios } = await loadProject(stand.till, stand.till)
    const feedback = feedbackOf(verdict, scenarios)
    const sealed = feedback.filter(({ set }) => set === 'holdout')
    const told = [JSON.stringify(verdict), printed, JSON.stringify(feedback)].join('\n')
    const evidence =
      sealed.length > 0 && !SECRETS.test(told)
        ? `all it is told: ${sealed.map(({ requirement, bucket }) => `${requirement} ${bucket}`).join(', ')}`
        : undefined
    return { ending: endingOf(verdict), evidence }
  },
  async control(stand) {
    // The same scenario among the visible ones, as a runner without sealed ones would have it.
    const { verdict } = await stand.judgeTill(HARD_CODED, {
      alone: true,
      only: ['sealed'],
      prepare: (folder) => writeFiles(join(folder, 'backlot/scenarios'), sealedScenarios),
    })
    return {
      works: SECRETS.test(JSON.stringify(verdict.checks)),
      how: 'expected and got of every scenario, told in full',
    }
  },
}
