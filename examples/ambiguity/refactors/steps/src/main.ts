import { createServer, type IncomingMessage } from 'node:http'

type Bill = { id: string; amount: number; friends: string[] }
type Paid = { id: string; amount: number; shares: Record<string, number> }

/** Bills by id, as they were paid. */
const bills: Record<string, Paid | undefined> = Object.create(null)

class Split {
  readonly #bill: Bill
  constructor(bill: Bill) {
    this.#bill = bill
  }

  get makesSense(): boolean {
    const { amount, friends } = this.#bill
    return Number.isInteger(amount) && amount > 0 && Array.isArray(friends) && friends.length > 0
  }

  /** Whole cents that add up; the first friends pay the cents that are left over. */
  shares(): Map<string, number> {
    const { amount, friends } = this.#bill
    const shares = new Map<string, number>()
    for (let at = 0; at < friends.length; at++) {
      const [from, to] = [at, at + 1].map(
        (n) => n * Math.floor(amount / friends.length) + Math.min(n, amount % friends.length),
      )
      shares.set(friends[at] ?? '', (to ?? 0) - (from ?? 0))
    }
    return shares
  }

  async pay(): Promise<Paid> {
    const shares = this.shares()
    for (const [friend, amount] of shares) {
      if (amount === 0) continue
      await charge(this.#bill, friend, amount)
    }
    return { id: this.#bill.id, amount: this.#bill.amount, shares: Object.fromEntries(shares) }
  }
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
  const work = new Split(bill)
  if (!work.makesSense) return [422, { error: 'nothing to be paid, or nobody to pay it' }]
  const paid = bills[bill.id] ?? (await work.pay())
  bills[bill.id] = paid
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
