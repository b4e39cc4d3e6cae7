import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readMarkdown } from '../../scenarios/parse/markdown.ts'
import { printProblem } from '../../scenarios/scenario.ts'
import { resolveCommit } from '../gate/git.ts'
import { openWorkspace, type Tree, UsageError, type Workspace } from '../gate/workspace.ts'
import { loadProject, type Project, ProjectProblems, shownPath } from '../project.ts'
import { type RunContext, Stopped } from './attempt.ts'
import { type Brief, lintBrief, readBrief } from './brief.ts'
import { endOf, type Opened } from './events.ts'
import { openJournal } from './journal.ts'
import { openLedger } from './ledger.ts'
import { takeLock } from './lock.ts'
import { loop, releaseApproved } from './loop.ts'
import type { FactoryStart } from './options.ts'
import { type FactoryOutcome, reportOutcome } from './outcome.ts'
import { type FoundRun, factoryFolder, latestRun, type RunFolder, runFolder } from './run-folder.ts'

/**
 * Has a brief carried out: an agent changes, a critic may object, the gate judges, what went wrong is told, until a change passes
 * or what may be used is used up. Throws `UsageError` and `ProjectProblems`, and `Interrupted` after Ctrl-C; everything else is an
 * outcome. A run that was killed is gone on with by asking for the same again.
 */
export async function runFactory(start: FactoryStart): Promise<FactoryOutcome> {
  const brief = readBrief(start.brief)
  const workspace = openWorkspace(start.project)
  try {
    if (workspace.repository === undefined)
      throw new UsageError(`expected ${start.project} to be in a git repository, got none. Run git init and commit.`)
    const base = workspace.base(start.base)
    if (base.commit === undefined)
      throw new UsageError(`expected --base to be a commit, got ${base.shown}. The branch has to start somewhere.`)
    const project = await projectAt(workspace, base, start, brief)
    mkdirSync(factoryFolder(resolve(start.project)), { recursive: true })
    const { settle, ...rest } = start
    const options = { ...rest, ...settle(project) }
    return await onRun({ options, brief, workspace, base, project }, base.commit)
  } finally {
    workspace.close()
  }
}

type Given = Pick<RunContext, 'options' | 'brief' | 'workspace' | 'base' | 'project'>

/** The project as the base has it, with the brief held against its scenarios. */
async function projectAt(workspace: Workspace, base: Tree, start: FactoryStart, brief: Brief): Promise<Project> {
  const shown = shownPath(resolve(start.project))
  const { folder } = workspace.checkOut(base, 'decide', [])
  const project = await loadProject(folder, shown)
  const own = new Map<string, readonly string[]>()
  for (const file of project.deciding.filter((name) => name.endsWith('.scenario.md'))) {
    const at = shown === '.' ? file : join(shown, file)
    const { acceptance } = readMarkdown(at, readFileSync(join(folder, file), 'utf8'), [])
    own.set(
      at,
      acceptance.map(({ id }) => id),
    )
  }
  const problems = lintBrief(brief, project.scenarios, own)
  const errors = problems.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new ProjectProblems(errors)
  for (const problem of [...project.warnings, ...problems]) start.progress.note(printProblem(problem))
  return project
}

/** Goes on with the run that is there, or opens one, and holds it for this process alone. */
async function onRun(given: Given, base: string): Promise<FactoryOutcome> {
  const { options, workspace } = given
  const place = resolve(options.project)
  const ledger = openLedger(join(factoryFolder(place), 'ledger.sqlite'))
  try {
    const found = options.fresh ? undefined : latestRun(place, (opened) => isSame(opened, given, base))
    const over = found?.ended !== undefined && stillStands(workspace, found)
    const opened = found !== undefined && (found.ended === undefined || over) ? found.opened : newRun(given, base)
    const folder = runFolder(place, opened.run)
    const lock = takeLock(folder.lock)
    if (lock === undefined)
      throw new UsageError(
        `run ${opened.run} is under way in another process. Wait for it, or begin anew with --fresh.`,
      )
    try {
      return await onJournal(given, { opened, folder, ledger })
    } finally {
      lock.release()
    }
  } finally {
    ledger.close()
  }
}

async function onJournal(
  given: Given,
  {
    opened,
    folder,
    ledger,
  }: { readonly opened: Opened; readonly folder: RunFolder; readonly ledger: RunContext['ledger'] },
): Promise<FactoryOutcome> {
  const { options, brief } = given
  const journal = openJournal(folder.journal)
  const account = { requirements: opened.requirements, agent: opened.agent }
  const stretch = `${opened.run}/${journal.events.length}`
  const touch = (): void => ledger.touch(account, stretch, options.now())
  let gates: Promise<unknown> = Promise.resolve()
  const context: RunContext = {
    ...given,
    opened,
    folder,
    ledger,
    account,
    journal: {
      ...journal,
      append(event) {
        journal.append(event)
        touch()
      },
    },
    oneAtATime(work) {
      const result = gates.then(work)
      gates = result.catch(() => undefined)
      return result
    },
  }
  try {
    const end = endOf(journal.events)
    if (end?.outcome === 'needs-human' && end.evidence !== null && options.approved(end.evidence)) {
      options.progress.note(`attempt ${end.attempt} of run ${opened.run} was approved`)
      return reportOutcome(context, await releaseApproved(context, end))
    }
    if (end !== undefined) {
      options.progress.note(`run ${opened.run} ended before. To begin anew say --fresh.`)
      return reportOutcome(context, { kind: end.outcome, reason: end.reason })
    }
    if (journal.events.length === 0) context.journal.append(opened)
    else {
      options.progress.note(`going on with run ${opened.run}`)
      context.journal.append({ kind: 'resumed', atMs: options.now() })
    }
    options.progress.note(
      `${brief.name}: ${brief.criteria.length} criteria, base ${opened.base.slice(0, 8)}, agent ${opened.agent}${opened.critic === null ? '' : `, critic ${opened.critic}`}`,
    )
    return reportOutcome(context, await loop(context))
  } catch (error) {
    if (error instanceof Stopped) return reportOutcome(context, { kind: 'stopped', reason: error.message })
    throw error
  } finally {
    touch()
    journal.close()
  }
}

const isSame = (opened: Opened, { options, brief }: Given, base: string): boolean =>
  opened.requirements === brief.requirements &&
  opened.brief.sha256 === brief.sha256 &&
  opened.agent === options.agent.name &&
  opened.critic === (options.critic?.name ?? null) &&
  opened.base === base

/** Whether the branch of a run that ended is still what the run made. */
function stillStands({ repository }: Workspace, { ended }: FoundRun): boolean {
  if (ended === undefined || ended.branch === null) return ended !== undefined
  return repository !== undefined && resolveCommit(repository, `refs/heads/${ended.branch}`)?.commit === ended.commit
}

function newRun({ options, brief }: Given, base: string): Opened {
  const atMs = options.now()
  const token = options.token()
  const day = new Date(atMs)
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-')
  return {
    kind: 'opened',
    atMs,
    run: `${brief.name}-${day}-${token.replace(/[^A-Za-z0-9]/g, '').slice(0, 4)}`,
    brief: { path: brief.path, name: brief.name, title: brief.title, sha256: brief.sha256 },
    requirements: brief.requirements,
    agent: options.agent.name,
    critic: options.critic?.name ?? null,
    base,
    token,
  }
}
