import { expect, test } from 'vitest'
import { fidelityOf, SCORES } from '../../../runner/fidelity/scores.ts'
import { TWINS } from '../../../runner/twins.ts'
import type { Trace } from '../../../twins/trace.ts'

const calls = (...types: readonly string[]): Trace =>
  types.map((type, index) => ({ index, atMs: 0, type, step: '1', fields: { key: `1/${type}`, method: 'POST' } }))

test('a score is weighed over the operations that runs touched', () => {
  const refunds = SCORES.stripe?.operations['refunds.create']
  expect(fidelityOf('stripe', [calls('stripe.refunds.create')])).toEqual({
    fidelity: (refunds?.matched ?? 0) / (refunds?.modelled ?? 1),
    recordedAt: refunds?.newest,
  })
})

test('an operation that was used and never measured counts against the score', () => {
  const { fidelity } = fidelityOf('stripe', [calls('stripe.refunds.create'), calls('stripe.disputes.close')])
  expect(fidelity).toBeLessThan(1)
  expect(fidelityOf('stripe', [calls('stripe.disputes.close')])).toEqual({ fidelity: null, recordedAt: null })
})

test('what happened at a twin is no call, and a twin without recordings has no score', () => {
  const happened: Trace = [{ index: 0, atMs: 0, type: 'stripe.charge.succeeded', step: '1', fields: {} }]
  expect(fidelityOf('stripe', [happened]).fidelity).toBe(SCORES.stripe?.fidelity)
  expect(fidelityOf('nobody', [])).toEqual({ fidelity: null, recordedAt: null })
})

test('every measured operation is one of a twin’s', () => {
  const strangers = Object.entries(SCORES).flatMap(([name, { operations }]) => {
    const twin = TWINS.find((one) => one.name === name)
    // A score of a twin that is gone is nobody's.
    if (twin === undefined) return [name]
    return Object.keys(operations).filter((operation) => !twin.operations.includes(operation))
  })
  expect(strangers).toEqual([])
})
