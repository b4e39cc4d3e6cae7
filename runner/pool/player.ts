import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { FOREIGN, repeats } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { DecisionLog } from '../../twins/world.ts'
import { type Entry, playAll, setupOf } from '../gate/play.ts'
import type { Progress } from '../gate/progress.ts'
import { openWorkspace, UsageError, type Workspace } from '../gate/workspace.ts'
import { loadProject, type Project, shownPath } from '../project.ts'
import { sandboxPolicy } from '../sandbox/box.ts'
import type { SideSetup } from './job.ts'
import { createPool, type Pool } from './pool.ts'

/** One state of the source, ready to be run again and again, without a verdict: for mining, comparing and exploring. */
export interface Player {
  readonly name: string
  /** The commit, or where there is none the tree; nothing for the working tree. */
  readonly at: string | undefined
  /** Runs every entry; the result has the order of the entries. Throws when a worker breaks. */
  play(entries: readonly Entry[], progress?: Progress): Promise<readonly Run[]>
  one(scenario: Scenario, seed: string, decisions?: DecisionLog): Promise<Run>
  /** Whether a new process, in another zone and locale where the scenario does not name one, gives the run with this hash. */
  repeats(scenario: Scenario, seed: string, hash: string): Promise<boolean>
  close(): Promise<void>
}

/** A project and the states of its source that are looked at. */
export interface Troupe {
  readonly project: Project
  /** The working tree, or what `spec` names: a folder, a patch or a commit. */
  player(spec: string | undefined, jobs: number): Player
  /** A program of a few lines in the subject's place, at its port. */
  standIn(name: string, source: string): Player
  close(): Promise<void>
}

const SILENT: Progress = { begin: () => undefined, step: () => undefined, note: () => undefined, end: () => undefined }

/** Opens the project in `folder`; scenarios, rules and settings come from there, whatever is run. Throws `UsageError` and `ProjectProblems`. */
export async function openTroupe(folder: string, onOpen: (close: () => Promise<void>) => void): Promise<Troupe> {
  const project = await loadProject(resolve(folder), shownPath(resolve(folder)))
  let workspace: Workspace | undefined
  const pools: Pool[] = []
  const scratch: string[] = []
  let trees = 0
  const close = async (): Promise<void> => {
    await Promise.all(pools.map((pool) => pool.close()))
    workspace?.close()
    for (const one of scratch) rmSync(one, { recursive: true, force: true })
  }
  onOpen(close)
  const policy = await sandboxPolicy(project.config.sandbox)
  return {
    project,
    close,
    player(spec, jobs) {
      workspace ??= openWorkspace(folder)
      if (spec === undefined)
        return playerOf(
          'the working tree',
          undefined,
          setupOf(project, resolve(folder), undefined, workspace.packages),
          jobs,
        )
      if (policy.blocked !== undefined) throw new UsageError(policy.blocked)
      const limits = { maxBytes: project.config.intake['max-bytes'], maxFiles: project.config.intake['max-files'] }
      const tree = workspace.candidate(spec, workspace.base(undefined), limits)
      if ('rule' in tree) throw new UsageError(`${spec}: ${tree.message}`)
      const { root, folder: cwd } = workspace.checkOut(tree, `build-${++trees}`, [])
      const setup = setupOf(project, cwd, policy.box, [root, ...workspace.packages])
      return playerOf(spec, tree.commit ?? tree.id, setup, jobs)
    },
    standIn(name, source) {
      const cwd = mkdtempSync(join(tmpdir(), 'backlot-stand-in-'))
      scratch.push(cwd)
      writeFileSync(join(cwd, 'main.mjs'), source)
      const { port, env } = project.config.subject
      const own = { ...env, ...(port === undefined ? {} : { PORT: `${port}` }) }
      return playerOf(
        name,
        undefined,
        { ...setupOf(project, cwd, undefined, []), entry: 'main.mjs', args: [], env: own },
        1,
      )
    },
  }

  function playerOf(name: string, at: string | undefined, setup: SideSetup, jobs: number): Player {
    const pool = createPool(jobs, { base: undefined, candidate: setup })
    pools.push(pool)
    const broken = (entry: Entry, error: Error): never => {
      throw new Error(`${entry.scenario.id}, seed ${entry.seed}: ${error.message}`, { cause: error })
    }
    return {
      name,
      at,
      play: (entries, progress = SILENT) => playAll(pool, 'candidate', entries, progress, broken),
      async one(scenario, seed, decisions) {
        const result = await pool.play({ kind: 'run', side: 'candidate', scenario, seed, decisions })
        if (result.kind !== 'run') throw new Error('player: expected a run.')
        return result.run
      },
      async repeats(scenario, seed, hash) {
        const env = scenario.zone === undefined ? FOREIGN : {}
        const again = async (place: { readonly env?: Readonly<Record<string, string>> }): Promise<Run> => {
          const result = await pool.play({ kind: 'run', side: 'candidate', scenario, seed, fresh: true, ...place })
          if (result.kind !== 'run') throw new Error('player: expected a run.')
          return result.run
        }
        return repeats(
          hash,
          () => again({ env }),
          () => again({}),
        )
      },
      async close() {
        pools.splice(pools.indexOf(pool), 1)
        await pool.close()
      },
    }
  }
}
