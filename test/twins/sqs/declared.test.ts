import * as sdk from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { sqs } from '../../../twins/sqs/index.ts'
import { TARGETS } from '../../../twins/sqs/operations.ts'

test('every command of the SDK is an operation, or stands among the gaps', () => {
  const commands = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])
  const gaps: Readonly<Record<string, string>> = { AddPermission: 'permissions', RemovePermission: 'permissions' }
  expect(commands.filter((name) => TARGETS[name] === undefined).sort()).toEqual(Object.keys(gaps))
  for (const what of Object.values(gaps)) expect(sqs.gaps.map((gap) => gap.what)).toContain(what)
  expect(Object.keys(TARGETS).filter((name) => !commands.includes(name))).toEqual([])
})
