import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import { suggest } from '../../scenarios/parse/nearest.ts'
import type { Place, Problem, Scenario } from '../../scenarios/scenario.ts'
import { digest } from '../../twins/trace.ts'
import { UsageError } from '../gate/workspace.ts'
import { ProjectProblems } from '../project.ts'

/** One thing the brief asks for. */
export type Criterion = { readonly id: string; readonly text: string; readonly place: Place }

/** What to build. `requirements` names what is asked for: rewording the prose around it makes no other brief of it. */
export type Brief = {
  readonly path: string
  /** A short name for branches, made of the title. */
  readonly name: string
  readonly title: string
  readonly text: string
  readonly sha256: string
  readonly requirements: string
  readonly criteria: readonly Criterion[]
}

/** Reads a brief; `brief.md` finds `BRIEF.md`. Throws with the place of every mistake. */
export function readBrief(path: string): Brief {
  const found = spelling(path)
  if (found === undefined)
    throw new UsageError(
      `expected a brief, got ${path}, which does not exist. See docs/guides/factory.md for a first one.`,
    )
  const text = readFileSync(found, 'utf8')
  const problems: Problem[] = []
  const { title, acceptance } = readMarkdown(found, text, problems)
  const told = (message: string): Problem => ({ file: found, line: 1, column: 1, level: 'error', text: message })
  if (problems.length === 0 && title === '') problems.push(told('expected a heading "# What to build", got none.'))
  if (problems.length === 0 && acceptance.length === 0)
    problems.push(told('expected items such as "- AC-1: When …" under "## Acceptance", got none.'))
  if (problems.length > 0) throw new ProjectProblems(problems)
  return {
    path: found,
    name: nameOf(title),
    title,
    text,
    sha256: createHash('sha256').update(text).digest('hex'),
    requirements: digest(acceptance.map(({ id, text: words }) => ({ id, text: words.replace(/\s+/g, ' ') }))),
    criteria: acceptance,
  }
}

function spelling(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path
  const folder = dirname(path)
  if (!existsSync(folder)) return undefined
  const other = readdirSync(folder).filter((name) => name.toLowerCase() === basename(path).toLowerCase())
  return other.length === 1 && other[0] !== undefined ? join(folder, other[0]) : undefined
}

const nameOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '') || 'brief'

/** The scenarios that check a criterion. */
export const coveringScenarios = (criterion: Criterion, scenarios: readonly Scenario[]): readonly string[] =>
  scenarios.filter(({ covers }) => covers.includes(criterion.id)).map(({ id }) => id)

/** Holds criteria and checks against each other: `covers` of a criterion nobody asked for is an error, a criterion nothing covers a warning. */
export function lintBrief(
  brief: Brief,
  scenarios: readonly Scenario[],
  /** The acceptance items of scenario files that have a list of their own, by file as it is shown. */
  own: ReadonlyMap<string, readonly string[]>,
): readonly Problem[] {
  const asked = brief.criteria.map(({ id }) => id)
  const unknown = scenarios.flatMap(({ id, covers, place }) =>
    covers
      .filter((one) => !asked.includes(one) && own.get(place.file)?.includes(one) !== true)
      .map(
        (one): Problem => ({
          ...place,
          level: 'error',
          text: `scenario "${id}" covers ${one}, which is not in ${brief.path}.${suggest(one, asked)}`,
        }),
      ),
  )
  const bare = brief.criteria
    .filter((criterion) => coveringScenarios(criterion, scenarios).length === 0)
    .map(
      ({ id, place }): Problem => ({ ...place, level: 'warning', text: `${id} has no scenario: nothing checks it.` }),
    )
  return [...unknown, ...bare]
}
