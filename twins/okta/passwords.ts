import { createHash, pbkdf2Sync } from 'node:crypto'
import { gap } from './ask.ts'
import { type Person, policyFor } from './evaluation.ts'
import { type Org, rowOf, text } from './org.ts'
import type { Row } from './store.ts'
import { PASSWORD_SETTINGS } from './tables/policies.ts'
import { merged } from './wire.ts'

/** What the password policy of somebody says. Source: https://developer.okta.com/docs/api/openapi/okta-management/management/tags/policy (2026-11-26). */
export function passwordRules(org: Org, person: Person): Row {
  const settings = rowOf(policyFor(org, 'PASSWORD', person)?.settings)
  return rowOf(merged(PASSWORD_SETTINGS, settings).password)
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length

/** Assumed: a few of those that everybody knows; Okta's own list is longer. */
const COMMON: ReadonlySet<string> = new Set([
  'password',
  'password1',
  '12345678',
  '123456789',
  'qwerty123',
  'welcome1',
  'letmein1',
  'abcd1234',
])

/** What a policy asks for, in Okta's words, and whether a password has it. */
function demands(rules: Row, password: string, profile: Row): readonly (readonly [words: string, met: boolean])[] {
  const complexity = rowOf(rules.complexity)
  const lower = password.toLowerCase()
  const parts = text(profile.login)
    .toLowerCase()
    .split(/[@._-]/)
    .filter((part) => part.length >= 4)
  const without = (field: string): boolean => {
    const value = text(profile[field]).toLowerCase()
    return value.length < 3 || !lower.includes(value)
  }
  const needs = (field: string, words: string, pattern: RegExp): readonly (readonly [string, boolean])[] =>
    number(complexity[field]) === 0 ? [] : [[words, count(password, pattern) >= number(complexity[field])]]
  const attributes = Array.isArray(complexity.excludeAttributes) ? complexity.excludeAttributes.map(String) : []
  const names: Readonly<Record<string, string>> = { firstName: 'first name', lastName: 'last name' }
  return [
    [`at least ${number(complexity.minLength)} characters`, password.length >= number(complexity.minLength)],
    ...needs('minLowerCase', 'a lowercase letter', /[a-z]/g),
    ...needs('minUpperCase', 'an uppercase letter', /[A-Z]/g),
    ...needs('minNumber', 'a number', /\d/g),
    ...needs('minSymbol', 'a symbol', /[^A-Za-z0-9]/g),
    ...(complexity.excludeUsername === true
      ? [['no parts of your username', !parts.some((part) => lower.includes(part))] as const]
      : []),
    ...attributes.map((field) => [`does not include your ${names[field] ?? field}`, without(field)] as const),
    ...(rowOf(rowOf(complexity.dictionary).common).exclude === true
      ? [['not a common password', !COMMON.has(lower)] as const]
      : []),
  ]
}

/** Why a password will not do for somebody; undefined when it will. `before` are passwords that were used, the latest first. */
export function passwordFault(
  rules: Row,
  password: string,
  profile: Row,
  before: readonly string[] = [],
): string | undefined {
  const asked = demands(rules, password, profile)
  const kept = number(rowOf(rules.age).historyCount)
  const used = before.slice(0, kept).includes(password)
  if (!used && asked.every(([, met]) => met)) return undefined
  const history = used ? ` Your password cannot be any of your last ${kept} passwords.` : ''
  return `Password requirements were not met. Password requirements: ${asked.map(([words]) => words).join(', ')}.${history}`
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const since = (org: Org, at: unknown): number => org.world.clock.now() - Date.parse(text(at))

/** Whether a password has become too old to sign in with. */
export function isStale(org: Org, rules: Row, user: Row): boolean {
  const days = number(rowOf(rules.age).maxAgeDays)
  return days > 0 && typeof user.passwordChanged === 'string' && since(org, user.passwordChanged) >= days * DAY_MS
}

/** Whether a password is too young to be changed by its owner. */
export function isFresh(org: Org, rules: Row, user: Row): boolean {
  const minutes = number(rowOf(rules.age).minAgeMinutes)
  return (
    minutes > 0 && typeof user.passwordChanged === 'string' && since(org, user.passwordChanged) < minutes * MINUTE_MS
  )
}

/** Whether a lock has run off by itself. */
export function isUnlockDue(org: Org, rules: Row, user: Row): boolean {
  const minutes = number(rowOf(rules.lockout).autoUnlockMinutes)
  return user.status === 'LOCKED_OUT' && minutes > 0 && since(org, user.statusChanged) >= minutes * MINUTE_MS
}

/** How many wrong passwords lock a user out; 0 where none do. */
export const attemptsOf = (rules: Row): number => number(rowOf(rules.lockout).maxAttempts)
export const showsLocks = (rules: Row): boolean => rowOf(rules.lockout).showLockoutFailures === true

/** A user with another password; what was used before is remembered. */
export function withPassword(org: Org, user: Row, password: string): Row {
  const { _hash: _, ...rest } = user
  return { ...rest, _password: password, _used: [password, ...usedBy(user)].slice(0, 30), passwordChanged: org.now() }
}
export const usedBy = (user: Row): readonly string[] =>
  Array.isArray(user._used) ? user._used.map(String) : typeof user._password === 'string' ? [user._password] : []

const DIGESTS: Readonly<Record<string, string>> = {
  'SHA-512': 'sha512',
  'SHA-256': 'sha256',
  'SHA-1': 'sha1',
  MD5: 'md5',
}

/** Whether a password is the one of an imported hash. Source: https://developer.okta.com/docs/api/openapi/okta-management/management/tags/user (2026-11-26). */
function matchesHash(hash: Row, password: string): boolean {
  const { algorithm, salt, saltOrder, value } = hash
  if (algorithm === 'PBKDF2') {
    const digest = text(hash.digestAlgorithm) === 'SHA512_HMAC' ? 'sha512' : 'sha256'
    const made = pbkdf2Sync(
      password,
      Buffer.from(text(salt), 'base64'),
      number(hash.iterationCount),
      number(hash.keySize),
      digest,
    )
    return made.toString('base64') === value
  }
  const digest = DIGESTS[text(algorithm)]
  if (digest === undefined) throw gap('password hashes of bcrypt and password import hooks')
  const salted = Buffer.from(text(salt), 'base64')
  const words = Buffer.from(password)
  const made = createHash(digest)
    .update(saltOrder === 'POSTFIX' ? Buffer.concat([words, salted]) : Buffer.concat([salted, words]))
    .digest('base64')
  return made === value
}

/** Whether a password is a user's; undefined where the user has none. */
export function isPassword(user: Row, password: string): boolean | undefined {
  if (typeof user._password === 'string') return user._password === password
  const hash = rowOf(user._hash)
  if (user._hash === undefined) return undefined
  if (hash.type === 'default') throw gap('password hashes of bcrypt and password import hooks')
  return matchesHash(hash, password)
}
