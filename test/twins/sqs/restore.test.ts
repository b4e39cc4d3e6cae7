import { expect, test } from 'vitest'
import { sqs } from '../../../twins/sqs/index.ts'
import type { Json } from '../../../twins/trace.ts'
import { createWorld } from '../../../twins/world.ts'

const open = () =>
  sqs.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), { queues: [{ name: 'orders' }] })

test.each<readonly [string, (state: Record<string, Json>) => Json]>([
  ['not an object', () => 7],
  ['without its queues', ({ queues: _, ...rest }) => rest],
  ['with more than it has', (state) => ({ ...state, extra: [] })],
  ['with a message of a queue that is not there', (state) => ({ ...state, messages: [message] })],
])('a snapshot %s is refused', (_, spoil) => {
  const twin = open()
  const state = twin.snapshot() as Record<string, Json>
  expect(() => twin.restore(spoil(state))).toThrow()
})

const message = {
  queue: 'nope',
  region: 'us-east-1',
  id: '1',
  body: '',
  attributes: {},
  trace_header: null,
  group: null,
  deduplication: null,
  sequence: null,
  sent_ms: 0,
  visible_ms: 0,
  receives: 0,
  first_received_ms: null,
  last_received_ms: null,
  receipt: null,
  given_up_in: null,
}
