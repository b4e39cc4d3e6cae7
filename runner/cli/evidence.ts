import type { Command } from 'commander'
import { readPrivateKey } from '../evidence/key.ts'
import { type Evidence, evidenceFolder, writeEvidence } from '../evidence/write.ts'
import type { AgentIdentity, GateRecord } from '../gate/context.ts'
import { UsageError } from '../gate/workspace.ts'
import type { GateVerdict } from '../report/verdict.ts'

/** The options by which a gate is asked for evidence, and told who made the candidate. */
export const addEvidence = (command: Command): Command =>
  command
    .option('--evidence <dir>', 'write signed evidence there; needs --key')
    .option('--key <file>', 'private ed25519 key of this gate: backlot key new FILE')
    .option('--agent <name>', 'who made the candidate: name, name@version or name@version:model-family')
    .option('--no-holdouts', 'leave sealed scenarios closed')

/** What a gate needs to know beforehand to write evidence when it has decided. */
export type EvidenceWriter = {
  readonly approveCommand: ((tree: string) => string) | undefined
  readonly onRecord: (record: GateRecord) => void
  readonly agent: AgentIdentity | undefined
  /** Writes it; undefined when nobody asked, or when there is no tree to bind it to. */
  write(verdict: GateVerdict): Evidence | undefined
}

/** Reads the key before anything runs: a gate that cannot sign in the end should not begin. */
export function evidenceWriter(options: Readonly<Record<string, unknown>>): EvidenceWriter {
  const folder = typeof options.evidence === 'string' ? options.evidence : undefined
  const file = typeof options.key === 'string' ? options.key : undefined
  if ((folder === undefined) !== (file === undefined))
    throw new UsageError(
      folder === undefined
        ? 'expected --evidence DIR with --key, got none.'
        : 'expected --key FILE with --evidence, got none. Make one: npx backlot key new FILE.',
    )
  const key = file === undefined ? undefined : readPrivateKey(file)
  let record: GateRecord | undefined
  return {
    agent: typeof options.agent === 'string' ? parseAgent(options.agent) : undefined,
    approveCommand:
      folder === undefined
        ? undefined
        : (tree) => `npx backlot approve ${evidenceFolder(folder, tree)} --as NAME --key FILE`,
    onRecord(given) {
      record = given
    },
    write(verdict) {
      if (folder === undefined || key === undefined || record === undefined) return undefined
      const at = new Date(Date.now()).toISOString()
      return writeEvidence({ folder, verdict, record, key, at, platform: `${process.platform} ${process.arch}` })
    },
  }
}

/** Whoever starts a gate by hand vouches for the name; whether the policy knows it is the policy's to say. */
function parseAgent(text: string): AgentIdentity {
  const found = /^([^@:\s]+)(?:@([^:\s]+))?(?::(\S+))?$/.exec(text)
  if (found === null) throw new UsageError(`expected --agent to be name@version:model-family, got "${text}".`)
  const [, name = '', version, modelFamily] = found
  return { name, version: version ?? null, modelFamily: modelFamily ?? null, registered: true }
}
