import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { GateOptions } from '../gate/context.ts'
import { gate } from '../gate/gate.ts'
import type { Progress } from '../gate/progress.ts'
import { loadProject } from '../project.ts'
import { printVerdict } from '../report/console.ts'
import type { GateVerdict } from '../report/verdict.ts'
import type { Profile } from '../sandbox/settings.ts'
import type { Ending, Outcome } from './attack.ts'
import { writeFiles } from './naive.ts'
import { type Cheat, cheat } from './program.ts'
import { type Files, sealedScenarios, till } from './till.ts'

/** What an attack works on: a project to attack, a gate to pass, and folders to make things in. */
export interface Stand {
  /** The project that is attacked. */
  readonly folder: string
  /** The small project that comes along; the same as `folder` unless the user named one. */
  readonly till: string
  /** What the gate says of the attacked project when an effect did not come: a check of its scenarios, and what they expected. */
  readonly unmet: RegExp
  /** A new empty folder, readable for all. */
  scratch(): string
  /** A program that is wrong and cheats, in place of the project's entry. */
  cheatWith(options: Omit<Cheat, 'port'>): Files
  /** Judges the attacked project with some files replaced. */
  judge(files: Files, options?: JudgeOptions): Promise<Judged>
  /** The same on any project; `copyTill` makes one. */
  judgeIn(project: string, files: Files, options?: JudgeOptions): Promise<Judged>
  /** A copy of the small project, changed, with sealed scenarios of its own beside it. */
  copyTill(change: (folder: string) => void): string
  /** The same on the small project. */
  judgeTill(files: Files, options?: JudgeOptions): Promise<Judged>
  close(): void
}

export type JudgeOptions = Partial<
  Pick<GateOptions, 'only' | 'alone' | 'holdouts' | 'judge' | 'agent' | 'cache' | 'onSeen' | 'onRecord'>
> & {
  /** Something to do to the candidate's folder before it is handed in. */
  readonly prepare?: (folder: string) => void
  /** Instead of a folder: a patch. */
  readonly patch?: string
}

export type Judged = {
  readonly verdict: GateVerdict
  /** What people would read. */
  readonly printed: string
  /** Where the candidate lay. */
  readonly folder: string
}

const SILENT: Progress = { begin: () => undefined, step: () => undefined, note: () => undefined, end: () => undefined }
const LEFT_OUT = new Set(['node_modules', '.git', '.backlot'])

export async function createStand(options: {
  readonly project: string | undefined
  readonly profile: Profile
  readonly now: () => number
}): Promise<Stand> {
  const root = mkdtempSync(join(tmpdir(), 'backlot-attacks-'))
  const own = join(root, 'till')
  writeFiles(own, till(options.profile))
  writeFiles(join(root, 'sealed'), sealedScenarios)
  const folder = options.project === undefined ? own : resolve(options.project)
  const { config, scenarios } = await loadProject(folder, folder)
  const { subject } = config
  // The base is the same every time: its runs are played once.
  const cache = { folder: join(root, 'cache'), write: true, privateKey: undefined }
  let made = 0
  const scratch = (): string => {
    const path = join(root, `${++made}`)
    mkdirSync(path)
    return path
  }

  const judgeIn = async (project: string, files: Files, given: JudgeOptions = {}): Promise<Judged> => {
    const { prepare, patch, ...rest } = given
    const at = join(scratch(), 'candidate')
    cpSync(project, at, { recursive: true, filter: (path) => !LEFT_OUT.has(path.split('/').at(-1) ?? '') })
    writeFiles(at, files)
    prepare?.(at)
    let candidate = at
    if (patch !== undefined) {
      candidate = join(scratch(), 'candidate.patch')
      writeFiles(join(candidate, '..'), { 'candidate.patch': patch })
    }
    const verdict = await gate({
      ...(rest.alone === true
        ? { project: at }
        : { project, candidate, base: project === folder && project !== own ? undefined : project }),
      seeds: 1,
      jobs: 1,
      shrink: false,
      replays: false,
      certify: false,
      progress: SILENT,
      now: options.now,
      onOpen: () => undefined,
      // One story is enough to show a defect; a user's own project is judged by all it has.
      ...(project === own ? { only: ['pay'], cache } : {}),
      // Nor do its sealed scenarios learn of it: each look at them is written down for good.
      ...(project === folder && project !== own ? { holdouts: false } : {}),
      ...rest,
    })
    return { verdict, printed: printVerdict(verdict, { colour: false }), folder: at }
  }

  return {
    folder,
    till: own,
    unmet: folder === own ? /^pay: stripe\.charges .*expected 1/ : unmetOf(scenarios.map(({ id }) => id)),
    scratch,
    cheatWith: (given) => ({
      [subject.entry]: cheat({ ...given, port: folder === own ? undefined : (subject.port ?? 3000) }),
    }),
    judge: (files, given) => judgeIn(folder, files, given),
    judgeIn,
    copyTill: (change) => {
      const place = scratch()
      writeFiles(join(place, 'till'), till(options.profile))
      writeFiles(join(place, 'sealed'), sealedScenarios)
      change(join(place, 'till'))
      return join(place, 'till')
    },
    judgeTill: (files, given) => judgeIn(own, files, given),
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** How the gate ended, in the words of the catalogue: a candidate that was stopped at the door is refused. */
export function endingOf({ status, checks, runs }: GateVerdict): Ending {
  const atTheDoor = runs.total === 0 && checks.some(({ kind, status: one }) => kind === 'intake' && one === 'fail')
  return status === 'fail' && atTheDoor ? 'refused' : status
}

/** The first thing the gate said against the candidate that matches; undefined when it said nothing of the kind. */
export function said({ checks }: GateVerdict, pattern: RegExp): string | undefined {
  for (const { id, status, reason, findings } of checks) {
    if (status === 'pass') continue
    for (const text of [...findings.map(({ message }) => message), ...(reason === null ? [] : [reason])])
      if (pattern.test(`${id}: ${text}`)) return `${id}: ${text.split('\n')[0]}`
  }
  return undefined
}

/** An outcome with what the gate said as its evidence. */
export const outcomeOf = ({ verdict }: Judged, pattern: RegExp, also: boolean = true): Outcome => ({
  ending: endingOf(verdict),
  evidence: also ? said(verdict, pattern) : undefined,
})

/** A finding of one of these scenarios about what it expected. */
const unmetOf = (ids: readonly string[]): RegExp =>
  new RegExp(`^(${ids.map((id) => id.replace(/[^\w-]/g, '\\$&')).join('|')}): .*expected`)

/** Runs git in a folder of the attack's own. */
export function git(folder: string, ...args: readonly string[]): string {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.test',
  }
  const { stdout } = spawnSync('/usr/bin/git', ['-c', 'user.name=a', '-c', 'user.email=a@example.test', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
  })
  return stdout
}

/** The text of a file that may not be there. */
export const textOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined)
