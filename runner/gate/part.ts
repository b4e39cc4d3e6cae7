import { z } from 'zod'
import type { Certificate } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import { digest } from '../../twins/trace.ts'
import type { Side } from '../pool/job.ts'
import { type GateVerdict, type ReportedCheck, verdictSchema } from '../report/verdict.ts'
import { packRun, unpackRun } from '../store/packed-run.ts'
import { backlotVersion } from '../version.ts'
import { plainCheck } from './conclude.ts'
import type { Context, GateOptions } from './context.ts'
import type { Entry } from './play.ts'
import type { Recall } from './recall.ts'

export const PART_SCHEMA = 'backlot.part/v1'

/** What a part was played on. Parts of one gate agree in all of it. */
export type PartIdentity = {
  readonly base: string | null
  readonly candidate: string
  /** Digest of every scenario and seed of the whole gate, in order. */
  readonly manifest: string
  readonly node: string
  readonly backlot: string
  readonly sandbox: string
}

/** One part of a gate with all that judging needs of it: `backlot gate --shard 2/4 --verdict FILE`. */
export type Part = {
  readonly schema: typeof PART_SCHEMA
  readonly shard: { readonly index: number; readonly of: number }
  readonly identity: PartIdentity
  /** How the gate was asked for; `merge` asks the same. */
  readonly request: {
    readonly base: string | null
    readonly candidate: string | null
    readonly seeds: number | null
    readonly only: readonly string[] | null
    readonly certify: boolean
  }
  /** What the part saw by itself. Never a pass. */
  readonly verdict: GateVerdict
  readonly runs: readonly {
    readonly side: Side
    readonly scenario: string
    readonly seed: string
    readonly packed: string
  }[]
  /** Of its runs of the candidate, those that were cached, as `scenario seed`. */
  readonly cached: readonly string[]
  readonly certificates: readonly Certificate[]
  readonly broken: readonly string[]
}

const shape = z.strictObject({
  schema: z.literal(PART_SCHEMA),
  shard: z.strictObject({ index: z.int().min(1), of: z.int().min(1) }),
  identity: z.strictObject({
    base: z.string().nullable(),
    candidate: z.string(),
    manifest: z.string(),
    node: z.string(),
    backlot: z.string(),
    sandbox: z.string(),
  }),
  request: z.strictObject({
    base: z.string().nullable(),
    candidate: z.string().nullable(),
    seeds: z.int().nullable(),
    only: z.array(z.string()).nullable(),
    certify: z.boolean(),
  }),
  verdict: verdictSchema,
  runs: z.array(
    z.strictObject({
      side: z.enum(['base', 'candidate']),
      scenario: z.string(),
      seed: z.string(),
      packed: z.string(),
    }),
  ),
  cached: z.array(z.string()),
  certificates: z.array(z.looseObject({ scenario: z.string(), seed: z.string(), holds: z.boolean() })),
  broken: z.array(z.string()),
})

/** A part out of a file's text. Throws with what was expected and found. */
export function readPart(text: string): Part {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`expected a part of a gate, got no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const result = shape.safeParse(value)
  if (result.success) return result.data as unknown as Part
  const given =
    value !== null && typeof value === 'object' && 'schema' in value ? String(value.schema) : 'something else'
  const [issue] = result.error.issues
  throw new Error(
    given === PART_SCHEMA
      ? `expected a part of a gate, got a damaged one: ${issue?.path.join('.')}: ${issue?.message}`
      : `expected a part of a gate (${PART_SCHEMA}), got ${given.slice(0, 60)}. Parts are written by: npx backlot gate --shard 1/2 --verdict FILE`,
  )
}

/** Every `of`-th entry, so that each part gets some of every scenario and of every seed. */
export const entriesOf = (
  entries: readonly Entry[],
  { index, of }: { readonly index: number; readonly of: number },
): readonly Entry[] => entries.filter((_, at) => at % of === index - 1)

export const identityOf = (
  { base, candidate, sandbox }: Pick<Context, 'base' | 'candidate' | 'sandbox'>,
  entries: readonly Entry[],
): PartIdentity => ({
  base: base?.id ?? null,
  candidate: candidate.id,
  manifest: digest(entries.map(({ scenario, seed }) => [scenario.id, seed])),
  node: process.versions.node,
  backlot: backlotVersion(),
  sandbox,
})

/** What a gate played of its part. */
export type Portion = {
  readonly base: readonly Run[]
  readonly candidate: readonly Run[]
  readonly cached: ReadonlySet<string>
  readonly certificates: readonly Certificate[]
  readonly broken: readonly string[]
}

/** The part without its verdict, which is made later. */
export const partOf = (
  { options, ...context }: Pick<Context, 'options' | 'base' | 'candidate' | 'sandbox'>,
  shard: Part['shard'],
  entries: readonly Entry[],
  portion: Portion,
): Omit<Part, 'verdict'> => ({
  schema: PART_SCHEMA,
  shard,
  identity: identityOf(context, entries),
  request: requestOf(options),
  runs: (['base', 'candidate'] as const).flatMap((side) =>
    portion[side].map((run) => ({ side, scenario: run.scenario, seed: run.seed, packed: packRun(run) })),
  ),
  cached: [...portion.cached],
  certificates: portion.certificates,
  broken: portion.broken,
})

/** The part of a gate that was stopped before anything ran, for `merge` to be stopped in the same way. */
export const unplayedPart = (verdict: GateVerdict, shard: Part['shard'], request: Part['request']): Part => ({
  schema: PART_SCHEMA,
  shard,
  identity: {
    base: verdict.base?.tree ?? null,
    candidate: verdict.candidate.tree ?? '',
    manifest: '',
    node: process.versions.node,
    backlot: backlotVersion(),
    sandbox: verdict.determinism.sandbox,
  },
  request,
  verdict,
  runs: [],
  cached: [],
  certificates: [],
  broken: [],
})

/** How a gate was asked for, as a part keeps it. */
export const requestOf = ({ base, candidate, seeds, only, certify }: GateOptions): Part['request'] => ({
  base: base ?? null,
  candidate: candidate ?? null,
  seeds: seeds ?? null,
  only: only ?? null,
  certify,
})

/** Parts laid side by side: their runs, and what is wrong with the set. */
export type Collected = {
  readonly recall: Recall
  readonly certificates: readonly Certificate[]
  readonly cached: ReadonlySet<string>
  readonly broken: readonly string[]
  /** Undefined: every part is there, once, and belongs to this gate. */
  readonly problem: ReportedCheck | undefined
}

const PROBLEMS_MAX = 8

/** A file with the part in it. */
export type NamedPart = { readonly name: string; readonly part: Part }

/** Joins parts. A part that is missing, given twice or of another gate is named, and makes the verdict inconclusive. */
export function collect(given: readonly NamedPart[], identity: PartIdentity, entries: readonly Entry[]): Collected {
  const problems = given.flatMap((one) => foreign(one, identity))
  const ours = given.filter((one) => foreign(one, identity).length === 0)
  const of = given[0]?.part.shard.of ?? 0
  const byIndex = new Map<number, NamedPart>()
  for (const one of ours) {
    const { index } = one.part.shard
    const other = byIndex.get(index)
    if (one.part.shard.of !== of)
      problems.push(`${one.name}: expected a part of ${of}, got part ${index} of ${one.part.shard.of}.`)
    else if (other !== undefined)
      problems.push(`${one.name}: part ${index} of ${of} was given already, as ${other.name}.`)
    else byIndex.set(index, one)
  }
  for (let index = 1; index <= of; index++) if (!byIndex.has(index)) problems.push(`Part ${index} of ${of} is missing.`)
  const parts = [...byIndex.values()].toSorted((a, b) => a.part.shard.index - b.part.shard.index)
  const runs = unpacked(parts, entries, problems)
  const certificates = parts.flatMap(({ part }) => part.certificates)
  const order = (one: Certificate): number =>
    entries.findIndex(({ scenario, seed }) => scenario.id === one.scenario && seed === one.seed)
  const more = problems.length - PROBLEMS_MAX
  return {
    recall: {
      take(side, { scenario, seed }) {
        const run = runs.get(`${side} ${scenario.id} ${seed}`)
        return run === undefined ? { kind: 'missing', why: 'no part has it' } : { kind: 'run', run }
      },
      keep: () => undefined,
    },
    certificates: certificates.toSorted((a, b) => order(a) - order(b)),
    cached: new Set(parts.flatMap(({ part }) => part.cached)),
    broken: parts.flatMap(({ part }) => part.broken),
    problem:
      problems.length === 0
        ? undefined
        : plainCheck(
            'parts',
            'determinism',
            'inconclusive',
            'All parts of one gate are there, each once.',
            [...problems.slice(0, PROBLEMS_MAX), ...(more > 0 ? [`And ${more} more.`] : [])].join('\n'),
          ),
  }
}

const WORDS: Readonly<Record<keyof PartIdentity, string>> = {
  base: 'base tree',
  candidate: 'candidate tree',
  manifest: 'list of scenarios and seeds',
  node: 'Node',
  backlot: 'Backlot',
  sandbox: 'sandbox',
}

/** In what a part differs from this gate. */
const foreign = ({ name, part }: NamedPart, identity: PartIdentity): string[] =>
  (Object.keys(WORDS) as (keyof PartIdentity)[])
    .filter((key) => part.identity[key] !== identity[key])
    .map(
      (key) =>
        `${name}: a part of another gate: expected ${WORDS[key]} ${String(identity[key]).slice(0, 40)}, got ${String(part.identity[key]).slice(0, 40)}.`,
    )

/** The runs by side, scenario and seed: only those that belong into their part, and only whole ones. */
function unpacked(
  parts: readonly NamedPart[],
  entries: readonly Entry[],
  problems: string[],
): ReadonlyMap<string, Run> {
  const runs = new Map<string, Run>()
  for (const { name, part } of parts) {
    const due = new Set(entriesOf(entries, part.shard).map(({ scenario, seed }) => `${scenario.id} ${seed}`))
    for (const { side, scenario, seed, packed } of part.runs) {
      const label = `${side} ${scenario} ${seed}`
      if (!due.has(`${scenario} ${seed}`))
        problems.push(`${name}: ${scenario}, seed ${seed}, does not belong into this part.`)
      else if (runs.has(label)) problems.push(`${name}: ${scenario}, seed ${seed}, is in it twice.`)
      else {
        try {
          const run = unpackRun(packed)
          if (run.scenario !== scenario || run.seed !== seed)
            throw new Error(`got a run of ${run.scenario}, seed ${run.seed}`)
          runs.set(label, run)
        } catch (error) {
          problems.push(
            `${name}: ${scenario}, seed ${seed}: ${error instanceof Error ? error.message : String(error)}.`,
          )
        }
      }
    }
  }
  return runs
}
