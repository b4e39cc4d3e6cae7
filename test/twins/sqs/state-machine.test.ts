import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { sqs } from '../../../twins/sqs/index.ts'
import { setStage } from '../../conformance/twins.ts'
import { signed } from '../aws/signed.ts'
import { QUEUE_URL } from './support.ts'

/** A message as the model knows it: when it can be had again, how often it was had, and by which handle it was had last. */
type Known = {
  readonly body: string
  visibleMs: number
  receives: number
  handle: string | undefined
  queue: 'orders' | 'failed'
}
type Model = { nowMs: number; messages: Known[] }
type Stage = ReturnType<typeof setStage>
const MAX_RECEIVES = 3
const VISIBILITY_MS = 30_000
const answerSchema = z.object({
  Messages: z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })).optional(),
})

const ask = async (stage: Stage, target: string, body: object): Promise<z.infer<typeof answerSchema> | undefined> => {
  const request = signed({
    service: 'sqs',
    method: 'POST',
    url: 'https://sqs.us-east-1.amazonaws.com/',
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${target}` },
    body: JSON.stringify(body),
    atMs: stage.world.clock.now(),
  })
  try {
    const answer = await stage.send(request)
    return answer.ok ? answerSchema.parse(JSON.parse((await answer.text()) || '{}')) : undefined
  } catch (error) {
    if (error instanceof TypeError) return undefined // The answer was lost.
    throw error
  }
}

type Command = fc.AsyncCommand<Model, Stage>
const command = (text: string, run: (model: Model, stage: Stage) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => text,
})

let bodies = 0
const send = (delay_s: number): Command =>
  command(`send(${delay_s})`, async (model, stage) => {
    const body = `message ${bodies++}`
    await ask(stage, 'SendMessage', { QueueUrl: `${QUEUE_URL}/orders`, MessageBody: body, DelaySeconds: delay_s })
    model.messages.push({
      body,
      visibleMs: model.nowMs + delay_s * 1000,
      receives: 0,
      handle: undefined,
      queue: 'orders',
    })
  })

/** What a receive takes, by the model: those given up on the way go to the other queue. */
function taken(model: Model, queue: Known['queue'], max: number): Known[] {
  const found: Known[] = []
  for (const message of model.messages.filter((one) => one.queue === queue && one.visibleMs <= model.nowMs)) {
    if (queue === 'orders' && message.receives >= MAX_RECEIVES) {
      message.queue = 'failed'
      model.messages = [...model.messages.filter((one) => one !== message), message]
      continue
    }
    found.push(message)
    if (found.length === max) break
  }
  for (const message of found) {
    message.receives += 1
    message.visibleMs = model.nowMs + VISIBILITY_MS
  }
  return found
}

const receive = (queue: Known['queue'], max: number, lost: boolean): Command =>
  command(`receive(${queue}, ${max}${lost ? ', lost' : ''})`, async (model, stage) => {
    if (lost) stage.world.faults.add({ on: 'sqs.messages.receive', kind: 'answer-lost', times: 1 })
    const answer = await ask(stage, 'ReceiveMessage', { QueueUrl: `${QUEUE_URL}/${queue}`, MaxNumberOfMessages: max })
    const expected = taken(model, queue, max)
    if (lost) {
      for (const message of expected) message.handle = 'lost'
      return
    }
    const messages = answer?.Messages ?? []
    expect(messages.map(({ Body }) => Body)).toEqual(expected.map(({ body }) => body))
    for (const [at, message] of expected.entries()) message.handle = messages[at]?.ReceiptHandle
  })

const remove = (nth: number): Command =>
  command(`remove(${nth})`, async (model, stage) => {
    const held = model.messages.filter(({ handle }) => handle !== undefined && handle !== 'lost')
    const message = held[nth % Math.max(held.length, 1)]
    if (message === undefined) return
    const QueueUrl = `${QUEUE_URL}/${message.queue}`
    await ask(stage, 'DeleteMessage', { QueueUrl, ReceiptHandle: message.handle })
    // A handle of the queue it was given up in is worth nothing in the other.
    const moved = message.queue === 'failed' && !failedHandles.has(message.handle ?? '')
    if (!moved) model.messages = model.messages.filter((one) => one !== message)
  })
const failedHandles = new Set<string>()

const pass = (seconds: number): Command =>
  command(`pass(${seconds})`, async (model, stage) => {
    await stage.world.clock.advance(seconds * 1000)
    model.nowMs += seconds * 1000
  })

const receiveFailed = (max: number): Command =>
  command(`receive dead letters(${max})`, async (model, stage) => {
    await receive('failed', max, false).run(model, stage)
    for (const { handle, queue } of model.messages)
      if (queue === 'failed' && handle !== undefined) failedHandles.add(handle)
  })

const restore: Command = command('restore', async (_, stage) => {
  stage.twin.restore(JSON.parse(JSON.stringify(stage.twin.snapshot())))
})

test('whatever is sent, received, lost, deleted and restored, the model knows it too', async () => {
  const commands = [
    fc.constantFrom(0, 0, 5).map(send),
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(false, false, true))
      .map(([max, lost]) => receive('orders', max, lost)),
    fc.integer({ min: 1, max: 3 }).map(receiveFailed),
    fc.nat(5).map(remove),
    fc.constantFrom(1, 29, 30, 61).map(pass),
    fc.constant(restore),
  ]
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { size: '+1' }), async (plan) => {
      const stage = setStage({
        twin: sqs,
        seed: {
          queues: [
            { name: 'failed' },
            { name: 'orders', dead_letter: { queue: 'failed', max_receives: MAX_RECEIVES } },
          ],
        },
      })
      await fc.asyncModelRun(() => ({ model: { nowMs: stage.world.clock.now(), messages: [] }, real: stage }), plan)
    }),
    { seed: 7, numRuns: 40 },
  )
})
