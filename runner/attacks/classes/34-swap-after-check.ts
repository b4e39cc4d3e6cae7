import { createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { newKey } from '../../evidence/key.ts'
import { verifyEvidence } from '../../evidence/verify.ts'
import { writeEvidence } from '../../evidence/write.ts'
import type { GateRecord } from '../../gate/context.ts'
import type { GateVerdict } from '../../report/verdict.ts'
import type { Attack } from '../attack.ts'
import type { Stand } from '../stand.ts'
import { CHARGE } from '../till.ts'

const SWAPPED = `${'0'.repeat(39)}1`
/** A change that is good. */
const GOOD = { 'src/charge.mjs': CHARGE.replace('attempt === 3', 'attempt === 4') }

export const swapAfterCheck: Attack = {
  number: 34,
  name: 'swap after the check',
  how: 'has one tree judged and another merged, on the same evidence',
  expected: ['refused'],
  on: 'built-in',
  async run(stand) {
    const { verdict, record } = await judgedGood(stand)
    const folder = stand.scratch()
    const key = newKey(join(stand.scratch(), 'gate.pem'))
    const { path } = writeEvidence({ folder, verdict, record, key, at: '2026-05-04T09:00:00.000Z', platform: 'linux' })
    const keys = [createPublicKey(key)]
    const own = verifyEvidence(path, keys, { tree: record.candidate.id })
    const other = verifyEvidence(path, keys, { tree: SWAPPED })
    const refused = other.steps.find(({ ok, step }) => !ok && step === 'tree')
    const held = own.status === 'pass' && refused !== undefined
    return { ending: other.status === undefined ? 'refused' : 'pass', evidence: held ? refused.text : undefined }
  },
  async control(stand) {
    const { verdict } = await judgedGood(stand)
    const believed = JSON.parse(JSON.stringify(verdict)) as { readonly status: string }
    return { works: believed.status === 'pass', how: 'a release that asks for a passing verdict, not on which tree' }
  },
}

async function judgedGood(stand: Stand): Promise<{ readonly verdict: GateVerdict; readonly record: GateRecord }> {
  const records: GateRecord[] = []
  const { verdict } = await stand.judgeTill(GOOD, { holdouts: false, onRecord: (one) => void records.push(one) })
  const [record] = records
  if (record === undefined) throw new Error('expected a record of the gate')
  return { verdict, record }
}
