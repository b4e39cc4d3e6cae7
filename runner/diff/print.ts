import { brief } from '../../oracle/match.ts'
import type { Json } from '../../twins/trace.ts'
import type { Comparison, Group } from './group.ts'
import type { Hidden } from './overlook.ts'
import type { SmallestTraffic } from './smallest.ts'

/** Everything a comparison has to say. */
export type DiffReport = {
  readonly base: string
  readonly candidate: string
  readonly traffic: readonly string[]
  readonly seed: string
  readonly comparison: Comparison
  /** By what a group is about. */
  readonly smallest: ReadonlyMap<string, SmallestTraffic>
  readonly hidden: readonly Hidden[]
  readonly expired: readonly string[]
  /** Why a side's runs say nothing, if they do not. */
  readonly broken: readonly string[]
}

const WIDTH = 11
const CONSEQUENCES_MAX = 6

/** The comparison for people: what differs and where it begins, what follows from it, and what was the same. */
export function printDiff(report: DiffReport): string {
  const { base, candidate, comparison, smallest, hidden, expired, broken } = report
  const { requests, same, groups } = comparison
  const lines = groups.flatMap((group) => [...printGroup(group, smallest.get(group.about)), ''])
  for (const text of broken) lines.push(`${'BROKEN'.padEnd(WIDTH)}${text}`)
  for (const { rule, count } of hidden)
    lines.push(
      `${'overlooked'.padEnd(WIDTH)}${rule.field} as ${rule.as}: ${count} differences${count === 0 ? ', so the rule is stale' : ''} (${rule.owner}: ${rule.why})`,
    )
  for (const text of expired) lines.push(`${'expired'.padEnd(WIDTH)}${text}`)
  const ways =
    groups.length === 0 ? 'nothing differs' : `they part in ${groups.length} way${groups.length === 1 ? '' : 's'}`
  lines.push(
    requests === 0
      ? `nothing could be compared on ${base} and on ${candidate}`
      : `${same} of ${requests} requests are the same on ${base} and on ${candidate}; ${ways}`,
  )
  return `${lines.join('\n')}\n`
}

function printGroup(group: Group, small: SmallestTraffic | undefined): readonly string[] {
  const { about, seen, of, example, consequences, why } = group
  const indent = ' '.repeat(WIDTH)
  const more = consequences.length - CONSEQUENCES_MAX
  return [
    `${'DIFFERENT'.padEnd(WIDTH)}${about}, in ${seen} of ${of}`,
    `${indent}${example.step}: ${say(example.base)} -> ${say(example.candidate)}`,
    ...why.map((text) => `${indent}${text}`),
    ...consequences
      .slice(0, CONSEQUENCES_MAX)
      .map((one) => `${indent}so also ${one.about}, in ${one.seen}${one.why === undefined ? '' : `: ${one.why}`}`),
    ...(more > 0 ? [`${indent}and ${more} more`] : []),
    ...(small === undefined ? [] : [`${indent}smallest traffic, ${small.words}`]),
  ]
}

const say = (value: Json | null): string => (value === null ? 'nothing' : brief(value))

/** The same as data. */
export const diffJson = ({
  base,
  candidate,
  traffic,
  seed,
  comparison,
  smallest,
  hidden,
  expired,
  broken,
}: DiffReport): object => ({
  schema: 'backlot.diff/v1',
  base,
  candidate,
  traffic,
  seed,
  requests: comparison.requests,
  same: comparison.same,
  groups: comparison.groups.map((group) => {
    const small = smallest.get(group.about)
    return {
      ...group,
      smallest: small === undefined ? null : { words: small.words, minimal: small.minimal, scenario: small.scenario },
    }
  }),
  overlooked: hidden.map(({ rule, count }) => ({ ...rule, count })),
  expired,
  broken,
})
