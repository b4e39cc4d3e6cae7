import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

export const echoSuccess: Attack = {
  number: 22,
  name: 'echo success without effect',
  how: 'answers every request as if all had been done, and does nothing',
  expected: ['fail'],
  on: 'project',
  run: async (stand) => outcomeOf(await stand.judge(stand.cheatWith({})), stand.unmet),
  async control(stand) {
    const { answers } = await serveFree(stand.scratch(), cheat({}), [{ order: 'o1', amount: 4900 }])
    return {
      works: answers[0]?.status === 'succeeded' && answers[0]?.amount === 4900,
      how: 'a test that looks at answers alone',
    }
  },
}
