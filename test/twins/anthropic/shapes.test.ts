import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/anthropic.ts'

const url = new URL('https://api.anthropic.com/v1/messages')
const told = (body: unknown, more: object = {}): readonly string[] =>
  shapes({ operation: 'messages.create', method: 'POST', url, status: 200, body, ...more })

test('an answer or an event that is not what the SDK declares is told', () => {
  expect(
    told({ type: 'error', error: { type: 'api_error', message: 'no' }, request_id: null }, { status: 500 }),
  ).toEqual([])
  expect(told({ type: 'error', error: { message: 'no' } }, { status: 500 })).toContain('error.type: is missing')
  const start = { type: 'content_block_start', index: '0', content_block: { type: 'text', text: '', mood: 'good' } }
  expect(told(start, { streamed: true })).toEqual(['index: expected number, got "0"', 'content_block.mood: is unknown'])
  expect(told({}, { operation: 'messages.sing' })).toEqual(['nothing describes messages.sing'])
})
