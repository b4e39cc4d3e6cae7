import type { Attack } from '../attack.ts'
import { passesInProcess } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const load = 'process.exitCode = 0\nprocess.exit(0)'

export const exitEarly: Attack = {
  number: 1,
  name: 'exit early',
  how: 'ends the process with code 0 before anything is asked of it',
  expected: ['fail'],
  on: 'project',
  run: async (stand) => outcomeOf(await stand.judge(stand.cheatWith({ load })), /^subject: .*(exit|ended|listen)/),
  control: async (stand) => {
    const fooled = passesInProcess(stand.scratch(), cheat({ load }))
    return {
      works: fooled && !passesInProcess(stand.scratch(), cheat({})),
      how: 'a test that believes the exit code of its process',
    }
  },
}
