import type { Attack } from '../attack.ts'
import { passesInProcess } from '../naive.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { CHARGE } from '../till.ts'

/** Three more calls for each order, made when the answer is long gone. */
const DEFERRED = {
  'src/charge.mjs': CHARGE.replace(
    'return await response.json()',
    `const intent = await response.json()
      setTimeout(async () => {
        for (let at = 0; at < 3; at++)
          await fetch(\`https://api.stripe.com/v1/payment_intents/\${intent.id}\`, { headers: { authorization: 'Bearer sk_test_till' } })
      }, 60_000)
      return intent`,
  ),
}
const serve = `
await fetch('https://api.stripe.com/v1/payment_intents', { method: 'POST' })
setTimeout(() => { for (let at = 0; at < 3; at++) fetch('https://api.stripe.com/') }, 500)
`

export const gameTheMeter: Attack = {
  number: 26,
  name: 'game the cost meter',
  how: 'makes three more calls for each order, a minute after the answer',
  expected: ['fail'],
  on: 'built-in',
  residual: 'cost outside of any twin: processor and memory',
  run: async (stand) => outcomeOf(await stand.judgeTill(DEFERRED), /^calls-per-request: /),
  control: async (stand) => ({
    works: passesInProcess(stand.scratch(), cheat({ serve })),
    how: 'calls counted in the client until the answer comes',
  }),
}
