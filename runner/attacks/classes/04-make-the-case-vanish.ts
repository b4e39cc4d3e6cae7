import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const serve = 'if (order.order !== undefined || text === "") { request.socket.destroy(); process.abort() }'

export const makeTheCaseVanish: Attack = {
  number: 4,
  name: 'make the failing case vanish',
  how: 'breaks the connection and ends its process in every case it would fail',
  expected: ['fail'],
  on: 'project',
  async run(stand) {
    const judged = await stand.judge(stand.cheatWith({ serve }))
    // Every case of the manifest is accounted for, those that broke off too.
    const { total, expected } = judged.verdict.runs
    return outcomeOf(judged, /exited|ended|aborted|reset|connection|expected/i, total === expected && expected > 0)
  },
  async control(stand) {
    const { answers } = await serveFree(stand.scratch(), cheat({ serve }), [{ order: 'o1' }, { order: 'o2' }])
    const measured = answers.filter((answer) => answer !== null)
    return {
      works: measured.every(({ calls }) => calls === 1),
      how: 'a runner that counts the cases that gave a result',
    }
  },
}
