import { createServer, type IncomingMessage } from 'node:http'

type Bill = { id: string; amount: number; friends: string[] }
type Paid = { id: string; amount: number; shares: Record<string, number> }

const bills = new Map<string, Paid>()

/** Whole cents that add up; the first friends pay the cents that are left over. */
function sharesOf({ amount, friends }: Bill): Record<string, number> {
  const share = Math.floor(amount / friends.length)
  const left = amount - share * friends.length
  return Object.fromEntries(friends.map((friend, at) => [friend, at < left ? share + 1 : share]))
}

async function charge(bill: Bill, friend: string, amount: number): Promise<void> {
  const form = new URLSearchParams({
    amount: String(amount),
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: 'true',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    'metadata[share]': `${bill.id}/${friend}`,
  })
  const response = await fetch('https://api.stripe.com/v1/payment_intents', {
    method: 'POST',
    headers: { authorization: `Bearer ${process.env.STRIPE_SECRET_KEY}`, 'idempotency-key': `${bill.id}/${friend}` },
    body: form,
  })
  if (!response.ok) throw new Error(`a card was refused: ${response.status}`)
}

async function split(bill: Bill): Promise<readonly [number, object]> {
  if (!Number.isInteger(bill.amount) || bill.amount <= 0 || !Array.isArray(bill.friends) || bill.friends.length === 0)
    return [422, { error: 'nothing to be paid, or nobody to pay it' }]
  const known = bills.get(bill.id)
  if (known !== undefined) return [201, known]
  const shares = sharesOf(bill)
  for (const [friend, amount] of Object.entries(shares)) if (amount > 0) await charge(bill, friend, amount)
  const paid = { id: bill.id, amount: bill.amount, shares }
  bills.set(bill.id, paid)
  return [201, paid]
}

async function bodyOf(request: IncomingMessage): Promise<Bill> {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text) as Bill
}

createServer(async (request, response) => {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (request.method !== 'POST' || request.url !== '/bills') return answer(404, { error: 'no such page' })
  try {
    answer(...(await split(await bodyOf(request))))
  } catch (error) {
    answer(502, { error: error instanceof Error ? error.message : String(error) })
  }
}).listen(Number(process.env.PORT))
