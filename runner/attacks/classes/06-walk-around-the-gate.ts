import { createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { newKey } from '../../evidence/key.ts'
import { type Checked, verifyEvidence } from '../../evidence/verify.ts'
import { writeEvidence } from '../../evidence/write.ts'
import type { GateRecord } from '../../gate/context.ts'
import type { GateVerdict } from '../../report/verdict.ts'
import type { Attack } from '../attack.ts'
import { CALLS, passesInProcess } from '../naive.ts'
import { cheat } from '../program.ts'
import { type Stand, said } from '../stand.ts'
import { ENTRY, SCENARIOS } from '../till.ts'

/** Asks of every scenario that lies in the folder whether it is right. */
const EVERY = `for (const name of (await import('node:fs')).readdirSync('.')) if (name.includes('.scenario.')) ${CALLS}`

export const walkAroundTheGate: Attack = {
  number: 6,
  name: 'walk around the gate',
  how: 'has the gate measure nothing at all, and hands in evidence of that, as it is and turned into a pass',
  expected: ['inconclusive', 'refused'],
  on: 'built-in',
  async run(stand) {
    const records: GateRecord[] = []
    const { verdict } = await stand.judgeTill(
      { [ENTRY]: cheat({}) },
      { only: ['no-such-scenario'], onRecord: (one) => void records.push(one) },
    )
    const [record] = records
    if (record === undefined) throw new Error('expected a record of the gate')
    const passed = verdict.checks.map((check) => ({ ...check, status: 'pass' as const, reason: null, findings: [] }))
    // Signed by the gate's own key, as if the agent had got hold of that as well: what counts is decided again from what was measured.
    const plain = checked(stand, verdict, record)
    const turned = checked(stand, { ...verdict, status: 'pass', checks: passed }, record)
    const released = [plain, turned].some(({ status }) => status === 'pass')
    const stopped = turned.steps.find(({ ok }) => !ok)?.text
    const why = /expected the result that the run .*|the cases say .*/.exec(stopped ?? '')?.[0]
    const nothing = verdict.runs.total === 0 ? said(verdict, /^subject: Nothing was run/) : undefined
    return {
      ending: released ? 'pass' : (plain.status ?? 'refused'),
      evidence: nothing !== undefined && why !== undefined ? `${nothing} As a pass: ${why}` : undefined,
    }
  },
  async control(stand) {
    const one = { 'pay.scenario.yaml': SCENARIOS.pay ?? '' }
    return {
      works:
        passesInProcess(stand.scratch(), cheat({}), EVERY) && !passesInProcess(stand.scratch(), cheat({}), EVERY, one),
      how: 'a runner that asks whether every result is good',
    }
  },
}

/** What whoever merges learns of evidence on this verdict. */
function checked(stand: Stand, verdict: GateVerdict, record: GateRecord): Checked {
  const key = newKey(join(stand.scratch(), 'gate.pem'))
  const at = '2026-05-04T09:00:00.000Z'
  const { path } = writeEvidence({ folder: stand.scratch(), verdict, record, key, at, platform: 'linux' })
  return verifyEvidence(path, [createPublicKey(key)], { tree: record.candidate.id })
}
