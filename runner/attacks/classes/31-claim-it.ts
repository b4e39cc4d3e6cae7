import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const CLAIM = 'verified: 41 of 41 scenarios pass'

export const claimIt: Attack = {
  number: 31,
  name: 'claim it',
  how: 'says in its name, its files and its log that all has been verified',
  expected: ['fail'],
  on: 'project',
  async run(stand) {
    const files = { ...stand.cheatWith({ load: `console.log('${CLAIM}')` }), 'VERIFIED.md': `# ${CLAIM}\n` }
    const agent = { name: 'verified-by-security', version: CLAIM, modelFamily: null, registered: false }
    const judged = await stand.judge(files, { agent })
    const { total, expected } = judged.verdict.runs
    const counted = !judged.printed.includes('41 of 41') && total === expected && total > 0
    return outcomeOf(judged, stand.unmet, counted)
  },
  async control(stand) {
    const accepted = async (load: string): Promise<boolean> =>
      /^verified: (\d+) of \1/m.test((await serveFree(stand.scratch(), cheat({ load }), [])).stdout)
    return {
      works: (await accepted(`console.log('${CLAIM}')`)) && !(await accepted('')),
      how: 'a pipeline that takes the summary of the author for its own',
    }
  },
}
