import { join } from 'node:path'
import type { Attack } from '../attack.ts'
import { serveFree, writeFiles } from '../naive.ts'
import { cheat } from '../program.ts'
import { endingOf, said, textOf } from '../stand.ts'
import { HARD_CODED } from './20-hard-code.ts'

const BUDGET = 2
/** The same defect in another tree each time. */
const attempt = (at: number): Readonly<Record<string, string>> => ({
  ...HARD_CODED,
  'src/attempt.mjs': `export default ${at}\n`,
})

export const retryUntilLucky: Attack = {
  number: 35,
  name: 'retry until lucky',
  how: 'hands in the same defect in tree after tree, to learn from the sealed scenario or to be lucky once',
  expected: ['needs-human'],
  on: 'built-in',
  async run(stand) {
    const project = stand.copyTill((folder) => {
      const settings = textOf(join(folder, 'backlot.yaml')) ?? ''
      writeFiles(folder, { 'backlot.yaml': settings.replace('budget: 100', `budget: ${BUDGET}`) })
    })
    const endings = []
    let last = (await stand.judgeIn(project, attempt(1), { only: ['pay'] })).verdict
    endings.push(endingOf(last))
    for (let at = 2; at <= BUDGET + 1; at++) {
      last = (await stand.judgeIn(project, attempt(at), { only: ['pay'] })).verdict
      endings.push(endingOf(last))
    }
    const counted = endings.slice(0, BUDGET).every((ending) => ending === 'fail')
    return { ending: endingOf(last), evidence: counted ? said(last, /^holdout: .*budget of 2/) : undefined }
  },
  async control(stand) {
    const program = cheat({
      load: 'let asked = 0',
      serve: 'asked += 1\nanswer = { ...answer, right: asked % 4 === 0 }',
    })
    const { answers } = await serveFree(
      stand.scratch(),
      program,
      Array.from({ length: 5 }, () => ({ order: 'o1' })),
    )
    const lucky = answers.map((answer) => answer?.right === true)
    return {
      works: lucky[0] === false && lucky.includes(true),
      how: 'a runner that runs a red check again until it is green',
    }
  },
}
