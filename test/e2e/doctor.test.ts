import { expect, test } from 'vitest'
import { z } from 'zod'
import { sandboxStatus } from '../../runner/sandbox/bubblewrap.ts'
import { WALLS } from '../../runner/sandbox/walls.ts'
import { backlot } from '../support/cli.ts'

const line = z.strictObject({
  id: z.string(),
  status: z.enum(['ok', 'MISSING', 'OPEN']),
  found: z.string(),
  what: z.string(),
  wayOut: z.string(),
})
const report = z.strictObject({
  schema: z.literal('backlot.doctor/v1'),
  ok: z.boolean(),
  profile: z.enum(['bubblewrap', 'docker']),
  tools: z.array(line),
  walls: z.array(line),
})

test.skipIf(!sandboxStatus().available)('doctor tells of every tool and every wall, as one object', () => {
  const { code, stdout } = backlot(['doctor', '--profile', 'bubblewrap', '--json'])
  const { ok, profile, tools, walls } = report.parse(JSON.parse(stdout))
  const odd = [...tools, ...walls].filter(({ status }) => status !== 'ok')
  expect([code, ok, profile, odd]).toEqual([0, true, 'bubblewrap', []])
  expect(tools.map(({ id }) => id)).toEqual(expect.arrayContaining(['node', 'git', 'mkfifo', 'setpriv', 'prlimit']))
  expect(walls.map(({ id }) => id)).toEqual(WALLS.map(({ id }) => id))
})

test('a profile that there is not is a mistake on the command line', () => {
  const { code, stderr } = backlot(['doctor', '--profile', 'chroot'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('expected --profile to be bubblewrap or docker')])
})
