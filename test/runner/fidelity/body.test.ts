import { expect, test } from 'vitest'
import { decode } from '../../../runner/fidelity/body.ts'

const stream = (...types: readonly string[]): Uint8Array =>
  Buffer.from(types.map((type) => `event: ${type}\ndata: {"type":"${type}"}\n\n`).join(''))
const kinds = (bytes: Uint8Array, passing?: readonly string[]): unknown =>
  (
    decode(bytes, 'text/event-stream', passing) as { readonly events: readonly { readonly event: string }[] }
  ).events.map(({ event }) => event)

test('a run of events of one kind counts as one', () => {
  expect(kinds(stream('start', 'delta', 'delta', 'stop'))).toEqual(['start', 'delta', 'stop'])
})

test('events that come by chance are left out, and what they stood between is one run', () => {
  expect(kinds(stream('start', 'delta', 'ping', 'delta', 'stop'), ['ping'])).toEqual(['start', 'delta', 'stop'])
  expect(kinds(stream('start', 'delta', 'ping', 'delta', 'stop'))).toEqual(['start', 'delta', 'ping', 'delta', 'stop'])
})
