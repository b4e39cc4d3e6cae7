import { brief } from '../../oracle/match.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Json } from '../../twins/trace.ts'
import type { Compared, Difference } from './differences.ts'
import { BY_ITSELF } from './observe.ts'

/** What follows from a difference in the same request. */
export type Consequence = { readonly about: string; readonly seen: number; readonly why: string | undefined }

/** Requests that begin to differ at the same place, in the same way. */
export type Group = {
  /** `POST /orders: call stripe.payment_intents.create idempotency_key`. */
  readonly about: string
  readonly route: string
  readonly kind: Difference['kind']
  /** How many requests, of how many of that route. */
  readonly seen: number
  readonly of: number
  readonly steps: readonly string[]
  readonly example: { readonly step: string; readonly base: Json | null; readonly candidate: Json | null }
  readonly consequences: readonly Consequence[]
  /** What is known of why, in words. */
  readonly why: readonly string[]
}

export type Comparison = {
  readonly requests: number
  readonly same: number
  readonly groups: readonly Group[]
}

/** One kind of difference: what and where, without the values. */
export const aboutOf = (one: Difference): string =>
  `${one.route}: ${one.what}${one.field === '' ? '' : ` ${one.field}`}${shapeOf(one)}`

/** A status that changed is another kind than another status; of other values only the type counts. */
function shapeOf({ kind, field, left, right }: Difference): string {
  if (kind !== 'changed') return ` ${kind}`
  const [was, is] = [typeName(left), typeName(right)]
  if (was !== is) return ` ${was} -> ${is}`
  return /(^|\.)status$/.test(field) && !isContainer(left) ? ` ${left} -> ${right}` : ''
}

const isContainer = (value: Json | undefined): boolean => value !== null && typeof value === 'object'

const typeName = (value: Json | undefined): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value

/** Groups the requests of two runs by where they part first; the rest of what differs in them are consequences. */
export function groupDifferences(compared: readonly Compared[], base: Run, candidate: Run): Comparison {
  const groups = new Map<string, { readonly first: Difference; readonly members: Compared[] }>()
  for (const one of compared) {
    const [first] = one.differences
    if (first === undefined) continue
    const about = aboutOf(first)
    const group = groups.get(about) ?? { first, members: [] }
    groups.set(about, group)
    group.members.push(one)
  }
  const requests = compared.filter(isRequest)
  return {
    requests: requests.length,
    same: requests.filter(({ differences }) => differences.length === 0).length,
    groups: [...groups]
      .map(([about, { first, members }]) => describe(about, first, members, compared, [base, candidate]))
      .sort((a, b) => Number(isEnd(b)) - Number(isEnd(a)) || b.seen - a.seen || (a.about < b.about ? -1 : 1)),
  }
}

/** A program that goes down takes everything along. */
const isEnd = ({ about }: Group): boolean => about.startsWith(`${BY_ITSELF}: the run ends`)

const isRequest = ({ unit }: Compared): boolean =>
  unit.seen.some(({ what }) => what === 'answer' || what === 'unfinished')

function describe(
  about: string,
  first: Difference,
  members: readonly Compared[],
  all: readonly Compared[],
  runs: readonly [Run, Run],
): Group {
  const ofRoute = all.filter(({ unit }) => unit.route === first.route)
  const after = new Map<string, Compared[]>()
  for (const one of members)
    for (const what of new Set(one.differences.slice(1).map(aboutOf)))
      if (what !== about) after.set(what, [...(after.get(what) ?? []), one])
  return {
    about,
    route: first.route,
    kind: first.kind,
    seen: members.length,
    of: ofRoute.length,
    steps: members.map(({ unit }) => unit.step),
    example: { step: first.step, base: first.left ?? null, candidate: first.right ?? null },
    consequences: [...after]
      .map(
        ([what, where]): Consequence => ({
          about: what.startsWith(`${first.route}: `) ? what.slice(first.route.length + 2) : what,
          seen: where.length,
          why: faultOf(where, members),
        }),
      )
      .sort((a, b) => weight(a) - weight(b) || b.seen - a.seen || (a.about < b.about ? -1 : 1)),
    why: whyOf(first, members, ofRoute, runs),
  }
}

/** What clients and accountants see comes before what only a program sees, and times come last. */
const WEIGHTS: readonly RegExp[] = [
  /^answer (?!after_ms)/,
  /^cost /,
  /^state .* (added|missing)$/,
  /^call .* (added|missing)$/,
]
const weight = ({ about }: Pick<Consequence, 'about'>): number => {
  const at = WEIGHTS.findIndex((one) => one.test(about))
  return at >= 0 ? at : /_ms$/.test(about) ? WEIGHTS.length + 1 : WEIGHTS.length
}

/** The fault that hit these and none of the others, in words. */
function faultOf(some: readonly Compared[], all: readonly Compared[]): string | undefined {
  const hit = (fault: string, of: readonly Compared[]): number =>
    of.filter(({ unit }) => unit.faults.includes(fault)).length
  const fault = some[0]?.unit.faults.find(
    (one) => some.length < all.length && hit(one, some) === some.length && hit(one, all) === some.length,
  )
  return fault === undefined ? undefined : `only where ${fault} hit`
}

function whyOf(
  first: Difference,
  members: readonly Compared[],
  ofRoute: readonly Compared[],
  [base, candidate]: readonly [Run, Run],
): readonly string[] {
  const why: string[] = []
  const fault = faultOf(members, ofRoute)
  if (fault !== undefined) why.push(fault)
  if (members.length === ofRoute.length && ofRoute.length > 1) why.push('in every one of them')
  if (first.kind === 'changed' && isRenaming(members, first))
    why.push('the same under other names: each is renamed to one other throughout')
  if (typeof first.left === 'string' && typeof first.right === 'string') {
    const drawn = Object.keys({ ...base.draws, ...candidate.draws }).filter(
      (one) => base.draws[one] !== candidate.draws[one],
    )
    if (drawn.length > 0 && RANDOM.test(first.left))
      why.push(
        `chance is asked another number of times: ${drawn.map((one) => `${one} ${base.draws[one] ?? 0} -> ${candidate.draws[one] ?? 0}`).join(', ')}`,
      )
  }
  return why
}

const RANDOM = /[0-9a-f]{8}-[0-9a-f]{4}-|[A-Za-z0-9_-]{16,}|\d\.\d{6,}/

/** Whether all values of a group stand for each other one to one. */
function isRenaming(members: readonly Compared[], { what, field }: Difference): boolean {
  const pairs = members.flatMap(({ differences }) =>
    differences
      .filter((one) => one.what === what && one.field === field)
      .map(({ left, right }) => [brief(left), brief(right)] as const),
  )
  const [there, back] = [new Map(pairs), new Map(pairs.map(([left, right]) => [right, left] as const))]
  const texts = pairs.flat().every((text) => /^"\S+"$/.test(text))
  return (
    texts &&
    there.size > 1 &&
    there.size === back.size &&
    pairs.every(([l, r]) => there.get(l) === r && back.get(r) === l)
  )
}
