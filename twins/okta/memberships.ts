import type { Json } from '../trace.ts'
import { gap } from './ask.ts'
import { settleGroup, settleMember, settleUser, takeAppUser } from './assignments.ts'
import { groupTarget, tell, userTarget } from './events.ts'
import { holds, type Scope } from './language/evaluate.ts'
import { NoExpression } from './language/parse.ts'
import { type Org, rowOf, text } from './org.ts'
import type { Row } from './store.ts'

/** Puts a user into a group, or takes it out, and no more: for what was so from the first day. Says whether that changed anything. */
export function setMember(org: Org, group: string, user: string, on: boolean, how: Row = {}): boolean {
  const path = `groups/${group}/members`
  if ((org.store.get(path, user) !== undefined) === on) return false
  if (on) {
    org.store.put(path, { id: user, ...how })
    org.store.put(`users/${user}/memberships`, { id: group })
  } else {
    org.store.remove(path, user)
    org.store.remove(`users/${user}/memberships`, group)
  }
  const row = org.store.get('groups', group)
  if (row !== undefined) org.store.put('groups', { ...row, lastMembershipUpdated: org.now() })
  return true
}

/** A user joins or leaves a group: the System Log says so, its apps follow, and so do rules that ask for the group. */
export function join(org: Org, group: string, user: string, on: boolean, how: Row = {}): boolean {
  if (!setMember(org, group, user, on, how)) return false
  tell(org, on ? 'group.user_membership.add' : 'group.user_membership.remove', [
    userTarget(rowOf(org.store.get('users', user))),
    groupTarget(rowOf(org.store.get('groups', group))),
  ])
  settleMember(org, group, user)
  ruled(org, user)
  return true
}

const RULES = 'groups/rules'
const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
const targets = (rule: Row): readonly string[] => strings(rowOf(rowOf(rule.actions).assignUserToGroups).groupIds)

/** What an expression can see of a user. */
export function scopeOf(org: Org, user: Row): Scope {
  const id = text(user.id)
  const profile = rowOf(user.profile)
  const names = (): readonly string[] =>
    org.store
      .rows(`users/${id}/memberships`)
      .map((row) => text(rowOf(org.store.get('groups', text(row.id))?.profile).name))
  const isIn = (group: Json | undefined): boolean => org.store.get(`groups/${text(group)}/members`, id) !== undefined
  const calls: Readonly<Record<string, (...args: readonly Json[]) => Json>> = {
    isMemberOfGroup: (group) => isIn(group),
    isMemberOfAnyGroup: (...groups) => groups.flat().some((group) => isIn(group as Json)),
    isMemberOfGroupName: (name) => names().includes(text(name)),
    isMemberOfGroupNameStartsWith: (start) => names().some((name) => name.startsWith(text(start))),
    isMemberOfGroupNameContains: (part) => names().some((name) => name.includes(text(part))),
    isMemberOfGroupNameRegex: (pattern) => names().some((name) => new RegExp(`^(?:${text(pattern)})$`).test(name)),
    'user.getInternalProperty': (name) => user[text(name)] ?? null,
  }
  return {
    names: { user: { ...profile, profile } as Json },
    call: (name, args) => calls[name]?.(...args),
    unknown: () => gap('names and functions of the expression language'),
  }
}

/** Whether a rule speaks of a user. Source: https://developer.okta.com/docs/reference/okta-expression-language/#group-functions (2026-11-26). */
function speaksOf(org: Org, rule: Row, user: Row): boolean {
  if (user.status === 'DEPROVISIONED') return false
  const { expression, people } = rowOf(rule.conditions)
  const out = strings(rowOf(rowOf(people).users).exclude).includes(text(user.id))
  const outGroup = strings(rowOf(rowOf(people).groups).exclude).some(
    (group) => org.store.get(`groups/${group}/members`, text(user.id)) !== undefined,
  )
  if (out || outGroup) return false
  try {
    return holds(text(rowOf(expression).value), scopeOf(org, user))
  } catch (error) {
    if (error instanceof NoExpression) throw gap('names and functions of the expression language')
    throw error
  }
}

/**
 * Lets one rule decide about one user. Whoever a rule has brought leaves once it no longer speaks of them; whoever somebody added stays.
 * Source: https://help.okta.com/oie/en-us/content/topics/users-groups-profiles/usgp-about-group-rules.htm (2026-11-26).
 */
function decide(org: Org, rule: Row, user: Row): void {
  const id = text(user.id)
  const fits = speaksOf(org, rule, user)
  for (const group of targets(rule)) {
    if (org.store.get('groups', group) === undefined) continue
    const path = `groups/${group}/members`
    const before = org.store.get(path, id)
    const by = strings(before?._rules)
    if (fits && before === undefined) join(org, group, id, true, { _rules: [text(rule.id)] })
    else if (fits && by.length > 0 && !by.includes(text(rule.id)))
      org.store.put(path, { ...before, _rules: [...by, text(rule.id)] })
    else if (!fits && by.includes(text(rule.id))) {
      const rest = by.filter((one) => one !== rule.id)
      if (rest.length > 0) org.store.put(path, { ...before, _rules: rest })
      else join(org, group, id, false)
    }
  }
}

/** Lets every active rule decide about a user whose profile or groups have changed. */
export function ruled(org: Org, user: string): void {
  for (const rule of org.store.rows(RULES)) {
    const row = org.store.get('users', user)
    if (rule.status === 'ACTIVE' && row !== undefined) decide(org, rule, row)
  }
}

/** Lets a rule that has been switched on decide about everybody. */
export function ruleAll(org: Org, rule: Row): void {
  for (const user of org.store.rows('users')) decide(org, rule, user)
}

/** A rule goes: those it brought stay, unless it is said that they leave with it. */
export function dropRule(org: Org, rule: Row, leave: boolean): void {
  for (const group of targets(rule))
    for (const member of org.store.rows(`groups/${group}/members`)) {
      const by = strings(member._rules)
      if (!by.includes(text(rule.id))) continue
      const rest = by.filter((one) => one !== rule.id)
      if (leave && rest.length === 0) join(org, group, text(member.id), false)
      else org.store.put(`groups/${group}/members`, rest.length === 0 ? { id: member.id } : { ...member, _rules: rest })
    }
}

/**
 * Takes a user out of a group by hand; rules that brought the user there make an exception from now on.
 * Source: https://support.okta.com/help/s/article/User-getting-added-in-group-exclusion-list-by-Okta-System-SystemPrincipal (2026-11-26).
 */
export function expel(org: Org, group: string, user: string): boolean {
  const by = strings(org.store.get(`groups/${group}/members`, user)?._rules)
  for (const id of by) {
    const rule = org.store.get(RULES, id)
    if (rule === undefined) continue
    const conditions = rowOf(rule.conditions)
    const people = rowOf(conditions.people)
    const users = rowOf(people.users)
    const exclude = [...strings(users.exclude), user]
    const changed: Row = { ...conditions, people: { ...people, users: { ...users, exclude } } as Json }
    org.store.put(RULES, { ...rule, conditions: changed as Json })
    tell(org, 'group.user_membership.rule.add_exclusion', [userTarget(rowOf(org.store.get('users', user)))])
  }
  return join(org, group, user, false)
}

/** A user's profile or status has changed: rules decide anew, and apps are told. */
export function changed(org: Org, user: string): void {
  ruled(org, user)
  settleUser(org, user)
}

/** A group goes: its members lose what it brought them, and rules that lead to it are void. */
export function dissolve(org: Org, group: string): void {
  for (const { id } of org.store.rows(`groups/${group}/members`)) setMember(org, group, text(id), false)
  for (const { id: app } of org.store.rows(`groups/${group}/apps`)) {
    org.store.remove(`apps/${text(app)}/groups`, group)
    for (const user of org.store.rows(`apps/${text(app)}/users`))
      if (user._group === group) leaveApp(org, text(app), text(user.id))
  }
  for (const rule of org.store.rows(RULES))
    if (targets(rule).includes(group)) org.store.put(RULES, { ...rule, status: 'INVALID', allGroupsValid: false })
}

/** Takes a user out of an app that its group brought, unless another group brings it as well. */
function leaveApp(org: Org, app: string, user: string): void {
  takeAppUser(org, app, user)
  for (const { id } of org.store.rows(`users/${user}/memberships`)) settleMember(org, text(id), user)
}

/** Apps of groups that the seed names, for members it names. */
export function furnishMembers(org: Org): void {
  for (const app of org.store.rows('apps'))
    for (const group of org.store.rows(`apps/${text(app.id)}/groups`))
      settleGroup(org, text(app.id), text(group.id), false)
}
