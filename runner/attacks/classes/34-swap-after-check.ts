import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { newKey } from '../../evidence/key.ts'
import { verifyEvidence } from '../../evidence/verify.ts'
import { writeEvidence } from '../../evidence/write.ts'
import type { GateRecord } from '../../gate/context.ts'
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
    const { path, keys, tree } = await evidenceOnGood(stand)
    const own = verifyEvidence(path, keys, { tree })
    const other = verifyEvidence(path, keys, { tree: SWAPPED })
    const refused = other.steps.find(({ ok, step }) => !ok && step === 'tree')
    const held = own.status === 'pass' && refused !== undefined
    return { ending: other.status === undefined ? 'refused' : 'pass', evidence: held ? refused.text : undefined }
  },
  async control(stand) {
    // The same evidence and the same tree to merge, but nobody holds one against the other.
    const { path, keys } = await evidenceOnGood(stand)
    const [foreign] = (await evidenceOnGood(stand)).keys
    const believed = verifyEvidence(path, keys, {}).status === 'pass'
    const forged = foreign === undefined || verifyEvidence(path, [foreign], {}).status !== undefined
    return { works: believed && !forged, how: 'a release that asks for a signed pass, not on which tree' }
  },
}

type Given = { readonly path: string; readonly keys: readonly KeyObject[]; readonly tree: string }

/** Signed evidence that the good change passes, and who signed it. */
async function evidenceOnGood(stand: Stand): Promise<Given> {
  const records: GateRecord[] = []
  const { verdict } = await stand.judgeTill(GOOD, { holdouts: false, onRecord: (one) => void records.push(one) })
  const [record] = records
  if (record === undefined) throw new Error('expected a record of the gate')
  const key = newKey(join(stand.scratch(), 'gate.pem'))
  const at = '2026-05-04T09:00:00.000Z'
  const { path } = writeEvidence({ folder: stand.scratch(), verdict, record, key, at, platform: 'linux' })
  return { path, keys: [createPublicKey(key)], tree: record.candidate.id }
}
