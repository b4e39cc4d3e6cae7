import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { entryOf } from '../../../runner/serve/har.ts'
import { backlot } from '../../support/cli.ts'
import { evening, type Shop, shopProject } from '../incident/support.ts'

let shop: Shop
let traffic: string
beforeAll(() => {
  shop = shopProject()
  mkdirSync(join(shop.folder, 'night'))
  traffic = shop.write('night/evening.scenario.yaml', evening('  - { answer: p4, status: 201 }'))
})
afterAll(() => shop.close())
const diff = (...args: string[]) => backlot(['diff', ...args], { cwd: shop.folder })

test('two builds that part are told where it begins, what follows, and the smallest traffic that shows it', () => {
  const { code, stdout } = diff(shop.fix, shop.bug, '--traffic', traffic, '--minimise')
  expect(stdout).toContain('DIFFERENT  POST /pay: call stripe.payment_intents.create idempotency_key, in 9 of 9\n')
  expect(stdout).toContain(
    'so also cost stripe card-charge amount, in 1: only where answer-lost on stripe.payment_intents.create hit',
  )
  expect(stdout).toContain('smallest traffic, 1 of 14 steps: POST /pay\n')
  expect(stdout).toContain(`4 of 13 requests are the same on ${shop.fix} and on ${shop.bug}; they part in 1 way\n`)
  expect(code).toBe(1)
})

test('a build beside itself is the same in everything, on traffic out of a HAR', () => {
  const body = Buffer.from(JSON.stringify({ order: 'o1', amount: 4900 }))
  const entries = [1, 2, 3].map((at) =>
    entryOf({
      startedMs: Date.parse('2026-05-04T22:00:00Z') + at * 1000,
      endedMs: Date.parse('2026-05-04T22:00:00Z') + at * 1000 + 90,
      method: 'POST',
      url: 'https://tiny.example.test/pay',
      requestHeaders: [['content-type', 'application/json']],
      requestBody: body,
      answer: { kind: 'answer', status: 201, headers: [['content-type', 'application/json']], body: Buffer.from('{}') },
    }),
  )
  const har = shop.write('night/night.har', JSON.stringify({ log: { version: '1.2', entries } }))
  const { code, stdout } = diff(shop.fix, shop.fix, '--traffic', har, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'backlot.diff/v1', requests: 3, same: 3, groups: [] })
  expect(code).toBe(0)
})

test('a rule overlooks what it names and is counted; none may be on money', () => {
  const rule = (field: string, expires: string): string =>
    `ignore:\n  - { field: "${field}", as: present, why: A key is a key., owner: payments, expires: ${expires} }\n`
  const key = '$.call.stripe.payment_intents.create.idempotency_key'
  const file = shop.write('night/ignore.yaml', rule(key, '2099-01-31'))
  const money = shop.write('night/money.yaml', rule('$.body.amount', '2099-01-31'))
  const counted = diff(shop.fix, shop.bug, '--traffic', traffic, '--ignore', file)
  expect(counted.stdout).not.toContain('create idempotency_key, in')
  expect(counted.stdout).toMatch(
    /overlooked \$\.call.*idempotency_key as present: \d+ differences \(payments: A key is a key\.\)/,
  )
  const refused = diff(shop.fix, shop.bug, '--traffic', traffic, '--ignore', money)
  expect(refused.stderr).toContain('expected no rule on money')
  expect(refused.code).toBe(2)
})
