import { expect, test } from 'vitest'
import { classify } from '../../../runner/gate/flake.ts'
import type { Judged } from '../../../runner/gate/judge.ts'
import type { Quarantined } from '../../../runner/gate/quarantine.ts'
import type { Job, Side } from '../../../runner/pool/job.ts'
import type { Pool } from '../../../runner/pool/pool.ts'
import { honest } from './honest.ts'

type Context = Parameters<typeof classify>[0]
const notes: string[] = []
const progress = {
  begin: () => undefined,
  step: () => undefined,
  end: () => undefined,
  note: (text: string) => void notes.push(text),
}
const context = (quarantine: readonly Quarantined[] = [], today: string | undefined = '2026-11-26'): Context =>
  ({
    project: { config: { quarantine }, scenarios: ['a', 'b'].map((id) => ({ id, zone: undefined })) },
    options: { today, progress },
  }) as unknown as Context

/** A pool in which some sides give another run each time. */
function poolOf(noisy: readonly Side[]): Pool & { readonly played: Job[] } {
  const played: Job[] = []
  return {
    played,
    async play(job) {
      played.push(job)
      if (job.kind !== 'run') throw new Error('expected a run')
      const noise = noisy.includes(job.side) ? `-${played.length}` : ''
      return { kind: 'run', run: honest(job.scenario.id, job.seed, noise) }
    },
    close: async () => undefined,
  }
}

const red = (scenario = 'a'): Judged => ({
  id: 'PAY-1',
  kind: 'rule',
  why: '',
  failure: undefined,
  verdict: { status: 'fail', findings: [{ message: 'twice', scenario, seed: '1', atVirtualMs: 0 }] },
})
const green: Judged = { id: 'MAIL-1', kind: 'rule', why: '', failure: undefined, verdict: { status: 'pass' } }
const runs = { base: [honest('a', '1'), honest('b', '1')], candidate: [honest('a', '1'), honest('b', '1')] }
const told = (checks: readonly Judged[]) => checks.map(({ id, verdict }) => `${id} ${verdict.status}`)

test('nothing red: nothing is run again', async () => {
  const pool = poolOf([])
  expect(told((await classify(context(), pool, [green], runs)).checks)).toEqual(['MAIL-1 pass'])
  expect(pool.played).toEqual([])
})

test('a red case that repeats stays red, and the base is not run again for it', async () => {
  const pool = poolOf([])
  expect((await classify(context(), pool, [green, red()], runs)).checks).toEqual([green, red()])
  expect(pool.played.map((job) => job.kind === 'run' && job.side)).toEqual(['candidate', 'candidate'])
})

test('a red case that only the candidate makes flake stays red, and flaking is a finding of its own', async () => {
  const checks = (await classify(context(), poolOf(['candidate']), [green, red()], runs)).checks
  expect(told(checks)).toEqual(['MAIL-1 pass', 'PAY-1 fail', 'flake fail'])
  const { verdict } = checks[2] ?? green
  expect(verdict.status === 'fail' && verdict.findings[0]?.message).toMatch(
    /^two runs part at event 0 \(a\): .*\. The base repeats\.$/,
  )
})

test('a red case that flakes on the base as well says nothing of the candidate: inconclusive, with an owner or asking for one', async () => {
  const both = poolOf(['candidate', 'base'])
  const [lost] = (await classify(context(), both, [red()], runs)).checks
  expect(lost?.verdict).toEqual({ status: 'inconclusive', reason: expect.stringContaining('It has no owner yet') })
  const entry = { scenario: 'a', owner: 'payments', reason: 'keys are drawn in OpenSSL', until: '2026-12-31' }
  const checks = (await classify(context([entry]), both, [red()], runs)).checks
  expect(told(checks)).toEqual(['PAY-1 inconclusive'])
  expect(checks[0]?.verdict).toMatchObject({
    reason: expect.stringContaining("payments's to mend until 2026-12-31: keys are drawn"),
  })
})

test('without a base a flake is the program’s own', async () => {
  const checks = (await classify(context(), poolOf(['candidate', 'base']), [red()], { ...runs, base: undefined }))
    .checks
  expect(told(checks)).toEqual(['PAY-1 fail', 'flake fail'])
  expect(JSON.stringify(checks)).not.toContain('The base repeats')
})

test('quarantine excuses no case that repeats, is run all the same, and ends on its day', async () => {
  const entry = { scenario: 'a', owner: 'payments', reason: 'x', until: '2026-11-26' }
  notes.length = 0
  const pool = poolOf([])
  expect(told((await classify(context([entry]), pool, [red()], runs)).checks)).toEqual(['PAY-1 fail'])
  expect(notes.join()).toContain('a is in quarantine with payments and did not flake')
  expect(told((await classify(context([entry]), pool, [green], runs)).checks)).toEqual(['MAIL-1 pass'])
  expect(pool.played.length).toBeGreaterThan(2)
  for (const day of ['2026-11-27', undefined]) {
    const late = { ...context([entry]), options: { today: day, progress } } as unknown as Context
    const checks = (await classify(late, poolOf([]), [green], runs)).checks
    expect(told(checks)).toEqual(['MAIL-1 pass', 'quarantine inconclusive'])
    expect(checks[1]?.verdict).toMatchObject({
      reason: expect.stringContaining('a: ended on 2026-11-26. payments mends it'),
    })
  }
})
