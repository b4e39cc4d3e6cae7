import { z } from 'zod'
import { FAULT_KINDS, type FaultKind } from '../../twins/faults.ts'
import { SCHEDULES, type Schedule } from '../schedule.ts'
import { wireShape } from './wires.ts'

/** The one source of the scenario format: what a file may say, before references are resolved. */
const text = (pattern: RegExp, expected: string): z.ZodString => z.string().regex(pattern, expected)
const UNIT = '(ms|s|m|h|d)'
const offset = text(new RegExp(`^\\+\\d+${UNIT}$`), 'an offset such as +0s, +250ms or +5m')
export const duration: z.ZodString = text(new RegExp(`^\\d+${UNIT}$`), 'a duration such as 30s or 15m')
const name = text(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and dashes')
const dotted = text(/^[a-z][a-z0-9_-]*(\.[a-zA-Z0-9_@*-]+)+$/, 'twin.operation')
const onTwin = text(/^[a-z][a-z0-9_-]*(\.[a-zA-Z0-9_-]+)*$/, 'a twin, or twin.operation')
const fields = z.record(z.string(), z.json())
const count = z.int().min(0)
const bound = z.union([count, z.strictObject({ 'at-least': count.optional(), 'at-most': count.optional() })])
const statusCode = z.int().min(100).max(599)

const fault = z.strictObject({
  on: onTwin,
  kind: z.enum(FAULT_KINDS),
  nth: z.int().min(1).optional(),
  attempt: z.int().min(1).optional(),
  times: z.int().min(1).optional(),
  rate: text(/^(0(\.\d+)?|1)$/, 'a quoted probability such as "0.3"').optional(),
  until: offset.optional(),
  where: fields.optional(),
  status: z.int().min(400).max(599).optional(),
  code: text(/^[0-9A-Z]{5}$/, 'a quoted code such as "40001"').optional(),
  'retry-after': duration.optional(),
  by: duration.optional(),
  silent: z.boolean().optional(),
})

const base = { at: offset.optional(), as: name.optional() }
const call = {
  call: text(/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/\S*$/, 'METHOD /path'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  text: z.string().optional(),
  capture: z.record(name, z.string()).optional(),
}
const group = z.strictObject({ as: name.optional(), ...call })

const steps = {
  call: z.strictObject({ ...base, ...call }),
  event: z.strictObject({ ...base, event: dotted, with: fields.optional() }),
  fault: z.strictObject({ ...base, fault }),
  heal: z.strictObject({ ...base, heal: onTwin }),
  pass: z.strictObject({ ...base, pass: duration }),
  signal: z.strictObject({ ...base, signal: z.enum(['SIGTERM', 'SIGINT']) }),
  together: z.strictObject({ ...base, together: z.array(z.unknown()).min(2, 'at least two calls') }),
} as const

const expectations = {
  answer: z.strictObject({
    answer: name,
    status: z.union([statusCode, z.array(statusCode)]).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.json().optional(),
    within: duration.optional(),
  }),
  state: z.strictObject({
    state: dotted,
    where: fields.optional(),
    count: bound.optional(),
    is: z.json().optional(),
    sum: z
      .strictObject({ field: z.string(), is: text(/^-?\d+(\.\d+)?$/, 'a quoted decimal such as "4900"') })
      .optional(),
  }),
  calls: z.strictObject({
    calls: dotted,
    where: fields.optional(),
    count: bound.optional(),
    before: offset.optional(),
    after: offset.optional(),
  }),
  rule: z.strictObject({ rule: z.string() }),
  cost: z.strictObject({
    cost: z.enum(['per-request', 'per-run']),
    'at-most': text(/^\d+(\.\d+)? [A-Z]{3}$/, 'an amount such as 0.040 USD'),
  }),
} as const

const digestText = text(/^[0-9a-f]{6,64}$/, 'hexadecimal digits')
const evidence = z.strictObject({
  source: text(/^[a-z0-9+-]+$/, 'the kinds of evidence, such as har or otlp+har'),
  sha256: digestText,
  ledger: z.string().optional(),
  redaction: z.enum(['v1', 'none']),
  kept: z.string().optional(),
})
const proof = z.strictObject({
  of: digestText.optional(),
  check: z.string().optional(),
  fails: z.string().optional(),
  seed: text(/^\d+$/, 'a quoted seed such as "7"').optional(),
  'red-on': z.string().optional(),
  'green-on': z.string().optional(),
  'vacuous-without-fault': z.boolean().optional(),
  'null-build': z.enum(['fail', 'inconclusive']).optional(),
  replays: z.boolean().optional(),
  minimal: z.boolean().optional(),
  needed: z.array(z.string()).optional(),
})
const ignoreBase = {
  field: text(/^\$(\.[A-Za-z0-9_*-]+|\[(\d+|\*)\])+$/, 'a path such as $.body.meta.trace_id'),
  why: z.string().min(1, 'the reason'),
  owner: z.string().min(1, 'who answers for it'),
  expires: z.iso.date('a day such as 2027-01-31'),
}
/** One rule a field, typed and owned; never on money, state or ids, which `readIgnores` sees to. */
const ignores = {
  pattern: z.strictObject({ ...ignoreBase, as: z.literal('pattern'), pattern: z.string().min(1) }),
  tolerance: z.strictObject({
    ...ignoreBase,
    as: z.literal('tolerance'),
    by: text(/^\d+(\.\d+)?$/, 'a quoted decimal such as "0.5"'),
  }),
  present: z.strictObject({ ...ignoreBase, as: z.literal('present') }),
  uuid: z.strictObject({ ...ignoreBase, as: z.literal('uuid') }),
  timestamp: z.strictObject({ ...ignoreBase, as: z.literal('timestamp') }),
  token: z.strictObject({ ...ignoreBase, as: z.literal('token') }),
} as const

const shape = z.strictObject({
  schema: z.literal(1, '1, the version of this format'),
  id: name,
  title: z.string().optional(),
  covers: z.array(z.string()).default([]),
  clock: z.iso.datetime('a UTC time such as 2026-05-04T08:59:58Z'),
  zone: z.string().optional(),
  seeds: z.int().min(1).max(100_000).optional(),
  horizon: offset.optional(),
  given: z.record(z.string(), fields).default({}),
  wires: z.array(z.unknown()).optional(),
  schedule: z.enum(SCHEDULES).optional(),
  when: z.array(z.unknown()).min(1, 'at least one step'),
  then: z.array(z.unknown()).min(1, 'at least one expectation: a scenario that cannot fail proves nothing'),
  incident: text(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'the name of the incident, such as INC-2041').optional(),
  evidence: evidence.optional(),
  proof: proof.optional(),
  ignore: z.array(z.unknown()).optional(),
})

type Values = Readonly<Record<string, unknown>>
type Count = number | { readonly 'at-least'?: number | undefined; readonly 'at-most'?: number | undefined }
export type CallShape = {
  readonly at?: string | undefined
  readonly as?: string | undefined
  readonly call: string
  readonly headers?: Record<string, string> | undefined
  readonly body?: unknown
  readonly text?: string | undefined
  readonly capture?: Record<string, string> | undefined
}
type Timed = { readonly at?: string | undefined; readonly as?: string | undefined }
export type FaultShape = {
  readonly on: string
  readonly kind: FaultKind
  readonly nth?: number | undefined
  readonly attempt?: number | undefined
  readonly times?: number | undefined
  readonly rate?: string | undefined
  readonly until?: string | undefined
  readonly where?: Values | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly 'retry-after'?: string | undefined
  readonly by?: string | undefined
  readonly silent?: boolean | undefined
}
export type StepShapes = {
  readonly call: CallShape
  readonly event: Timed & { readonly event: string; readonly with?: Values | undefined }
  readonly fault: Timed & { readonly fault: FaultShape }
  readonly heal: Timed & { readonly heal: string }
  readonly pass: Timed & { readonly pass: string }
  readonly signal: Timed & { readonly signal: 'SIGTERM' | 'SIGINT' }
  readonly together: Timed & { readonly together: unknown[] }
}
export type ExpectationShapes = {
  readonly answer: {
    readonly answer: string
    readonly status?: number | number[] | undefined
    readonly headers?: Record<string, string> | undefined
    readonly body?: unknown
    readonly within?: string | undefined
  }
  readonly state: {
    readonly state: string
    readonly where?: Values | undefined
    readonly count?: Count | undefined
    readonly is?: unknown
    readonly sum?: { readonly field: string; readonly is: string } | undefined
  }
  readonly calls: {
    readonly calls: string
    readonly where?: Values | undefined
    readonly count?: Count | undefined
    readonly before?: string | undefined
    readonly after?: string | undefined
  }
  readonly rule: { readonly rule: string }
  readonly cost: { readonly cost: 'per-request' | 'per-run'; readonly 'at-most': string }
}
export type ScenarioShape = {
  readonly schema: 1
  readonly id: string
  readonly title?: string | undefined
  readonly covers: string[]
  readonly clock: string
  readonly zone?: string | undefined
  readonly seeds?: number | undefined
  readonly horizon?: string | undefined
  readonly given: Record<string, Values>
  readonly wires?: unknown[] | undefined
  readonly schedule?: Schedule | undefined
  readonly when: unknown[]
  readonly then: unknown[]
  readonly incident?: string | undefined
  readonly evidence?: EvidenceShape | undefined
  readonly proof?: ProofShape | undefined
  readonly ignore?: unknown[] | undefined
}
export type EvidenceShape = {
  readonly source: string
  readonly sha256: string
  readonly ledger?: string | undefined
  readonly redaction: 'v1' | 'none'
  readonly kept?: string | undefined
}
/** What was shown of a scenario, and of which state of it. */
export type ProofShape = {
  /** The story that was proven; of another one the proof says nothing. */
  readonly of?: string | undefined
  /** The check that an incident broke, and in which way. */
  readonly check?: string | undefined
  readonly fails?: string | undefined
  readonly seed?: string | undefined
  readonly 'red-on'?: string | undefined
  readonly 'green-on'?: string | undefined
  /** True: it fails without its fault as well. Left out where there is no fault. */
  readonly 'vacuous-without-fault'?: boolean | undefined
  /** What becomes of a service that says 200 and does nothing. */
  readonly 'null-build'?: 'fail' | 'inconclusive' | undefined
  /** Two processes, in two zones, give the same run. */
  readonly replays?: boolean | undefined
  readonly minimal?: boolean | undefined
  /** Why each step is there. */
  readonly needed?: readonly string[] | undefined
}
type IgnoreBase = { readonly field: string; readonly why: string; readonly owner: string; readonly expires: string }
export type IgnoreShapes = {
  readonly [K in 'present' | 'uuid' | 'timestamp' | 'token']: IgnoreBase & { readonly as: K }
} & {
  readonly pattern: IgnoreBase & { readonly as: 'pattern'; readonly pattern: string }
  readonly tolerance: IgnoreBase & { readonly as: 'tolerance'; readonly by: string }
}

/** A step is known by its key; the schema it must meet hangs on that alone. */
export const STEPS: { readonly [K in keyof StepShapes]: z.ZodType<StepShapes[K]> } = steps
export const EXPECTATIONS: { readonly [K in keyof ExpectationShapes]: z.ZodType<ExpectationShapes[K]> } = expectations
export const IGNORES: { readonly [K in keyof IgnoreShapes]: z.ZodType<IgnoreShapes[K]> } = ignores
export const scenarioShape: z.ZodType<ScenarioShape> = shape
export const callInGroup: z.ZodType<CallShape> = group

const choice = (kinds: Readonly<Record<string, z.ZodType>>): z.ZodType =>
  z.array(z.union(Object.values(kinds) as [z.ZodType, z.ZodType])).min(1)

/** The format as JSON Schema, for editors; `given` is what the twins that may stand in a scenario start with. */
export const scenarioJsonSchema = (given: z.ZodType): object => ({
  title: 'Backlot scenario',
  ...z.toJSONSchema(
    shape.extend({
      given: given.default({}),
      when: choice({ ...steps, together: steps.together.extend({ together: z.array(group).min(2) }) }),
      then: choice(expectations),
      wires: z.array(wireShape).optional(),
      ignore: choice(ignores).optional(),
    }),
    { io: 'input', unrepresentable: 'any' },
  ),
})

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `+5m` or `5m` in milliseconds. */
export function toMs(text: string): number {
  const match = /^\+?(\d+)(ms|s|m|h|d)$/.exec(text)
  if (match === null) throw new Error(`expected a duration such as 5m, got "${text}".`)
  return Number(match[1]) * MS[match[2] as keyof typeof MS]
}
