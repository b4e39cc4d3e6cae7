import type { Attack } from '../attack.ts'
import { outcomeOf } from '../stand.ts'
import { CHARGE } from '../till.ts'

/** Whatever goes wrong went well. */
const SWALLOWED = {
  'src/charge.mjs': CHARGE.replace('if (response.status === 402) return { declined: true }\n', '').replace(
    'if (attempt === 3) throw error',
    "return { status: 'succeeded' }",
  ),
}

export const swallowFaults: Attack = {
  number: 25,
  name: 'swallow faults',
  how: 'takes a declined card and a lost answer for a payment',
  expected: ['fail'],
  on: 'built-in',
  run: async (stand) =>
    outcomeOf(await stand.judgeTill(SWALLOWED, { only: ['declined', 'lost-answer'] }), /^declined: .*402/),
  async control(stand) {
    const { verdict } = await stand.judgeTill(SWALLOWED, { only: ['pay'], holdouts: false })
    return { works: verdict.status === 'pass', how: 'the same gate on the one scenario where all goes well' }
  },
}
