import { expect, test } from 'vitest'
import { isPublic, matches, type Question, readPolicy, weigh } from '../../../twins/aws/policy.ts'

const question: Question = {
  principal: 'arn:aws:iam::123456789012:user/app',
  account: '123456789012',
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::shop/a',
  known: (key) => ({ name: 'Ada', size: '10', at: '2030-01-01T00:00:00Z', yes: 'true', missing: null })[key],
  unknown: (what) => new Error(what),
}
const USUAL = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }
const verdict = (...Statement: readonly object[]): string => {
  const read = readPolicy(JSON.stringify({ Statement }))
  return 'policy' in read ? weigh(read.policy, question) : `wrong ${read.wrong}`
}

test.each([
  ['StringEquals', 'name', ['Bo', 'Ada'], true],
  ['StringEquals', 'name', 'ada', false],
  ['StringEqualsIgnoreCase', 'name', 'ada', true],
  ['StringNotEquals', 'name', ['Bo', 'Ada'], false],
  ['StringNotEquals', 'missing', 'Ada', true],
  ['StringEquals', 'missing', 'Ada', false],
  ['StringEqualsIfExists', 'missing', 'Ada', true],
  ['StringLike', 'name', 'A?a', true],
  ['StringNotLike', 'name', 'A*', false],
  ['NumericLessThan', 'size', 10, false],
  ['NumericLessThanEquals', 'size', '10', true],
  ['NumericGreaterThan', 'size', 9, true],
  ['DateGreaterThan', 'at', '2029-12-31T00:00:00Z', true],
  ['DateLessThan', 'at', '1893456000', false],
  ['Bool', 'yes', true, true],
  ['Bool', 'yes', 'false', false],
  ['Null', 'missing', 'true', true],
  ['Null', 'name', 'true', false],
])('%s of %s and %j: %s', (operator, key, wanted, holds) => {
  expect(verdict({ ...USUAL, Condition: { [operator]: { [key]: wanted } } })).toBe(holds ? 'allowed' : 'not-said')
})

test.each([
  ['a denial is final', [USUAL, { ...USUAL, Effect: 'Deny', Action: 's3:Get*' }], 'denied'],
  ['another action', [{ ...USUAL, Action: ['s3:PutObject', 's3:GetObjectVersion'] }], 'not-said'],
  ['an action in other letters', [{ ...USUAL, Action: 'S3:getobject' }], 'allowed'],
  ['all but an action', [{ ...USUAL, Action: undefined, NotAction: 's3:GetObject' }], 'not-said'],
  ['another resource', [{ ...USUAL, Resource: 'arn:aws:s3:::shop/b*' }], 'not-said'],
  ['all but a resource', [{ ...USUAL, Resource: undefined, NotResource: 'arn:aws:s3:::shop/b' }], 'allowed'],
  ['the account', [{ ...USUAL, Principal: { AWS: '123456789012' } }], 'allowed'],
  ['a service', [{ ...USUAL, Principal: { Service: 'sns.amazonaws.com' } }], 'not-said'],
  ['no resource', [{ ...USUAL, Resource: undefined }], 'wrong Resource'],
  ['no effect', [{ ...USUAL, Effect: undefined }], 'wrong Effect'],
])('%s', (_, statements, expected) => {
  expect(verdict(...statements)).toBe(expected)
})

test('what nobody knows is said, where the rest of the statement applies', () => {
  const odd = { ...USUAL, Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }
  expect(() => verdict(odd)).toThrow('aws:SourceVpc')
  expect(verdict({ ...odd, Action: 's3:PutObject' })).toBe('not-said')
})

test.each([
  [USUAL, true],
  [{ ...USUAL, Effect: 'Deny' }, false],
  [{ ...USUAL, Principal: { AWS: 'arn:aws:iam::999999999999:root' } }, false],
  [{ ...USUAL, Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } } }, false],
  [{ ...USUAL, Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } } }, true],
  [{ ...USUAL, Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, true],
])('%j is public: %s', (statement, expected) => {
  const read = readPolicy(JSON.stringify({ Statement: statement }))
  expect('policy' in read && isPublic(read.policy)).toBe(expected)
})

test('a pattern is no expression', () => {
  expect([matches('a.c', 'abc'), matches('a*(c)?', 'ab\n(c)d'), matches('*', '')]).toEqual([false, true, true])
})
