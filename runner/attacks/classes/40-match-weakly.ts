import type { Attack } from '../attack.ts'
import { serveFree } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { ENTRY } from '../till.ts'

/** Numbers as text, and everything anybody could look for in one answer. */
const serve =
  "answer = { ...answer, amount: String(order.amount), all: ['succeeded', 'declined', 'failed', 4900, 100, '{\"amount\":4900}'] }"

export const matchWeakly: Attack = {
  number: 40,
  name: 'live on weak matching',
  how: 'puts all that could be expected into one answer, numbers as text',
  expected: ['fail'],
  on: 'built-in',
  residual: 'an answer with more fields than are asked for; a number and its decimal text are equal',
  run: async (stand) => outcomeOf(await stand.judgeTill({ [ENTRY]: cheat({ serve }) }), /^pay: .*expected/),
  async control(stand) {
    const { answers } = await serveFree(stand.scratch(), cheat({ serve }), [{ order: 'o1', amount: 4900 }])
    const text = JSON.stringify(answers[0])
    const loose = text.includes('"amount":4900') || text.includes('\\"amount\\":4900')
    return {
      works: loose && String(answers[0]?.amount) === String(4900),
      how: 'a check for a piece of text, and equality after conversion',
    }
  },
}
