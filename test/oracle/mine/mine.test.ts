import { expect, test } from 'vitest'
import { mine } from '../../../oracle/mine/mine.ts'
import type { Run } from '../../../scenarios/run.ts'
import { sentence } from '../../support/rules.ts'
import { runOf, type Written } from '../../support/runs.ts'

/** A service that charges, then mails: some orders are declined, amounts differ, ids are in two places. */
const order = (id: string, amount: number, declined: boolean, at: number): readonly Written[] => {
  const step = `order-${id}`
  const charge = { metadata: { order: id }, amount, currency: 'usd', status: 'succeeded', id: `ch_${id}AAAAAAAAAA` }
  return [
    [at, 'app.request', { id: step, method: 'POST', path: '/orders' }, step],
    ...(declined
      ? ([[at + 1, 'bank.charge.failed', { metadata: { order: id }, amount, status: 'failed' }, step]] as const)
      : ([
          [at + 1, 'bank.charge.succeeded', charge, step],
          [at + 2, 'post.mail.accepted', { custom_args: { order: id }, total: amount }, step],
        ] as const)),
    [at + 3, 'app.answer', { id: step, status: declined ? 402 : 201 }, step],
  ]
}
const good = (seed: number): Run =>
  runOf(
    Array.from({ length: 1 + (seed % 3) }, (_, at) =>
      order(`o${seed}x${at}`, 100 * seed + at, (seed + at) % 4 === 0, at * 10),
    ).flat(),
    { seed: `${seed}` },
  )
const runs = Array.from({ length: 90 }, (_, seed) => good(seed + 1))
const sentences = (options = {}, from: readonly Run[] = runs): readonly string[] =>
  mine(from, { known: [], ...options }).map(({ sentence: text }) => text.replace(/^MINED-\d+: /, ''))

test('what always held is proposed: counts, orders, answers, absences, equalities, constants', () => {
  const found = sentences()
  const order = 'For each `metadata.order` or `custom_args.order`,'
  for (const text of [
    `${order} at most 1 \`bank.charge.succeeded\`.`,
    `${order} before \`post.mail.accepted\`, always \`bank.charge.succeeded\`.`,
    `${order} after \`bank.charge.succeeded\`, eventually \`post.mail.accepted\` within 2s.`,
    `${order} after \`post.mail.accepted\`, never \`bank.charge.succeeded\`.`,
    `${order} always \`bank.charge.succeeded.amount\` = \`post.mail.accepted.total\`.`,
    'For each `request`, after `app.request`, eventually `app.answer` within 10s.',
    'For each `request`, exactly 1 `app.answer`.',
    'Always `bank.charge.succeeded[currency=usd]`.',
  ])
    expect(found).toContain(text)
})

test('what one run refutes is not proposed, nor what too few runs exercised', () => {
  const twice = runOf([...order('z', 5, false, 0), ...order('z', 5, false, 20)])
  const text = 'For each `metadata.order` or `custom_args.order`, at most 1 `bank.charge.succeeded`.'
  expect(sentences({}, [twice, ...runs])).not.toContain(text)
  expect(sentences({}, runs.slice(0, 24))).not.toContain(text)
  expect(sentences({ supportMin: 10 }, runs.slice(0, 24))).toContain(text)
})

test('a proposal that a held-back run violates is dropped, and the others carry a bound on false alarms', () => {
  // Every third run is held back: the odd one stands there.
  const odd = runOf(
    order('y', 5, false, 0).map(
      ([at, type, fields, step]): Written => [
        at,
        type,
        type === 'bank.charge.succeeded' ? { ...fields, currency: 'eur' } : (fields ?? {}),
        step ?? 'a',
      ],
    ),
  )
  const from = [...runs.slice(0, 2), odd, ...runs.slice(2)]
  expect(sentences({}, from)).not.toContain('Always `bank.charge.succeeded[currency=usd]`.')
  const [first] = mine(runs, { known: [] })
  expect(first?.support).toBeGreaterThanOrEqual(20)
  expect(first?.held.violated).toBe(0)
  expect(first?.held.upper).toBeCloseTo(1 - 0.05 ** (1 / (first?.held.exercised ?? 1)), 10)
})

test('what is law already, or follows from it, is not proposed again', () => {
  const known = [
    sentence('PAY-1: For each `metadata.order` or `custom_args.order`, at most 1 `bank.charge.succeeded`.'),
  ]
  expect(sentences({ known })).not.toContain(
    'For each `metadata.order` or `custom_args.order`, at most 1 `bank.charge.succeeded`.',
  )
})

test('with mutants, what only a proposal notices comes first', () => {
  const late = good(2)
  const wrongAmount = {
    ...late,
    trace: late.trace.map((event) =>
      event.type === 'post.mail.accepted' ? { ...event, fields: { ...event.fields, total: 1 } } : event,
    ),
  }
  const double = {
    ...late,
    trace: late.trace
      .flatMap((event) => (event.type === 'bank.charge.succeeded' ? [event, event] : [event]))
      .map((event, index) => ({ ...event, index })),
  }
  const proposals = mine(runs, {
    known: [],
    mutants: new Map([
      ['wrong-amount', [wrongAmount]],
      ['double', [double]],
    ]),
    killed: new Set(['double']),
  })
  expect(proposals[0]?.sentence).toContain('`bank.charge.succeeded.amount` = `post.mail.accepted.total`')
  expect(proposals[0]?.kills).toEqual({ all: ['wrong-amount'], only: ['wrong-amount'] })
  const once = proposals.find(({ sentence: text }) => text.includes('at most 1 `bank.charge.succeeded`'))
  expect(once?.kills).toEqual({ all: ['double'], only: [] })
})

test('repetitions keep their distance: what a retry waited at least is proposed, in a duration that people say', () => {
  const retried = Array.from({ length: 90 }, (_, seed) =>
    runOf([
      [0, 'bank.call', { metadata: { order: `o${seed}` } }, `order-${seed}`],
      [1.3 + (seed % 3), 'bank.call', { metadata: { order: `o${seed}` } }, `order-${seed}`],
    ]),
  )
  expect(sentences({}, retried)).toContain('For each `metadata.order`, always at least 1s between `bank.call`.')
})
