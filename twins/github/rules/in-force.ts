import type { Json } from '../../trace.ts'
import { isOwner, loginOf, roleOn, type Viewer } from '../access.ts'
import { gap } from '../ask.ts'
import { account, type GitHub, idOf, ownerOf, repoPath } from '../github.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { fits } from './patterns.ts'

/** One thing that is asked of changes to a ref, whether a ruleset asks for it or branch protection does. */
export type Rule = {
  readonly type: string
  readonly parameters: Row
  /** The ruleset it is of; none where it is branch protection's. */
  readonly set?: RuleSet
}
export type RuleSet = { readonly type: 'Repository' | 'Organization'; readonly source: string; readonly row: Row }

export const RULESETS = 'rulesets'
const HEADS = 'refs/heads/'
const TAGS = 'refs/tags/'

/** All rulesets that reach a repository: its own, and those of the organisation it belongs to. */
export function ruleSets(github: GitHub, repo: Row): readonly RuleSet[] {
  const owner = ownerOf(repo)
  const own = github.store.rows(`${repoPath(repo)}/${RULESETS}`)
  const above = github.store.rows(`orgs/${owner.toLowerCase()}/${RULESETS}`).filter((row) => reaches(row, repo))
  return [
    // A seed may show those of an organisation among the repository's own.
    ...own.map((row): RuleSet => {
      const above = row.source_type === 'Organization'
      return { type: above ? 'Organization' : 'Repository', source: above ? owner : text(repo.full_name), row }
    }),
    ...above.map((row) => ({ type: 'Organization' as const, source: owner, row })),
  ]
}

/** Whether an organisation's ruleset is about a repository, by its name or its number. */
function reaches({ conditions }: Row, repo: Row): boolean {
  const { repository_name, repository_id, repository_property } = rowOf(conditions)
  if (isRow(repository_id)) return listOf(repository_id.repository_ids).includes(idOf(repo))
  if (isRow(repository_property)) throw gap('rulesets by custom property')
  if (!isRow(repository_name)) return true
  const name = text(repo.name)
  const any = (patterns: Json | undefined): boolean => listOf(patterns).some((one) => fits(String(one), name, false))
  return any(repository_name.include) && !any(repository_name.exclude)
}

const isAbout = ({ row }: RuleSet, repo: Row, ref: string): boolean => {
  const { target = 'branch' } = row
  if (target === 'push') return true
  const prefix = target === 'branch' ? HEADS : target === 'tag' ? TAGS : undefined
  if (prefix === undefined || !ref.startsWith(prefix)) return false
  const isDefault = ref === `${HEADS}${text(repo.default_branch)}`
  const { include, exclude } = rowOf(rowOf(row.conditions).ref_name)
  const any = (patterns: Json | undefined): boolean => listOf(patterns).some((one) => fits(String(one), ref, isDefault))
  return any(include) && !any(exclude)
}

/** The rules of rulesets for a ref. What is disabled is none; what is only evaluated holds nothing back. */
export const setRules = (github: GitHub, repo: Row, ref: string): readonly Rule[] =>
  ruleSets(github, repo)
    .filter((set) => set.row.enforcement !== 'disabled' && isAbout(set, repo, ref))
    .flatMap((set) =>
      listOf(set.row.rules).map((rule) => ({
        type: text(rowOf(rule).type),
        parameters: rowOf(rowOf(rule).parameters),
        set,
      })),
    )

export const isActive = ({ set }: Rule): boolean => set === undefined || (set.row.enforcement ?? 'active') === 'active'

export const protectionFor = (github: GitHub, repo: Row, ref: string): Row | undefined =>
  ref.startsWith(HEADS) ? github.store.get(`${repoPath(repo)}/protections`, ref.slice(HEADS.length)) : undefined

/** Branch protection as rules: https://docs.github.com/rest/branches/branch-protection (2026-11-26). */
export function protectionRules(protection: Row | undefined): readonly Rule[] {
  if (protection === undefined) return []
  const { required_status_checks: checks, required_pull_request_reviews: reviews, restrictions } = protection
  const rules: Rule[] = []
  const add = (type: string, parameters: Row = {}): void => void rules.push({ type, parameters })
  if (isRow(reviews))
    add('pull_request', {
      required_approving_review_count: reviews.required_approving_review_count ?? 1,
      dismiss_stale_reviews_on_push: reviews.dismiss_stale_reviews ?? false,
      require_code_owner_review: reviews.require_code_owner_reviews ?? false,
      require_last_push_approval: reviews.require_last_push_approval ?? false,
    })
  if (isRow(checks))
    add('required_status_checks', {
      required_status_checks: checksOf(checks),
      strict_required_status_checks_policy: checks.strict ?? false,
    })
  if (isRow(restrictions)) add('restrictions', restrictions)
  for (const [name, type] of [
    ['required_linear_history', 'required_linear_history'],
    ['required_signatures', 'required_signatures'],
    ['required_conversation_resolution', 'conversations'],
    ['lock_branch', 'lock_branch'],
  ] as const)
    if (isOn(protection[name])) add(type)
  if (!isOn(protection.allow_force_pushes)) add('non_fast_forward')
  if (!isOn(protection.allow_deletions)) add('deletion')
  return rules
}
/** Seeds have switches as the API shows them. */
const isOn = (value: Json | undefined): boolean => value === true || rowOf(value).enabled === true

/** Checks by name and app, or by name only, as older clients have them. */
function checksOf({ checks, contexts }: Row): Json {
  const known = listOf(checks).map((one) => ({
    context: text(rowOf(one).context),
    integration_id: rowOf(one).app_id ?? null,
  }))
  const names = known.map(({ context }) => context)
  const others = listOf(contexts)
    .map(String)
    .filter((one) => !names.includes(one))
  return [...known, ...others.map((context) => ({ context: String(context), integration_id: null }))]
}

/** Numbers that roles go by: https://docs.github.com/rest/repos/rules (2026-11-26), as Terraform's provider lists them. */
const ROLE_IDS: Readonly<Record<number, readonly string[]>> = {
  2: ['maintain', 'admin'],
  4: ['push', 'maintain', 'admin'],
  5: ['admin'],
}

function isActor(github: GitHub, viewer: Viewer, repo: Row, actor: Row): boolean {
  const login = loginOf(viewer)
  const org = ownerOf(repo)
  switch (actor.actor_type) {
    case 'OrganizationAdmin':
      return isOwner(github, org, login)
    case 'RepositoryRole':
      return ROLE_IDS[Number(actor.actor_id)]?.includes(roleOn(github, viewer, repo)) ?? false
    case 'Integration':
      return viewer.kind === 'installation' && viewer.app.id === actor.actor_id
    case 'User':
      return account(github, login)?.id === actor.actor_id
    case 'Team':
      return inTeam(github, org, Number(actor.actor_id), login)
    default:
      return false
  }
}

const teams = (github: GitHub, org: string): readonly Row[] => github.store.rows(`orgs/${org.toLowerCase()}/teams`)
const isIn = (github: GitHub, org: string, slug: string, login: string): boolean =>
  github.store.get(`orgs/${org.toLowerCase()}/teams/${slug}/members`, login.toLowerCase())?.state === 'active'

/** Whether somebody is in a team, by its number or its slug. */
export function inTeam(github: GitHub, org: string, team: number | string, login: string): boolean {
  const row = teams(github, org).find(({ id, slug }) => id === team || slug === team)
  return row !== undefined && isIn(github, org, text(row.slug), login)
}

/** How far the viewer may go past a ruleset. */
export function bypassOf(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  set: Row,
): 'never' | 'pull_requests_only' | 'always' | 'exempt' {
  const modes = listOf(set.bypass_actors)
    .map(rowOf)
    .filter((actor) => isActor(github, viewer, repo, actor))
    .map(({ bypass_mode }) => bypass_mode ?? 'always')
  if (modes.includes('exempt')) return 'exempt'
  if (modes.includes('always')) return 'always'
  return modes.length > 0 ? 'pull_requests_only' : 'never'
}

/** Whether a list of branch protection names the viewer: by login, team or app. */
export function isNamed(github: GitHub, viewer: Viewer, repo: Row, list: Row): boolean {
  const login = loginOf(viewer)
  const names = (kind: string, key: string): readonly string[] =>
    listOf(list[kind]).map((one) => (isRow(one) ? text(one[key]) : String(one)))
  return (
    names('users', 'login').some((one) => one.toLowerCase() === login.toLowerCase()) ||
    names('teams', 'slug').some((slug) => inTeam(github, ownerOf(repo), slug, login)) ||
    (viewer.kind === 'installation' && names('apps', 'slug').includes(text(viewer.app.slug)))
  )
}

/** What applies to everyone, whoever may go past the rest: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository (about protected branches, 2026-11-26). */
const FOR_ALL: ReadonlySet<string> = new Set(['non_fast_forward', 'deletion', 'restrictions'])

/** Whether the viewer may go past a rule. */
export function mayPass(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  rule: Rule,
  { protection, merging }: { readonly protection: Row | undefined; readonly merging: boolean },
): boolean {
  if (rule.set !== undefined) {
    const bypass = bypassOf(github, viewer, repo, rule.set.row)
    return bypass === 'always' || bypass === 'exempt' || (merging && bypass === 'pull_requests_only')
  }
  const admin = !isOn(protection?.enforce_admins) && roleOn(github, viewer, repo) === 'admin'
  if (rule.type === 'restrictions') return admin || isNamed(github, viewer, repo, rule.parameters)
  if (FOR_ALL.has(rule.type)) return false
  const allowed = rowOf(rowOf(protection?.required_pull_request_reviews).bypass_pull_request_allowances)
  return admin || (rule.type === 'pull_request' && isNamed(github, viewer, repo, allowed))
}
