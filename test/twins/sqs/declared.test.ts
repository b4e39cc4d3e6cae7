import * as sdk from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { sqs } from '../../../twins/sqs/index.ts'
import { TARGETS } from '../../../twins/sqs/operations.ts'
import { createWorld } from '../../../twins/world.ts'

test('every command of the SDK is an operation', () => {
  const commands = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])
  expect([...TARGETS.keys()].sort()).toEqual(commands.sort())
})

test('what every object has is no operation', () => {
  const twin = sqs.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
  const header = (name: string): string | undefined => (name === 'x-amz-target' ? 'AmazonSQS.constructor' : undefined)
  expect(twin.operationOf('POST', new URL('https://sqs.us-east-1.amazonaws.com/'), header)).toBeUndefined()
})
