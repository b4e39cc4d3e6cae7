/**
 * A second verifier, written from the description in docs/guides/evidence.md alone: it shares no line with the first. It checks the ledger, the digests,
 * the signatures, the statement's own counts and the verdict. `node test/support/verify-independent.ts EVIDENCE-DIR GATE.pub`
 */
import * as crypto from 'node:crypto'
import * as fs from 'node:fs'

// biome-ignore lint/suspicious/noExplicitAny: a second opinion reads what is there, without the first one's types.
type Any = any

const hash = (data: string | Buffer): string => crypto.createHash('sha256').update(data).digest('hex')

/** RFC 8785, once more. */
function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const object = value as Record<string, unknown>
  const keys = Object.keys(object).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${jcs(object[key])}`).join()}}`
}

function openEnvelope(file: string, spki: readonly string[]): { body: Any; digest: string } {
  const raw = fs.readFileSync(file, 'latin1')
  const envelope = JSON.parse(raw) as Any
  if (`${jcs(envelope)}\n` !== raw) throw new Error(`${file}: odd spelling`)
  const payload = Buffer.from(envelope.payload as string, 'base64')
  if (payload.toString('base64') !== envelope.payload) throw new Error(`${file}: odd base64`)
  const pae = Buffer.from(
    `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload.toString('latin1')}`,
    'latin1',
  )
  const [one] = envelope.signatures as unknown as { keyid: string; sig: string }[]
  const signature = Buffer.from(one?.sig ?? '', 'base64')
  if (envelope.payloadType !== 'application/vnd.in-toto+json' || signature.toString('base64') !== one?.sig)
    throw new Error(`${file}: odd envelope`)
  const good = spki.some((line) => {
    const der = Buffer.from(line, 'base64')
    const key = crypto.createPublicKey({ key: der, format: 'der', type: 'spki' })
    return hash(der) === one?.keyid && crypto.verify(null, pae, key, signature)
  })
  if (!good) throw new Error(`${file}: no good signature`)
  return { body: JSON.parse(payload.toString('utf8')) as Any, digest: hash(payload) }
}

const RANK = ['pass', 'needs-human', 'inconclusive', 'fail']
const worst = (all: readonly string[]): string =>
  all.length === 0 ? 'inconclusive' : (RANK[Math.max(...all.map((one) => RANK.indexOf(one)))] ?? 'fail')

/** The verdicts of all evidence in `folder`, by tree; throws at the first thing that is wrong. */
export function verifyIndependently(folder: string, gateKey: string): Record<string, string> {
  const lines = fs.readFileSync(`${folder}/ledger.jsonl`, 'utf8').split('\n')
  if (lines.pop() !== '') throw new Error('ledger: half a line')
  const prevs: string[] = []
  let prev = '0'.repeat(64)
  const ledger = lines.map((line, at) => {
    const { hash: claimed, ...entry } = JSON.parse(line) as Any
    if (jcs({ ...entry, hash: claimed }) !== line || claimed !== hash(prev + jcs(entry)) || entry.index !== at)
      throw new Error(`ledger: line ${at + 1}`)
    prevs.push(prev)
    prev = claimed as string
    for (const [name, digest] of Object.entries(entry.files ?? {}))
      if (hash(fs.readFileSync(`${folder}/${entry.folder}/${name}`)) !== digest) throw new Error(`${name}: other bytes`)
    return entry as Any
  })
  const verdicts: Record<string, string> = {}
  for (const [at, entry] of ledger.entries()) {
    if (entry.kind !== 'gate-run') continue
    const inside = `${folder}/${entry.folder}`
    const { body, digest } = openEnvelope(`${inside}/gate-run.dsse.json`, [gateKey])
    const run = body.predicate as Any
    if (run.chain?.index !== at || run.chain?.prev !== prevs[at]) throw new Error('ledger: not the one that was signed')
    if (hash(fs.readFileSync(`${inside}/verdict.json`)) !== run.verdict) throw new Error('verdict: other bytes')
    const patch = run.inputs?.patch as string | null
    if (patch !== null && hash(fs.readFileSync(`${inside}/candidate.patch`)) !== patch)
      throw new Error('patch: other bytes')
    const checks = run.measurement?.checks as unknown as { id: string; kind: string; status: string }[]
    if (worst(checks.map(({ status }) => status)) !== run.decision?.verdict) throw new Error('verdict: not the checks')
    const cases = run.measurement?.cases as unknown as { scenario: string; seed: string; expectations: string }[]
    const manifest = run.inputs?.manifest as unknown as { scenario: string; seed: string }[]
    const name = (one: { scenario: string; seed: string }): string => `${one.scenario}/${one.seed}`
    if (cases.map(name).join() !== manifest.map(name).join()) throw new Error('cases: not the manifest')
    for (const { id, status } of checks.filter(({ kind }) => kind === 'expectation')) {
      const failed = cases.some((one) => one.scenario === id && one.expectations === 'fail')
      if (failed && status === 'pass') throw new Error(`${id}: a failed case, a passed check`)
    }
    const who = new Set<string>()
    for (const later of ledger.filter((one) => one.kind === 'approval' && one.folder === entry.folder)) {
      const file = Object.keys(later.files ?? {}).find((one) => one.startsWith('approval')) ?? ''
      const approvers = run.inputs?.policy?.approvers as unknown as { name: string; key: string }[]
      const approval = openEnvelope(
        `${inside}/${file}`,
        approvers.map(({ key }) => key),
      ).body.predicate as Any
      const key = approvers.find((one) => one.name === approval.who)?.key ?? ''
      openEnvelope(`${inside}/${file}`, [key])
      if (approval.gateRun !== digest || approval.verdict !== run.verdict) throw new Error('approval: of another run')
      who.add(approval.who as string)
    }
    const wanted = (run.decision?.policy?.approvals ?? []) as unknown as { owner: string | null; count: number }[]
    const approvers = (run.inputs?.policy?.approvers ?? []) as unknown as { name: string; for: string[] }[]
    const met = wanted.every(
      ({ owner, count }) =>
        approvers.filter((one) => who.has(one.name) && (owner === null || one.for.includes(owner))).length >= count,
    )
    const open = checks.filter(({ id }) => !(met && id.startsWith('policy.approvals'))).map(({ status }) => status)
    verdicts[(body.subject as unknown as { digest: { gitTree: string } }[])[0]?.digest.gitTree ?? ''] = worst(open)
  }
  return verdicts
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder = '', key = ''] = process.argv
  process.stdout.write(`${JSON.stringify(verifyIndependently(folder, fs.readFileSync(key, 'utf8').trim()))}\n`)
}
