import type { Attack } from '../attack.ts'
import { type Served, serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'

const serve = 'if (order.order !== undefined || text === "") { request.socket.destroy(); process.abort() }'

const CASES = [{ ping: 1 }, { order: 'o1' }, { order: 'o2' }]
/** At least one result, and all that there are are right: an order is right when a call was made for it. */
function looksGood({ answers }: Served): boolean {
  const measured = answers.filter((answer) => answer !== null)
  return measured.length > 0 && measured.every(({ order, calls }) => order === undefined || calls === 1)
}

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
    return outcomeOf(judged, /^subject: .*(exited|ended)/, total === expected && expected > 0)
  },
  async control(stand) {
    // The same program, with and without: what is no order it answers right, and every order wrong.
    const vanishing = await serveFree(stand.scratch(), cheat({ serve }), CASES)
    const staying = await serveFree(stand.scratch(), cheat({}), CASES)
    return {
      works: looksGood(vanishing) && !looksGood(staying),
      how: 'a runner that counts the cases that gave a result',
    }
  },
}
