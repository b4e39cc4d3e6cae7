/**
 * A deliberately weak oracle for the billing example: statuses only, no rules, no limits. Tells its kill rate and what gets through,
 * proposes checks that are proven on survivors and good builds, applies them, and measures again.
 * `node test/bench/weak.ts [SAMPLE] [--serving]` draws so many domain faults (default: all); with `--serving` only those in code that runs
 * while the program serves: the others are asked about by every scenario, in processes of their own, and take most of the time.
 */
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyProposals } from '../../runner/harden/apply.ts'
import { openGoodBuilds } from '../../runner/harden/good.ts'
import { type HardenOptions, harden } from '../../runner/harden/harden.ts'
import { createHardenProgress } from '../../runner/harden/progress.ts'
import { propose } from '../../runner/harden/proposals.ts'
import { isSurvivor, type Judged, place, scoreOf, scoresBy } from '../../runner/harden/result.ts'
import { brief } from '../../runner/harden/triage.ts'
import { shownPath } from '../../runner/project.ts'
import { commit, copyProject, REPOSITORY } from '../support/cli.ts'
import { weaken } from './weaken.ts'

const BILLING = join(REPOSITORY, 'examples/billing')
const GOOD = ['good-order-view.patch', 'good-log.patch', 'good-shorter-prompt.patch']
/** The share of domain faults that proposals alone must raise a weak oracle to. */
const GOAL = 0.9
const given = process.argv.slice(2)
const serving = given.includes('--serving')
const size = given.find((one) => one !== '--serving')
const sample = size === undefined ? undefined : Number(size)
const now = performance.now.bind(performance)
const progress = createHardenProgress(process.stderr, now)

const copy = copyProject(BILLING)
const folder = realpathSync(copy.folder)
const SCENARIOS = join(folder, 'backlot/scenarios')
for (const name of readdirSync(SCENARIOS))
  writeFileSync(join(SCENARIOS, name), weaken(readFileSync(join(SCENARIOS, name), 'utf8')))
const settings = readFileSync(join(folder, 'backlot.yaml'), 'utf8')
const limits = ['cost-per-request', 'calls-per-request', 'virtual-latency', 'in-flight'].map(
  (name) => `  ${name}: { ratchet: 1000000 }\n`,
)
writeFileSync(
  join(folder, 'backlot.yaml'),
  `${settings.slice(0, settings.indexOf('fitness:')).replace('sandbox: preferred', 'sandbox: "off"').replace('src/main.ts', 'src/main.ts\n  limits: { turn-ms: 60000 }')}rules: [backlot/rules/proposed.*]\nfitness:\n${limits.join('')}`,
)
commit(folder)

/** The patches start at the repository; the copy is a repository of its own. */
function relativePatch(name: string): string {
  const path = join(folder, '..', name)
  writeFileSync(path, readFileSync(join(BILLING, 'candidates', name), 'utf8').replaceAll('examples/billing/', ''))
  return path
}

const options = (survivors: boolean): HardenOptions => ({
  project: folder,
  family: 'domain',
  sample,
  serving,
  survivors,
  matrix: false,
  environment: false,
  seeds: 1,
  jobs: 2,
  word: 'm_weak',
  seed: '1',
  progress,
  now,
  onOpen: () => undefined,
})

/**
 * Three denominators: all faults that are planted; without those that a person found to be no fault (labelled equivalent in the example's
 * triage, each with its reason); and those that any run shows: what no run shows, no check can notice.
 */
function tell(title: string, judged: readonly Judged[]): number {
  const shown = (one: Judged): boolean => !isSurvivor(one) || (one.status === 'survived' && !one.unseen)
  const real = judged.filter((one) => !isSurvivor(one) || one.triage?.label !== 'equivalent')
  const seen = judged.filter(shown)
  const print = ({ hits, of, share }: ReturnType<typeof scoreOf>): string =>
    `${hits}/${of} = ${(share * 100).toFixed(1)} %`
  console.log(`${title}: ${print(scoreOf(judged))} of all domain faults`)
  for (const [when, atLoad] of [
    ['while the program serves', false],
    ['while it loads', true],
  ] as const)
    console.log(`  ${print(scoreOf(judged.filter((one) => one.static === atLoad)))} of those in code that runs ${when}`)
  console.log(`  ${print(scoreOf(real))} of those that are not labelled equivalent`)
  console.log(`  ${print(scoreOf(seen))} of those that any run shows; by class:`)
  for (const [name, share] of scoresBy(seen, ({ mutant }) => mutant.class))
    console.log(`    ${name.padEnd(14)} ${print(share)}`)
  console.log('  get through:')
  for (const { mutant } of seen.filter(isSurvivor))
    console.log(`    ${place(mutant)} ${mutant.mutator}: ${brief(mutant.original)} -> ${brief(mutant.replacement)}`)
  return scoreOf(seen).share
}

try {
  const applied = await harden(options(false), async (session) => {
    tell('statuses only', session.hardening.judged)
    const good = await openGoodBuilds(session, GOOD.map(relativePatch), 'm_weak')
    try {
      const proven = await propose(session, { progress, seed: '1', good: good.pools })
      for (const { proposal, kills, goodRuns } of proven)
        console.log(`  ${proposal.text.slice(0, 140)}  # ${kills.length} survivors, green on ${goodRuns} good runs`)
      applyProposals(
        folder,
        shownPath(folder),
        session.project.scenarios,
        proven.map(({ proposal }) => proposal),
      )
      return proven.length
    } finally {
      await good.close()
    }
  })
  console.log(`${applied} proposals applied`)
  const lifted = await harden(options(true), async ({ hardening }) => tell('with the proposals', hardening.judged))
  if (lifted < GOAL) {
    console.log(`missed: ${GOAL * 100} % of the faults that any run shows`)
    process.exitCode = 1
  }
} finally {
  copy.close()
}
