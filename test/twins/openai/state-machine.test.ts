import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openai } from '../../../twins/openai/index.ts'
import { toSnapshot } from '../../../twins/openai/snapshot.ts'
import { emptyState } from '../../../twins/openai/state.ts'
import { createWorld } from '../../../twins/world.ts'
import { batchFile, client } from './support.ts'

// Random acts against a small model: which files there are, how far each batch is, and how many answers are billed.

const WORK_MS = 60_000
type ModelBatch = { readonly madeMs: number; readonly requests: number; cancelledMs: number | null }
type Model = {
  nowMs: number
  readonly files: Map<string, number>
  readonly batches: Map<string, ModelBatch>
  responses: number
}
type Real = ReturnType<typeof client>
type Command = fc.AsyncCommand<Model, Real>

/** How many of a batch's requests are answered, and what it is called by then. */
function expected({ madeMs, requests, cancelledMs }: ModelBatch, nowMs: number) {
  const atMs = Math.min(nowMs, cancelledMs ?? nowMs)
  const done = Math.min(requests, Math.max(0, Math.floor(((atMs - madeMs - 1_000) * requests) / WORK_MS)))
  const ageMs = nowMs - madeMs
  if (cancelledMs !== null) return { done, status: nowMs >= cancelledMs + 2_000 ? 'cancelled' : 'cancelling' }
  const status =
    ageMs < 1_000
      ? 'validating'
      : ageMs < 1_000 + WORK_MS
        ? 'in_progress'
        : ageMs < 2_000 + WORK_MS
          ? 'finalizing'
          : 'completed'
  return { done, status }
}

class Upload implements Command {
  readonly requests: number
  constructor(requests: number) {
    this.requests = requests
  }
  check = (): boolean => true
  async run(model: Model, { api }: Real): Promise<void> {
    const body = { model: 'gpt-4.1-mini', messages: [{ role: 'user', content: 'Hi' }] }
    const bodies = Array.from({ length: this.requests }, () => body)
    const { id } = await api.files.create({ purpose: 'batch', file: batchFile(bodies) })
    model.files.set(id, this.requests)
  }
  toString = (): string => `upload(${this.requests})`
}

class Start implements Command {
  readonly fault: boolean
  constructor(fault: boolean) {
    this.fault = fault
  }
  check = ({ files }: Model): boolean => files.size > 0
  async run(model: Model, { api, stage }: Real): Promise<void> {
    const [file = '', requests = 0] = [...model.files].at(-1) ?? []
    if (this.fault) stage.world.faults.add({ on: 'openai.batches.create', kind: 'status', status: 503, times: 1 })
    const made = await api.batches
      .create({ completion_window: '24h', endpoint: '/v1/chat/completions', input_file_id: file })
      .catch((error: unknown) => error)
    if (this.fault) {
      expect(made).toMatchObject({ status: 503 })
      return
    }
    const { id } = made as { readonly id: string }
    model.batches.set(id, { madeMs: model.nowMs, requests, cancelledMs: null })
  }
  toString = (): string => `start${this.fault ? '(503)' : ''}`
}

class Cancel implements Command {
  check = ({ batches }: Model): boolean => batches.size > 0
  async run(model: Model, { api }: Real): Promise<void> {
    const [id = '', batch] = [...model.batches].at(-1) ?? []
    if (batch === undefined) return
    const { status } = expected(batch, model.nowMs)
    const answer: unknown = await api.batches.cancel(id).catch((error: unknown) => error)
    if (['completed', 'cancelled'].includes(status)) expect(answer).toMatchObject({ status: 409 })
    else {
      expect(answer).toMatchObject({ status: 'cancelling' })
      batch.cancelledMs ??= model.nowMs
    }
  }
  toString = (): string => 'cancel'
}

class Ask implements Command {
  check = (): boolean => true
  async run(model: Model, { api }: Real): Promise<void> {
    await api.responses.create({ model: 'gpt-4.1-mini', input: 'Hi' })
    model.responses += 1
  }
  toString = (): string => 'ask'
}

class Remove implements Command {
  check = ({ files }: Model): boolean => files.size > 0
  async run(model: Model, { api }: Real): Promise<void> {
    const [file = ''] = [...model.files].at(0) ?? []
    // What is being looked at just now would fail: that is another test's.
    if ([...model.batches.values()].some(({ madeMs }) => madeMs + 1_000 > model.nowMs)) return
    expect(await api.files.delete(file)).toMatchObject({ deleted: true })
    model.files.delete(file)
    await expect(api.files.retrieve(file)).rejects.toMatchObject({ status: 404 })
  }
  toString = (): string => 'remove'
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
  }
  toString = (): string => `wait(${this.ms})`
}

/** Everything is put away and taken out again: nothing may be lost, and nothing be done twice. */
class Restore implements Command {
  check = (): boolean => true
  async run(_: Model, { stage }: Real): Promise<void> {
    stage.twin.restore(JSON.parse(JSON.stringify(stage.twin.snapshot())))
  }
  toString = (): string => 'restore'
}

class Look implements Command {
  check = (): boolean => true
  async run(model: Model, { api }: Real): Promise<void> {
    const { data } = await api.batches.list({ limit: 100 })
    expect(data).toHaveLength(model.batches.size)
    for (const { id, status, request_counts } of data) {
      const batch = model.batches.get(id)
      if (batch === undefined) throw new Error(`expected no batch ${id}`)
      const want = expected(batch, model.nowMs)
      expect([status, request_counts?.completed]).toEqual([want.status, want.done])
    }
    const files = (await api.files.list({ purpose: 'batch' })).data.map(({ id }) => id)
    expect(files.toSorted()).toEqual([...model.files.keys()].toSorted())
  }
  toString = (): string => 'look'
}

const commands = fc.commands(
  [
    fc.integer({ min: 1, max: 4 }).map((requests) => new Upload(requests)),
    fc.nat(4).map((luck) => new Start(luck === 0)),
    fc.constant(new Cancel()),
    fc.constant(new Ask()),
    fc.constant(new Remove()),
    fc.constantFrom(500, 1_000, 15_000, 61_000).map((ms) => new Wait(ms)),
    fc.constant(new Restore()),
    fc.constant(new Look()),
  ],
  { maxCommands: 30 },
)

test('whatever is done in whatever order, the twin and a small model agree', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (acts) => {
      const real = client()
      const model: Model = { nowMs: 0, files: new Map(), batches: new Map(), responses: 0 }
      await fc.asyncModelRun(() => ({ model, real }), acts)
      const billed = (end: string): number =>
        real.stage.world.money.bill.lines.filter(({ sku }) => sku.endsWith(end)).length
      const batched = [...model.batches.values()].reduce((sum, batch) => sum + expected(batch, model.nowMs).done, 0)
      expect([billed(':output'), billed(':batch-output')]).toEqual([model.responses, batched])
    }),
    { numRuns: 25, seed: 7, endOnFailure: true },
  )
})

test('100,000 entities are put away and taken out again in a moment', () => {
  const state = emptyState()
  for (let at = 0; at < 50_000; at++) {
    state.completions.add({
      id: `chatcmpl-${at}`,
      endpoint: 'chat.completions',
      model: 'gpt-5',
      input_tokens: 1,
      output_tokens: 1,
      reasoning_tokens: 0,
      text: '',
      created_ms: at,
    })
    state.files.add({
      id: `file-${at}`,
      bytes: 1,
      created_at: 1,
      filename: 'x',
      purpose: 'batch',
      expires_at: null,
      content: '',
    })
  }
  const twin = openai.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
  twin.restore(toSnapshot(state))
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
