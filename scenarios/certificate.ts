import { canonical, type Json, type TraceEvent } from '../twins/trace.ts'
import type { Escape, Run } from './run.ts'
import type { Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

/** Where two runs that should be equal part. */
export type Divergence = {
  /** Position in the trace; equal to the shorter length when one trace is a prefix of the other. */
  readonly index: number
  /** Virtual milliseconds since the start. */
  readonly atMs: number
  /** Causal key, or the step, of the event that differs. */
  readonly key: string
  readonly left: TraceEvent | undefined
  readonly right: TraceEvent | undefined
  /** Dot path of the first field that differs; undefined when the kind, time or step does. */
  readonly field: string | undefined
  /** What it looks like, in words. */
  readonly suspect: string
}

/** Where runs part, for a message. */
export const tellDivergence = ({ index, key, suspect }: Divergence): string =>
  `two runs part at event ${index} (${key}): ${suspect}`

export type CertificateRun = { readonly how: string; readonly hash: string }

/** A run to compare. One in a `foreign` place may print in the manner of that place, where a new process at home prints as the first run. */
export type Witness = { readonly how: string; readonly run: Run; readonly place?: 'new' | 'foreign' | undefined }

/** Proof that one scenario gives one behaviour: run twice in one process, and once in a new one under another zone and locale. */
export type Certificate = {
  readonly schema: 'backlot.certificate/v1'
  readonly scenario: string
  readonly seed: string
  readonly holds: boolean
  readonly runs: readonly CertificateRun[]
  readonly escapes: readonly Escape[]
  readonly divergence: Divergence | undefined
  /** Set when the machine's limits cut one run off and not another: then there is nothing to compare. */
  readonly cutOff: string | undefined
}

/** The environment of the third run: a zone far from UTC with an odd offset, and a locale with other separators. */
export const FOREIGN: Readonly<Record<string, string>> = { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }

/**
 * Certifies one scenario and seed. `stage` serves the first two runs; `foreign` makes the stage of the third, which is
 * closed again; `home`, for programs that print in the manner of the place, makes one of a new process without it. A scenario that
 * sets its own `zone` keeps it: then the zone is part of the story.
 */
export async function certify(
  scenario: Scenario,
  seed: string,
  stage: Stage,
  foreign: () => Stage,
  home?: () => Stage,
): Promise<Certificate> {
  const once = async (make: () => Stage): Promise<Run> => {
    const used = make()
    try {
      return await used.run(scenario, { seed })
    } finally {
      used.close()
    }
  }
  const first = await stage.run(scenario, { seed })
  const again = await stage.run(scenario, { seed })
  const third = await once(foreign)
  const where = scenario.zone === undefined ? `, ${FOREIGN.TZ}, ${FOREIGN.LANG}` : ''
  const fourth = home !== undefined && partsInPrint(first, third) ? await once(home) : undefined
  return judge([
    { how: 'first', run: first },
    { how: 'again in the same process', run: again },
    { how: `in a new process${where}`, run: third, place: 'foreign' },
    ...(fourth === undefined ? [] : [{ how: 'in a new process', run: fourth, place: 'new' } as const]),
  ])
}

/** An instant as a program tells it in the time of the place, offset and all: clients of databases send their dates so. */
const LOCAL_INSTANT = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d)"/g

/**
 * Whether two runs are the same but for the words that the program printed, a log in local time, say, which no twin and no client saw;
 * and but for the offset in which it told instants to twins.
 */
export function partsInPrint(one: Run, other: Run): boolean {
  if (one.hash === other.hash || one.trace.length !== other.trace.length) return false
  const unprinted = ({ trace, states, draws, ending, pending }: Run): string =>
    canonical({ trace: trace.map(inNoPlace), states, draws, ending: ending.kind, pending })
  return unprinted(one) === unprinted(other)
}

/** What happened, whatever the place it happened in. */
function inNoPlace(event: Run['trace'][number]): Json {
  if (event.type === 'app.log') return { ...event, fields: { ...event.fields, text: '' } }
  return event.type.startsWith('app.')
    ? event
    : canonical(event).replaceAll(LOCAL_INSTANT, (_, instant: string) => String(Date.parse(instant)))
}

/** A limit on the machine's time or memory ends a run at no fixed place: it shows no difference of behaviour, and proves no equal one either. */
const isCutOff = ({ ending }: Run): boolean => ending.kind === 'hung' || ending.kind === 'memory'

/** Whether a run in a foreign place gives the hash of a first run at home, its print being in the manner of the place. */
export async function repeats(hash: string, foreign: () => Promise<Run>, home: () => Promise<Run>): Promise<boolean> {
  const tried = await foreign()
  const there = isCutOff(tried) ? await foreign() : tried
  if (there.hash === hash) return true
  const here = await home()
  return here.hash === hash && partsInPrint(here, there)
}

/** A certificate over runs that should be equal. It does not hold when they differ, or when anything escaped. */
export function judge(runs: readonly Witness[]): Certificate {
  const [first] = runs
  if (first === undefined) throw new Error('certificate: expected runs to compare, got none.')
  const whole = runs.filter(({ run }) => !isCutOff(run))
  const shown = whole[0]?.run ?? first.run
  const late = whole.length === 0 ? undefined : runs.find(({ run }) => isCutOff(run))
  const asNew = whole.some(({ run, place }) => place === 'new' && run.hash === shown.hash)
  const odd = whole.find(
    ({ run, place }) => run.hash !== shown.hash && !(place === 'foreign' && asNew && partsInPrint(shown, run)),
  )
  const escapes = runs.flatMap(({ run }) => run.escapes)
  return {
    schema: 'backlot.certificate/v1',
    scenario: first.run.scenario,
    seed: first.run.seed,
    holds: odd === undefined && late === undefined && escapes.length === 0,
    runs: runs.map(({ how, run }) => ({ how, hash: run.hash })),
    escapes,
    divergence: odd === undefined ? undefined : firstDivergence(shown, odd.run),
    cutOff: late === undefined ? undefined : `${late.how}: ${late.run.ending.message}`,
  }
}

/** The first place where two runs differ, with a suspect; undefined when they are equal. */
export function firstDivergence(left: Run, right: Run): Divergence | undefined {
  if (left.hash === right.hash) return undefined
  const length = Math.max(left.trace.length, right.trace.length)
  for (let index = 0; index < length; index++) {
    const a = left.trace[index]
    const b = right.trace[index]
    if (a !== undefined && b !== undefined && canonical(a) === canonical(b)) continue
    const field =
      a !== undefined && b !== undefined && a.type === b.type ? differingField(a.fields, b.fields, '') : undefined
    const event = a ?? b
    const key = event?.fields.key
    return {
      index,
      atMs: (event?.atMs ?? left.startsAtMs) - left.startsAtMs,
      key: typeof key === 'string' ? key : (event?.step ?? 'boot'),
      left: a,
      right: b,
      field,
      suspect: suspect(left, right, a, b, field),
    }
  }
  return {
    index: length,
    atMs: left.endedAtMs - left.startsAtMs,
    key: 'end',
    left: undefined,
    right: undefined,
    field: undefined,
    suspect: suspect(left, right, undefined, undefined, undefined),
  }
}

type Fields = { readonly [key: string]: Json | undefined }

function differingField(a: Json | undefined, b: Json | undefined, path: string): string | undefined {
  if (
    a === undefined ||
    b === undefined ||
    a === null ||
    b === null ||
    typeof a !== 'object' ||
    typeof b !== 'object'
  ) {
    return a === b ? undefined : path
  }
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  for (const key of keys) {
    const inner = differingField((a as Fields)[key], (b as Fields)[key], path === '' ? key : `${path}.${key}`)
    if (inner !== undefined) return inner
  }
  return undefined
}

const RANDOM_LOOKING = /[0-9a-f]{8}-[0-9a-f]{4}-|^[A-Za-z0-9_+/=-]{16,}$|^0\.\d{6,}$/
const TIME_LOOKING = /\d{4}-\d\d-\d\dT\d\d:\d\d|^1[5-9]\d{8}(\d{3})?$/

const WORD_MAX = 80
const WORD = /[^\s"'`,;<>(){}[\]]*/

/** The first words in which two texts part. */
function apart(one: string, other: string): readonly [string, string] {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const from = one.slice(0, at).search(new RegExp(`${WORD.source}$`))
  const wordOf = (text: string): string => (WORD.exec(text.slice(from))?.[0] ?? '').slice(0, WORD_MAX)
  const words = [wordOf(one), wordOf(other)] as const
  // Where one goes on and the other ends, or where they part in what stands between words, no word tells them apart.
  return words[0] === words[1] ? [one.slice(at, at + WORD_MAX), other.slice(at, at + WORD_MAX)] : words
}

/** Names what most often makes such a difference. Words for a person who has to find it, never a verdict. */
function suspect(
  left: Run,
  right: Run,
  a: TraceEvent | undefined,
  b: TraceEvent | undefined,
  field: string | undefined,
): string {
  const [attempt] = [...left.escapes, ...right.escapes]
  if (attempt !== undefined) return `${attempt.what} at ${attempt.where}. ${attempt.wayOut}`
  const streams = [...new Set([...Object.keys(left.draws), ...Object.keys(right.draws)])].sort()
  const drawn = streams.find((stream) => left.draws[stream] !== right.draws[stream])
  if (drawn !== undefined) {
    const [x, y] = [left.draws[drawn] ?? 0, right.draws[drawn] ?? 0]
    return `the chance stream "${drawn}" was drawn ${x} times in one run and ${y} times in the other: something before this asked for chance once more`
  }
  if (a === undefined || b === undefined)
    return 'one run stops where the other goes on: work that was still pending outside the event loop'
  if (a.type !== b.type)
    return 'the order of two things changed: work that finishes outside the event loop, such as a native thread, or state left over from the run before'
  if (a.atMs !== b.atMs)
    return 'the same thing happened at another time: a real timer or a clock that was captured before the runtime was installed'
  if (field === undefined) return 'the same event on another account: context lost between a callback and its cause'
  const [one = '', other = ''] = [a, b].map((event) =>
    String(
      field
        .split('.')
        .reduce<Json | undefined>(
          (at, part) => (at !== null && typeof at === 'object' ? (at as Fields)[part] : undefined),
          event.fields,
        ),
    ),
  )
  const values = apart(one, other)
  const both = `"${values[0]}" in one run and "${values[1]}" in the other`
  if (values.every((value) => TIME_LOOKING.test(value)))
    return `real time in ${field}, ${both}: a clock the runtime does not control, the machine's zone, or a file's timestamp`
  if (values.every((value) => RANDOM_LOOKING.test(value)))
    return `real chance in ${field}, ${both}: entropy the runtime does not control, or captured before it was installed`
  return `${field} has ${both}: the machine's zone or locale, or state left over from the run before`
}
