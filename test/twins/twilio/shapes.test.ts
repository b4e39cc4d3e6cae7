import { expect, test } from 'vitest'
import { shapes } from '../../support/shapes/twilio.ts'

const told = (operation: string, body: unknown, status = 200): readonly string[] =>
  shapes({ operation, method: 'GET', url: new URL('https://api.twilio.com/'), status, body })

const key = { sid: 'SK1', friendly_name: 'x', date_created: 'now', date_updated: 'now' }

test('a field that is missing, one of another type and one that Twilio does not have are told', () => {
  expect(told('keys.fetch', key)).toEqual([])
  const { sid: _, ...other } = { ...key, friendly_name: 1, nick: 'x' }
  expect(told('keys.fetch', other)).toEqual(expect.arrayContaining(['sid: is missing', 'nick: is unknown']))
  expect(told('keys.fetch', other)).toContain('friendly_name: expected string, got 1')
})

test('each row of a page is looked at, and a refusal is not', () => {
  const { sid: _, ...other } = key
  expect(told('keys.list', { keys: [key, other], page: 0 })).toEqual(['keys[].sid: is missing'])
  expect(told('keys.fetch', { code: 20404 }, 404)).toEqual([])
})

test('an operation that has no type is told, so that a new one gets its own', () => {
  expect(told('faxes.fetch', {})).toEqual(['faxes: is none of what the SDK has'])
})
