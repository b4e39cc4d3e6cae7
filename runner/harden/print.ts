import { domainMutators } from '../../oracle/mutate/domain/index.ts'
import type { Share } from '../../oracle/mutate/interval.ts'
import { span } from './progress.ts'
import {
  type Hardening,
  isStopped,
  isSurvivor,
  isUnchosen,
  type Judged,
  place,
  scored,
  scoreOf,
  scoresBy,
  untriaged,
} from './result.ts'
import { brief } from './triage.ts'

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
const bounds = ({ low, high }: Share): string => `${Math.round(low * 100)}-${Math.round(high * 100)} %`
const WIDTH = 20
const SHOWN_MAX = 40

const RED = '\x1b[31m'
const DIM = '\x1b[2m'
const OFF = '\x1b[0m'

/** The result for people: the score, where it is low, and what to look at next. */
export function printHardening(
  hardening: Hardening,
  options: {
    readonly colour: boolean
    readonly stale: readonly string[]
    readonly all: boolean
    /** What to do about survivors that nobody has triaged: a command. */
    readonly next: string
  },
): string {
  const { judged } = hardening
  const paint = (code: string, text: string): string => (options.colour ? `${code}${text}${OFF}` : text)
  const all = scored(judged)
  const score = scoreOf(judged)
  const count = (status: Judged['status']): number => all.filter((one) => one.status === status).length
  const lines: string[] = []
  const bar = ({ share }: Share): string => {
    const filled = Math.round(share * WIDTH)
    return `${'█'.repeat(filled)}${paint(RED, '░'.repeat(WIDTH - filled))}`
  }
  const plot = (title: string, groups: ReadonlyMap<string, Share>): void => {
    lines.push('', title)
    const width = Math.max(...[...groups.keys()].map(({ length }) => length))
    for (const [name, share] of groups)
      lines.push(
        `  ${name.padEnd(width)} ${bar(share)} ${percent(share.share).padStart(7)}  ${share.hits}/${share.of} (${bounds(share)})`,
      )
  }
  const alive = judged.filter(isSurvivor)
  const open = untriaged(judged)
  const bySeverity = [...open].sort(
    (a, b) => SEVERITIES.indexOf(a.mutant.severity) - SEVERITIES.indexOf(b.mutant.severity),
  )
  for (const one of bySeverity.slice(0, options.all ? undefined : SHOWN_MAX)) lines.push(...survivor(one, paint))
  if (open.length > SHOWN_MAX && !options.all)
    lines.push(`... and ${open.length - SHOWN_MAX} more; --json and --report tell all`)
  lines.push(...stoppedLines(all.filter(isStopped)))
  plot('by class', sortedByName(scoresBy(judged, ({ mutant }) => mutant.class)))
  plot(
    'by family',
    scoresBy(judged, ({ mutant }) => mutant.family),
  )
  plot('by file', sortedByName(scoresBy(judged, ({ mutant }) => mutant.path)))
  lines.push(
    ...faultLines(hardening),
    ...ruleLines(hardening),
    ...functionLines(hardening),
    ...environmentLines(hardening),
  )
  for (const one of options.stale)
    lines.push(`stale in triage.yaml: ${one}: no survivor any more, or its lines have changed`)
  const sampled = hardening.scope.sample === undefined ? '' : `, a sample of ${all.length}`
  const equivalent = judged.filter(
    ({ mutant, status }) => status === 'equivalent' && mutant.family !== 'extreme',
  ).length
  lines.push(
    '',
    `${all.length} mutants: ${count('killed')} killed, ${count('timedOut')} timed out, ${count('survived')} survived, ${count('noCoverage')} not reached` +
      `${count('notModelled') > 0 ? `, ${count('notModelled')} stopped by a twin` : ''}` +
      `${equivalent > 0 ? `; ${equivalent} more are the same program` : ''}`,
    `score ${percent(score.share)}, 95 % interval ${bounds(score)}${sampled}; ${hardening.ran} judged in ${span(hardening.ms)} (${(hardening.ran / Math.max(0.001, hardening.ms / 1000)).toFixed(0)}/s)`,
    `${alive.length} survivors, ${open.length} of them not triaged${open.length > 0 ? `. Next: ${options.next}` : ''}`,
  )
  return `${lines.join('\n')}\n`
}

const SEVERITIES: readonly Judged['mutant']['severity'][] = ['critical', 'major', 'minor']

const sortedByName = (groups: ReadonlyMap<string, Share>): ReadonlyMap<string, Share> =>
  new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))

function survivor(
  { mutant, key, status, unseen }: Judged,
  paint: (code: string, text: string) => string,
): readonly string[] {
  const how =
    status === 'noCoverage'
      ? 'no scenario gets there'
      : unseen
        ? 'no run shows a difference'
        : 'runs differ, no check says so'
  return [
    `${paint(RED, 'SURVIVED')} ${place(mutant)} ${mutant.mutator} (${mutant.class}, ${mutant.severity}) ${paint(DIM, key)}`,
    `  ${brief(mutant.original, 90)}  ->  ${brief(mutant.replacement, 90)}`,
    `  ${how}; expected to catch it: ${mutant.detector}`,
  ]
}

/** Which kinds of domain faults have a place in the program, and which of them are noticed there always, now and then, or never. */
function faultLines({ judged, scope }: Hardening): readonly string[] {
  const kinds = scoresBy(
    judged.filter(({ mutant }) => mutant.family === 'domain'),
    ({ mutant }) => mutant.mutator,
  )
  if (kinds.size === 0 || !isUnchosen(scope)) return []
  const list = sortedByName(kinds)
  const where = (fits: (share: Share) => boolean): string =>
    [...list].flatMap(([name, share]) => (fits(share) ? [`${name} ${share.hits}/${share.of}`] : [])).join(', ')
  const always = [...list.values()].filter(({ hits, of }) => hits === of).length
  const [part, never] = [where(({ hits, of }) => hits > 0 && hits < of), where(({ hits }) => hits === 0)]
  const absent = domainMutators.flatMap(({ name }) => (kinds.has(name) ? [] : [name]))
  return [
    '',
    `${kinds.size} of ${domainMutators.length} kinds of domain faults have a place here; ${always} are noticed wherever they are planted`,
    ...(part === '' ? [] : [`  not everywhere: ${part}`]),
    ...(never === '' ? [] : [`  nowhere: ${never}`]),
    ...(absent.length === 0 ? [] : [`  no place: ${absent.sort().join(', ')}`]),
  ]
}

const stoppedLines = (stopped: readonly Judged[]): readonly string[] =>
  stopped.length === 0
    ? []
    : [
        '',
        'stopped by a twin, not by the oracle: what they ask for is not modelled, so no check had its say. They count as not noticed',
        ...stopped.map(
          ({ mutant, message }) => `  ${place(mutant)} ${mutant.mutator}: ${brief(message?.split('\n')[0] ?? '', 120)}`,
        ),
      ]

function ruleLines({ rules }: Hardening): readonly string[] {
  return rules.flatMap(({ id, exercised, kills, dead, loose }) => {
    const found: string[] = []
    if (exercised === 0) found.push(`rule ${id} is vacuous: no scenario exercises it`)
    else if (kills === 0) found.push(`rule ${id} noticed no mutant: is it only repeating another check?`)
    for (const what of dead)
      found.push(`rule ${id}: no mutant told it from the weaker rule (${what}): dead text, or a missing stimulus`)
    for (const what of loose) found.push(`rule ${id}: every run also meets the stronger rule (${what})`)
    return found
  })
}

const functionLines = ({ functions, pseudoTested }: Hardening): readonly string[] =>
  functions === 0
    ? []
    : [
        '',
        `${functions} functions are run, ${pseudoTested.length} of them not tested: they may do nothing at all`,
        ...pseudoTested.map((one) => `  ${one.path}:${one.line} ${one.function}`),
      ]

function environmentLines({ environment }: Hardening): readonly string[] {
  if (environment.length === 0) return []
  const dead = environment.filter(({ how, changed }) => how === 'fault removed' && !changed)
  const unjudged = environment.filter(
    ({ how, changed, noticed }) => how === 'fault removed' && changed && noticed.length === 0,
  )
  const red = environment.filter(({ how, noticed }) => how !== 'fault removed' && noticed.length > 0)
  return [
    '',
    `${environment.length} changes of the surroundings: ${dead.length} faults that never strike, ${unjudged.length} whose absence no check notices, ${red.length} changes under which checks fail`,
    ...dead.map(({ scenario, what }) => `  ${scenario}: ${what} never strikes`),
    ...red.map(
      ({ scenario, what, noticed }) =>
        `  ${scenario}: ${what}: ${noticed[0]?.check}: ${brief(noticed[0]?.message ?? '', 100)}`,
    ),
  ]
}
