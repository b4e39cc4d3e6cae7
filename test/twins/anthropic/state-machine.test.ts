import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anthropic } from '../../../twins/anthropic/index.ts'
import { emptyState, toJson } from '../../../twins/anthropic/state.ts'
import { createWorld } from '../../../twins/world.ts'
import { client, hello, LONG_TEXT } from './support.ts'

// Random acts against a small model: what the cache holds, what limits leave, and how many answers are billed.

const LIMIT = 6
const TTL_MS = { '5m': 300_000, '1h': 3_600_000 } as const
type Ttl = keyof typeof TTL_MS
type Entry = { readonly ttlMs: number; expiresMs: number }
type Model = { nowMs: number; left: number; answers: number; readonly cache: Map<number, Entry> }
type Real = ReturnType<typeof client>
type Command = fc.AsyncCommand<Model, Real>

class Ask implements Command {
  readonly prefix: number
  readonly ttl: Ttl
  readonly fault: boolean
  constructor(prefix: number, ttl: Ttl, fault: boolean) {
    this.prefix = prefix
    this.ttl = ttl
    this.fault = fault
  }
  check = (): boolean => true
  async run(model: Model, { api, stage }: Real): Promise<void> {
    if (this.fault) stage.world.faults.add({ on: 'anthropic.messages.create', kind: 'status', status: 529, times: 1 })
    const text = `${this.prefix} ${LONG_TEXT}`
    const answer: unknown = await api.messages
      .create({
        ...hello,
        system: [{ type: 'text', text, cache_control: { type: 'ephemeral', ttl: this.ttl } }],
      })
      .catch((error: unknown) => error)
    if (this.fault) {
      expect(answer).toMatchObject({ status: 529, error: { error: { type: 'overloaded_error' } } })
      return
    }
    if (model.left < 1) {
      expect(answer).toMatchObject({ status: 429 })
      return
    }
    model.left -= 1
    model.answers += 1
    const entry = model.cache.get(this.prefix)
    const hit = entry !== undefined && entry.expiresMs > model.nowMs
    const { usage } = answer as { readonly usage: Readonly<Record<string, number>> }
    expect([Number(usage.cache_read_input_tokens) > 0, Number(usage.cache_creation_input_tokens) > 0]).toEqual([
      hit,
      !hit,
    ])
    const ttlMs = hit ? entry.ttlMs : TTL_MS[this.ttl]
    model.cache.set(this.prefix, { ttlMs, expiresMs: model.nowMs + ttlMs })
  }
  toString = (): string => `ask(${this.prefix}, ${this.ttl}${this.fault ? ', 529' : ''})`
}

class Wait implements Command {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
  check = (): boolean => true
  async run(model: Model, { stage }: Real): Promise<void> {
    await stage.world.clock.advance(this.ms)
    model.nowMs += this.ms
    model.left = Math.min(LIMIT, model.left + (this.ms * LIMIT) / 60_000)
  }
  toString = (): string => `wait(${this.ms})`
}

/** Everything is put away and taken out again: nothing may be lost. */
class Restore implements Command {
  check = (): boolean => true
  async run(_: Model, { stage }: Real): Promise<void> {
    stage.twin.restore(JSON.parse(JSON.stringify(stage.twin.snapshot())))
  }
  toString = (): string => 'restore'
}

const commands = fc.commands(
  [
    fc
      .tuple(fc.nat(2), fc.constantFrom<Ttl>('5m', '1h'), fc.nat(4))
      .map(([prefix, ttl, luck]) => new Ask(prefix, ttl, luck === 0)),
    fc.constantFrom(10_000, 290_000, 300_000, 3_600_000).map((ms) => new Wait(ms)),
    fc.constant(new Restore()),
  ],
  { maxCommands: 25 },
)

test('whatever is done in whatever order, the twin and a small model agree', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (acts) => {
      const real = client({ limits: { requests: LIMIT } })
      const model: Model = { nowMs: 0, left: LIMIT, answers: 0, cache: new Map() }
      await fc.asyncModelRun(() => ({ model, real }), acts)
      const outputs = real.stage.world.money.bill.lines.filter(({ sku }) => sku.endsWith(':output'))
      expect(outputs).toHaveLength(model.answers)
    }),
    { numRuns: 20, seed: 7, endOnFailure: true },
  )
}, 60_000)

test('100,000 entities are put away and taken out again in a moment', () => {
  const state = emptyState()
  for (let at = 0; at < 50_000; at++) {
    state.messages.push({ id: `msg_${at}`, model: 'claude-opus-5', input_tokens: 1, output_tokens: 1, created_ms: at })
    state.cache.set(`prefix ${at}`, { ttl_ms: 300_000, expires_ms: at })
  }
  const twin = anthropic.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
  twin.restore(toJson(state))
  const best = Math.min(
    ...Array.from({ length: 3 }, () => {
      const cpu = process.cpuUsage()
      twin.restore(twin.snapshot())
      const { user, system } = process.cpuUsage(cpu)
      return (user + system) / 1000
    }),
  )
  // The aim is 100 ms on a quiet machine; here only that it is no matter of seconds.
  expect(best).toBeLessThan(1_000)
  process.stderr.write(`snapshot and restore of 100,000 entities: ${best.toFixed(0)} ms of CPU\n`)
})
