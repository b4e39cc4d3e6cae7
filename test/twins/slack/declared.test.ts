import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { slack } from '../../../twins/slack/index.ts'
import { EVERY_SCOPE, METHODS } from '../../../twins/slack/methods.ts'

const sdk = readFileSync(join(dirname(createRequire(import.meta.url).resolve('@slack/web-api')), 'methods.js'), 'utf8')
/** Every method that the vendor's client can call. */
const DECLARED = new Set([...sdk.matchAll(/bindApiCall\w*\(this, '([^']+)'/g)].map(([, method]) => method))
/** Operations that are no method of the Web API. */
const ELSEWHERE = ['files.send', 'files.download', 'webhooks.send', 'responses.send']

test('every operation is a method that the client knows, or at another host', () => {
  expect(DECLARED.size).toBeGreaterThan(250)
  expect(slack.operations.filter((name) => !DECLARED.has(name) && !ELSEWHERE.includes(name))).toEqual([])
  expect(DECLARED.has('chat.postMessages')).toBe(false)
})

test('every method has its tier and scopes, and no row is left over', () => {
  expect(Object.keys(METHODS).sort()).toEqual(slack.operations.filter((name) => !ELSEWHERE.includes(name)).sort())
  expect(EVERY_SCOPE.every((scope) => /^[a-z_.]+(:[a-z_.]+)*$/.test(scope) || scope === 'incoming-webhook')).toBe(true)
})

test('operations, happenings and events have one name each', () => {
  for (const names of [slack.operations, slack.happenings, slack.events]) expect(new Set(names).size).toBe(names.length)
})
