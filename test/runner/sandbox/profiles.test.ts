import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BoxStatus, boxed, boxStatus, sandboxPolicy } from '../../../runner/sandbox/box.ts'
import { boxesOf, climbWalls } from '../../../runner/sandbox/climb.ts'
import { type Profile, sandboxOf } from '../../../runner/sandbox/settings.ts'
import { FOREIGN } from '../../../scenarios/certificate.ts'
import type { Run } from '../../../scenarios/run.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { stripe } from '../../../twins/stripe/index.ts'
import { call, scenario } from '../../scenarios/support/stories.ts'
import { REPOSITORY, TINY } from '../../support/cli.ts'

const { limits } = sandboxOf({})
const PROFILES: readonly Profile[] = ['bubblewrap', 'docker']
const statuses = new Map<Profile, BoxStatus>()
for (const profile of PROFILES) statuses.set(profile, await boxStatus(profile, limits))

test.each(PROFILES)('%s is there where everything has to be', (profile) => {
  if (process.env.BACKLOT_REQUIRE_ALL === '1') expect(statuses.get(profile)).toMatchObject({ available: true })
})

const packages = join(REPOSITORY, 'node_modules')
const story = scenario([
  call('pay', '/pay', { body: { json: { order: 'o1', amount: 4900 } } }),
  call('again', '/pay', { body: { json: { order: 'o2', amount: 100 } } }),
])
/** A box reads as a user of its own: what it sees has to be readable for all. */
function openFolder(name: string): string {
  const made = mkdtempSync(join(tmpdir(), name))
  chmodSync(made, 0o755)
  return made
}
const stageIn = (folder: string, profile: Profile | undefined, env: Readonly<Record<string, string>> = {}): Stage => {
  const status = profile === undefined ? undefined : statuses.get(profile)
  const box = status?.available === true ? status.box : undefined
  return createStage({
    twins: [stripe],
    port: 3000,
    isolation: 'fresh',
    subject: (zone) =>
      nodeSubject({
        cwd: folder,
        entry: 'src/main.ts',
        env: { ...zone, PORT: '3000', STRIPE_SECRET_KEY: 'sk_test_tiny', ...env },
        ...boxed(box, [packages]),
      }),
  })
}

/** Programs of this machine, in boxes too, that were started with a file of that name; not the gate that started them. */
const argumentsOf = (pid: string): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
const running = (entry: string, gate: number | undefined): readonly string[] =>
  readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && pid !== `${gate}` && argumentsOf(pid).some((one) => one.endsWith(`/${entry}`)),
  )
async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 50) {
    if (waitedMs > 200_000) throw new Error('expected it within 200 s')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

let folder: string
let free: Run
beforeAll(async () => {
  folder = openFolder('backlot-profiles-')
  cpSync(TINY, folder, { recursive: true })
  symlinkSync(packages, join(folder, 'node_modules'))
  const stage = stageIn(folder, undefined)
  free = await stage.run(story, { seed: '7' })
  stage.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// Skipped only where a profile is not there at all; the test above fails there in CI.
describe.each(PROFILES)('in %s', (profile) => {
  const status = statuses.get(profile)
  const there = status?.available === true

  test.skipIf(!there)('every wall holds', async () => {
    if (status?.available !== true) return
    const walls = await climbWalls(boxesOf(status.box))
    expect(walls.filter(({ status: held }) => held !== 'ok')).toEqual([])
    expect(walls.length).toBeGreaterThanOrEqual(26)
  })

  test.skipIf(!there)('a run is the same to the bit as without a box, in a foreign zone and locale too', async () => {
    expect(free.answers.pay?.status).toBe(201)
    for (const env of [{}, FOREIGN]) {
      const stage = stageIn(folder, profile, env)
      const run = await stage.run(story, { seed: '7' })
      stage.close()
      expect([run.ending.kind, run.hash]).toEqual(['horizon', free.hash])
    }
  })

  test.skipIf(!there)('a program that takes too much memory is told so, also for what is not on its heap', async () => {
    const greedy = openFolder('backlot-greedy-')
    const program = 'const taken = []\nfor (;;) taken.push(Buffer.alloc(1 << 24, 1))\n'
    cpSync(TINY, greedy, { recursive: true })
    writeFileSync(join(greedy, 'src/main.ts'), program)
    const box = status?.available === true ? status.box : undefined
    const subject = nodeSubject({ cwd: greedy, entry: 'src/main.ts', limits: { rssMb: 200 }, ...boxed(box, []) })
    try {
      await expect((async () => subject.start({ seed: '1', epochMs: 0 }))()).rejects.toThrow(
        /more than 200 MiB of memory/,
      )
    } finally {
      rmSync(greedy, { recursive: true, force: true })
    }
  })

  test.skipIf(!there)(
    'killed outright, a gate leaves nothing behind in a box, not even a busy loop',
    async () => {
      const busy = openFolder('backlot-busy-')
      const entry = `loop-${busy.slice(-6)}.mjs`
      writeFileSync(join(busy, entry), 'for (;;) {}\n')
      const gate = spawn(process.execPath, [join(REPOSITORY, 'test/fixtures/hold-a-box.ts'), profile, busy, entry])
      try {
        // Killed before the program itself runs, in the moment a box is made, it may leave one that ends as soon as it comes to rest.
        await until(() => running(entry, gate.pid).some((pid) => argumentsOf(pid)[0]?.endsWith('/node') === true))
        gate.kill('SIGKILL')
        await until(() => running(entry, gate.pid).length === 0)
      } finally {
        gate.kill('SIGKILL')
        rmSync(busy, { recursive: true, force: true })
      }
    },
    100_000,
  )

  test.skipIf(!there)('a program that cannot start says why', async () => {
    const stage = stageIn(folder, profile, { NODE_OPTIONS: '--no-such-option' })
    const { ending } = await stage.run(story, { seed: '1' })
    stage.close()
    expect(ending).toMatchObject({ kind: 'killed', message: expect.stringContaining('--no-such-option') })
  })
})

test('a project that requires a box gets one or is blocked; off is off', async () => {
  const policy = await sandboxPolicy(sandboxOf({}))
  expect(policy.box === undefined).toBe(policy.blocked !== undefined)
  expect(await sandboxPolicy(sandboxOf({ mode: 'off' }))).toEqual({ box: undefined, blocked: undefined, shown: 'off' })
})
