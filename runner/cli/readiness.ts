import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type Card, printCard } from '../../oracle/readiness/card.ts'
import { ITEMS } from '../../oracle/readiness/result.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import { UsageError } from '../gate/workspace.ts'
import { openTroupe } from '../pool/player.ts'
import { loadProject, type Project, shownPath } from '../project.ts'
import { cardOfProject } from '../readiness/collect.ts'
import { measure } from '../readiness/measure.ts'
import { inputsOf, readResult, writeResult } from '../store/results.ts'
import type { OnOpen } from './open.ts'
import { instant, realProgress } from './real-time.ts'

type Options = Readonly<Record<string, unknown>>

/** `backlot readiness`: prints the card. Exit 0, or with --level 1 when the card is below it. */
export async function runReadiness(options: Options, onOpen: OnOpen): Promise<void> {
  const folder = typeof options.project === 'string' ? options.project : '.'
  if (options.measure === true) await measureNow(folder, options, onOpen)
  const project = await loadProject(resolve(folder), shownPath(resolve(folder)))
  record(project, options)
  const card = cardOfProject(project, Date.parse(instant()))
  if (options.json === true)
    process.stdout.write(
      `${JSON.stringify({ schema: 'backlot.readiness/v1', project: project.config.name, inputs: inputsOf(project), ...card }, null, 2)}\n`,
    )
  else process.stdout.write(printCard(card))
  process.exitCode = isBelow(card, options.level) ? 1 : 0
}

/** Counts that people bring: `--record shadow-review=0/59`, `--record domain-faults:money=1/40 --figure authors=2`. */
function record(project: Project, options: Options): void {
  const entries = Array.isArray(options.record) ? options.record.map(String) : []
  const figures = (Array.isArray(options.figure) ? options.figure.map(String) : []).map((text): [string, number] => {
    const [, name = '', value] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
    if (value === undefined) throw new UsageError(`expected --figure as name=number, got "${text}".`)
    return [name, Number(value)]
  })
  for (const entry of entries) {
    const [, name = '', what, failures, of] = /^([a-z-]+)(?::([^=]+))?=(\d+)\/(\d+)$/.exec(entry) ?? []
    const item = ITEMS.find((one) => one === name)
    if (of === undefined || item === undefined || Number(failures) > Number(of))
      throw new UsageError(
        `expected --record as item=failures/tries, such as shadow-review=0/59, got "${entry}".${suggest(name, ITEMS)}`,
      )
    const count = { what: what ?? 'all', failures: Number(failures), of: Number(of) }
    const old = readResult(project, item)
    const kept = old?.inputs === inputsOf(project) ? old : undefined
    const counts = [...(kept?.counts ?? []).filter((one) => one.what !== count.what), count]
    writeResult(project, { item, at: instant(), counts, figures: { ...kept?.figures, ...Object.fromEntries(figures) } })
  }
}

function isBelow({ level }: Card, wanted: unknown): boolean {
  if (wanted === undefined) return false
  if (wanted !== 3 && wanted !== 4 && wanted !== 5)
    throw new UsageError(`expected --level to be 3, 4 or 5, got ${String(wanted)}.`)
  return level < wanted
}

async function measureNow(folder: string, options: Options, onOpen: OnOpen): Promise<void> {
  const troupe = await openTroupe(folder, onOpen)
  try {
    const jobs = typeof options.jobs === 'number' ? options.jobs : Math.min(4, availableParallelism())
    const progress = realProgress()
    const inputs = inputsOf(troupe.project)
    progress.note(`measuring with ${options.runs} runs and ${options.replays} replays`)
    const measured = await measure(troupe.project, troupe.player(undefined, jobs), {
      runs: Number(options.runs),
      replays: Number(options.replays),
      progress,
    })
    for (const one of measured) writeResult(troupe.project, { ...one, at: instant(), inputs })
  } finally {
    await troupe.close()
  }
}
