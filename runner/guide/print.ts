import type { TwinDefinition } from '../../twins/twin.ts'
import { SCORES } from '../fidelity/scores.ts'
import { printTable } from '../library/table.ts'
import type { Guide } from './guide.ts'
import { inline, skeleton } from './skeleton.ts'

const WIDTH = 100
const share = (part: number | null | undefined): string =>
  part === null || part === undefined ? 'not recorded' : `${Math.floor(part * 100)} %`

/** All twins, a line each. */
export function printTwins(twins: readonly TwinDefinition<unknown>[]): readonly string[] {
  const rows = twins.map(({ name, origins, apiVersions, operations, gaps }) => [
    name,
    `${origins[0] ?? ''}${origins.length > 1 ? ` and ${origins.length - 1} more` : ''}`,
    apiVersions[0] ?? '-',
    String(operations.length),
    String(gaps.length),
    share(SCORES[name]?.fidelity),
  ])
  return printTable([['twin', 'stands at', 'version', 'operations', 'gaps', 'match'], ...rows])
}

/** A twin as whoever writes a scenario needs it: what it may start with, what can be said of it, what it does not do. */
export function printGuide(guide: Guide): readonly string[] {
  const { name, origins, apiVersions, given, operations, events, states, gaps, fidelity } = guide
  const prefixed = (names: readonly string[]): readonly string[] => names.map((one) => `${name}.${one}`)
  const grouped = [...Map.groupBy(operations, (one) => one.split('.').slice(0, -1).join('.'))].flatMap(
    ([resource, of]) =>
      wrapped(
        of.map((one) => one.split('.').at(-1) ?? one),
        `  ${[name, resource].filter((part) => part !== '').join('.')}.`,
      ),
  )
  return [
    `${name}  ${origins.join('  ')}`,
    `versions: ${apiVersions.join(', ') || 'none'}; match with recordings: ${share(fidelity)}`,
    '',
    'What it may start with (? may be left out):',
    '',
    'given:',
    `  ${name}:`,
    ...skeleton(given).map((line) => `    ${line}`),
    '',
    'Operations, for `fault: { on: ... }` and `calls: ...`:',
    ...grouped,
    ...section('What it tells besides, for `calls: ...` and rules:', prefixed(events)),
    ...happeningLines(guide),
    ...section('What it keeps, for `state: ...`:', prefixed(states ?? [])),
    ...listed('Not modelled, and loud:', gaps, false),
    ...listed('Assumed, where the vendor does not say:', gaps, true),
  ]
}

/** What can happen, each with what may stand under `with`. */
function happeningLines({ name, happenings, happeningFields }: Guide): readonly string[] {
  const taken = (event: string): string => {
    const shape = happeningFields[event]
    return shape === undefined ? '' : `  { ${inline(shape)} }`.replace('{  }', '').trimEnd()
  }
  if (happenings.every((event) => taken(event) === ''))
    return section(
      'What can happen at its side, for `event: ...`:',
      happenings.map((event) => `${name}.${event}`),
    )
  const lines = happenings.map((event) => `  ${name}.${event}${taken(event)}`)
  return ['', 'What can happen at its side, for `event: ...` and its `with: ...`:', ...lines]
}

const ASSUMED = /^Assumed: /

function listed(title: string, gaps: Guide['gaps'], assumed: boolean): readonly string[] {
  const rows = gaps.filter(({ why }) => ASSUMED.test(why) === assumed)
  return rows.length === 0 ? [] : ['', title, ...rows.map(({ what, why }) => `  ${what}: ${why.replace(ASSUMED, '')}`)]
}

const section = (title: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : ['', title, ...wrapped(names, '  ')]

/** Names in lines of some 100 characters, each after `head`. */
function wrapped(names: readonly string[], head: string): readonly string[] {
  const lines: string[] = []
  let line = head
  for (const name of names) {
    if (line !== head && line.length + name.length + 2 > WIDTH) {
      lines.push(line)
      line = head
    }
    line += line === head ? name : `, ${name}`
  }
  return [...lines, line]
}
