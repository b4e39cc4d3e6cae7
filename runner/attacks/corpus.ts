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
]
