import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import type { Place, Problem } from '../scenario.ts'
import { suggest } from './nearest.ts'

export type Path = readonly (string | number)[]

/** A piece of YAML whose every part knows its line and column in the file it came from. */
export interface PlacedYaml {
  readonly value: unknown
  /** Where the value at `path` stands, or its key; the nearest enclosing thing when there is none. */
  place(path: Path, key?: boolean): Place
  problem(path: Path, text: string, key?: boolean): Problem
}

export type YamlSource = {
  readonly file: string
  readonly text: string /** Lines above the text in its file. */
  readonly above: number
  /** Whether a decimal may stand unquoted: where ratios are written, not where money is. */
  readonly decimals?: boolean
}

/** Reads YAML strictly: no duplicate keys, aliases, merge keys or decimals that a number does not keep as they stand. Undefined when it cannot be read at all. */
export function readYaml(source: YamlSource, problems: Problem[]): PlacedYaml | undefined {
  const counter = new LineCounter()
  const document = parseDocument(source.text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true })
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset)
    return { file: source.file, line: source.above + line, column: col }
  }
  const report = (offset: number, text: string): void =>
    void problems.push({ ...placeOf(offset), level: 'error', text })
  for (const error of document.errors) report(error.pos[0], `cannot read this YAML: ${error.message.split('\n')[0]}`)
  if (document.errors.length > 0) return undefined
  visit(document, {
    Alias(_, node) {
      report(node.range?.[0] ?? 0, 'expected the value itself, got an alias (*name). Write it out.')
    },
    Pair(_, { key }) {
      if (isScalar(key) && key.value === '<<')
        report(key.range?.[0] ?? 0, 'expected plain keys, got a merge key (<<). Write the fields out.')
    },
    Scalar(_, node) {
      if (
        source.decimals === true ||
        node.type !== 'PLAIN' ||
        typeof node.value !== 'number' ||
        !node.source?.includes('.') ||
        // What is read and what is written are one text: nothing is lost, and a JSON body may well hold such a number.
        String(node.value) === node.source
      )
        return
      report(
        node.range?.[0] ?? 0,
        `expected a quoted decimal, got ${node.source}, which YAML reads as the number ${node.value}. Write "${node.source}".`,
      )
    },
  })
  if (problems.some(({ text }) => text.includes('alias (*name)'))) return undefined
  const offsetOf = (path: Path, wantKey: boolean): number => {
    let node: unknown = document.contents
    let key: unknown
    for (const part of path) {
      const pair: Pair | undefined = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
        : undefined
      const item: unknown = isSeq(node) ? node.items[Number(part)] : undefined
      if (pair === undefined && item === undefined) break
      key = pair?.key
      node = pair === undefined ? item : (pair.value ?? pair.key)
    }
    const at = (wantKey && key !== undefined ? key : node) as Node | null
    return (isPair(at) ? undefined : at?.range?.[0]) ?? 0
  }
  const place = (path: Path, key = false): Place => placeOf(offsetOf(path, key))
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    place,
    problem: (path, text, key = false) => ({ ...place(path, key), level: 'error', text }),
  }
}

type Shape = {
  readonly def?: {
    readonly innerType?: Shape
    readonly element?: Shape
    readonly valueType?: Shape
    readonly options?: readonly Shape[]
  }
  readonly shape?: Readonly<Record<string, Shape>>
}

/** The names a schema allows at `path`; empty when anything goes. */
function namesAt(schema: Shape | undefined, path: Path): readonly string[] {
  let at = schema
  const unwrap = (): void => {
    while (at?.def?.innerType !== undefined) at = at.def.innerType
  }
  for (const part of path) {
    unwrap()
    at = typeof part === 'number' ? at?.def?.element : (at?.shape?.[part] ?? at?.def?.valueType)
  }
  unwrap()
  return [at, ...(at?.def?.options ?? [])].flatMap((one) => Object.keys(one?.shape ?? {}))
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, part) => (at !== null && typeof at === 'object' ? (at as Record<string | number, unknown>)[part] : undefined),
    value,
  )

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80))

type Issue = z.core.$ZodIssue

/** Where a value may have several forms, the mistakes of the form that was meant: the first whose kind of value it is. */
function ofTheMeant(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const isOfAnotherKind = (one: Issue): boolean => one.path.length === 0 && one.code === 'invalid_type'
  const meant = issue.errors.find((issues) => !issues.some(isOfAnotherKind))
  return meant === undefined
    ? [issue]
    : meant.flatMap((one) => ofTheMeant({ ...one, path: [...issue.path, ...one.path] } as Issue))
}

/**
 * Checks `part`, which stands at `base` of `yaml`, against a schema. Each mistake is one problem at its own place: a misspelt key is an
 * unknown key and a missing one, and is told once, at the unknown one, with the nearest name.
 */
export function validate<T>(
  schema: z.ZodType<T>,
  part: unknown,
  yaml: PlacedYaml,
  base: Path,
  problems: Problem[],
): T | undefined {
  const result = schema.safeParse(part)
  if (result.success) return result.data
  const issues = result.error.issues.flatMap(ofTheMeant)
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ parent: issue.path.join('\0'), key })) : [],
  )
  for (const issue of issues) {
    const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol')
    if (issue.code === 'unrecognized_keys') {
      const names = namesAt(schema as unknown as Shape, path)
      for (const key of issue.keys)
        problems.push(yaml.problem([...base, ...path, key], `unknown key "${key}".${suggest(key, names)}`, true))
      continue
    }
    const name = String(path.at(-1) ?? base.at(-1) ?? 'it')
    const got = valueAt(part, path)
    const parent = path.slice(0, -1)
    const misspelt = got === undefined && unknown.some((other) => other.parent === parent.join('\0'))
    if (misspelt) continue
    if (got === undefined && path.length > 0) {
      problems.push(yaml.problem([...base, ...parent], `expected the key "${name}", got none.`))
      continue
    }
    const choice = issue.code === 'invalid_value' ? suggest(String(got), issue.values.map(String)) : ''
    const wanted =
      choice !== ''
        ? 'a known value'
        : issue.message
            .replace(/^Invalid input: /, '')
            .replace(/^expected /, '')
            .replace(/, received .*$/, '')
    const unquoted =
      issue.code === 'invalid_type' && issue.expected === 'string' && /^(number|boolean)$/.test(typeof got)
    problems.push(
      yaml.problem(
        [...base, ...path],
        unquoted
          ? `${name}: expected a text in quotes, got ${shown(got)}. Write "${String(got)}".`
          : `${name}: expected ${wanted}, got ${shown(got)}.${choice}`,
      ),
    )
  }
  return undefined
}
