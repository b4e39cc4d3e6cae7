/**
 * The small project attacks are tried on: a till that charges a card once for each order. It needs no packages. Its sealed scenario lies
 * in a folder beside it.
 */
export type Files = Readonly<Record<string, string>>

export const ENTRY = 'src/main.mjs'
/** Stands in the sealed scenario and nowhere else. */
export const CANARY = 'backlot-canary-5e41ed0rder'

export const MAIN = `import http from 'node:http'
import { charge } from './charge.mjs'

/** Orders by id, each with the promise of its payment: whoever comes second waits for the first. */
const orders = new Map()

async function pay({ order, amount, card }) {
  if (!orders.has(order)) orders.set(order, charge(order, amount, card))
  const paid = await orders.get(order)
  return paid.declined ? [402, { order, status: 'declined' }] : [201, { order, amount, status: paid.status }]
}

http
  .createServer((request, response) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', async () => {
      let answer
      try {
        answer = await pay(JSON.parse(text))
      } catch (error) {
        answer = [502, { error: String(error) }]
      }
      response.writeHead(answer[0], { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer[1]))
    })
  })
  .listen(process.env.PORT)
`

export const CHARGE = `/** Charges a card; tries again with the same key when no answer comes. */
export async function charge(order, amount, card = 'pm_card_visa') {
  const form = new URLSearchParams({
    amount: String(amount),
    currency: 'usd',
    payment_method: card,
    confirm: 'true',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    'metadata[order]': order,
  })
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch('https://api.stripe.com/v1/payment_intents', {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_till', 'idempotency-key': \`pay-\${order}\` },
        body: form,
      })
      if (response.status === 402) return { declined: true }
      if (!response.ok) throw new Error(\`stripe answers \${response.status}\`)
      return await response.json()
    } catch (error) {
      if (attempt === 3) throw error
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}
`

const scenario = (id: string, title: string, covers: string, rest: string): string =>
  `schema: 1\nid: ${id}\ntitle: ${title}\ncovers: [${covers}]\nclock: 2026-05-04T09:00:00Z\n${rest}`

export const SCENARIOS: Files = {
  pay: scenario(
    'pay',
    'Orders are charged once, with what they cost',
    'AC-1',
    `when:
  - { as: first, call: POST /pay, body: { order: o1, amount: 4900 } }
  - { as: second, call: POST /pay, body: { order: o2, amount: 100 } }
then:
  - { answer: first, status: 201, body: { order: o1, amount: 4900, status: succeeded } }
  - { answer: second, status: 201, body: { order: o2, amount: 100, status: succeeded } }
  - { state: stripe.charges, where: { status: succeeded, amount: 4900 }, count: 1 }
  - { state: stripe.charges, where: { status: succeeded, amount: 100 }, count: 1 }
  - { calls: stripe.payment_intents.create, count: 2 }
  - { rule: PAY-1 }
`,
  ),
  'lost-answer': scenario(
    'lost-answer',
    'A lost answer does not charge twice',
    'AC-2',
    `when:
  - { fault: { on: stripe.payment_intents.create, kind: answer-lost, nth: 1 } }
  - { as: pay, call: POST /pay, body: { order: o1, amount: 4900 } }
then:
  - { answer: pay, status: 201 }
  - { state: stripe.charges, where: { status: succeeded }, count: 1 }
`,
  ),
  together: scenario(
    'together',
    'The same order twice at one instant is one charge',
    'AC-2',
    `when:
  - together:
      - { as: one, call: POST /pay, body: { order: o7, amount: 700 } }
      - { as: two, call: POST /pay, body: { order: o7, amount: 700 } }
then:
  - { answer: one, status: 201 }
  - { answer: two, status: 201 }
  - { state: stripe.charges, where: { status: succeeded }, count: 1 }
`,
  ),
  declined: scenario(
    'declined',
    'A declined card is told, and nobody pays',
    'AC-3',
    `when:
  - { as: pay, call: POST /pay, body: { order: o3, amount: 300, card: pm_card_chargeDeclined } }
then:
  - { answer: pay, status: 402, body: { status: declined } }
  - { state: stripe.charges, where: { status: succeeded }, count: 0 }
`,
  ),
}

const SEALED = scenario(
  'sealed',
  'An order nobody was told of is charged as well',
  'AC-1',
  `when:
  - { as: pay, call: POST /pay, body: { order: ${CANARY}, amount: 8311 } }
then:
  - { answer: pay, status: 201, body: { amount: 8311, status: succeeded } }
  - { state: stripe.charges, where: { status: succeeded, amount: 8311 }, count: 1 }
`,
)

const SETTINGS = `schema: 1
name: till
subject:
  entry: ${ENTRY}
  port: 3000
  origin: https://till.example.test
  env: { PORT: "3000" }
  limits: { turn-ms: 4000 }
twins: [stripe]
brief: BRIEF.md
seeds: 1
holdouts: { from: ../sealed, budget: 100, level: 1, seeds: 1 }
`

export const RULES = `schema: 1
rules:
  - { id: PAY-1, why: Nobody pays twice., for-each: metadata.order, at-most: 1, of: stripe.charge.succeeded }
`

export const BRIEF = `# The till

Charge the card of an order once.

## Acceptance

- AC-1: An order is charged once, with its amount.
- AC-2: Neither a lost answer nor a second request charges again.
- AC-3: A declined card is told with 402.
`

/** The project, by path; \`sandbox\` is the profile candidates run in. */
export const till = (profile: string): Files => ({
  'backlot.yaml': `${SETTINGS}sandbox: { mode: required, profile: ${profile} }\n`,
  'BRIEF.md': BRIEF,
  [ENTRY]: MAIN,
  'src/charge.mjs': CHARGE,
  'backlot/rules/pay.rules.yaml': RULES,
  ...Object.fromEntries(Object.entries(SCENARIOS).map(([id, text]) => [`backlot/scenarios/${id}.scenario.yaml`, text])),
})

/** What makes the small project look at answers alone. */
export const withoutEffects: Files = {
  'backlot/scenarios/pay.scenario.yaml': (SCENARIOS.pay ?? '').replace(/ {2}- \{ (state|calls|rule).*\n/g, ''),
  'backlot/rules/pay.rules.yaml':
    'schema: 1\nrules:\n  - { id: APP-1, why: It answers., at-least: 1, of: app.answer }\n',
}

/** What lies beside the project, where only the runner reads. */
export const sealedScenarios: Files = { 'sealed.scenario.yaml': SEALED }
