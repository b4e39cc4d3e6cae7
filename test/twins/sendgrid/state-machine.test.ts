import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf, type Seed } from '../../../twins/sendgrid/state.ts'
import { ADA, eventsOf, GRACE, mail, openAccount, type Setup } from './support.ts'

const GONE = 'gone@example.test'
const PEOPLE = [ADA, GRACE, GONE] as const
type Sent = {
  readonly to: string
  readonly group: boolean
  readonly batch: string | undefined
  atMs: number
  status: string
}
/** What the account should look like, in its simplest words. */
type Model = {
  readonly sent: Sent[]
  readonly listed: Set<string>
  readonly left: Set<string>
  readonly batches: Map<string, 'pause' | 'cancel' | undefined>
  /** Events that must have been taken, by name. */
  readonly told: Map<string, number>
}

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
    await setup.world.clock.advance(30_000)
    settle(model, setup.world.clock.now())
    expect(setup.rows('messages').map(({ to, status }) => [to, status])).toEqual(
      model.sent.map(({ to, status }) => [to, status]),
    )
    expect(new Set(setup.rows('bounces').map(({ id }) => id))).toEqual(model.listed)
  }

  async #go(model: Model, { call, mailed, world, twin, happen }: Setup): Promise<void> {
    const to = PEOPLE[this.#who] ?? ADA
    const nowMs = world.clock.now()
    const [batch] = [...model.batches.keys()].slice(this.#at)
    switch (this.#kind) {
      case 'send':
      case 'schedule': {
        const group = this.#at % 2 === 1
        const sendAt = Math.floor(nowMs / 1000) + 3600
        const when = this.#kind === 'schedule' ? { sendAt, ...(batch === undefined ? {} : { batchId: batch }) } : {}
        await mailed({ ...mail, to, ...(group ? { asm: { groupId: 7 } } : {}), ...when })
        const atMs = this.#kind === 'schedule' ? sendAt * 1000 : nowMs
        const own = this.#kind === 'schedule' ? batch : undefined
        model.sent.push({ to, group, batch: own, atMs, status: 'scheduled' })
        settle(model, nowMs)
        return
      }
      case 'batch': {
        const [, made] = await call('POST', '/mail/batch')
        model.batches.set(String(fieldsOf(made).batch_id), undefined)
        return
      }
      case 'pause':
      case 'cancel': {
        if (batch === undefined) return
        const status = this.#kind
        const [code] = await call('POST', '/user/scheduled_sends', { batch_id: batch, status })
        expect(code).toBe(model.batches.get(batch) === undefined ? 201 : 400)
        if (code === 201) model.batches.set(batch, status)
        return
      }
      case 'resume': {
        if (batch === undefined) return
        const [code] = await call('DELETE', `/user/scheduled_sends/${batch}`)
        expect(code).toBe(model.batches.get(batch) === undefined ? 404 : 204)
        model.batches.set(batch, undefined)
        for (const sent of model.sent) if (sent.batch === batch) sent.atMs = Math.max(sent.atMs, nowMs)
        return
      }
      case 'forgive': {
        const [code] = await call('DELETE', `/suppression/bounces/${to}`)
        expect(code).toBe(model.listed.delete(to) ? 204 : 404)
        return
      }
      case 'leave':
        await call('POST', '/asm/groups/7/suppressions', { recipient_emails: [to] })
        model.left.add(to)
        return
      case 'rejoin': {
        const [code] = await call('DELETE', `/asm/groups/7/suppressions/${to}`)
        expect(code).toBe(model.left.delete(to) ? 204 : 404)
        return
      }
      case 'open':
        if (!model.sent.some((sent) => sent.to === to)) return
        await happen('mail.opened', { to })
        count(model, 'open')
        return
      case 'wait':
        await world.clock.advance(1_800_000 * this.#at)
        return
      case 'restore':
        twin.restore(JSON.parse(JSON.stringify(twin.snapshot())))
        return
      case 'fault':
        world.faults.add({ on: 'sendgrid.mail.send', kind: 'status', status: 503, times: 1 })
        return void (await expect(mailed(mail)).rejects.toMatchObject({ code: 503 }))
      default:
        throw new Error(`no such act: ${this.#kind}`)
    }
  }
}

const count = (model: Model, event: string): void => void model.told.set(event, (model.told.get(event) ?? 0) + 1)

/** What has become of the mails by now. One that bounces tells on those that leave after it, not on those that left with it. */
function settle(model: Model, nowMs: number): void {
  const due = model.sent
    .filter(({ status, atMs, batch }) => status === 'scheduled' && atMs <= nowMs && held(model, batch) !== 'pause')
    .toSorted((a, b) => a.atMs - b.atMs)
  let [listed, atMs] = [new Set(model.listed), 0]
  for (const sent of due) {
    if (sent.atMs > atMs) [listed, atMs] = [new Set(model.listed), sent.atMs]
    const dropped = listed.has(sent.to) || (sent.group && model.left.has(sent.to))
    if (held(model, sent.batch) === 'cancel') sent.status = 'canceled'
    else if (dropped) sent.status = 'dropped'
    else sent.status = sent.to === GONE ? 'bounced' : 'delivered'
    if (sent.status === 'canceled') continue
    if (!dropped) count(model, 'processed')
    count(model, sent.status === 'bounced' ? 'bounce' : sent.status)
    if (sent.status === 'bounced') model.listed.add(sent.to)
  }
}

const held = ({ batches }: Model, batch: string | undefined): string | undefined => batches.get(batch ?? '')

const KINDS = ['send', 'send', 'schedule', 'batch', 'pause', 'cancel', 'resume', 'forgive']
const MORE = ['leave', 'rejoin', 'open', 'wait', 'wait', 'restore', 'fault']

test('whatever is sent, paused, left and forgiven, the account is where a small model says, and every event arrives', async () => {
  const seed: Seed = {
    bouncing: [GONE],
    groups: [{ id: 7, name: 'News' }],
    webhook: { url: 'https://shop.test/events' },
  }
  const act = fc.tuple(fc.constantFrom(...KINDS, ...MORE), fc.nat(2), fc.nat(2)).map((of) => new Act(...of))
  await fc.assert(
    fc.asyncProperty(fc.commands([act], { maxCommands: 50, size: 'max' }), async (acts) => {
      const setup = openAccount(seed)
      const model: Model = { sent: [], listed: new Set(), left: new Set(), batches: new Map(), told: new Map() }
      // The first answer to each event is a failure: the retry has to bring it.
      setup.listener = (delivery) => ({ kind: 'answer', status: delivery.id.endsWith('#1') ? 500 : 200, body: '' })
      await fc.asyncModelRun(() => ({ model, real: setup }), acts)
      await setup.world.clock.advance(7_200_000)
      const taken = eventsOf(setup.deliveries.filter(({ id }) => !id.endsWith('#1')))
      settle(model, setup.world.clock.now())
      const counts = new Map<string, Set<unknown>>()
      for (const { event, sg_event_id } of taken)
        counts.set(String(event), (counts.get(String(event)) ?? new Set()).add(sg_event_id))
      expect(new Map([...counts].map(([event, ids]) => [event, ids.size]))).toEqual(model.told)
    }),
    { seed: 20261126, numRuns: 25 },
  )
})
