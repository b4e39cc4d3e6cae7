import { type Proposal, rankByKills } from '../../oracle/mine/mine.ts'
import { shapeOf } from '../../oracle/rules/translate.ts'
import { type HardenOptions, harden, type Session } from '../harden/harden.ts'
import type { Proposal as HardenProposal } from '../harden/propose.ts'
import { isSurvivor, type Judged, place } from '../harden/result.ts'

/** Ranks proposals by the mutants that survive every check there is, and that they notice. Throws what `harden` throws. */
export const rankByMutants = (proposals: readonly Proposal[], options: HardenOptions): Promise<readonly Proposal[]> =>
  harden(options, async (session) => {
    const kills = new Map<string, string[]>()
    const survivors = session.hardening.judged.filter(
      (one) => isSurvivor(one) && one.status === 'survived' && !one.unseen,
    )
    options.progress.begin('survivors', survivors.length)
    await Promise.all(
      survivors.map(async (survivor) => {
        const noticed = await noticedBy(session, survivor, proposals)
        for (const at of noticed) {
          const id = proposals[at]?.rule.id ?? ''
          kills.set(id, [...(kills.get(id) ?? []), `${place(survivor.mutant)} ${survivor.mutant.mutator}`])
        }
        options.progress.step(noticed.size === 0)
      }),
    )
    options.progress.end()
    return rankByKills(proposals, kills)
  })

/** The places of the proposals that notice a survivor, in the cases whose runs it changes. */
async function noticedBy(
  { pool, cases, orderOf }: Session,
  { mutant, differs }: Judged,
  proposals: readonly Proposal[],
): Promise<ReadonlySet<number>> {
  const order = orderOf(mutant)
  const kept = order.cases.flatMap((at, index) => {
    const one = cases[at]
    return one?.seed === '1' && differs.includes(one.id) ? [{ at, limit: order.limits[index] }] : []
  })
  const offered = proposals.map(
    ({ rule }): HardenProposal => ({ kind: 'rule', rule, text: JSON.stringify(shapeOf(rule)) }),
  )
  const { noticed } = await pool.do<'try'>({
    kind: 'try',
    order: { ...order, limits: kept.flatMap(({ limit }) => limit ?? []) },
    at: kept.map(({ at }) => at),
    seed: undefined,
    proposals: offered,
  })
  return new Set(noticed.flat())
}
