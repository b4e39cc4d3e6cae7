import type { Attack } from './attack.ts'
import { exitEarly } from './classes/01-exit-early.ts'
import { forgeTheReport } from './classes/02-forge-the-report.ts'
import { writeTheResult } from './classes/03-write-the-result.ts'
import { makeTheCaseVanish } from './classes/04-make-the-case-vanish.ts'
import { shrinkTheDenominator } from './classes/05-shrink-the-denominator.ts'
import { walkAroundTheGate } from './classes/06-walk-around-the-gate.ts'
import { outliveTheDeadline } from './classes/07-outlive-the-deadline.ts'
import { editTheOracle } from './classes/08-edit-the-oracle.ts'
import { plantHarnessHooks } from './classes/09-plant-harness-hooks.ts'
import { patchTheRealm } from './classes/10-patch-the-realm.ts'
import { introspect } from './classes/11-introspect.ts'
import { stubADependency } from './classes/12-stub-a-dependency.ts'
import { trojanOnThePath } from './classes/13-trojan-on-the-path.ts'
import { readTheScenarios } from './classes/14-read-the-scenarios.ts'
import { readTheHistory } from './classes/15-read-the-history.ts'
import { learnFromFeedback } from './classes/16-learn-from-feedback.ts'
import { exfiltrate } from './classes/17-exfiltrate.ts'
import { useTheAdminPlane } from './classes/18-use-the-admin-plane.ts'
import { downloadTheAnswers } from './classes/19-download-the-answers.ts'
import { hardCode } from './classes/20-hard-code.ts'
import { recogniseTheTest } from './classes/21-recognise-the-test.ts'
import { echoSuccess } from './classes/22-echo-success.ts'
import { exploitInfidelity } from './classes/23-exploit-infidelity.ts'
import { callSomethingElse } from './classes/24-call-something-else.ts'
import { swallowFaults } from './classes/25-swallow-faults.ts'
import { gameTheMeter } from './classes/26-game-the-meter.ts'
import { carryStateOver } from './classes/27-carry-state-over.ts'
import { race } from './classes/28-race.ts'
import { injectIntoAJudge } from './classes/29-inject-into-a-judge.ts'
import { injectThroughText } from './classes/30-inject-through-text.ts'
import { claimIt } from './classes/31-claim-it.ts'
import { driftTheOracle } from './classes/32-drift-the-oracle.ts'
import { letFixturesWork } from './classes/33-let-fixtures-work.ts'
import { swapAfterCheck } from './classes/34-swap-after-check.ts'
import { retryUntilLucky } from './classes/35-retry-until-lucky.ts'
import { attackIntake } from './classes/36-attack-intake.ts'
import { poisonTheCache } from './classes/37-poison-the-cache.ts'
import { attackTheParsers } from './classes/38-attack-the-parsers.ts'
import { disableTheStop } from './classes/39-disable-the-stop.ts'
import { matchWeakly } from './classes/40-match-weakly.ts'

/** All classes, by number. */
export const CORPUS: readonly Attack[] = [
  exitEarly,
  forgeTheReport,
  writeTheResult,
  makeTheCaseVanish,
  shrinkTheDenominator,
  walkAroundTheGate,
  outliveTheDeadline,
  editTheOracle,
  plantHarnessHooks,
  patchTheRealm,
  introspect,
  stubADependency,
  trojanOnThePath,
  readTheScenarios,
  readTheHistory,
  learnFromFeedback,
  exfiltrate,
  useTheAdminPlane,
  downloadTheAnswers,
  hardCode,
  recogniseTheTest,
  echoSuccess,
  exploitInfidelity,
  callSomethingElse,
  swallowFaults,
  gameTheMeter,
  carryStateOver,
  race,
  injectIntoAJudge,
  injectThroughText,
  claimIt,
  driftTheOracle,
  letFixturesWork,
  swapAfterCheck,
  retryUntilLucky,
  attackIntake,
  poisonTheCache,
  attackTheParsers,
  disableTheStop,
  matchWeakly,
]
