import { expect, test } from 'vitest'
import { parseScenarioFile } from '../../../scenarios/parse/scenario-file.ts'
import { sendgrid } from '../../../twins/sendgrid/index.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'

const twins = [stripe, sendgrid] as unknown as readonly TwinDefinition<unknown>[]
const scenario = (wire: string): string => `schema: 1
id: joined
clock: 2030-01-01T00:00:00Z
wires:
  - ${wire}
when: [{ call: GET / }]
then: [{ calls: stripe.customers.create, count: 0 }]
`
const read = (wire: string): ReturnType<typeof parseScenarioFile> =>
  parseScenarioFile('joined.scenario.yaml', scenario(wire), { twins, rules: [] })

test('a wire makes a call, or something happen', () => {
  const call =
    '{ on: stripe.customer.created, after: 2s, call: POST https://api.sendgrid.com/v3/mail/send, body: { to: "{{email}}" } }'
  expect(read(call).scenarios[0]?.wires).toEqual([
    {
      on: 'stripe.customer.created',
      where: undefined,
      afterMs: 2_000,
      act: {
        kind: 'call',
        method: 'POST',
        url: 'https://api.sendgrid.com/v3/mail/send',
        headers: {},
        body: { to: '{{email}}' },
      },
    },
  ])
  const happen = '{ on: sendgrid.mail.accepted, happen: stripe.dispute.created, with: { amount: 5 } }'
  expect(read(happen).scenarios[0]?.wires?.[0]?.act).toEqual({
    kind: 'happen',
    twin: 'stripe',
    event: 'dispute.created',
    fields: { amount: 5 },
  })
})

test.each([
  [
    '{ on: stripe.customer.creatd, happen: stripe.dispute.created }',
    'no operation or event "stripe.customer.creatd". Did you mean "stripe.customer.created"?',
  ],
  [
    '{ on: stripe.customer.created, happen: stripe.dispute.creatd }',
    'nothing called "stripe.dispute.creatd" can happen. Did you mean "stripe.dispute.created"?',
  ],
  [
    '{ on: stripe.customer.created, call: POST https://api.sendgird.com/v3 }',
    'no twin stands at https://api.sendgird.com. Did you mean "https://api.sendgrid.com"?',
  ],
  ['{ on: stripe.customer.created, call: sendgrid }', ''],
])('%s is a mistake with a place', (wire, message) => {
  const [problem] = read(wire).problems
  expect(problem).toMatchObject({ file: 'joined.scenario.yaml', line: 5 })
  expect(problem?.text).toContain(message)
})
