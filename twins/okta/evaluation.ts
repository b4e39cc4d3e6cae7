import { gap } from './ask.ts'
import { type Org, rowOf, text } from './org.ts'
import type { Row } from './store.ts'

/** Whom a policy is asked about. */
export type Person = { readonly id: string; readonly isIn: (group: string) => boolean }

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

export const personOf = (org: Org, user: Row): Person => ({
  id: text(user.id),
  isIn: (group) => org.store.get(`groups/${group}/members`, text(user.id)) !== undefined,
})

const ranked = (rows: readonly Row[]): readonly Row[] =>
  rows
    .filter(({ status }) => status === 'ACTIVE')
    .sort((a, b) => Number(a.system === true) - Number(b.system === true) || Number(a.priority) - Number(b.priority))

/** Whether the conditions on people let somebody in. */
function speaksOf(conditions: Row, person: Person): boolean {
  const { users, groups } = rowOf(conditions.people)
  const [whose, where] = [rowOf(users), rowOf(groups)]
  if (strings(whose.exclude).includes(person.id) || strings(where.exclude).some(person.isIn)) return false
  const [named, within] = [strings(whose.include), strings(where.include)]
  return (
    (named.length === 0 && within.length === 0) ||
    named.includes(person.id) ||
    within.some((group) => group === 'EVERYONE' || person.isIn(group))
  )
}

/** Conditions that need more of a request than there is: where from, on what, how risky. */
const SEEN: ReadonlySet<string> = new Set(['people', 'authProvider', 'userType', 'identityProvider', 'authContext'])
const anything = (value: unknown): boolean => {
  const { connection, level, authType, provider, include, exclude, behaviors, registered, managed } = rowOf(value)
  return (
    value === null ||
    value === undefined ||
    connection === 'ANYWHERE' ||
    level === 'ANY' ||
    level === '' ||
    authType === 'ANY' ||
    provider === 'ANY' ||
    (Array.isArray(behaviors) && behaviors.length === 0) ||
    (registered === undefined &&
      managed === undefined &&
      strings(include).length + strings(exclude).length === 0 &&
      Object.keys(rowOf(value)).every((field) => field === 'include' || field === 'exclude'))
  )
}
function checkSeen(conditions: Row): void {
  for (const [field, value] of Object.entries(conditions))
    if (!SEEN.has(field) && !anything(value)) throw gap('conditions on networks, devices and risk')
}

/** The policy of a type that decides about somebody: of those that speak of the person, the first. */
export function policyFor(org: Org, type: string, person: Person): Row | undefined {
  return ranked(org.store.rows('policies').filter((policy) => policy.type === type)).find((policy) =>
    speaksOf(rowOf(policy.conditions), person),
  )
}

/** The rule of a policy that decides about somebody; what it cannot see of the request is loud. */
export function ruleOf(org: Org, policy: Row | undefined, person: Person): Row | undefined {
  if (policy === undefined) return undefined
  return ranked(org.store.rows(`policies/${text(policy.id)}/rules`)).find((rule) => {
    const conditions = rowOf(rule.conditions)
    if (!speaksOf(conditions, person)) return false
    checkSeen(conditions)
    return true
  })
}
