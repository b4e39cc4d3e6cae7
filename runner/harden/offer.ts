import { resolve } from 'node:path'
import { shownPath } from '../project.ts'
import { applyProposals } from './apply.ts'
import { openGoodBuilds } from './good.ts'
import type { Session } from './harden.ts'
import type { HardenProgress } from './progress.ts'
import { type Proven, propose } from './proposals.ts'
import { place } from './result.ts'

export type OfferOptions = {
  readonly project: string
  readonly word: string
  readonly seed: string
  readonly progress: HardenProgress
  readonly good: readonly string[]
  readonly apply: boolean
}

/** Finds and proves proposals, writes them when asked to, and says what there is. */
export async function proposeAndApply(session: Session, options: OfferOptions): Promise<string> {
  const { progress, seed } = options
  const good = await openGoodBuilds(session, options.good, options.word)
  try {
    const proven = await propose(session, { progress, seed, good: good.pools })
    const lines = proven.flatMap(shown)
    const kills = proven.reduce((sum, one) => sum + one.kills.length, 0)
    const least = Math.min(...proven.map(({ goodRuns }) => goodRuns))
    const green =
      proven.length === 0 ? '' : `; each is green on at least ${least} good runs of its own that it was not read from`
    lines.push(`${proven.length} proposals notice ${kills} survivors${green}`)
    if (options.apply) {
      const folder = resolve(options.project)
      const files = applyProposals(
        folder,
        shownPath(folder),
        session.project.scenarios,
        proven.map(({ proposal }) => proposal),
      )
      for (const file of files) lines.push(`wrote ${file}`)
      lines.push(
        `Look at the difference before you keep it. Then: npx backlot harden --survivors --project ${options.project}`,
      )
    } else if (proven.length > 0) lines.push('Proposals, not law: read them, then --apply writes them.')
    return `${lines.join('\n')}\n\n`
  } finally {
    await good.close()
  }
}

const TOLD_MAX = 3

function shown({ proposal, kills, goodRuns }: Proven): readonly string[] {
  const where = proposal.kind === 'rule' ? 'as a rule' : `in ${proposal.scenario}`
  const told = kills
    .slice(0, TOLD_MAX)
    .map(({ mutant }) => `${place(mutant)} ${mutant.mutator} (${mutant.class})`)
    .join('; ')
  const more = kills.length > TOLD_MAX ? `; ${kills.length - TOLD_MAX} more` : ''
  return [`PROPOSED ${where}: ${proposal.text}`, `  green on ${goodRuns} good runs; would catch ${told}${more}`]
}
