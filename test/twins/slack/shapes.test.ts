import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/slack.ts'

const told = (operation: string, body: unknown, status = 200): readonly string[] =>
  shapes({ operation, method: 'POST', url: new URL(`https://slack.com/api/${operation}`), status, body })

test('a field that Slack does not have, and one of another type, are told', () => {
  expect(told('chat.postMessage', { ok: true, ts: '1.1', message: { text: 'x' } })).toEqual([])
  expect(told('chat.postMessage', { ok: true, ts: 1, message: { txt: 'x' } })).toEqual([
    'ts: expected string, got 1',
    'message.txt: is unknown',
  ])
})

test('blocks are held against their own types, wherever they stand', () => {
  const section = { type: 'section', text: { type: 'mrkdwn', text: 'x' } }
  const answer = (block: object): unknown => ({ ok: true, messages: [{ blocks: [block] }] })
  expect(told('conversations.history', answer(section))).toEqual([])
  expect(told('conversations.history', answer({ ...section, text: { type: 'mrkdwn' } }))).toEqual([
    'messages[0].blocks[0].text.text: is missing',
  ])
})

test('what is no method of the Web API, or no answer of one, is not looked at', () => {
  expect([told('files.send', { a: 1 }), told('auth.test', { a: 1 }, 429)]).toEqual([[], []])
})
