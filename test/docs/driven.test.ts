import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { twinByName } from '../../runner/twins-by-name.ts'
import { type Driven, drivenOf, missing, sdkOf } from './driven.ts'

const RECORD = JSON.parse(readFileSync(join(import.meta.dirname, 'driven.json'), 'utf8')) as Record<string, Driven>
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>
}
const TWINS = [...new Set(Object.keys(RECORD).map((file) => file.split('/')[2] ?? ''))]

test.each(TWINS)('what the record says of %s are operations of it, driven by SDKs that are installed', async (name) => {
  const known = (await twinByName(name))?.operations ?? []
  const driven = drivenOf(name, RECORD)
  expect([...driven.keys()].filter((sdk) => devDependencies[sdk] === undefined)).toEqual([])
  expect([...driven.values()].flat().filter((operation) => !known.includes(operation))).toEqual([])
})

test('an operation that is driven no more is told, and one more is none of our business', () => {
  const recorded = { stripe: ['refunds.create', 'refunds.list'] }
  expect(missing(recorded, { stripe: ['refunds.list', 'charges.list'] })).toEqual(['stripe refunds.create'])
  expect(missing(recorded, {})).toEqual(['stripe refunds.create', 'stripe refunds.list'])
  expect(missing(recorded, { stripe: ['refunds.list', 'refunds.create'] })).toEqual([])
})

test.each([
  ['Stripe/v1 NodeBindings/23.1.0', 'https://api.stripe.com/v1/charges', 'stripe'],
  ['google-api-nodejs-client/8.0.0 (gzip)', 'https://sheets.googleapis.com/v4/spreadsheets', '@googleapis/sheets'],
  ['google-api-nodejs-client/8.0.0 (gzip)', 'https://www.googleapis.com/drive/v3/files', '@googleapis/drive'],
  ['octokit-graphql.js/9.0.5', 'https://api.github.com/graphql', '@octokit/graphql'],
  ['curl/8.5.0', 'https://api.stripe.com/v1/charges', undefined],
  ['node', 'https://acme.atlassian.net/rest/api/3/myself', undefined],
])('%s at %s is %s', (agent, url, sdk) => {
  expect(sdkOf(new Headers({ 'User-Agent': agent }), url)).toBe(sdk)
})
