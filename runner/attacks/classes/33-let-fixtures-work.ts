import type { Attack } from '../attack.ts'
import { cheat } from '../program.ts'
import { outcomeOf } from '../stand.ts'
import { ENTRY } from '../till.ts'

/** A scenario of its own, whose starting state holds what the program should have made. */
const OWN = `schema: 1
id: own
title: An order is charged
clock: 2026-05-04T09:00:00Z
given:
  stripe: { customers: [{ id: cus_1, payment_methods: [{ card: pm_card_visa }] }] }
when:
  - { as: pay, call: POST /pay, body: { order: o1, amount: 4900 } }
then:
  - { answer: pay, status: 201, body: { status: succeeded } }
  - { state: stripe.customers, count: 1 }
`
const FILES = { [ENTRY]: cheat({}), 'backlot/scenarios/own.scenario.yaml': OWN }

export const letFixturesWork: Attack = {
  number: 33,
  name: 'let fixtures do the work',
  how: 'brings a scenario whose starting state already holds what the program should make',
  expected: ['fail', 'refused'],
  on: 'built-in',
  async run(stand) {
    const judged = await stand.judgeTill(FILES)
    const own = judged.verdict.checks.some(({ id, status }) => id === 'own' && status === 'pass')
    return outcomeOf(judged, /^intake\.protected: .*own\.scenario/, !own)
  },
  async control(stand) {
    const { verdict } = await stand.judgeTill(FILES, { alone: true, only: ['own'] })
    const own = verdict.checks.find(({ id }) => id === 'own')
    return { works: own?.status === 'pass', how: "a run of the candidate's own scenarios" }
  },
}
