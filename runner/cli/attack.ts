import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Attack } from '../attacks/attack.ts'
import { CORPUS } from '../attacks/corpus.ts'
import { type AttackReport, printAttacks, reportOf, runAttacks } from '../attacks/run.ts'
import { createStand } from '../attacks/stand.ts'
import { openWorkspace, UsageError } from '../gate/workspace.ts'
import { loadProject, type Project } from '../project.ts'
import { boxStatus, sandboxPolicy } from '../sandbox/box.ts'
import { type Profile, sandboxOf } from '../sandbox/settings.ts'
import { writeWhole } from '../store/artefact.ts'
import { writeResult } from '../store/results.ts'
import type { OnOpen } from './open.ts'
import { instant, realProgress } from './real-time.ts'

/**
 * `backlot attack`: every class of the corpus against the user's project, or the small one that comes along. Exit 0 when all are
 * caught, 1 when one is not, 4 when nothing is tried because candidates would not be boxed.
 */
export async function runAttack(options: Readonly<Record<string, unknown>>, onOpen: OnOpen): Promise<void> {
  const folder = typeof options.project === 'string' ? options.project : undefined
  const project = folder === undefined ? undefined : await loadProject(folder, folder)
  const profile = profileOf(options.profile, project)
  const attacks = chosen(options.only)
  const status = await boxStatus(profile, sandboxOf({}).limits)
  const unboxed = status.available
    ? project === undefined
      ? undefined
      : await unboxedBy(project)
    : `expected ${profile} to start, but ${status.why}. ${status.wayOut}`
  if (unboxed !== undefined) {
    process.stderr.write(`${unboxed}\nno attack was tried: they are hostile programs, and run in a box only\n`)
    process.exitCode = 4
    return
  }

  const stand = await createStand({ project: folder, profile, now: () => performance.now() })
  onOpen(async () => stand.close())
  const progress = realProgress()
  const shown = project?.config.name ?? 'the small project'
  progress.note(
    `trying ${attacks.length} classes of attacks on ${shown}, in ${profile}, each with and without the defence`,
  )
  progress.begin('attacks', attacks.length)
  try {
    const parallel = typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism())
    const onDone = ({ status: how }: { readonly status: string }): void => progress.step(how !== 'caught')
    const results = await runAttacks(attacks, stand, { parallel, onDone })
    progress.end()
    const report = reportOf(results, { profile, project: shown })
    // A choice of attacks says nothing of the rest, and a corpus named twice over is still a choice.
    if (project !== undefined && options.only === undefined) keep(project, report)
    const text = printAttacks(report)
    if (options.json === true) {
      process.stderr.write(text)
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    } else process.stdout.write(text)
    process.exitCode = report.caught === report.of ? 0 : 1
  } finally {
    stand.close()
  }
}

/** Why a gate of this project would run candidates without a box, and the way out; what counts is what its commit says, and its files. */
async function unboxedBy(project: Project): Promise<string | undefined> {
  const workspace = openWorkspace(project.folder)
  try {
    const base = workspace.base(undefined)
    const { config } = await loadProject(workspace.checkOut(base, 'decide', []).folder, project.folder)
    for (const [where, sandbox] of [
      ['backlot.yaml', project.config.sandbox],
      [`backlot.yaml of ${base.shown}`, config.sandbox],
    ] as const) {
      const { box, blocked, shown } = await sandboxPolicy(sandbox)
      if (box === undefined)
        return `${where}: expected a sandbox that starts, got ${blocked ?? shown}. Say sandbox: { mode: required } there and commit it; "backlot doctor" says what is missing.`
    }
    return undefined
  } finally {
    workspace.close()
  }
}

function profileOf(given: unknown, project: Project | undefined): Profile {
  if (given === undefined) return project?.config.sandbox.profile ?? 'bubblewrap'
  if (given === 'bubblewrap' || given === 'docker') {
    const own = project?.config.sandbox.profile
    if (own !== undefined && own !== given)
      throw new UsageError(
        `expected --profile to be that of the project, ${own}, got "${given}". Set it in backlot.yaml.`,
      )
    return given
  }
  throw new UsageError(`expected --profile to be bubblewrap or docker, got "${String(given)}".`)
}

function chosen(only: unknown): readonly Attack[] {
  if (!Array.isArray(only)) return CORPUS
  return only.map((name: unknown) => {
    const found = CORPUS.find(({ number }) => `${number}` === String(name).replace(/^A/i, ''))
    if (found === undefined)
      throw new UsageError(`expected --only to name classes such as A7, got "${String(name)}": there are A1 to A40.`)
    return found
  })
}

/** What readiness reads, and the whole report beside it. */
function keep(project: Project, report: AttackReport): void {
  const folder = join(project.folder, '.backlot')
  if (!existsSync(project.folder)) return
  writeWhole(join(folder, 'attacks.json'), `${JSON.stringify(report, null, 2)}\n`)
  const counts = [{ what: 'attacks', failures: report.of - report.caught, of: report.of }]
  writeResult(project, { item: 'tamper', at: instant(), counts, figures: {} })
}
