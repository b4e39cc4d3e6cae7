import type { Attack } from '../attack.ts'
import { outcomeOf } from '../stand.ts'
import { CHARGE, ENTRY, till } from '../till.ts'

/** Looks whether an order is paid, then pays, then notes it down; and no key says that it is the same. */
const RACY = {
  [ENTRY]: (till('bubblewrap')[ENTRY] ?? '').replace(
    'if (!orders.has(order)) orders.set(order, charge(order, amount, card))\n  const paid = await orders.get(order)',
    'const paid = orders.get(order) ?? (await charge(order, amount, card))\n  orders.set(order, paid)',
  ),
  'src/charge.mjs': CHARGE.replace(
    "'idempotency-key': `pay-$" + '{order}`',
    "'idempotency-key': `pay-$" + '{order}-$' + '{Math.random()}`',
  ),
}

export const race: Attack = {
  number: 28,
  name: 'race',
  how: 'is right when orders come one after another, and charges twice when they come together',
  expected: ['fail'],
  on: 'built-in',
  run: async (stand) => outcomeOf(await stand.judgeTill(RACY, { only: ['together'] }), /^(together|PAY-1): /),
  async control(stand) {
    const { verdict } = await stand.judgeTill(RACY, { only: ['pay'], holdouts: false })
    return { works: verdict.status === 'pass', how: 'the same gate on orders one after another' }
  },
}
