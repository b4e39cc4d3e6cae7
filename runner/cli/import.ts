import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { EVIDENCE_KINDS, type EvidenceKind } from '../../scenarios/import/evidence.ts'
import {
  type EvidenceFile,
  type Imported,
  importEvidence,
  LeakFound,
  UnknownKind,
} from '../../scenarios/import/import.ts'
import { TooLarge } from '../../scenarios/import/source.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { encodeJwt, signingKey } from '../../twins/okta/keys.ts'
import type { Json } from '../../twins/trace.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { freshTwin, replayRecording } from '../fidelity/replay.ts'
import { UsageError } from '../gate/workspace.ts'
import { loadTwin } from '../own-twins.ts'
import { CONFIG, loadProject, ProjectProblems, shownPath } from '../project.ts'
import { writeWhole } from '../store/artefact.ts'
import { TWINS } from '../twins.ts'
import type { OnOpen } from './open.ts'
import { type ProvenFile, proveFile } from './prove.ts'
import { freshWord, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>

/** `backlot import`: exit 0 with files written; 4 when nothing can be replayed; 1 when what would be written held a secret. */
export async function runImport(words: readonly string[], options: Options, onOpen: OnOpen): Promise<void> {
  const files = filesIn(words)
  const folder = text(options.project) ?? '.'
  const stage = await readStage(folder)
  const incident = text(options.incident)
  const id = idOf(text(options.id), incident, files)
  const out = text(options.out) ?? join(folder, 'backlot/scenarios/incidents')
  if (options.force !== true && existsSync(join(out, `${id}.scenario.md`)))
    throw new UsageError(
      `expected no ${join(out, `${id}.scenario.md`)} yet, got one. Say --id for another, or --force to write it again.`,
    )
  try {
    const imported = await readEvidence(files, { id, incident, folder }, stage, options)
    if (imported.nothing === undefined) {
      mkdirSync(out, { recursive: true })
      for (const { name, text: written } of imported.outputs) writeWhole(join(out, name), written)
    }
    const proofs =
      imported.nothing === undefined && typeof options.red === 'string'
        ? await proveFile(
            join(out, `${id}.scenario.md`),
            imported.scenarios.map((one) => one.id),
            options,
            onOpen,
          )
        : undefined
    report(imported, { id, out, folder, json: options.json === true, proofs })
    process.exitCode = imported.nothing === undefined ? (proofs?.code ?? 0) : 4
  } catch (error) {
    if (!(error instanceof LeakFound)) throw error
    tellLeak(error)
    process.exitCode = 1
  }
}

/** The scenarios that evidence tells of, without writing anything: what came in, as traffic to replay. Redacted as always. */
export async function importTraffic(words: readonly string[], folder: string): Promise<Imported> {
  const id = 'traffic'
  return readEvidence(filesIn(words), { id, incident: undefined, folder }, await readStage(folder), {
    maxCalls: TRAFFIC_CALLS_MAX,
  })
}

const TRAFFIC_CALLS_MAX = 100_000

async function readEvidence(
  files: readonly EvidenceFile[],
  { id, incident, folder }: { readonly id: string; readonly incident: string | undefined; readonly folder: string },
  stage: Stage,
  options: Options,
): Promise<Imported> {
  const progress = createByteProgress()
  try {
    return await importEvidence(files, {
      id,
      incident,
      twins: stage.twins,
      origins: [...stage.origins, ...list(options.origin)],
      service: text(options.service),
      timing: options.timing === 'causal' || options.timing === 'explore' ? options.timing : 'time',
      examples: stage.scenarios,
      defaults: stage.defaults,
      key: options.redact === false ? '' : redactionKey(text(options.redactionKey), folder),
      vocabulary: [...stage.vocabulary, ...list(options.keepWord)],
      redact: options.redact !== false,
      callsMax: Number(options.maxCalls),
      aroundMs: aroundMs(text(options.around)),
      keepEvidence: options.keepEvidence === true,
      resign,
      forward: (twin, exchanges, seed) => forwardCheck(stage, twin, exchanges, seed),
      onFile: progress.onFile,
      onBytes: progress.onBytes,
    })
  } catch (error) {
    if (error instanceof UnknownKind || error instanceof TooLarge) throw new UsageError(error.message)
    throw error
  } finally {
    progress.end()
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

function filesIn(words: readonly string[]): readonly EvidenceFile[] {
  const [first = '', ...rest] = words
  const kind = EVIDENCE_KINDS.find((one) => one === first)
  const named: EvidenceKind | undefined = existsSync(first) ? undefined : kind
  const paths = named === undefined ? words : rest
  if (paths.length === 0) throw new UsageError(`expected a file after the kind "${first}", got none.`)
  for (const path of paths) {
    if (!existsSync(path)) throw new UsageError(`expected a file of evidence, got ${path}, which does not exist.`)
  }
  return paths.map((path) => ({ path, kind: named }))
}

function idOf(id: string | undefined, incident: string | undefined, files: readonly EvidenceFile[]): string {
  const made = id ?? incident?.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-') ?? `incident-${files.length}`
  if (!/^[a-z][a-z0-9-]*$/.test(made))
    throw new UsageError(`expected --id of lower-case letters, digits and dashes, got "${made}".`)
  return made
}

function aroundMs(around: string | undefined): number | undefined {
  if (around === undefined) return undefined
  const ms = Date.parse(around)
  if (Number.isNaN(ms)) throw new UsageError(`expected --around such as 2026-05-04T08:59:58Z, got "${around}".`)
  return ms
}

/** What the project says of itself; without one all twins, and nothing is known. */
type Stage = {
  readonly twins: readonly TwinDefinition<unknown>[]
  readonly origins: readonly string[]
  readonly defaults: Readonly<Record<string, unknown>>
  readonly scenarios: readonly Scenario[]
  readonly vocabulary: readonly string[]
}

async function readStage(folder: string): Promise<Stage> {
  if (!existsSync(join(folder, CONFIG)))
    return { twins: TWINS, origins: [], defaults: {}, scenarios: [], vocabulary: publicOf(TWINS) }
  try {
    const { config, twins, scenarios } = await loadProject(folder, shownPath(folder))
    return stageOf(twins, config, scenarios)
  } catch (error) {
    // The first scenario of a project may well be an incident.
    const first =
      error instanceof ProjectProblems &&
      error.problems.every((one) => one.text.startsWith('expected scenario files at'))
    if (!first) throw error
    const config = parse(readFileSync(join(folder, CONFIG), 'utf8')) as Settings & { readonly twins: readonly string[] }
    return stageOf(await Promise.all(config.twins.map((spec) => loadTwin(spec, folder))), config, [])
  }
}

type Settings = {
  readonly subject: {
    readonly origin?: string | undefined
    readonly port?: number | undefined
    readonly env?: Readonly<Record<string, string>> | undefined
  }
  readonly defaults?: Readonly<Record<string, unknown>> | undefined
}

function stageOf(
  twins: readonly TwinDefinition<unknown>[],
  { subject, defaults = {} }: Settings,
  scenarios: readonly Scenario[],
): Stage {
  const local =
    subject.port === undefined ? [] : [`http://localhost:${subject.port}`, `http://127.0.0.1:${subject.port}`]
  const origins = [...(subject.origin === undefined ? [] : [new URL(subject.origin).origin]), ...local]
  const own = new Set<string>()
  for (const { when, then, given } of scenarios) takeWords([when, then, given], own)
  takeWords(defaults, own)
  const hosts = [...origins, ...Object.values(subject.env ?? {})].flatMap((one) => hostIn(one))
  const known = twins.map((twin) => knowing(twin, defaults[twin.name]))
  return { twins: known, origins, defaults, scenarios, vocabulary: [...own, ...hosts, ...publicOf(twins)] }
}

type Plain = Readonly<Record<string, Json>>
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A twin that infers what there was in the light of the project's defaults. A scenario's own state takes the place of a default of the same
 * name: what is inferred of an account would take its settings away.
 */
function knowing(twin: TwinDefinition<unknown>, defaults: unknown): TwinDefinition<unknown> {
  const infer = twin.fidelity?.given
  if (infer === undefined || !isPlain(defaults)) return twin
  const given: typeof infer = (exchanges) => {
    const seed = infer(exchanges)
    if (!isPlain(seed)) return seed
    const whole = ([name, part]: [string, Json]): [string, Json] => {
      const own = defaults[name]
      return [name, isPlain(own) && isPlain(part) ? { ...own, ...part } : part]
    }
    return Object.fromEntries(Object.entries(seed).map(whole))
  }
  return { ...twin, fidelity: { ...twin.fidelity, given } }
}

const hostIn = (address: string): readonly string[] => {
  try {
    return address.includes('://') ? [new URL(address).hostname] : []
  } catch {
    return []
  }
}
/** What every client of a vendor knows: its hosts, and the versions of its API. */
const publicOf = (twins: readonly TwinDefinition<unknown>[]): readonly string[] => [
  ...hostsOf(twins),
  ...twins.flatMap(({ apiVersions }) => apiVersions),
]
const hostsOf = (twins: readonly TwinDefinition<unknown>[]): readonly string[] =>
  twins.flatMap(({ origins }) => origins.filter((origin) => !origin.includes('*')).flatMap(hostIn))

/** Texts of the project's own files are no secrets: whoever reads the scenario has them already. */
function takeWords(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    into.add(value)
    if (/^\/\S*$/.test(value)) for (const part of value.split(/[/?&=]/)) into.add(part)
  } else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) takeWords(item, into)
}

/** Made once for a project, so that two imports give the same customer the same substitute. */
function redactionKey(file: string | undefined, folder: string): string {
  const path = file ?? join(folder, '.backlot/redaction.key')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  if (file !== undefined) throw new UsageError(`expected a key in ${file}, which does not exist.`)
  const key = `${freshWord()}${freshWord()}`
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${key}\n`, { mode: 0o600 })
  return key
}

/** Tokens that Okta issued are signed anew with the key that its twin signs with. */
function resign(claims: Readonly<Record<string, unknown>>): string | undefined {
  const okta = typeof claims.iss === 'string' && /^https:\/\/[a-z0-9-]+\.okta(preview)?\.com(\/|$)/.test(claims.iss)
  return okta ? encodeJwt(signingKey(0), claims) : undefined
}

async function forwardCheck(
  { twins, defaults }: Stage,
  name: string,
  exchanges: Parameters<typeof freshTwin>[1]['exchanges'],
  seed: unknown,
): Promise<readonly { readonly entry: number; readonly why: string }[]> {
  const definition = twins.find((twin) => twin.name === name)
  if (definition === undefined) return []
  const own = { ...(defaults[name] as object | undefined), ...(seed as object) }
  const started = { ...definition, fidelity: { ...definition.fidelity, given: () => own as never } }
  const recording = { file: 'the evidence', exchanges }
  try {
    // What was inferred has to fit whole: it is what the scenario begins with.
    const strict = (words: string): never => {
      throw new Error(words)
    }
    const interactions = await replayRecording(started, recording, freshTwin(started, recording, strict))
    return interactions.flatMap(({ entry, outcome }) =>
      outcome.kind === 'match'
        ? []
        : [
            {
              entry,
              why:
                outcome.kind === 'unmodelled'
                  ? outcome.why
                  : `${outcome.differences.length} fields of the answer differ`,
            },
          ],
    )
  } catch {
    return [{ entry: 1, why: 'the twin cannot start from what was inferred' }]
  }
}

function createByteProgress(): {
  readonly onFile: (path: string, bytes: number) => void
  readonly onBytes: (bytes: number) => void
  readonly end: () => void
} {
  const progress = realProgress()
  let open = false
  let pending = 0
  const end = (): void => {
    if (open) progress.end()
    open = false
  }
  return {
    onFile(path, bytes) {
      end()
      open = true
      pending = 0
      progress.begin(`MB of ${path}`, Math.ceil(bytes / 1_048_576))
    },
    onBytes(bytes) {
      pending += bytes
      for (; pending >= 1_048_576; pending -= 1_048_576) progress.step(false)
    },
    end,
  }
}

function tellLeak({ message, leaks }: LeakFound): void {
  process.stderr.write(`backlot: ${message}\n`)
  for (const { type, output, through } of leaks.slice(0, 10))
    process.stderr.write(`  a ${type} in ${output}${through.length === 0 ? '' : ` (${through.join(', then ')})`}\n`)
  process.stderr.write(
    'This is a mistake of ours: please report the kinds above. If the texts are no secrets, say --keep-word.\n',
  )
}

function report(
  imported: Imported,
  {
    id,
    out,
    folder,
    json,
    proofs,
  }: {
    readonly id: string
    readonly out: string
    readonly folder: string
    readonly json: boolean
    readonly proofs: ProvenFile | undefined
  },
): void {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const { ledger, nothing, scenarios, outputs } = imported
  const { fields, ...head } = ledger
  const written = nothing === undefined ? outputs.map(({ name }) => join(out, name)) : []
  if (json) {
    say(
      JSON.stringify(
        {
          schema: 'backlot.import/v1',
          nothing: nothing ?? null,
          scenarios: scenarios.map((one) => one.id),
          written,
          ledger: { ...head, fields: fields.length },
          proofs: proofs?.json ?? [],
        },
        null,
        2,
      ),
    )
    return
  }
  for (const { what, count, first } of ledger.repairs)
    say(`repaired: ${what}${count > 1 ? ` (${count} times, first at ${first[0] ?? ''})` : ` (${first[0] ?? ''})`}`)
  if (nothing !== undefined) {
    say(`nothing to replay: ${nothing}`)
    return
  }
  const { observed, derived, synthesised, redacted, missing } = ledger.sums
  say(
    `${id}: ${fields.length} fields: ${observed} observed, ${derived} derived, ${synthesised} synthesised, ${redacted} redacted, ${missing} missing`,
  )
  for (const line of ledger.cannotProve) say(`cannot prove: ${line}`)
  for (const line of ledger.unexplained.slice(0, 10)) say(`unexplained: ${line}`)
  if (ledger.unexplained.length > 10) say(`unexplained: ${ledger.unexplained.length - 10} more in the ledger`)
  if (ledger.readings.length > 0) say(`two readings: ${ledger.readings.join(' | ')}`)
  for (const path of written) say(`wrote ${path}`)
  if (proofs !== undefined) return void process.stdout.write(proofs.text)
  const project = folder === '.' ? '' : ` --project ${folder}`
  say(
    `unproven until it was seen to fail; prove it: npx backlot prove${project} ${scenarios[0]?.id ?? id} --red REF --green REF --minimise`,
  )
}
