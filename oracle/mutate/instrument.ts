import type { NodePath, types } from '@babel/core'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { addCounters } from './counters.ts'
import { EXTREME, extremeMutator, placeKey } from './extreme.ts'
import { genericFacts } from './generic.ts'
import type { DomainMutator, Facts } from './mutator.ts'
import { tickName, underOwnSwitch } from './switch.ts'

export type Family = 'generic' | 'domain' | 'extreme'

/** A file of the subject's; `path` is how reports name it. */
export type Source = { readonly path: string; readonly text: string }

/** Lines from 1, columns from 1, as in reports. */
export type Position = { readonly line: number; readonly column: number }

/** One way in which the subject could be wrong. */
export type Mutant = Facts & {
  /** Names its switch in the instrumented code. */
  readonly id: string
  readonly path: string
  readonly start: Position
  readonly end: Position
  readonly mutator: string
  readonly family: Family
  readonly original: string
  readonly replacement: string
  /** The function whose whole body this replaces, for the extreme family. */
  readonly function: string | undefined
  /** Why it is not run, if it is not. */
  readonly ignored: string | undefined
}

export type Instrumented = { readonly mutants: readonly Mutant[]; readonly code: ReadonlyMap<string, string> }

type Options = {
  readonly families: readonly Family[]
  /** A random word: the instrumented code looks its switch up by it, and no source can know it beforehand. */
  readonly word: string
  /** Lines from 1; only mutants inside are made, and none of a file that is not named. Undefined: all. */
  readonly ranges?: ReadonlyMap<string, readonly { readonly from: number; readonly to: number }[]> | undefined
}

/** Source that names the switch's parts could ask which mutant is on. */
const NAMES = /__stryker__|__STRYKER_\w+|stry(?:NS|Cov|MutAct)_\w+/g
/** A directive switches mutants off. It has to begin its comment. */
const DIRECTIVE = /(\/\/|\/\*+|^[ \t]*\*)([ \t]*)Stryker(?=[ \t]+(?:disable|restore))/gm

/** Lines of a source that try to steer the mutants. `refused` cannot be mutated honestly; a directive is only taken out. */
export function suspicious({
  path,
  text,
}: Source): readonly { readonly at: string; readonly what: string; readonly refused: boolean }[] {
  const found = [
    ...[...text.matchAll(NAMES)].map((one) => ({ index: one.index, what: one[0], refused: true })),
    ...[...text.matchAll(DIRECTIVE)].map((one) => ({ index: one.index, what: 'a Stryker directive', refused: false })),
  ]
  return found.map(({ index, what, refused }) => ({
    at: `${path}:${text.slice(0, index).split('\n').length}`,
    what,
    refused,
  }))
}

// The instrumenter's logger; nobody listens.
const quiet = new Proxy({} as ConstructorParameters<typeof Instrumenter>[0], {
  get: (_, name) => (String(name).startsWith('is') ? () => false : () => undefined),
})

type LiveMutator = { readonly name: string; readonly mutate: (path: NodePath) => Iterable<types.Node> }

type Print = NonNullable<ConstructorParameters<typeof Instrumenter>[2]>

/**
 * The instrumenter's own list of mutators, and how it prints. Its `exports` hide both, a file URL does not: this is the one place that
 * knows the paths, held by a test. Version 10.1.1, read on 2026-11-26.
 */
async function internals(): Promise<{ readonly live: LiveMutator[]; readonly print: Print }> {
  const at = (path: string): string => new URL(path, import.meta.resolve('@stryker-mutator/instrumenter')).href
  const { allMutators } = (await import(at('./mutators/index.js'))) as { readonly allMutators?: LiveMutator[] }
  const { print } = (await import(at('./printers/index.js'))) as { readonly print?: Print }
  if (!Array.isArray(allMutators) || print === undefined)
    throw new Error('instrument: expected mutators and a printer of the instrumenter, got none. Is it version 10.1.1?')
  return { live: allMutators, print }
}

/** A name in a destructuring looks like a property and is none. */
const onValues = ({ name, mutate }: LiveMutator): LiveMutator => ({
  name,
  mutate: (path) => (path.isObjectProperty() && path.parentPath.isObjectPattern() ? [] : mutate(path)),
})

/**
 * All mutants of all files in one text each, switched on by id while the program runs, with counters that end what never ends. Throws
 * when a source names the switch.
 */
export async function instrument(sources: readonly Source[], options: Options): Promise<Instrumented> {
  const refused = sources.flatMap(suspicious).find((one) => one.refused)
  if (refused !== undefined)
    throw new Error(`${refused.at}: expected no name of the mutation switch, got ${refused.what}.`)
  const functions = new Map<string, string>()
  const fileOf = filesInOrder(sources)
  // They take a while to load, and are not always asked for.
  const domain = options.families.includes('domain') ? (await import('./domain/index.ts')).domainMutators : []
  const extra: LiveMutator[] = [
    ...domain.map(onValues),
    ...(options.families.includes('extreme')
      ? [extremeMutator((program, place, name) => functions.set(`${fileOf(program)}:${place}`, name))]
      : []),
  ]
  const { live, print } = await internals()
  const printCounted: Print = (file) => {
    addCounters(file.root as types.Node, tickName(options.word))
    return print(file)
  }
  const generic = live.length
  live.push(...extra)
  const mutants: Mutant[] = []
  const code = new Map<string, string>()
  try {
    const instrumenter = new Instrumenter(quiet, undefined, printCounted)
    // Ids count over all files, as StrykerJS counts them.
    const files = sources.map(({ path, text }) => ({
      name: path,
      content: text.replace(DIRECTIVE, '$1$2stryker'),
      mutate:
        options.ranges === undefined
          ? true
          : (options.ranges.get(path) ?? []).map(({ from, to }) => ({
              start: { line: from - 1, column: 0 },
              end: { line: to, column: 0 },
            })),
    }))
    const texts = new Map(sources.map(({ path, text }) => [path, text]))
    const named = new Set(live.slice(generic).map(({ name }) => name))
    for (const result of [
      await instrumenter.instrument(files, { plugins: null, excludedMutations: [], ignorers: [] }),
    ]) {
      for (const file of result.files) code.set(file.name, underOwnSwitch(file.content, options.word))
      for (const found of result.mutants)
        mutants.push(mutantOf(found, texts.get(found.fileName) ?? '', named.has(found.mutatorName), domain, functions))
    }
  } finally {
    live.splice(generic, extra.length)
  }
  const wanted = mutants.filter(({ family }) => options.families.includes(family))
  return { mutants: withoutTwins(wanted), code }
}

/** Which file a program is of. A mutator is told the node alone; the files come in their order, and a program ends where its text does. */
function filesInOrder(sources: readonly Source[]): (program: types.Node) => string {
  const known = new Map<types.Node, string>()
  let next = 0
  return (program) => {
    const before = known.get(program)
    if (before !== undefined) return before
    const at = sources.findIndex(({ text }, index) => index >= next && text.length === program.end)
    const path = sources[at]?.path ?? ''
    next = at + 1
    known.set(program, path)
    return path
  }
}

type Found = Awaited<ReturnType<Instrumenter['instrument']>>['mutants'][number]

function mutantOf(
  found: Found,
  text: string,
  ours: boolean,
  domain: readonly DomainMutator[],
  functions: ReadonlyMap<string, string>,
): Mutant {
  const { location, mutatorName: mutator, fileName: path } = found
  const fault = ours ? domain.find(({ name }) => name === mutator) : undefined
  const facts: Facts =
    mutator === EXTREME
      ? { class: 'logic', severity: 'major', detector: 'any check on what the function does' }
      : (fault ?? genericFacts(mutator))
  const start = { line: location.start.line + 1, column: location.start.column + 1 }
  const end = { line: location.end.line + 1, column: location.end.column + 1 }
  return {
    id: found.id,
    path,
    start,
    end,
    mutator,
    family: mutator === EXTREME ? 'extreme' : ours ? 'domain' : 'generic',
    class: facts.class,
    severity: facts.severity,
    detector: facts.detector,
    original: text.slice(offsetOf(text, start), offsetOf(text, end)),
    replacement: found.replacement ?? '',
    function: functions.get(`${path}:${placeKey({ line: start.line, column: start.column - 1 })}`),
    ignored: found.status === 'Ignored' ? (found.statusReason ?? 'ignored') : undefined,
  }
}

/** Where a position is in a text. */
export function offsetOf(text: string, { line, column }: Position): number {
  let at = 0
  for (let left = line - 1; left > 0; left--) at = text.indexOf('\n', at) + 1
  return at + column - 1
}

/** Mutators that many others are special cases of. */
const BROAD = new Set(['PropertyDrop', 'DuplicateEffect', 'NumberShift'])
const rank = ({ family, mutator }: Mutant): number => (family === 'generic' ? 0 : BROAD.has(mutator) ? 1 : 2)

/** A fault that several mutators make counts once, as what it means most closely. */
function withoutTwins(mutants: readonly Mutant[]): readonly Mutant[] {
  const key = ({ path, start, end, replacement }: Mutant): string =>
    `${path}:${placeKey(start)}-${placeKey(end)}:${replacement}`
  const taken = new Map<string, Mutant>()
  for (const mutant of mutants) {
    const kept = taken.get(key(mutant))
    if (kept === undefined || (mutant.family !== 'extreme' && rank(mutant) > rank(kept))) taken.set(key(mutant), mutant)
  }
  const kept = new Set(taken.values())
  // An extreme mutant is judged for its function, also where a generic one does the same.
  return mutants.filter((mutant) => mutant.family === 'extreme' || kept.has(mutant))
}
