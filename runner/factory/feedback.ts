import type { Scenario } from '../../scenarios/scenario.ts'
import { printable } from '../gate/intake.ts'
import { type Bucket, type FeedbackItem, type Objection, WIRE_LIMITS } from '../hook/contract.ts'
import type { GateVerdict, ReportedCheck, ReportedFinding } from '../report/verdict.ts'

/** More would be read by nobody; what fails first is told first. */
const ITEMS_MAX = 20
const FINDINGS_PER_CHECK_MAX = 2

/**
 * What the next attempt may know of this one. Visible checks tell what they saw; of the sealed ones one bit crosses, or the criteria
 * where the project's level allows it. Whatever quotes the candidate is escaped and short.
 */
export function feedbackOf(verdict: GateVerdict, scenarios: readonly Scenario[]): readonly FeedbackItem[] {
  const covers = new Map(scenarios.map((scenario) => [scenario.id, scenario.covers[0] ?? null]))
  const visible = verdict.checks
    .filter(({ kind, status }) => status !== 'pass' && kind !== 'holdout' && kind !== 'policy')
    .flatMap((check) => itemsOf(check, covers))
  return [...visible, ...holdoutItems(verdict)].slice(0, ITEMS_MAX)
}

/** A critic's objections; it speaks for itself, so its words are data too. */
export const objectionItems = (objections: readonly Objection[]): readonly FeedbackItem[] =>
  objections.slice(0, ITEMS_MAX).map(({ requirement, text }) => ({
    set: 'visible',
    scenario: null,
    requirement: requirement === null ? null : printable(requirement, 190),
    bucket: 'objection',
    untrustedText: short(text),
  }))

/** A scenario of something new fails on the base as well: what counts for the next attempt is how it failed here. */
const FAILS_ON_BASE = /^The base fails it too: .* Mend the base or the scenario first\. The candidate: (.*)$/s

function itemsOf(check: ReportedCheck, covers: ReadonlyMap<string, string | null>): readonly FeedbackItem[] {
  const item = (finding: ReportedFinding | undefined, bucket: Bucket, text: string): FeedbackItem => {
    const scenario = finding?.scenario ?? (check.kind === 'expectation' ? check.id : null)
    return {
      set: 'visible',
      scenario,
      requirement: scenario === null ? null : (covers.get(scenario) ?? null),
      bucket,
      untrustedText: short(text),
    }
  }
  const [, missed] = FAILS_ON_BASE.exec(check.reason ?? '') ?? []
  if (missed !== undefined)
    return [item(undefined, bucketOf({ ...check, status: 'fail' }, missed), `${check.id}: ${check.why} ${missed}`)]
  if (check.findings.length === 0)
    return [item(undefined, bucketOf(check, ''), `${check.id}: ${check.why} ${check.reason ?? ''}`)]
  return check.findings.slice(0, FINDINGS_PER_CHECK_MAX).map((finding) => {
    const smallest = finding.smallest === null ? '' : ` Smallest case, ${finding.smallest}`
    return item(finding, bucketOf(check, finding.message), `${check.id}: ${check.why} ${finding.message}${smallest}`)
  })
}

/** One item for each criterion that may be named, or one that says only: not passed. */
function holdoutItems({ holdout }: GateVerdict): readonly FeedbackItem[] {
  if (holdout === null || holdout.passed !== false) return []
  const named: readonly (string | null)[] = holdout.requirements.length === 0 ? [null] : holdout.requirements
  return named.map((requirement) => ({
    set: 'holdout',
    scenario: null,
    requirement,
    bucket: 'invariant',
    untrustedText: '',
  }))
}

/** A message's kind, by what the check looks at and how it says what it missed. */
function bucketOf({ kind, status }: ReportedCheck, message: string): Bucket {
  if (kind === 'intake') return 'refused'
  if (status === 'inconclusive' || kind === 'flake') return 'not-measured'
  switch (kind) {
    case 'subject':
      return /\b(hung|busy|within \d)/.test(message) ? 'timeout' : 'crash'
    case 'determinism':
      return 'forbidden-call'
    case 'fitness':
      return 'cost'
    case 'rule':
      return /\bbefore\b/.test(message) ? 'wrong-order' : 'invariant'
    case 'expectation':
      return expectationBucket(message)
    default:
      return 'invariant'
  }
}

function expectationBucket(message: string): Bucket {
  if (/^cost\b/.test(message)) return 'cost'
  if (/expected status/.test(message)) return 'error-status'
  if (/expected an answer/.test(message)) return 'timeout'
  const counts = /expected (?:exactly |at (?:most|least) )?(\d+).*, got (\d+)/.exec(message)
  if (counts !== null) return Number(counts[2]) > Number(counts[1]) ? 'extra-effect' : 'missing-effect'
  return 'value-mismatch'
}

const short = (text: string): string => printable(text.trim(), WIRE_LIMITS.feedbackChars - 3)
