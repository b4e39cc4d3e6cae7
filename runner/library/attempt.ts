import type { Rule } from '../../oracle/rules/rule.ts'
import { type Verdict, worst } from '../../oracle/verdict.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Player } from '../pool/player.ts'
import type { Project } from '../project.ts'
import { type Bind, type Binding, bind, type Choice, type Missing } from './bind.ts'
import { type Cast, castRule, castScenario } from './cast.ts'
import { calm, type Incident } from './incident.ts'
import { idleFaults, judgeRun, triesOf, Unjudged } from './judge.ts'
import { onService, ownWords, type Service } from './on-service.ts'
import { withRecovery } from './recovery.ts'

/** An incident on the user's service: what was found, or why it could not be tried. */
export type Attempt =
  | { readonly kind: 'unbound'; readonly incident: string; readonly missing: readonly Missing[] }
  | {
      readonly kind: 'tried'
      readonly incident: string
      readonly verdict: Verdict
      /** What each word of a role is here, `payments.charge = stripe.payment_intents.create`. */
      readonly words: readonly string[]
      /** What the service is asked. */
      readonly asked: readonly string[]
      readonly runs: number
      readonly broken: number
      readonly recovers: boolean | undefined
      readonly tries: { readonly calm: number; readonly fault: number }
      /** The story and its rules in the words of the project, to be kept. */
      readonly scenario: Scenario
      readonly rules: readonly Rule[]
    }

export type AttemptOptions = {
  readonly project: Project
  readonly player: Pick<Player, 'one'>
  readonly service: Service
  readonly bind: Bind
  readonly seeds: number
}

/** Tries one incident: first a day on which nothing goes wrong, then the incident on several seeds, then whether the service is back. */
export async function attempt(incident: Incident, options: AttemptOptions): Promise<Attempt> {
  const { project, player, service } = options
  const own = ownWords(incident)
  const binding: Binding =
    own === undefined
      ? bind(incident, project.twins, options.bind)
      : { kind: 'unbound', missing: [{ role: 'service', why: own }] }
  if (binding.kind === 'unbound') return { ...binding, incident: incident.name }
  const story = onService(incident, service, project)
  const quiet = await player.one(spoken(calm(incident, story), binding.cast), '1')
  const settled = settle(binding.cast, binding.choices, quiet)
  if ('missing' in settled) return { kind: 'unbound', incident: incident.name, missing: settled.missing }
  const { cast } = settled
  const rules = incident.rules.map((rule) => castRule(rule, cast))
  // What else the story expects is of its own pair.
  const then = incident.scenario.then.filter(({ kind }) => kind === 'rule')
  const scenario: Scenario = { ...spoken(story, cast), then }
  const seeds = Array.from({ length: options.seeds }, (_, at) => `${at + 1}`)
  const runs = await Promise.all(seeds.map((seed) => player.one(scenario, seed)))
  const recovery = withRecovery(scenario)
  const recovers = recovery === undefined ? undefined : recovery.isBack(await player.one(recovery.scenario, '1'))
  return {
    kind: 'tried',
    incident: incident.name,
    ...judged(scenario, rules, quiet, runs, recovers),
    words: wordsOf(cast),
    asked: scenario.when.flatMap((step) => (step.kind === 'call' ? [`${step.method} ${step.path}`] : [])),
    runs: runs.length,
    recovers,
    tries: { calm: triesOf(quiet), fault: Math.max(...runs.map(triesOf)) },
    scenario,
    rules,
  }
}

/** What is broken on any day is another mistake than that of the incident: nothing can be said of the incident then. */
function judged(
  scenario: Scenario,
  rules: readonly Rule[],
  quiet: Run,
  runs: readonly Run[],
  recovers: boolean | undefined,
): { readonly verdict: Verdict; readonly broken: number } {
  try {
    const told = runs.map((run) => judgeRun(scenario, rules, run))
    const broken = told.filter((one) => one.broken.length > 0).length
    const anyway = judgeRun(scenario, rules, quiet).verdict
    if (anyway.status === 'fail') {
      const reason = `it is broken without the fault as well, which is another mistake: ${anyway.findings[0]?.message ?? ''}`
      return { verdict: { status: 'inconclusive', reason }, broken }
    }
    const [idle] = idleFaults(scenario, runs)
    if (idle !== undefined) {
      const reason = `the fault never came about: there was nothing for ${idle} to hit. Ask the service for what leads there`
      return { verdict: { status: 'inconclusive', reason }, broken }
    }
    return { verdict: worst([...told.map(({ verdict }) => verdict), ...(recovers === false ? [DOWN] : [])]), broken }
  } catch (error) {
    if (!(error instanceof Unjudged)) throw error
    return { verdict: { status: 'inconclusive', reason: error.message }, broken: 0 }
  }
}

const DOWN: Verdict = {
  status: 'fail',
  findings: [
    {
      message:
        'RECOVERY: expected the same request to be served again two minutes after the fault, got no answer below 500',
      scenario: undefined,
      seed: '1',
      atVirtualMs: undefined,
      place: undefined,
    },
  ],
}

const spoken = (story: Scenario, cast: Cast): Scenario => ({ ...castScenario(story, cast), given: story.given })

const wordsOf = (cast: Cast): readonly string[] =>
  Object.entries(cast).flatMap(([role, { twin, words }]) => {
    const said = Object.entries(words).map(([word, own]) => `${role}.${word} = ${twin}.${own}`)
    return said.length === 0 ? [`${role} = ${twin}`] : said
  })

/** Where a twin can say a word in several ways, what the service really calls is meant; the one it calls most. */
function settle(
  cast: Cast,
  choices: readonly Choice[],
  run: Run,
): { readonly cast: Cast } | { readonly missing: readonly Missing[] } {
  const settled: Record<string, Cast[string]> = { ...cast }
  const missing: Missing[] = []
  for (const { role, word, among } of choices) {
    const player = settled[role]
    if (player === undefined) continue
    const count = (own: string): number => run.trace.filter(({ type }) => type === `${player.twin}.${own}`).length
    const [most] = [...among].sort((a, b) => count(b) - count(a))
    if (most === undefined || count(most) === 0)
      missing.push({
        role,
        why: `without the fault the service makes no call to ${player.twin} that could be "${word}"`,
      })
    else settled[role] = { ...player, words: { ...player.words, [word]: most } }
  }
  return missing.length > 0 ? { missing } : { cast: settled }
}
