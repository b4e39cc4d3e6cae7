import { join, resolve } from 'node:path'
import { upperBound } from '../../oracle/readiness/bounds.ts'
import { openWorkspace, UsageError } from '../gate/workspace.ts'
import { newSecret } from '../holdout/entropy.ts'
import { type Case, type HoldoutLedger, openHoldoutLedger } from '../holdout/ledger.ts'
import { loadSealed, type Sealed, Unreachable } from '../holdout/source.ts'
import { loadProject, type Project, ProjectProblems, shownPath } from '../project.ts'
import { writeResult } from '../store/results.ts'
import type { OnOpen } from './open.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `holdouts`: what only their keepers may read goes to this terminal and nowhere else. Exit 4 when too few are left to judge. */
export async function runHoldouts(options: Readonly<Record<string, unknown>>, onOpen: OnOpen): Promise<void> {
  const folder = text(options.project) ?? '.'
  const workspace = openWorkspace(folder)
  onOpen(async () => workspace.close())
  try {
    const base = workspace.base(text(options.base))
    const project = await loadProject(workspace.checkOut(base, 'decide', []).folder, shownPath(resolve(folder)))
    const settings = project.config.holdouts
    if (settings === undefined)
      throw new UsageError('expected "holdouts:" in backlot.yaml, got none. See docs/guides/holdouts.md.')
    const sealed = load(() =>
      loadSealed(settings, project, {
        project: resolve(folder),
        outsideOf: workspace.repository?.top ?? resolve(folder),
        scratch: join(workspace.root, 'sealed'),
        env: process.env,
      }),
    )
    const ledger = openHoldoutLedger(sealed.ledger, {
      today: new Date(Date.now()).toISOString().slice(0, 10),
      newSecret,
    })
    const find = (id: string): Case => {
      const found = ledger.seal(sealed.scenarios).find(({ scenario }) => scenario.id === id)
      if (found === undefined) throw new UsageError(`expected the id of a sealed scenario, got "${id}".`)
      return found
    }
    const [reveal, burn, why] = [text(options.reveal), text(options.burn), text(options.why)]
    if ((reveal ?? burn) !== undefined && why === undefined)
      throw new UsageError('expected --why TEXT, got none: the ledger keeps it.')
    if (burn !== undefined) ledger.burn([find(burn).digest], why ?? '')
    if (reveal !== undefined) {
      const { digest, scenario } = find(reveal)
      ledger.reveal(digest, why ?? '')
      process.stdout.write(`${JSON.stringify(scenario, null, 2)}\n`)
    }
    keepGap({ folder: resolve(folder), deciding: project.deciding }, ledger.builds())
    const cases = ledger.seal(sealed.scenarios)
    const left = cases.filter(({ burnt }) => !burnt).length
    const spent = ledger
      .accounts()
      .map(({ account, agent, charged }) => ({ account, agent, charged, of: settings.budget }))
    if (options.json === true)
      process.stdout.write(
        `${JSON.stringify({ schema: 'backlot.holdouts/v1', cases: cases.map(row), left, minimum: settings.minimum, spent }, null, 2)}\n`,
      )
    else process.stdout.write(print(cases, left, settings.minimum, spent))
    process.exitCode = left < settings.minimum ? 4 : 0
  } finally {
    workspace.close()
  }
}

function load(work: () => Sealed): Sealed {
  try {
    const sealed = work()
    if (sealed.problems.length > 0) throw new ProjectProblems(sealed.problems)
    return sealed
  } catch (error) {
    throw error instanceof Unreachable ? new UsageError(`${error.message}.`) : error
  }
}

const row = ({ scenario, burnt, evaluations, sealedAt, commitment }: Case): object => ({
  id: scenario.id,
  covers: scenario.covers,
  sealedAt,
  evaluations,
  burnt,
  commitment,
})

function print(
  cases: readonly Case[],
  left: number,
  minimum: number,
  spent: readonly { readonly agent: string | null; readonly charged: number; readonly of: number }[],
): string {
  const width = Math.max(8, ...cases.map(({ scenario }) => scenario.id.length))
  const lines = cases.map(
    ({ scenario, burnt, evaluations, sealedAt }) =>
      `${burnt ? 'BURNT ' : 'sealed'}  ${scenario.id.padEnd(width)}  ${sealedAt}  judged ${evaluations} times  ${scenario.covers.join(', ')}`,
  )
  const accounts = spent.map(
    ({ agent, charged, of }) => `budget  ${agent ?? '(no agent named)'}: ${charged} of ${of} spent`,
  )
  const few = left < minimum ? `; fewer than the minimum of ${minimum}: they no longer judge. Seal new ones` : ''
  return `${[...lines, ...accounts].join('\n')}\n${left} of ${cases.length} unburnt${few}\n`
}

/** What the scorecard asks: builds pass the visible scenarios before they meet a sealed one, so each failure is a gap. */
function keepGap(project: Pick<Project, 'folder' | 'deciding'>, builds: ReturnType<HoldoutLedger['builds']>): void {
  if (builds.of === 0) return
  writeResult(project, {
    item: 'sealed-gap',
    at: new Date(Date.now()).toISOString(),
    counts: [{ what: 'builds', ...builds }],
    figures: { builds: builds.of, upperPoints: Math.round(upperBound(builds.failures, builds.of) * 1000) / 10 },
  })
}
