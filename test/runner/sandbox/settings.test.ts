import { expect, test } from 'vitest'
import { sandboxOf, sandboxShape } from '../../../runner/sandbox/settings.ts'

test.each([
  [undefined, sandboxOf({})],
  ['preferred', sandboxOf({ mode: 'preferred' })],
  [{ profile: 'docker' }, sandboxOf({ profile: 'docker' })],
  [{ limits: { 'memory-mb': 512 } }, sandboxOf({ limits: { ...sandboxOf({}).limits, memoryMb: 512 } })],
])('sandbox: %j', (given, settings) => {
  expect(sandboxShape.parse(given)).toEqual(settings)
})

test.each([['maybe'], [{ profile: 'chroot' }], [{ limits: { processes: 3 } }], [{ limit: {} }]])(
  'sandbox: %j is refused',
  (given) => {
    expect(sandboxShape.safeParse(given).success).toBe(false)
  },
)
