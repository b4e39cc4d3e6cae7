import { gap } from '../ask.ts'
import { changesBetween, type Change as FileChange } from '../git/diff.ts'
import { compared, filesAt } from '../git/history.ts'
import { commitOf, parentsOf, personOf, refOf, sizeOf } from '../git/objects.ts'
import { diffOf, pullOf } from '../git/pull.ts'
import { account, type GitHub, numberOf, repoPath } from '../github.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'
import { missingReviews } from './approvals.ts'
import { missingChecks, missingDeployment } from './checks.ts'
import type { Rule } from './in-force.ts'
import { agrees, ignores } from './patterns.ts'

/** What is about to happen to a ref. `before` is missing where it is made, `after` where it is taken away. */
export type RefChange = {
  readonly ref: string
  readonly before?: string | undefined
  readonly after?: string | undefined
  readonly forced?: boolean
  /** A fork's branch catches up with its parent's. */
  readonly fetched?: boolean
  /** By merging a pull request. */
  readonly merging?: {
    readonly issue: Row
    readonly method: 'merge' | 'squash' | 'rebase'
    /** What the commit that comes of it says, where there is one. */
    readonly message?: string | undefined
  }
}

/** A commit, as far as rules look at it. */
type Looked = {
  readonly message: string
  readonly author: string
  readonly committer: string
  readonly merge: boolean
  readonly signed: boolean
}

const looked = (commit: Row): Looked => ({
  message: text(commit.message),
  author: personOf(commit, 'author').email,
  committer: personOf(commit, 'committer').email,
  merge: parentsOf(commit).length > 1,
  // The twin knows no keys; GitHub signs what it makes itself, and a seed may say that a commit is verified.
  signed: rowOf(commit.verification).verified === true || commit._committer === 'web-flow',
})

const headOf = ({ after, merging }: RefChange): string =>
  merging === undefined ? (after ?? '') : text(rowOf(pullOf(merging.issue).head).sha)

/** The commits that a change brings to a ref. */
function brought(github: GitHub, repo: Row, change: RefChange): readonly Looked[] {
  const { merging, before, after } = change
  if (merging !== undefined) {
    const { message, method, issue } = merging
    const who = text(account(github, text(issue.user))?.email)
    const made: readonly Looked[] =
      message === undefined
        ? []
        : [{ message, author: who, committer: 'noreply@github.com', merge: method === 'merge', signed: true }]
    const own = method === 'squash' ? [] : diffOf(github, repo, issue).commits.map(looked)
    // Of commits that are put anew GitHub is the committer, and signs none.
    return [...(method === 'rebase' ? own.map((one) => ({ ...one, signed: false })) : own), ...made]
  }
  const usual = refOf(github, repo, `refs/heads/${text(repo.default_branch)}`)?.sha
  const [base, head] = [before ?? text(usual), after ?? ''].map((sha) => commitOf(github, repo, sha))
  if (head === undefined) return []
  if (base === undefined) return [looked(head)]
  return compared(github, repo, base, head).ahead.map(looked)
}

function files(github: GitHub, repo: Row, change: RefChange): readonly FileChange[] {
  if (change.merging !== undefined) return diffOf(github, repo, change.merging.issue).changes
  const [base, head] = [change.before, change.after].map((sha) => commitOf(github, repo, sha ?? ''))
  if (head === undefined) return []
  return changesBetween(github, repo, filesAt(github, repo, base), filesAt(github, repo, head))
}

type Look = { readonly github: GitHub; readonly repo: Row; readonly rule: Rule; readonly change: RefChange }
type Judge = (look: Look) => string | undefined
const isNew = ({ before }: RefChange): boolean => before === undefined
const isGone = ({ after, merging }: RefChange): boolean => after === undefined && merging === undefined
const isUpdate = (change: RefChange): boolean => !isNew(change) && !isGone(change)

const commits =
  (bad: (commit: Looked, parameters: Row) => boolean, says: (parameters: Row) => string): Judge =>
  ({ github, repo, rule, change }) =>
    brought(github, repo, change).some((commit) => bad(commit, rule.parameters)) ? says(rule.parameters) : undefined

const pattern = (field: 'message' | 'author' | 'committer', what: string): Judge =>
  commits(
    (commit, parameters) => !agrees(parameters, commit[field]),
    (parameters) => `${what} must ${told(parameters)}.`,
  )
/** Assumed: GitHub's words for a pattern that does not hold. */
const told = ({ operator, pattern: of, negate }: Row): string => {
  const words: Readonly<Record<string, string>> = {
    starts_with: 'start with',
    ends_with: 'end with',
    contains: 'contain',
    regex: 'match a given regex pattern:',
  }
  return `${negate === true ? 'not ' : ''}${words[text(operator)] ?? 'match'} ${text(of)}`
}

const named =
  (prefix: string, what: string): Judge =>
  ({ rule, change }) =>
    isNew(change) && change.ref.startsWith(prefix) && !agrees(rule.parameters, change.ref.slice(prefix.length))
      ? `${what} must ${told(rule.parameters)}.`
      : undefined

const paths =
  (
    bad: (file: FileChange, parameters: Row, look: Look) => boolean,
    says: (file: FileChange, parameters: Row) => string,
  ): Judge =>
  (look) => {
    const { github, repo, rule, change } = look
    const file = files(github, repo, change).find((one) => bad(one, rule.parameters, look))
    return file === undefined ? undefined : says(file, rule.parameters)
  }

/** On a commit of the change: on what is there already when a branch is made, a rule may say that it does not matter. */
const onHead =
  (judge: (look: Look, sha: string) => string | undefined): Judge =>
  (look) => {
    const { change, rule } = look
    if (isGone(change) || (isNew(change) && rule.parameters.do_not_enforce_on_create === true)) return undefined
    return judge(look, headOf(change))
  }

const elsewhere: Judge = ({ change }) => {
  if (isGone(change)) return undefined
  throw gap('rules that other services decide')
}

/** How each kind of rule is broken: https://docs.github.com/rest/repos/rules (2026-11-26). */
const JUDGES: Readonly<Record<string, Judge>> = {
  creation: ({ change }) => (isNew(change) ? 'Cannot create ref due to creations being restricted.' : undefined),
  update: ({ change, rule }) =>
    isUpdate(change) && !(change.fetched === true && rule.parameters.update_allows_fetch_and_merge === true)
      ? 'Cannot update this protected ref.'
      : undefined,
  deletion: ({ change, rule }) =>
    isGone(change)
      ? `Cannot delete this ${rule.set === undefined ? 'protected branch' : change.ref.startsWith('refs/tags/') ? 'tag' : 'branch'}`
      : undefined,
  non_fast_forward: ({ change, rule }) =>
    change.forced === true
      ? `Cannot force-push to this ${rule.set === undefined ? 'protected branch' : change.ref.startsWith('refs/tags/') ? 'tag' : 'branch'}`
      : undefined,
  required_linear_history: commits(
    ({ merge }) => merge,
    () => 'This branch must not contain merge commits.',
  ),
  required_signatures: commits(
    ({ signed }) => !signed,
    () => 'Commits must have verified signatures.',
  ),
  pull_request({ github, repo, rule, change }) {
    const { merging } = change
    if (merging === undefined) {
      if (!isUpdate(change)) return undefined
      const wanted = count(rule.parameters.required_approving_review_count)
      // Branch protection tells of the reviews that are missing, rulesets of the pull request.
      return rule.set !== undefined || wanted === 0
        ? 'Changes must be made through a pull request.'
        : `At least ${wanted} approving review${wanted === 1 ? ' is' : 's are'} required by reviewers with write access.`
    }
    const methods = listOf(rule.parameters.allowed_merge_methods)
    if (methods.length > 0 && !methods.includes(merging.method))
      return `This branch must be merged by ${methods.map(String).join(' or ')}.`
    const { required_review_thread_resolution } = rule.parameters
    return (
      missingReviews(github, repo, merging.issue, rule.parameters) ??
      (required_review_thread_resolution === true ? conversations(github, repo, merging.issue) : undefined)
    )
  },
  conversations: ({ github, repo, change: { merging } }) =>
    merging === undefined ? undefined : conversations(github, repo, merging.issue),
  required_status_checks: onHead(({ github, repo, rule, change }, sha) => {
    const missing = missingChecks(github, repo, sha, rule.parameters)
    if (missing !== undefined || change.merging === undefined) return missing
    if (rule.parameters.strict_required_status_checks_policy !== true) return undefined
    const { base, head } = diffOf(github, repo, change.merging.issue)
    const behind = base !== undefined && head !== undefined && compared(github, repo, base, head).behind > 0
    return behind ? 'The head branch is not up to date with the base branch.' : undefined
  }),
  required_deployments: onHead(({ github, repo, rule }, sha) => {
    const missing = missingDeployment(github, repo, sha, rule.parameters)
    return missing === undefined ? undefined : `Missing successful active ${missing} deployment.`
  }),
  restrictions: ({ change }) => (isUpdate(change) ? "You're not authorized to push to this branch." : undefined),
  lock_branch: ({ change }) => (isUpdate(change) ? 'Cannot change this locked branch' : undefined),
  merge_queue({ change }) {
    if (change.merging !== undefined) throw gap('merge queues')
    return isUpdate(change) ? 'Changes must be made through the merge queue' : undefined
  },
  commit_message_pattern: pattern('message', 'Commit message'),
  commit_author_email_pattern: pattern('author', 'Commit author email'),
  committer_email_pattern: pattern('committer', 'Committer email'),
  branch_name_pattern: named('refs/heads/', 'Branch name'),
  tag_name_pattern: named('refs/tags/', 'Tag name'),
  file_path_restriction: paths(
    ({ path }, { restricted_file_paths }) =>
      listOf(restricted_file_paths).some((one) => ignores(`/${String(one).replace(/^\//, '')}`, path)),
    ({ path }) => `File path ${path} is restricted.`,
  ),
  max_file_path_length: paths(
    ({ path }, { max_file_path_length }) => path.length > count(max_file_path_length),
    ({ path }, { max_file_path_length }) => `File path ${path} is longer than ${max_file_path_length} characters.`,
  ),
  file_extension_restriction: paths(
    ({ path }, { restricted_file_extensions }) =>
      listOf(restricted_file_extensions).some((one) => path.endsWith(`.${String(one).replace(/^\*?\./, '')}`)),
    ({ path }) => `File extension of ${path} is restricted.`,
  ),
  max_file_size: paths(
    ({ after }, { max_file_size }, { github, repo }) =>
      after !== undefined && sizeOf(github, repo, after.sha) > count(max_file_size) * 1024 * 1024,
    ({ path }, { max_file_size }) => `File ${path} is larger than ${max_file_size} MB.`,
  ),
  workflows: elsewhere,
  code_scanning: elsewhere,
  license_compliance_scanning: elsewhere,
  // It asks for a review and holds nothing back.
  copilot_code_review: () => undefined,
}

/** Whether there is a rule of that name. */
export const isRule = (type: string): boolean =>
  JUDGES[type] !== undefined && !['restrictions', 'lock_branch', 'conversations'].includes(type)

/** Which conversations are resolved, nobody can tell this twin. */
function conversations(github: GitHub, repo: Row, issue: Row): undefined {
  const any = github.store.rows(`${repoPath(repo)}/pulls/comments`).some((row) => row._pull === numberOf(issue))
  if (any) throw gap('resolved conversations')
  return undefined
}

/** How a change breaks a rule, in GitHub's words; undefined where it does not. */
export const broken = (github: GitHub, repo: Row, rule: Rule, change: RefChange): string | undefined =>
  JUDGES[rule.type]?.({ github, repo, rule, change })
