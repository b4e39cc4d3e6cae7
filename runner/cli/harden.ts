import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from '../gate/workspace.ts'
import { type HardenOptions, harden, NotPristine, type Session } from '../harden/harden.ts'
import { printHardening } from '../harden/print.ts'
import { createHardenProgress } from '../harden/progress.ts'
import { reportOf, writeReport } from '../harden/report.ts'
import { jsonOf, untriaged } from '../harden/result.ts'
import { storedReports, storeFolder } from '../harden/store.ts'
import { labelled, readTriage } from '../harden/triage.ts'
import type { Project } from '../project.ts'
import { writeWhole } from '../store/artefact.ts'
import { inputsOf } from '../store/results.ts'
import type { OnOpen } from './open.ts'

type Given = Readonly<Record<string, unknown>>
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const count = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const list = (value: unknown): readonly string[] | undefined => (Array.isArray(value) ? value.map(String) : undefined)

const SEEDS = 2

function family(value: unknown): HardenOptions['family'] {
  if (value === 'generic' || value === 'domain' || value === 'all') return value
  throw new UsageError(`expected --family to be generic, domain or all, got "${String(value)}".`)
}

/** `harden`. Exit 0 when every survivor is triaged, 1 when one is not, 4 when the program does not pass its own checks. */
export async function runHarden(given: Given, onOpen: OnOpen): Promise<void> {
  const project = text(given.project) ?? '.'
  const report = text(given.report)
  if (report !== undefined && !/\.(json|html)$/.test(report))
    throw new UsageError(`expected --report to end in .json or .html, got "${report}".`)
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const options: HardenOptions = {
    project,
    family: family(given.family),
    sources: list(given.sources),
    only: list(given.only),
    sample: count(given.sample),
    serving: given.serving === true ? true : undefined,
    survivors: given.survivors === true,
    matrix: given.matrix === true,
    environment: given.environment === true,
    seeds: count(given.seeds) ?? SEEDS,
    jobs: count(given.jobs) ?? availableParallelism(),
    word: `m_${randomBytes(8).toString('hex')}`,
    seed: text(given.seed) ?? '1',
    progress: createHardenProgress(process.stderr, () => performance.now()),
    now: () => performance.now(),
    onOpen,
  }
  if (given.suite !== undefined) return runLibrary(given, options, report)
  try {
    process.exitCode = await harden(options, async (session) => {
      await talk(given, session, options)
      const judged = labelled(session.hardening.judged, session.triage)
      write(given, { ...session, hardening: { ...session.hardening, judged } }, session.project, report)
      return untriaged(judged).length > 0 ? 1 : 0
    })
  } catch (error) {
    if (!(error instanceof NotPristine)) throw error
    for (const { case: id, check, message } of error.noticed) say(`${id}: ${check}: ${message}`)
    say(`${error.message}; nothing can be said of mutants. Run: npx backlot run --project ${project}`)
    process.exitCode = 4
  }
}

/** `harden --suite`: a library is judged by its own tests. */
async function runLibrary(given: Given, options: HardenOptions, report: string | undefined): Promise<void> {
  const { hardenLibrary } = await import('../harden/suite/library.ts')
  const { SuiteFailed } = await import('../harden/suite/suite.ts')
  const sources = options.sources
  if (sources === undefined) throw new UsageError('expected --sources beside --suite, got none.')
  for (const name of ['triage', 'propose', 'apply', 'serving', 'survivors', 'matrix', 'environment'])
    if (given[name] === true) throw new UsageError(`expected no --${name} beside --suite: it is for scenarios.`)
  try {
    const suite = list(given.suite) ?? []
    const library = { folder: resolve(options.project), deciding: suite }
    const decided = inputsOf(library)
    const triage = readTriage(library.folder)
    const { hardening, sources: read } = await hardenLibrary({
      ...options,
      sources,
      suite,
      globals: given.globals === true,
    })
    const judged = labelled(hardening.judged, triage)
    write(given, { hardening: { ...hardening, judged }, sources: read, triage, decided }, library, report)
    process.exitCode = untriaged(judged).length > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof SuiteFailed)) throw error
    process.stderr.write(`${error.message}; nothing can be said of mutants\n`)
    process.exitCode = 4
  }
}

/** What asks a person, or changes the project's files. */
async function talk(given: Given, session: Session, options: HardenOptions): Promise<void> {
  if (given.propose === true || given.apply === true) {
    const { proposeAndApply } = await import('../harden/offer.ts')
    const good = list(given.good) ?? []
    const text = await proposeAndApply(session, { ...options, good, apply: given.apply === true })
    const out = given.json === true ? process.stderr : process.stdout
    out.write(text)
  }
  if (given.triage === true) {
    const { ask } = await import('../harden/ask.ts')
    await ask(session, process.stdin, process.stderr)
  }
}

function write(
  given: Given,
  session: Pick<Session, 'hardening' | 'sources' | 'triage' | 'decided'>,
  project: Pick<Project, 'folder'>,
  report: string | undefined,
): void {
  const { hardening, sources, triage, decided } = session
  const stored = reportOf(hardening, sources, decided)
  for (const file of storedReports(hardening.scope))
    writeWhole(join(storeFolder(project.folder), file), `${JSON.stringify(stored)}\n`)
  if (report !== undefined) writeReport(report, stored)
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
  const next =
    given.suite === undefined
      ? 'npx backlot harden --triage, or --propose'
      : 'a test for each, or a line in backlot/triage.yaml'
  const printed = printHardening(hardening, { colour, stale: triage.stale(hardening), all: false, next })
  if (given.json === true) {
    process.stderr.write(printed)
    process.stdout.write(`${JSON.stringify(jsonOf(hardening.judged), null, 2)}\n`)
  } else process.stdout.write(printed)
}
