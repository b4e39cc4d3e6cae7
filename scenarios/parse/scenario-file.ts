import type { Fault } from '../../twins/faults.ts'
import type { Json } from '../../twins/trace.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import type { Bound, CallStep, Expectation, Place, Problem, Scenario, Step } from '../scenario.ts'
import { readGiven } from './given.ts'
import { readIgnores } from './ignores.ts'
import { type Item, readMarkdown } from './markdown.ts'
import { suggest } from './nearest.ts'
import { type CallShape, callInGroup, EXPECTATIONS, STEPS, scenarioShape, toMs } from './schema.ts'
import { readWires } from './wires.ts'
import { type Path, type PlacedYaml, readYaml, validate, type YamlSource } from './yaml.ts'

/** What a scenario may refer to: the twins of the project, and the ids of its rules when they are known already. */
export type Catalogue = {
  readonly twins: readonly TwinDefinition<unknown>[]
  readonly rules?: readonly string[] | undefined
}

/** Everything a scenario file says. Scenarios with an error are left out of `scenarios`. */
export type ScenarioFile = {
  readonly scenarios: readonly Scenario[]
  readonly acceptance: readonly Item[]
  readonly rules: readonly Item[]
  readonly problems: readonly Problem[]
}

/** After the last step, so long is waited for what is still under way. */
const SETTLE_MS = 600_000

/** Reads `*.scenario.md` or `*.scenario.yaml`. Never throws: what is wrong is in `problems`, each at its line and column. */
export function parseScenarioFile(file: string, text: string, catalogue: Catalogue): ScenarioFile {
  const problems: Problem[] = []
  const markdown = file.endsWith('.md')
  const whole: YamlSource = { file, text, above: 0 }
  const { title, acceptance, rules, blocks } = markdown
    ? readMarkdown(file, text, problems)
    : { title: '', acceptance: [], rules: [], blocks: [whole] }
  if (blocks.length === 0 && problems.length === 0) {
    problems.push({
      file,
      line: 1,
      column: 1,
      level: 'error',
      text: 'expected a block fenced as ```yaml scenario, got none.',
    })
  }
  const known = {
    ...catalogue,
    rules: catalogue.rules === undefined ? undefined : [...catalogue.rules, ...rules.map(({ id }) => id)],
  }
  const scenarios: Scenario[] = []
  for (const block of blocks) {
    const before = problems.length
    const scenario = readBlock(
      block,
      title,
      known,
      markdown && acceptance.length > 0 ? acceptance : undefined,
      problems,
    )
    if (scenario === undefined || problems.length > before) continue
    const twin = scenarios.find(({ id }) => id === scenario.id)
    if (twin === undefined) scenarios.push(scenario)
    else
      problems.push({
        ...scenario.place,
        level: 'error',
        text: `two scenarios have the id "${scenario.id}"; the first is on line ${twin.place.line}.`,
      })
  }
  for (const item of acceptance) {
    if (scenarios.some(({ covers }) => covers.includes(item.id)) || problems.some(({ level }) => level === 'error'))
      continue
    problems.push({ ...item.place, level: 'warning', text: `${item.id} has no scenario: not executable yet.` })
  }
  return { scenarios, acceptance, rules, problems }
}

function readBlock(
  source: YamlSource,
  title: string,
  catalogue: Catalogue,
  acceptance: readonly Item[] | undefined,
  problems: Problem[],
): Scenario | undefined {
  const yaml = readYaml(source, problems)
  if (yaml === undefined) return undefined
  if (yaml.value === null || typeof yaml.value !== 'object' || Array.isArray(yaml.value)) {
    problems.push(yaml.problem([], 'expected a scenario (schema, id, clock, when, then), got something else.'))
    return undefined
  }
  const shape = validate(scenarioShape, yaml.value, yaml, [], problems)
  const raw = yaml.value as {
    readonly when?: unknown
    readonly then?: unknown
    readonly given?: unknown
    readonly wires?: unknown
    readonly clock?: unknown
    readonly ignore?: unknown
  }
  const startMs = typeof raw.clock === 'string' ? Date.parse(raw.clock) : 0
  const reader = { yaml, catalogue, problems, startMs }
  const given = readGiven(raw.given, { yaml, twins: catalogue.twins }, problems)
  const wires = readWires(raw.wires, { yaml, twins: catalogue.twins, known: eventTypes(catalogue.twins) }, problems)
  const when = readSteps(Array.isArray(raw.when) ? raw.when : [], reader)
  const then = readExpectations(Array.isArray(raw.then) ? raw.then : [], when, reader)
  const ignore = readIgnores(raw.ignore, yaml, problems)
  if (shape === undefined) return undefined
  if (shape.zone !== undefined && !isZone(shape.zone))
    problems.push(yaml.problem(['zone'], `expected a time zone such as Europe/Berlin, got "${shape.zone}".`))
  for (const [at, id] of shape.covers.entries()) {
    if (acceptance !== undefined && !acceptance.some((item) => item.id === id)) {
      problems.push(
        yaml.problem(
          ['covers', at],
          `no acceptance item ${id} in this file.${suggest(
            id,
            acceptance.map((item) => item.id),
          )}`,
        ),
      )
    }
  }
  const lastMs = when.reduce((ms, step) => Math.max(ms, step.atMs ?? 0) + (step.kind === 'pass' ? step.passMs : 0), 0)
  return {
    schema: 1,
    id: shape.id,
    covers: shape.covers,
    title: shape.title ?? (title === '' ? shape.id : title),
    clock: shape.clock,
    zone: shape.zone,
    seeds: shape.seeds,
    horizonMs: shape.horizon === undefined ? lastMs + SETTLE_MS : toMs(shape.horizon),
    given,
    ...(wires.length === 0 ? {} : { wires }),
    ...(shape.schedule === undefined ? {} : { schedule: shape.schedule }),
    when,
    then,
    place: yaml.place(['id']),
    ...(shape.incident === undefined ? {} : { incident: shape.incident }),
    ...(shape.evidence === undefined ? {} : { evidence: shape.evidence }),
    ...(shape.proof === undefined ? {} : { proof: shape.proof }),
    ...(ignore.length === 0 ? {} : { ignore }),
  }
}

type Reader = {
  readonly yaml: PlacedYaml
  readonly catalogue: Catalogue
  readonly problems: Problem[]
  readonly startMs: number
}

const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

const names = (catalogue: Catalogue): readonly string[] => catalogue.twins.map(({ name }) => name)

/** The one key of `known` that an entry has; a problem when it has none or several. */
function kindOf<K extends string>(
  entry: unknown,
  known: readonly K[],
  shared: readonly string[],
  what: string,
  path: Path,
  { yaml, problems }: Reader,
): K | undefined {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) {
    problems.push(yaml.problem(path, `expected a ${what} such as { ${known[0]}: … }, got ${JSON.stringify(entry)}.`))
    return undefined
  }
  const keys = Object.keys(entry)
  const [kind, second] = keys.filter((key): key is K => known.includes(key as K))
  if (kind === undefined) {
    const odd = keys.find((key) => !shared.includes(key)) ?? keys[0] ?? ''
    problems.push(yaml.problem([...path, odd], `"${odd}" makes no ${what}.${suggest(odd, known)}`, true))
  } else if (second !== undefined)
    problems.push(yaml.problem([...path, second], `one ${what} cannot be both "${kind}" and "${second}".`, true))
  return second === undefined ? kind : undefined
}

function readSteps(raw: readonly unknown[], reader: Reader): readonly Step[] {
  const { yaml, problems } = reader
  const steps: Step[] = []
  const seen = new Set<string>()
  const captured = new Set<string>()
  let latestMs = 0
  const nameStep = (as: string | undefined, fallback: string, path: Path): string => {
    const id = as ?? fallback
    if (seen.has(id)) problems.push(yaml.problem([...path, 'as'], `two steps are named "${id}". Name one differently.`))
    return id
  }
  for (const [at, entry] of raw.entries()) {
    const path: Path = ['when', at]
    const kind = kindOf(
      entry,
      Object.keys(STEPS) as (keyof typeof STEPS)[],
      ['at', 'as', 'headers', 'body', 'text', 'capture', 'with'],
      'step',
      path,
      reader,
    )
    if (kind === undefined) continue
    const shared = entry as { readonly at?: string; readonly as?: string }
    const place = yaml.place(path)
    const known = { answers: new Set(seen), captured: new Set(captured) }
    const step = readStep(
      kind,
      entry,
      path,
      place,
      reader,
      (as, fallback, where) => nameStep(as, fallback, where),
      `${at + 1}`,
    )
    if (step === undefined) continue
    checkTemplates(entry, path, known, reader)
    if (step.atMs !== undefined) {
      if (step.atMs < latestMs)
        problems.push(
          yaml.problem(
            [...path, 'at'],
            `expected a time at or after the step before, got ${shared.at}. Put the steps in order.`,
          ),
        )
      latestMs = Math.max(latestMs, step.atMs)
    }
    for (const one of step.kind === 'together' ? step.calls : [step]) {
      seen.add(one.id)
      if (one.kind === 'call') for (const name of Object.keys(one.capture)) captured.add(name)
    }
    seen.add(step.id)
    steps.push(step)
  }
  return steps
}

type Namer = (as: string | undefined, fallback: string, path: Path) => string

function readStep(
  kind: keyof typeof STEPS,
  entry: unknown,
  path: Path,
  place: Place,
  reader: Reader,
  nameOf: Namer,
  fallback: string,
): Step | undefined {
  const { yaml, problems, startMs } = reader
  const common = (parsed: {
    readonly at?: string | undefined
    readonly as?: string | undefined
  }): Pick<Step, 'id' | 'atMs' | 'place'> => ({
    id: nameOf(parsed.as, fallback, path),
    atMs: parsed.at === undefined ? undefined : toMs(parsed.at),
    place,
  })
  switch (kind) {
    case 'call': {
      const parsed = validate(STEPS.call, entry, yaml, path, problems)
      return parsed === undefined ? undefined : { ...common(parsed), ...callOf(parsed, path, reader) }
    }
    case 'event': {
      const parsed = validate(STEPS.event, entry, yaml, path, problems)
      if (parsed === undefined) return undefined
      const [twin = '', ...rest] = parsed.event.split('.')
      const event = rest.join('.')
      const definition = findTwin(twin, [...path, 'event'], reader)
      if (definition !== undefined && !definition.happenings.includes(event)) {
        problems.push(
          yaml.problem([...path, 'event'], `${twin} has no event "${event}".${suggest(event, definition.happenings)}`),
        )
      }
      const fields = (parsed.with ?? {}) as Json
      const shape = definition?.happeningFields?.[event]
      if (shape !== undefined) {
        const mistakes: Problem[] = []
        validate(shape, fields, yaml, [...path, 'with'], mistakes)
        // What a capture will hold is known when it is played, and judged then; which keys there are is known now.
        const known = JSON.stringify(fields).includes('{{') ? /^(unknown key|expected the key) / : /./
        problems.push(...mistakes.filter(({ text }) => known.test(text)))
      }
      return { ...common(parsed), kind, twin, event, fields }
    }
    case 'fault': {
      const parsed = validate(STEPS.fault, entry, yaml, path, problems)
      if (parsed === undefined) return undefined
      checkOperation(parsed.fault.on, [...path, 'fault', 'on'], reader)
      const {
        on,
        kind: faultKind,
        nth,
        attempt,
        times,
        rate,
        until,
        where,
        status,
        code,
        'retry-after': retryAfter,
        by,
        silent,
      } = parsed.fault
      const all: Fault = {
        on,
        kind: faultKind,
        nth,
        attempt,
        times,
        rate: rate === undefined ? undefined : Number(rate),
        untilMs: until === undefined ? undefined : startMs + toMs(until),
        where: where as Fault['where'],
        status,
        code,
        retryAfterMs: retryAfter === undefined ? undefined : toMs(retryAfter),
        byMs: by === undefined ? undefined : toMs(by),
        silent,
      }
      const fault = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Fault
      return { ...common(parsed), kind, fault }
    }
    case 'heal': {
      const parsed = validate(STEPS.heal, entry, yaml, path, problems)
      if (parsed === undefined) return undefined
      checkOperation(parsed.heal, [...path, 'heal'], reader)
      return { ...common(parsed), kind, on: parsed.heal }
    }
    case 'pass': {
      const parsed = validate(STEPS.pass, entry, yaml, path, problems)
      return parsed === undefined ? undefined : { ...common(parsed), kind, passMs: toMs(parsed.pass) }
    }
    case 'signal': {
      const parsed = validate(STEPS.signal, entry, yaml, path, problems)
      return parsed === undefined ? undefined : { ...common(parsed), kind, signal: parsed.signal }
    }
    case 'together': {
      const parsed = validate(STEPS.together, entry, yaml, path, problems)
      if (parsed === undefined) return undefined
      const calls = parsed.together.flatMap((inner, at): CallStep[] => {
        const where: Path = [...path, 'together', at]
        const one = validate(callInGroup, inner, yaml, where, problems)
        if (one === undefined) return []
        return [
          {
            id: nameOf(one.as, `${fallback}-${at + 1}`, where),
            atMs: undefined,
            place: yaml.place(where),
            ...callOf(one, where, reader),
          },
        ]
      })
      return { ...common(parsed), kind, calls }
    }
    default:
      return kind satisfies never
  }
}

function callOf(parsed: CallShape, path: Path, { yaml, problems }: Reader): Omit<CallStep, 'id' | 'atMs' | 'place'> {
  const [method = 'GET', target = '/'] = parsed.call.split(' ')
  if (parsed.body !== undefined && parsed.text !== undefined)
    problems.push(yaml.problem([...path, 'text'], 'a call has "body" (JSON) or "text", not both.', true))
  return {
    kind: 'call',
    method,
    path: target,
    headers: parsed.headers ?? {},
    body:
      parsed.text !== undefined
        ? { text: parsed.text }
        : parsed.body === undefined
          ? undefined
          : { json: parsed.body as Json },
    capture: parsed.capture ?? {},
  }
}

function findTwin(
  name: string,
  path: Path,
  { yaml, catalogue, problems }: Reader,
): TwinDefinition<unknown> | undefined {
  const twin = catalogue.twins.find((definition) => definition.name === name)
  if (twin === undefined) problems.push(yaml.problem(path, `unknown twin "${name}".${suggest(name, names(catalogue))}`))
  return twin
}

/** `twin`, `twin.operation` or `twin.webhook`. */
function checkOperation(on: string, path: Path, reader: Reader): void {
  const [name = '', ...rest] = on.split('.')
  const twin = findTwin(name, path, reader)
  const operation = rest.join('.')
  if (twin === undefined || operation === '') return
  const known = [...twin.operations, 'webhook', 'connect']
  if (!known.includes(operation))
    reader.problems.push(
      reader.yaml.problem(path, `${name} has no operation "${operation}".${suggest(operation, known)}`),
    )
}

/** Every `{{…}}` must name something that an earlier step gives. */
function checkTemplates(
  value: unknown,
  path: Path,
  known: { readonly answers: ReadonlySet<string>; readonly captured: ReadonlySet<string> },
  { yaml, problems }: Reader,
): void {
  const look = (at: unknown, where: Path): void => {
    if (typeof at === 'string') {
      for (const [, reference = ''] of at.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)) {
        const [step = ''] = reference.split('.')
        if (known.captured.has(reference) || known.answers.has(step)) continue
        problems.push(
          yaml.problem(
            where,
            `{{${reference}}}: no earlier step is named or captures "${step}".${suggest(step, [...known.answers, ...known.captured])}`,
          ),
        )
      }
    } else if (at !== null && typeof at === 'object') {
      for (const [key, inner] of Object.entries(at)) look(inner, [...where, Array.isArray(at) ? Number(key) : key])
    }
  }
  look(value, path)
}

const boundOf = (
  count: number | { readonly 'at-least'?: number | undefined; readonly 'at-most'?: number | undefined } | undefined,
): Bound | undefined => {
  if (count === undefined) return undefined
  if (typeof count === 'number') return { min: count, max: count }
  return { min: count['at-least'] ?? 0, max: count['at-most'] }
}

function readExpectations(raw: readonly unknown[], steps: readonly Step[], reader: Reader): readonly Expectation[] {
  const { yaml, catalogue, problems } = reader
  const callIds = steps
    .flatMap((step): readonly Step[] => (step.kind === 'together' ? step.calls : [step]))
    .flatMap((step) => (step.kind === 'call' ? [step.id] : []))
  return raw.flatMap((entry, at): Expectation[] => {
    const path: Path = ['then', at]
    const kind = kindOf(
      entry,
      Object.keys(EXPECTATIONS) as (keyof typeof EXPECTATIONS)[],
      [],
      'expectation',
      path,
      reader,
    )
    const place = yaml.place(path)
    switch (kind) {
      case undefined:
        return []
      case 'answer': {
        const parsed = validate(EXPECTATIONS.answer, entry, yaml, path, problems)
        if (parsed === undefined) return []
        if (!callIds.includes(parsed.answer))
          problems.push(
            yaml.problem([...path, 'answer'], `no call is named "${parsed.answer}".${suggest(parsed.answer, callIds)}`),
          )
        if (
          parsed.status === undefined &&
          parsed.headers === undefined &&
          parsed.body === undefined &&
          parsed.within === undefined
        ) {
          problems.push(
            yaml.problem(path, 'expected status, headers, body or within, got none: nothing would be checked.'),
          )
        }
        const { answer: step, status, headers, within } = parsed
        return [
          {
            kind,
            place,
            step,
            status,
            headers,
            body: parsed.body as Json | undefined,
            withinMs: within === undefined ? undefined : toMs(within),
          },
        ]
      }
      case 'state': {
        const parsed = validate(EXPECTATIONS.state, entry, yaml, path, problems)
        if (parsed === undefined) return []
        findTwin(parsed.state.split('.')[0] ?? '', [...path, 'state'], reader)
        if (parsed.count === undefined && parsed.is === undefined && parsed.sum === undefined) {
          problems.push(yaml.problem(path, 'expected count, is or sum, got none: nothing would be checked.'))
        }
        return [
          {
            kind,
            place,
            path: parsed.state,
            where: parsed.where as Record<string, Json> | undefined,
            count: boundOf(parsed.count),
            is: parsed.is as Json | undefined,
            sum: parsed.sum,
          },
        ]
      }
      case 'calls': {
        const parsed = validate(EXPECTATIONS.calls, entry, yaml, path, problems)
        if (parsed === undefined) return []
        checkEventType(parsed.calls, [...path, 'calls'], reader)
        if (parsed.count === undefined)
          problems.push(yaml.problem(path, 'expected count, got none: nothing would be checked.'))
        const ms = (text: string | undefined): number | undefined => (text === undefined ? undefined : toMs(text))
        return [
          {
            kind,
            place,
            to: parsed.calls,
            where: parsed.where as Record<string, Json> | undefined,
            count: boundOf(parsed.count),
            beforeMs: ms(parsed.before),
            afterMs: ms(parsed.after),
          },
        ]
      }
      case 'rule': {
        const parsed = validate(EXPECTATIONS.rule, entry, yaml, path, problems)
        if (parsed === undefined) return []
        if (catalogue.rules !== undefined && !catalogue.rules.includes(parsed.rule)) {
          problems.push(
            yaml.problem([...path, 'rule'], `no rule "${parsed.rule}".${suggest(parsed.rule, catalogue.rules)}`),
          )
        }
        return [{ kind, place, id: parsed.rule }]
      }
      case 'cost': {
        const parsed = validate(EXPECTATIONS.cost, entry, yaml, path, problems)
        if (parsed === undefined) return []
        const [atMost = '0', currency = 'USD'] = parsed['at-most'].split(' ')
        return [{ kind, place, per: parsed.cost === 'per-run' ? 'run' : 'request', atMost, currency }]
      }
      default:
        return kind satisfies never
    }
  })
}

/** Event types of the world itself; the others belong to twins. */
export const WORLD_EVENTS: readonly string[] = [
  'app.request',
  'app.answer',
  'app.log',
  'app.exited',
  'app.signal',
  'app.hung-up',
  'cost.line',
  'call.answered',
  'call.broken',
  'call.given-up',
  'wire.refused',
  'call.malformed',
  'delivery.failed',
]

/** All event types that can occur in a run with these twins. */
export const eventTypes = (twins: readonly TwinDefinition<unknown>[]): readonly string[] => [
  ...WORLD_EVENTS,
  ...twins.flatMap(({ name, operations, events }) => [
    `${name}.answer`,
    ...operations.map((one) => `${name}.${one}`),
    ...events.map((one) => `${name}.${one}`),
  ]),
]

function checkEventType(type: string, path: Path, { yaml, catalogue, problems }: Reader): void {
  const known = eventTypes(catalogue.twins)
  if (!known.includes(type))
    problems.push(yaml.problem(path, `no operation or event "${type}".${suggest(type, known)}`))
}
