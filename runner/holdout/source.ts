import { existsSync, globSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { parseScenarioFile } from '../../scenarios/parse/scenario-file.ts'
import type { Problem, Scenario } from '../../scenarios/scenario.ts'
import { createGateGit } from '../gate/git.ts'
import { type Project, withDefaults } from '../project.ts'
import type { HoldoutSettings } from './settings.ts'

/** Why sealed scenarios cannot be had. The text names no scenario: it may end in a log that anybody reads. */
export class Unreachable extends Error {}

export type Sealed = {
  readonly scenarios: readonly Scenario[]
  readonly problems: readonly Problem[]
  /** Values that exist in sealed files alone: found elsewhere, somebody has read them. */
  readonly canaries: readonly string[]
  /** Folder of the ledger. */
  readonly ledger: string
}

const CANARY = /backlot-canary-[0-9a-z]{8,}/g

/**
 * Loads the sealed scenarios into this process. `outsideOf` is the top of the repository, where they must not be; `scratch` a folder that goes
 * when the gate ends. Throws `Unreachable`.
 */
export function loadSealed(
  settings: HoldoutSettings,
  project: Project,
  place: {
    /** Relative paths start at the user's project folder. */
    readonly project: string
    readonly outsideOf: string
    readonly scratch: string
    readonly env: Readonly<Record<string, string | undefined>>
  },
): Sealed {
  const outside = (path: string, what: string): string => {
    const expanded = expand(path, place.env)
    const whole = isAbsolute(expanded) ? expanded : resolve(place.project, expanded)
    const real = realOf(whole)
    const inner = relative(realpathSync(place.outsideOf), real)
    if (inner === '' || !(inner.startsWith('..') || isAbsolute(inner)))
      throw new Unreachable(`expected ${what} outside the repository, got a place inside it: candidates could read it`)
    return real
  }
  const { from } = settings
  const folder =
    from === undefined
      ? undefined
      : typeof from === 'string'
        ? outside(from, 'holdouts.from')
        : fetched(expand(from.git, place.env), from.ref, place.scratch)
  if (folder !== undefined && !existsSync(folder)) throw new Unreachable('the folder of holdouts.from is not there')
  const ledger =
    settings.ledger === undefined ? join(folder ?? '', '.backlot') : outside(settings.ledger, 'holdouts.ledger')
  const files = folder === undefined ? [] : globSync('**/*.scenario.{md,yaml}', { cwd: folder }).sort()
  if (folder !== undefined && files.length === 0) throw new Unreachable('holdouts.from holds no scenario files')
  const texts = files.map((file) => ({ file, text: readFileSync(join(folder ?? '', file), 'utf8') }))
  const catalogue = { twins: project.twins, rules: project.rules.map(({ id }) => id) }
  const read = texts.map(({ file, text }) => parseScenarioFile(file, text, catalogue))
  return {
    scenarios: read.flatMap(({ scenarios }) =>
      scenarios.map((scenario) => withDefaults(scenario, project.config.defaults)),
    ),
    problems: read.flatMap(({ problems }) => problems.filter(({ level }) => level === 'error')),
    canaries: [...new Set(texts.flatMap(({ text }) => text.match(CANARY) ?? []))],
    ledger,
  }
}

/** `$NAME` at the start is a variable of the gate's environment, so that backlot.yaml need not say where they are. */
function expand(path: string, env: Readonly<Record<string, string | undefined>>): string {
  const [whole, name] = /^\$([A-Z][A-Z0-9_]*)/.exec(path) ?? []
  if (whole === undefined || name === undefined) return path
  const value = env[name]
  if (value === undefined || value === '') throw new Unreachable(`the environment variable ${name} is not set`)
  return value + path.slice(whole.length)
}

/** The real place of a path whose last parts may not exist yet. */
function realOf(path: string): string {
  if (existsSync(path)) return realpathSync(path)
  const parent = resolve(path, '..')
  return parent === path ? path : join(realOf(parent), relative(parent, path))
}

/** One commit of the repository that holds them, checked out where only this process looks. */
function fetched(url: string, ref: string, scratch: string): string {
  const git = createGateGit(join(scratch, 'sealed.git'), undefined)
  const folder = join(scratch, 'sealed')
  try {
    git.run(['fetch', '--quiet', '--depth=1', '--no-tags', '--', url, ref])
    mkdirSync(folder, { mode: 0o700 })
    git.run(['read-tree', 'FETCH_HEAD'], { index: 'sealed' })
    git.run(['checkout-index', '--all', '--quiet'], { index: 'sealed', workTree: folder })
  } catch {
    throw new Unreachable('the repository of holdouts.from cannot be fetched')
  }
  return folder
}
