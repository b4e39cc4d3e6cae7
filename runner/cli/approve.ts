import { dirname, join } from 'node:path'
import { approve, evidenceAt } from '../evidence/approve.ts'
import { decideAgain } from '../evidence/decide-again.ts'
import { readPrivateKey, readPublicKey } from '../evidence/key.ts'
import { GATE_KEY } from '../evidence/write.ts'
import { EXIT } from '../report/verdict.ts'

/** `approve EVIDENCE`: exit as the verdict stands now, 0 when nothing more is needed and 3 when somebody else has to approve as well. */
export function runApprove(evidence: string, options: Readonly<Record<string, unknown>>): void {
  const folder = evidenceAt(evidence)
  const person = {
    name: String(options.as),
    key: readPrivateKey(String(options.key)),
    at: new Date(Date.now()).toISOString(),
  }
  const gateKey = typeof options.gateKey === 'string' ? options.gateKey : join(dirname(folder), GATE_KEY)
  const { file, read } = approve(folder, person, [readPublicKey(gateKey)])
  const approvals = read.approvals.map(({ who }) => who)
  const { status } = decideAgain(read.run, approvals)
  const tree = read.subject.digest.gitTree
  if (options.json === true)
    process.stdout.write(
      `${JSON.stringify({ schema: 'backlot.approve/v1', status, file, tree, approvals }, null, 2)}\n`,
    )
  else {
    process.stdout.write(`${person.name} approved tree ${tree}: ${file}\n`)
    process.stdout.write(`${status}  approved by ${approvals.join(', ')}\n`)
    process.stdout.write(`verify: npx backlot verify ${folder} --key ${gateKey}\n`)
  }
  process.exitCode = EXIT[status]
}
