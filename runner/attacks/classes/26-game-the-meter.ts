import type { Attack } from '../attack.ts'
import { CALLS, passesInProcess } from '../naive.ts'
import { outcomeOf } from '../stand.ts'
import { CHARGE, MAIN } from '../till.ts'

/** Three more calls for each order: when the answer is long gone, or before it. */
const charging = (when: (calls: string) => string): string =>
  CHARGE.replace(
    'return await response.json()',
    `const intent = await response.json()
      const more = async () => {
        for (let at = 0; at < 3; at++)
          await fetch(\`https://api.stripe.com/v1/payment_intents/\${intent.id}\`, { headers: { authorization: 'Bearer sk_test_till' } })
      }
      ${when('more')}
      return intent`,
  )
const DEFERRED = { 'src/charge.mjs': charging((calls) => `setTimeout(${calls}, 60_000)`) }
const AT_ONCE = charging((calls) => `await ${calls}()`)

export const gameTheMeter: Attack = {
  number: 26,
  name: 'game the cost meter',
  how: 'makes three more calls for each order, a minute after the answer',
  expected: ['fail'],
  on: 'built-in',
  residual: 'cost outside of any twin: processor and memory',
  run: async (stand) => outcomeOf(await stand.judgeTill(DEFERRED), /^calls-per-request: /),
  control: async (stand) => ({
    works:
      passesInProcess(stand.scratch(), MAIN, CALLS, { 'charge.mjs': DEFERRED['src/charge.mjs'] }) &&
      !passesInProcess(stand.scratch(), MAIN, CALLS, { 'charge.mjs': AT_ONCE }),
    how: 'calls counted in the client until the answer comes',
  }),
}
