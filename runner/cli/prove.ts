import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { explain } from '../../scenarios/minimise/explain.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import type { ProofShape } from '../../scenarios/parse/schema.ts'
import { UsageError } from '../gate/workspace.ts'
import { type Established, type EstablishOptions, establish, openStand, type StoryFile } from '../incident/establish.ts'
import { openTroupe, type Troupe } from '../pool/player.ts'
import { writeWhole } from '../store/artefact.ts'
import type { OnOpen } from './open.ts'
import { realMs, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What proving needs of the command line, for `prove` and for `import`. */
function proofOptions(troupe: Troupe, options: Options): EstablishOptions {
  const red = text(options.red)
  if (red === undefined)
    throw new UsageError('expected --red REF, the commit, patch or folder of that night; got none.')
  const endMs = realMs() + Number(options.minutes ?? 10) * 60_000
  const progress = realProgress()
  let pass = ''
  return {
    stand: openStand(troupe, red, text(options.green)),
    minimise: options.minimise === true,
    check: text(options.check),
    seeds: Number(options.seeds ?? troupe.project.config.seeds),
    runsMax: Number(options.runs ?? 2000),
    expired: () => realMs() > endMs,
    onProgress(at) {
      if (at.pass === pass) return
      pass = at.pass
      progress.note(`minimising, ${at.pass}: ${at.steps} of ${at.stepsBefore} steps after ${at.runs} runs`)
    },
  }
}

/** `prove SCENARIO`: exit 0 when everything was shown, 1 when something was not, 4 when it never failed. */
export async function runProve(name: string, options: Options, onOpen: OnOpen): Promise<void> {
  const troupe = await openTroupe(text(options.project) ?? '.', onOpen)
  try {
    const { story, proof } = find(name, troupe)
    // Proven once, the states of the source are known: the proof can be made again by name alone.
    const asked = proofOptions(troupe, {
      ...options,
      red: options.red ?? proof?.['red-on'],
      green: options.green ?? proof?.['green-on'],
    })
    realProgress().note(
      `proving ${story.id}: red on ${asked.stand.red.name}, green on ${asked.stand.green?.name ?? 'nothing'}, up to ${asked.seeds} seeds`,
    )
    const found = await establish(story, asked)
    if (found.proven !== undefined && options.dryRun !== true) writeWhole(story.file, found.text)
    if (options.json === true) process.stdout.write(`${JSON.stringify(asJson(story, found), null, 2)}\n`)
    else process.stdout.write(printProof(story, found))
    process.exitCode = exitOf(found)
  } finally {
    await troupe.close()
  }
}

const exitOf = ({ proven, unmended }: Established): number =>
  unmended !== undefined ? 1 : proven === undefined ? 4 : proven.holds ? 0 : 1

const NOT_SEEN = /It was not yet seen to fail: [^.]*\./
const SEEN =
  'What was shown of it stands under `proof`; a reading without one was never seen to fail and does not gate.'

export type ProvenFile = {
  readonly text: string
  readonly json: readonly object[]
  /** 0 when a reading was proven, 1 when one fails and was not, 4 when none of them ever fails. */
  readonly code: number
}

/** Proves the scenarios of a file that was just imported, one after the other, and keeps the proofs in it. */
export async function proveFile(
  file: string,
  ids: readonly string[],
  options: Options,
  onOpen: OnOpen,
): Promise<ProvenFile> {
  const troupe = await openTroupe(text(options.project) ?? '.', onOpen)
  try {
    const asked = proofOptions(troupe, options)
    const lines: string[] = []
    const json: object[] = []
    const codes: number[] = []
    for (const id of ids) {
      const story: StoryFile = { file, id, text: readFileSync(file, 'utf8') }
      const found = await establish(story, asked)
      if (found.proven !== undefined) writeWhole(file, found.text)
      lines.push(printProof(story, found))
      json.push(asJson(story, found))
      codes.push(exitOf(found))
    }
    const code = codes.includes(0) ? 0 : codes.includes(1) ? 1 : 4
    // The words above the scenario were true when it was imported.
    const whole = readFileSync(file, 'utf8')
    if (code === 0) writeWhole(file, whole.replace(NOT_SEEN, SEEN))
    return { text: lines.join(''), json, code }
  } finally {
    await troupe.close()
  }
}

type Found = { readonly story: StoryFile; readonly proof: ProofShape | undefined }

function find(name: string, { project }: Troupe): Found {
  const known = project.scenarios.find(({ id }) => id === name)
  if (known !== undefined) {
    const { file } = known.place
    return { story: { id: name, file, text: readFileSync(file, 'utf8') }, proof: known.proof }
  }
  if (!existsSync(name))
    throw new UsageError(
      `expected a scenario of the project or a file, got "${name}".${suggest(
        name,
        project.scenarios.map(({ id }) => id),
      )}`,
    )
  const content = readFileSync(name, 'utf8')
  const { scenarios } = parseScenarioFile(name, content, { twins: project.twins })
  const [first, ...more] = scenarios
  if (first === undefined || more.length > 0)
    throw new UsageError(`${name}: expected one scenario, got ${scenarios.length}. Name one by its id.`)
  return { story: { id: first.id, file: name, text: content }, proof: first.proof }
}

/** The proof as people read it: what was to be shown, and what came of it. */
function printProof({ id, file }: StoryFile, found: Established): string {
  const { red, minimised, guard, proven, unmended, cutOff } = found
  if (unmended !== undefined)
    return `UNPROVEN      ${id}: ${unmended.check} fails on the green state as well: it is not mended there. ${unmended.message}\n`
  if (cutOff !== undefined && proven === undefined)
    return `UNPROVEN      ${id}: it cannot fail there, because its runs break off: ${cutOff}\n`
  if (red === undefined || proven === undefined)
    return `UNPROVEN      ${id}: it never fails there. It does not gate: a scenario that was never red proves nothing.\n`
  const lines = [
    `${(proven.holds ? 'PROVEN' : 'UNPROVEN').padEnd(14)}${id}: ${red.target.fingerprint}, seed ${red.seed}`,
    ...proven.shown.map(({ what, holds, says }) => `  ${holds ? 'yes' : 'NO '}  ${what}: ${says}`),
    ...(red.others.length === 0
      ? []
      : [`  also red: ${red.others.map(({ check }) => check).join(', ')}. Choose with --check.`]),
    ...(minimised === undefined ? [] : explain(minimised).map((line) => `  ${line}`)),
    ...(guard === undefined ? [] : [`  also asked for, so that doing nothing is not enough: ${guard}`]),
    `  ${relative(process.cwd(), file) || file}`,
  ]
  return `${lines.join('\n')}\n`
}

const asJson = ({ id, file }: StoryFile, { red, minimised, guard, proven, unmended }: Established): object => ({
  schema: 'backlot.proof/v1',
  scenario: id,
  file,
  status:
    unmended !== undefined ? 'unmended' : proven === undefined ? 'never-red' : proven.holds ? 'proven' : 'unproven',
  check: red?.target.check ?? null,
  fingerprint: red?.target.fingerprint ?? null,
  seed: red?.seed ?? null,
  shown: proven?.shown ?? [],
  proof: proven?.proof ?? null,
  guard: guard ?? null,
  minimised:
    minimised === undefined
      ? null
      : {
          minimal: minimised.minimal,
          stepsBefore: minimised.stepsBefore,
          stepsAfter: minimised.stepsAfter,
          runs: minimised.runs,
          cached: minimised.cached,
          unresolved: minimised.unresolved,
          rounds: minimised.rounds,
          passes: minimised.taken,
          explanation: explain(minimised),
        },
})
