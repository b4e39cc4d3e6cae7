import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/openai.ts'

const url = new URL('https://api.openai.com/v1/models/gpt-5')
const model = { id: 'gpt-5', object: 'model', created: 1, owned_by: 'system' }
const told = (operation: string, body: unknown, more: object = {}): readonly string[] =>
  shapes({ operation, method: 'GET', url, status: 200, body, ...more })

test('an answer that is not what the SDK declares is told, and an event of a stream too', () => {
  expect(told('models.retrieve', model)).toEqual([])
  expect(told('models.retrieve', { ...model, created: '1', owner: 'x' })).toEqual([
    'created: expected number, got "1"',
    'owner: is unknown',
  ])
  const delta = { type: 'response.refusal.delta', content_index: 0, output_index: 0, item_id: 'msg_1', delta: 'no' }
  expect(told('responses.create', delta, { streamed: true })).toEqual(['sequence_number: is missing'])
  expect(told('models.sing', {})).toEqual(['nothing describes models.sing'])
  expect(told('models.retrieve', { error: { message: 'no' } }, { status: 404 })).toContain('error.type: is missing')
})
