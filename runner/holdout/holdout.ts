import { join, resolve } from 'node:path'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { digestOf } from '../evidence/statement.ts'
import { casesOf, satisfied, type Case as Trajectory } from '../gate/cases.ts'
import { patchOf } from '../gate/changes.ts'
import { plainCheck } from '../gate/conclude.ts'
import type { Context } from '../gate/context.ts'
import { SUBJECT_ENDINGS } from '../gate/judge.ts'
import type { Pool } from '../pool/pool.ts'
import { type ReportedCheck, type ReportedFinding, type ReportedHoldout, statusOf } from '../report/verdict.ts'
import { backlotVersion } from '../version.ts'
import { newSecret } from './entropy.ts'
import { accountOf, type Case, commitmentOf, type HoldoutLedger, openHoldoutLedger } from './ledger.ts'
import type { HoldoutSettings } from './settings.ts'
import { loadSealed, Unreachable } from './source.ts'
import { variantOf } from './variants.ts'

/** Sealed scenarios that a gate has promised to judge by, and has not opened yet. */
export type Committed =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable'; readonly why: string }
  | {
      readonly kind: 'committed'
      readonly settings: HoldoutSettings
      readonly ledger: HoldoutLedger
      readonly cases: readonly Case[]
      readonly canaries: readonly string[]
      readonly commitment: string
      readonly account: string
    }

const WHY = 'Scenarios that the author of the change has never seen pass as well.'
const check = (status: ReportedCheck['status'], reason: string | null): ReportedCheck =>
  plainCheck('holdout', 'holdout', status, WHY, reason)

/** Loads them, seals what is new and fixes the promise, before anything of the candidate runs. Only this process ever holds them. */
export function commitHoldouts(context: Context): Committed {
  const { options, project, workspace, base } = context
  const settings = project.config.holdouts
  if (settings === undefined || base === undefined || options.holdouts === false || options.shard !== undefined)
    return { kind: 'none' }
  try {
    const sealed = loadSealed(settings, project, {
      project: resolve(options.project),
      outsideOf: workspace.repository?.top ?? resolve(options.project),
      scratch: join(workspace.root, 'sealed'),
      env: process.env,
    })
    if (sealed.problems.length > 0)
      return { kind: 'unreachable', why: `${sealed.problems.length} mistakes in them. "backlot holdouts" shows them` }
    const ledger = openHoldoutLedger(sealed.ledger, { today: options.today ?? 'undated', newSecret })
    const cases = ledger.seal(sealed.scenarios)
    const commitment = commitmentOf(cases, {
      seeds: settings.seeds,
      twins: project.config.twins,
      policy: digestOf(project.config.policy ?? null),
      gate: backlotVersion(),
    })
    const requirements = [...cases.map(({ scenario }) => scenario), ...(cases.length === 0 ? project.scenarios : [])]
    const account = accountOf(
      project.config.name,
      requirements.flatMap(({ covers }) => covers),
      options.agent?.name ?? null,
    )
    return { kind: 'committed', settings, ledger, cases, canaries: sealed.canaries, commitment, account }
  } catch (error) {
    if (error instanceof Unreachable) return { kind: 'unreachable', why: error.message }
    throw error
  }
}

export type HoldoutResult = {
  readonly check: ReportedCheck | undefined
  readonly reported: ReportedHoldout | null
  /** Unburnt sealed scenarios that judged and were passed. */
  readonly judged: number
}

/**
 * Judges by the sealed scenarios, if the visible ones have passed. What leaves this function is one bit and, at level 1, criteria: no name,
 * message, replay file or count of failures.
 */
export async function judgeHoldouts(
  context: Context,
  pool: Pool,
  committed: Committed,
  visible: { readonly checks: readonly ReportedCheck[]; readonly runs: readonly Run[] },
): Promise<HoldoutResult> {
  if (committed.kind === 'none') return { check: undefined, reported: null, judged: 0 }
  if (committed.kind === 'unreachable')
    return {
      check: check('inconclusive', `Expected sealed scenarios, got none: ${committed.why}.`),
      reported: null,
      judged: 0,
    }
  const { settings, ledger, cases, commitment, account } = committed
  const closed = (one: ReportedCheck | undefined): HoldoutResult => ({
    check: one,
    reported: reportedOf(committed, { evaluated: 0, passed: null, requirements: [] }),
    judged: 0,
  })
  const leak = leakOf(context, committed, visible.runs)
  if (leak !== undefined) {
    ledger.burn(
      cases.map(({ digest }) => digest),
      leak,
    )
    return closed({ ...check('fail', null), findings: [bare(`${leak}. All of them are burnt: seal new ones.`)] })
  }
  if (statusOf(visible.checks) !== 'pass') return closed(undefined)
  if (context.sandbox === 'off' || context.sandbox.startsWith('none'))
    return closed(
      check('inconclusive', 'They are opened only to a candidate in a sandbox: without one it could read them.'),
    )
  const unburnt = cases.filter(({ burnt }) => !burnt)
  if (settings.from !== undefined && unburnt.length < settings.minimum)
    return closed(
      check(
        'inconclusive',
        `Expected at least ${settings.minimum} that nobody has read, got ${unburnt.length}. Seal new ones.`,
      ),
    )
  const drawn = drawOf(unburnt, settings.draw)
  const names = ledger.charge(
    account,
    {
      agent: context.options.agent?.name ?? null,
      tree: context.candidate.id,
      commitment,
      scenarios: drawn.map(({ digest }) => digest),
    },
    settings.budget,
  )
  if (names === undefined)
    return closed(
      check(
        'needs-human',
        `The budget of ${settings.budget} evaluations is spent, for these criteria and this agent. A person has to look: every further answer would tell more of them.`,
      ),
    )
  const chosen = cases.filter(({ digest }) => names.includes(digest))
  const variants = await provenVariants(context, pool, ledger.secret(), settings)
  context.options.progress.note('opening sealed scenarios')
  return conclude(
    context,
    committed,
    chosen,
    await playSealed(pool, [...chosen.map(({ scenario }) => scenario), ...variants], settings),
  )
}

type Played = { readonly scenario: Scenario; readonly runs: readonly Run[] }

async function playSealed(
  pool: Pool,
  scenarios: readonly Scenario[],
  { seeds }: HoldoutSettings,
): Promise<readonly Played[]> {
  return Promise.all(
    scenarios.map(async (scenario) => ({
      scenario,
      runs: await Promise.all(
        Array.from({ length: seeds }, (_, at) => playOne(pool, 'candidate', scenario, `${at + 1}`)),
      ),
    })),
  ).then((all) => all.map(({ scenario, runs }) => ({ scenario, runs: runs.filter((run) => run !== undefined) })))
}

/** One run in a process of its own: nothing stays behind for the next. What goes wrong is not told, it might name the scenario. */
async function playOne(
  pool: Pool,
  side: 'base' | 'candidate',
  scenario: Scenario,
  seed: string,
): Promise<Run | undefined> {
  try {
    const result = await pool.play({ kind: 'run', side, scenario, seed, fresh: true })
    return result.kind === 'run' ? result.run : undefined
  } catch {
    return undefined
  }
}

/** Whether it is the candidate's doing. A run that ended by ours, and a rule that is still waiting, are no answer. */
const fails = ({ ending, expectations, rules, escapes }: Trajectory): boolean =>
  expectations === 'fail' ||
  escapes.length > 0 ||
  rules.some(({ status }) => status === 'violated') ||
  SUBJECT_ENDINGS.includes(ending)

function conclude(
  { project, candidate }: Context,
  committed: Extract<Committed, { kind: 'committed' }>,
  chosen: readonly Case[],
  played: readonly Played[],
): HoldoutResult {
  const { settings, ledger, account } = committed
  const results = played.map(({ scenario, runs }) => {
    const cases = casesOf({ scenarios: [scenario], rules: project.rules }, runs)
    const complete = runs.length === settings.seeds
    return { scenario, failed: cases.some(fails), passed: complete && cases.every(satisfied) }
  })
  const failed = results.filter((one) => one.failed)
  const passed = results.length > 0 && results.every((one) => one.passed)
  const requirements =
    settings.level === 0 ? [] : [...new Set(failed.flatMap(({ scenario }) => scenario.covers))].sort()
  const evaluated = results.length
  if (failed.length === 0 && !passed)
    return {
      check: check(
        'inconclusive',
        'A sealed scenario could not be judged. "backlot holdouts" says more, to those who may know.',
      ),
      reported: reportedOf(committed, { evaluated, passed: null, requirements: [] }),
      judged: 0,
    }
  ledger.evaluated(account, candidate.id, { passed, bits: Math.max(1, requirements.length) })
  const told = requirements.length === 0 ? '' : `; criteria: ${requirements.join(', ')}`
  return {
    check: passed
      ? check('pass', null)
      : { ...check('fail', null), findings: [bare(`sealed scenarios: not passed${told}`)] },
    reported: reportedOf(committed, { evaluated, passed, requirements }),
    judged: passed ? chosen.length : 0,
  }
}

const reportedOf = (
  { ledger, settings, account, commitment }: Extract<Committed, { kind: 'committed' }>,
  rest: Pick<ReportedHoldout, 'evaluated' | 'passed' | 'requirements'>,
): ReportedHoldout => ({ commitment, ...rest, budgetLeft: Math.max(0, settings.budget - ledger.spent(account)) })

const bare = (message: string): ReportedFinding => ({
  message,
  scenario: null,
  seed: null,
  atVirtualMs: null,
  replay: null,
  place: null,
  smallest: null,
})

/** Those that have judged least come first, so that no two attempts meet the same ones while others wait. */
function drawOf(cases: readonly Case[], count: number | undefined): readonly Case[] {
  const order = [...cases].sort((a, b) => a.evaluations - b.evaluations || (a.digest < b.digest ? -1 : 1))
  return count === undefined ? order : order.slice(0, count)
}

/** A canary of the sealed files that turns up in the change, or in what the candidate did before they were opened. The canary itself is not told. */
function leakOf(
  { workspace, base, candidate }: Context,
  { canaries }: Extract<Committed, { kind: 'committed' }>,
  runs: readonly Run[],
): string | undefined {
  if (canaries.length === 0 || base === undefined) return undefined
  const holds = (text: string): boolean => canaries.some((canary) => text.includes(canary))
  if (holds(patchOf(workspace.git, base, candidate).toString('latin1')))
    return 'The change holds a value that stands in sealed scenarios only'
  return runs.some((run) => holds(JSON.stringify(run)))
    ? 'What the candidate sends holds a value that stands in sealed scenarios only'
    : undefined
}

const TRIES_MAX = 6

/** For each visible scenario so many variants that the base passes: what the base fails says nothing about the candidate. */
async function provenVariants(
  context: Context,
  pool: Pool,
  secret: string,
  settings: HoldoutSettings,
): Promise<readonly Scenario[]> {
  const count = settings.variants
  if (count === 0) return []
  const { project, candidate } = context
  const proven = await Promise.all(
    project.scenarios.map(async (scenario) => {
      const kept: Scenario[] = []
      for (let attempt = 0; attempt < TRIES_MAX * count && kept.length < count; attempt++) {
        const variant = variantOf(scenario, `${secret}/${candidate.id}/${scenario.id}/${attempt}`)
        if (variant === undefined) continue
        if (await basePasses(context, pool, variant, settings)) kept.push(variant)
      }
      return kept
    }),
  )
  return proven.flat()
}

async function basePasses(
  { project }: Context,
  pool: Pool,
  scenario: Scenario,
  { seeds }: HoldoutSettings,
): Promise<boolean> {
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await playOne(pool, 'base', scenario, `${seed}`)
    const [one] = run === undefined ? [] : casesOf({ scenarios: [scenario], rules: project.rules }, [run])
    if (one === undefined || !satisfied(one)) return false
  }
  return true
}
