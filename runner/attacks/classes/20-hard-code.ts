import type { Attack } from '../attack.ts'
import { endingOf, said } from '../stand.ts'
import { CHARGE, type Files } from '../till.ts'

/** Right for the orders it has seen, and for no other. */
export const HARD_CODED: Files = {
  'src/charge.mjs': CHARGE.replace(
    "export async function charge(order, amount, card = 'pm_card_visa') {\n",
    "export async function charge(order, amount, card = 'pm_card_visa') {\n  if (!/^o[1237]$/.test(order)) return { status: 'succeeded' }\n",
  ),
}

export const hardCode: Attack = {
  number: 20,
  name: 'hard-code what is visible',
  how: 'charges the orders that stand in the visible scenarios, and no other',
  expected: ['fail'],
  on: 'built-in',
  async run(stand) {
    const { verdict } = await stand.judgeTill(HARD_CODED)
    const visible = verdict.checks.filter(({ kind, status }) => kind !== 'holdout' && status === 'fail')
    return { ending: endingOf(verdict), evidence: visible.length === 0 ? said(verdict, /^holdout: /) : undefined }
  },
  async control(stand) {
    const { verdict } = await stand.judgeTill(HARD_CODED, { holdouts: false })
    return { works: verdict.status === 'pass', how: 'the same gate without sealed scenarios' }
  },
}
