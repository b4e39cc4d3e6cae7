import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ADA, GRACE, OTHER, openAccount, POOL, SEED, type Setup, SHOP, VERIFY } from './support.ts'

type Sent = { readonly sid: string; readonly to: string; over: string | undefined; atMs: number }
/** What the account should look like, in its simplest words. */
type Model = {
  readonly messages: Sent[]
  readonly stopped: Set<string>
  readonly off: Set<string>
  /** Open verifications by recipient. */
  readonly codes: Map<string, { checks: number; sends: number; startedMs: number }>
  approved: number
}

const PEOPLE = [ADA, GRACE] as const
const SENDERS = [SHOP, POOL] as const
const LIFE_MS = 600_000

class Act implements fc.AsyncCommand<Model, Setup> {
  readonly #kind: string
  readonly #who: number
  readonly #at: number
  constructor(kind: string, who: number, at: number) {
    this.#kind = kind
    this.#who = who
    this.#at = at
  }

  check(): boolean {
    return true
  }

  toString(): string {
    return `${this.#kind} ${this.#who} ${this.#at}`
  }

  async run(model: Model, setup: Setup): Promise<void> {
    await this.#go(model, setup)
    await agrees(model, setup)
  }

  async #go(model: Model, setup: Setup): Promise<void> {
    const to = PEOPLE[this.#who % 2] ?? ADA
    const sender = SENDERS[this.#at % 2] ?? SHOP
    const nowMs = setup.world.clock.now()
    const { client } = setup
    switch (this.#kind) {
      case 'send':
      case 'schedule':
        return this.#send(model, setup, to, this.#kind === 'schedule' ? POOL : sender)
      case 'cancel':
      case 'delete': {
        const sent = model.messages[this.#at % Math.max(1, model.messages.length)]
        if (sent === undefined) return
        const call = client.messages(sent.sid)
        const done = this.#kind === 'cancel' ? call.update({ status: 'canceled' }) : call.remove()
        const scheduled = sent.over === undefined && sent.atMs > nowMs
        const free = this.#kind === 'cancel' ? scheduled : sent.over !== undefined
        if (!free) return void (await expect(done).rejects.toMatchObject({ status: 409 }))
        await done
        if (this.#kind === 'cancel') sent.over = 'canceled'
        else model.messages.splice(model.messages.indexOf(sent), 1)
        return
      }
      case 'stop':
      case 'start': {
        const body = this.#kind === 'stop' ? 'STOP' : 'START'
        await setup.happen('message.received', { from: to, to: sender === SHOP ? SHOP : OTHER, body })
        if (this.#kind === 'stop') model.stopped.add(`${sender} ${to}`)
        else model.stopped.delete(`${sender} ${to}`)
        return
      }
      case 'off':
      case 'on':
        // Whatever is on its way meets the phone as it is when it arrives.
        do await this.#wait(model, setup, 0)
        while (model.messages.some(({ over, atMs }) => over === undefined && atMs <= setup.world.clock.now()))
        await setup.happen(this.#kind === 'off' ? 'recipient.unreachable' : 'recipient.reachable', { number: to })
        if (this.#kind === 'off') model.off.add(to)
        else model.off.delete(to)
        return
      case 'code':
        return this.#code(model, setup, to)
      case 'check':
        return this.#check(model, setup, to)
      case 'wait':
        return this.#wait(model, setup, this.#at * 120_000)
      case 'restore':
        setup.twin.restore(JSON.parse(JSON.stringify(setup.twin.snapshot())))
        return
      case 'fault':
        setup.world.faults.add({ on: 'twilio.messages.create', kind: 'status', status: 503, times: 1 })
        return void (await expect(client.messages.create({ to, from: SHOP, body: 'x' })).rejects.toMatchObject({
          code: 20503,
        }))
      default:
        throw new Error(`no such act: ${this.#kind}`)
    }
  }

  async #send(model: Model, { client, world }: Setup, to: string, sender: string): Promise<void> {
    const sendAt = new Date(world.clock.now() + 1_200_000)
    const when = this.#kind === 'schedule' ? ({ scheduleType: 'fixed', sendAt } as const) : {}
    const from = sender === POOL ? { messagingServiceSid: POOL } : { from: sender }
    const body = 'x'.repeat(100 * (this.#at + 1))
    const made = client.messages.create({ to, body, ...from, ...when })
    if (model.stopped.has(`${sender} ${to}`)) return void (await expect(made).rejects.toMatchObject({ code: 21610 }))
    const atMs = this.#kind === 'schedule' ? sendAt.getTime() : world.clock.now()
    model.messages.push({ sid: (await made).sid, to, over: undefined, atMs })
  }

  async #code(model: Model, { client, world }: Setup, to: string): Promise<void> {
    const open = openOf(model, world.clock.now(), to)
    const call = client.verify.v2.services(VERIFY).verifications.create({ to, channel: 'sms' })
    if (open !== undefined && open.checks > 5) return void (await expect(call).rejects.toMatchObject({ code: 60202 }))
    if (open !== undefined && open.sends >= 5) return void (await expect(call).rejects.toMatchObject({ code: 60203 }))
    await call
    if (open === undefined) model.codes.set(to, { checks: 0, sends: 1, startedMs: world.clock.now() })
    else open.sends += 1
  }

  async #check(model: Model, { client, world, rows }: Setup, to: string): Promise<void> {
    const open = openOf(model, world.clock.now(), to)
    const right = String(rows('verifications').findLast((row) => row.to === to)?.code ?? '0000')
    const code = this.#at === 0 ? right : 'wrong'
    const call = client.verify.v2.services(VERIFY).verificationChecks.create({ to, code })
    if (open === undefined) return void (await expect(call).rejects.toMatchObject({ code: 20404 }))
    open.checks += 1
    if (open.checks > 5) return void (await expect(call).rejects.toMatchObject({ code: 60202 }))
    expect((await call).valid).toBe(code === right)
    if (code !== right) return
    model.codes.delete(to)
    model.approved += 1
  }

  /** Long enough for what has been sent to arrive. */
  async #wait(model: Model, { world }: Setup, ms: number): Promise<void> {
    await world.clock.advance(ms + 60_000)
    for (const sent of model.messages)
      if (sent.over === undefined && sent.atMs + 60_000 <= world.clock.now())
        sent.over = model.off.has(sent.to) ? 'undelivered' : 'delivered'
  }
}

function openOf(model: Model, nowMs: number, to: string) {
  const open = model.codes.get(to)
  return open === undefined || nowMs >= open.startedMs + LIFE_MS ? undefined : open
}

async function agrees(model: Model, setup: Setup): Promise<void> {
  const listed = await setup.client.messages.list({ pageSize: 7 })
  const outbound = listed.filter(({ direction }) => direction !== 'inbound').reverse()
  expect(outbound.map(({ sid, to }) => [sid, to])).toEqual(model.messages.map(({ sid, to }) => [sid, to]))
  const over = outbound.map(({ sid, status }, at) => [sid, model.messages[at]?.over === undefined ? undefined : status])
  expect(over).toEqual(model.messages.map((sent) => [sent.sid, sent.over]))
  const bill = setup.world.money.bill.lines
  expect(bill.filter(({ sku }) => sku === 'verification')).toHaveLength(model.approved)
}

const KINDS = ['send', 'send', 'schedule', 'cancel', 'delete', 'stop', 'start', 'off', 'on']
const MORE = ['code', 'check', 'check', 'wait', 'restore', 'fault']

test('whatever is sent, canceled, stopped and checked, the account is where a small model says', async () => {
  const act = fc.tuple(fc.constantFrom(...KINDS, ...MORE), fc.nat(1), fc.nat(3)).map((of) => new Act(...of))
  await fc.assert(
    fc.asyncProperty(fc.commands([act], { maxCommands: 50, size: 'max' }), async (acts) => {
      const setup = openAccount(SEED)
      const model: Model = {
        messages: [],
        stopped: new Set(),
        off: new Set(),
        codes: new Map(),
        approved: 0,
      }
      await fc.asyncModelRun(() => ({ model, real: setup }), acts)
      expect(setup.world.money.bill.unpriced).toEqual([])
    }),
    { seed: 20261126, numRuns: 25 },
  )
})
