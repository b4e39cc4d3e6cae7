import type { Json } from '../../trace.ts'
import { NotModelled } from '../../twin.ts'
import { loginOf, type Viewer } from '../access.ts'
import { account, type GitHub, idOf, repoPath } from '../github.ts'
import { type Row, text } from '../store.ts'
import { GitHubError } from '../wire.ts'
import { broken, type RefChange } from './changes.ts'
import { isActive, mayPass, protectionFor, protectionRules, type Rule, setRules } from './in-force.ts'

const NOTHING = '0'.repeat(40)

type Finding = { readonly rule: Rule; readonly says: string | undefined; readonly passed: boolean }

/** What each rule in force says of a change. What the viewer may go past is passed. */
function judged(github: GitHub, viewer: Viewer, repo: Row, change: RefChange): readonly Finding[] {
  const protection = protectionFor(github, repo, change.ref)
  const merging = change.merging !== undefined
  return [...setRules(github, repo, change.ref), ...protectionRules(protection)].map((rule) => {
    const passed = mayPass(github, viewer, repo, rule, { protection, merging })
    // What the viewer may go past need not be known, and what holds nothing back neither.
    const lenient = passed || !isActive(rule)
    return {
      rule,
      says: lenient ? quietly(() => broken(github, repo, rule, change)) : broken(github, repo, rule, change),
      passed,
    }
  })
}

function quietly(judge: () => string | undefined): string | undefined {
  try {
    return judge()
  } catch (error) {
    if (error instanceof NotModelled) return undefined
    throw error
  }
}

/** What a change is refused for: rulesets name all that is broken, branch protection the first thing. */
function refusal(findings: readonly Finding[], words: string): string | undefined {
  const held = findings.filter(({ rule, says, passed }) => says !== undefined && !passed && isActive(rule))
  const ofSets = [...new Set(held.flatMap(({ rule, says = '' }) => (rule.set === undefined ? [] : [says])))]
  if (ofSets.length > 0) return `Repository rule violations found\n\n${ofSets.map((one) => `${one}\n\n`).join('')}`
  const first = held[0]?.says
  return first === undefined ? undefined : words + first
}

/**
 * Lets a change of a ref through, or throws GitHub's refusal of it: of rulesets in the words that clients report, such as
 * https://github.com/satisfactory-factories/application/issues/67, of branch protection as in
 * https://github.com/akhilmhdh/contributors-readme-action/issues/28 (both read 2026-11-26). Keeps what rulesets said as a rule suite.
 */
export function guard(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  change: RefChange,
  { status = 422, words = '' }: { readonly status?: number; readonly words?: string } = {},
): void {
  const findings = judged(github, viewer, repo, change)
  if (findings.some(({ rule }) => rule.set !== undefined)) keepSuite(github, viewer, repo, change, findings)
  const why = refusal(findings, words)
  if (why !== undefined) throw new GitHubError(status, why)
}

/** Whether a pull request is held back whichever way it is merged, whoever may go past what holds it. */
export function isHeld(github: GitHub, repo: Row, issue: Row, base: string): boolean {
  const ref = `refs/heads/${base}`
  const rules = [...setRules(github, repo, ref), ...protectionRules(protectionFor(github, repo, ref))].filter(isActive)
  const holds = (rule: Rule, method: 'merge' | 'squash' | 'rebase'): boolean => {
    try {
      return broken(github, repo, rule, { ref, before: NOTHING, merging: { issue, method } }) !== undefined
    } catch (error) {
      if (error instanceof NotModelled) return true
      throw error
    }
  }
  return (['squash', 'merge', 'rebase'] as const).every((method) => rules.some((rule) => holds(rule, method)))
}

/** Whether a rule says something of pull requests into a branch. */
export const asks = (github: GitHub, repo: Row, base: string, name: string): boolean =>
  [
    ...setRules(github, repo, `refs/heads/${base}`),
    ...protectionRules(protectionFor(github, repo, `refs/heads/${base}`)),
  ].some((rule) => isActive(rule) && rule.type === 'pull_request' && rule.parameters[name] === true)

export const SUITES = 'rule-suites'

/** What rules said of one change: https://docs.github.com/rest/repos/rule-suites (2026-11-26). */
function keepSuite(github: GitHub, viewer: Viewer, repo: Row, change: RefChange, findings: readonly Finding[]): void {
  const failed = findings.filter(({ says }) => says !== undefined)
  const active = failed.filter(({ rule }) => isActive(rule))
  const evaluated = findings.some(({ rule }) => !isActive(rule))
  const resultOf = (of: readonly Finding[]): string =>
    of.length === 0 ? 'pass' : of.every(({ passed }) => passed) ? 'bypass' : 'fail'
  const id = github.nextId()
  const login = loginOf(viewer)
  github.store.put(`${repoPath(repo)}/${SUITES}`, id, {
    id,
    actor_id: idOf(account(github, login)),
    actor_name: login,
    before_sha: change.before ?? NOTHING,
    after_sha: change.after ?? NOTHING,
    ref: change.ref,
    repository_id: idOf(repo),
    repository_name: text(repo.name),
    pushed_at: github.now(),
    result: resultOf(active),
    evaluation_result: evaluated ? resultOf(failed) : null,
    _evaluations: findings.map(({ rule, says, passed }) => ({
      rule_source:
        rule.set === undefined
          ? { type: 'protected_branch' }
          : { type: 'ruleset', id: rule.set.row.id, name: rule.set.row.name },
      enforcement: rule.set === undefined ? 'active' : rule.set.row.enforcement,
      result: says === undefined ? 'pass' : passed ? 'bypass' : 'fail',
      rule_type: rule.type,
      ...(says === undefined ? {} : { details: says }),
    })) as Json,
  })
}
