import { z } from 'zod'
import type { Json } from '../trace.ts'
import { type Gap, NotModelled } from '../twin.ts'

/** Who asks, for what, and what conditions can be held against. */
export type Question = {
  /** The ARN of whoever signed; undefined for somebody without a name. */
  readonly principal: string | undefined
  readonly account: string
  /** As documents write it: `s3:GetObject`. */
  readonly action: string
  readonly resource: string
  /** What is known of the request, by the names of condition keys in lower case; `null` for one that it does not have. */
  readonly known: (key: string) => string | null | undefined
  /** Ends the run: the document asks for what nobody here knows. */
  readonly unknown: (what: string) => Error
}
type Verdict = 'allowed' | 'denied' | 'not-said'

/** Condition keys that every service has: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (2026-11-26). */
export function globalKey(
  key: string,
  {
    principal,
    account,
    nowMs,
  }: { readonly principal: string | undefined; readonly account: string; readonly nowMs: number },
): string | null | undefined {
  switch (key) {
    case 'aws:securetransport':
      return 'true'
    case 'aws:currenttime':
      return new Date(nowMs).toISOString()
    case 'aws:epochtime':
      return String(Math.floor(nowMs / 1000))
    case 'aws:principalarn':
      return principal ?? null
    case 'aws:principalaccount':
      return principal?.split(':')[4] ?? null
    case 'aws:sourcearn':
    case 'aws:sourceaccount':
      // Only services that act for others have these.
      return null
    case 'aws:resourceaccount':
      return account
    default:
      return undefined
  }
}

const several = z.union([z.string(), z.array(z.string()).min(1)]).transform((one) => [one].flat())
const whom = z.union([z.literal('*').transform(() => ({ AWS: ['*'] })), z.record(z.string(), several)])
type Whom = Readonly<Record<string, readonly string[]>>
type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
const asText = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const values = z.union([asText, z.array(asText)]).transform((one) => [one].flat())

export type Statement = {
  readonly Sid?: string | undefined
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: Whom | undefined
  readonly NotPrincipal?: Whom | undefined
  readonly Action?: readonly string[] | undefined
  readonly NotAction?: readonly string[] | undefined
  readonly Resource?: readonly string[] | undefined
  readonly NotResource?: readonly string[] | undefined
  readonly Condition?: Conditions | undefined
}
export type Policy = readonly Statement[]

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: whom.optional(),
    NotPrincipal: whom.optional(),
    Action: several.optional(),
    NotAction: several.optional(),
    Resource: several.optional(),
    NotResource: several.optional(),
    Condition: z.record(z.string(), z.record(z.string(), values)).optional(),
  })
  .refine((one) => (one.Action === undefined) !== (one.NotAction === undefined), { path: ['Action'] })
  .refine((one) => (one.Resource === undefined) !== (one.NotResource === undefined), { path: ['Resource'] })
  .refine((one) => (one.Principal === undefined) !== (one.NotPrincipal === undefined), { path: ['Principal'] })
const documentSchema = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.preprocess((one) => [one].flat(), z.array(statement).min(1)),
})

/** What documents may ask for that nobody here knows. */
export const PARTS: Gap = {
  what: 'parts of policies',
  why: 'NotPrincipal, variables, sets of values, and conditions on what no request here has, such as an address or a network.',
}
export const notWeighed = (twin: string, part: string): NotModelled =>
  new NotModelled(twin, PARTS.what, `${PARTS.why} This one says ${part}.`)

/** A document of a resource, or the name of the field in which it is wrong; empty where it is no JSON object at all. */
export function readPolicy(text: string): { readonly policy: Policy } | { readonly wrong: string } {
  const json = readJson(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { wrong: '' }
  const parsed = documentSchema.safeParse(json)
  if (parsed.success) return { policy: parsed.data.Statement }
  const field = parsed.error.issues[0]?.path.filter((part) => typeof part === 'string').at(-1)
  return { wrong: field ?? 'Statement' }
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `*` stands for any text, `?` for one letter. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]')
  return new RegExp(`^${source}$`).test(text)
}

/**
 * What a resource's own document says; a denial is final.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html (2026-11-26).
 */
export function weigh(policy: Policy, question: Question): Verdict {
  const applying = policy.filter((one) => applies(one, question))
  if (applying.some(({ Effect }) => Effect === 'Deny')) return 'denied'
  return applying.length > 0 ? 'allowed' : 'not-said'
}

function applies(one: Statement, question: Question): boolean {
  const action = question.action.toLowerCase()
  const named = (patterns: readonly string[]): boolean => patterns.some((each) => matches(each.toLowerCase(), action))
  const meant = (patterns: readonly string[]): boolean => patterns.some((each) => matches(each, question.resource))
  if (one.Action !== undefined ? !named(one.Action) : named(one.NotAction ?? [])) return false
  if (one.Resource !== undefined ? !meant(one.Resource) : meant(one.NotResource ?? [])) return false
  if (one.NotPrincipal !== undefined) throw question.unknown('NotPrincipal')
  if (!isOf(one.Principal ?? {}, question)) return false
  return Object.entries(one.Condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([key, wanted]) => holds(operator, key, wanted, question)),
  )
}

function isOf({ AWS = [], CanonicalUser = [] }: Whom, { principal, account }: Question): boolean {
  if (AWS.includes('*') || (principal !== undefined && CanonicalUser.includes(account))) return true
  return (
    principal !== undefined && [principal, account, `arn:aws:iam::${account}:root`].some((one) => AWS.includes(one))
  )
}

type Compare = (has: string, wanted: string) => boolean
const byNumber =
  (compare: (a: number, b: number) => boolean): Compare =>
  (has, wanted) =>
    compare(Number(has), Number(wanted))
const byDate =
  (compare: (a: number, b: number) => boolean): Compare =>
  (has, wanted) =>
    compare(Date.parse(has), /^\d+$/.test(wanted) ? Number(wanted) * 1000 : Date.parse(wanted))
const same = (a: number, b: number): boolean => a === b
const less = (a: number, b: number): boolean => a < b
const atMost = (a: number, b: number): boolean => a <= b
const more = (a: number, b: number): boolean => a > b
const atLeast = (a: number, b: number): boolean => a >= b

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (2026-11-26). */
const OPERATORS: Readonly<Record<string, Compare>> = {
  StringEquals: (has, wanted) => has === wanted,
  StringEqualsIgnoreCase: (has, wanted) => has.toLowerCase() === wanted.toLowerCase(),
  StringLike: (has, wanted) => matches(wanted, has),
  ArnEquals: (has, wanted) => matches(wanted, has),
  ArnLike: (has, wanted) => matches(wanted, has),
  Bool: (has, wanted) => has.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: byNumber(same),
  NumericLessThan: byNumber(less),
  NumericLessThanEquals: byNumber(atMost),
  NumericGreaterThan: byNumber(more),
  NumericGreaterThanEquals: byNumber(atLeast),
  DateEquals: byDate(same),
  DateLessThan: byDate(less),
  DateLessThanEquals: byDate(atMost),
  DateGreaterThan: byDate(more),
  DateGreaterThanEquals: byDate(atLeast),
}
/** Those that hold where none of the values fits. */
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
}

/** Variables, such as `${aws:username}`, are the document's own language. */
const VARIABLE = /\$\{/

function holds(operator: string, key: string, wanted: readonly string[], question: Question): boolean {
  const name = operator.replace(/IfExists$/, '')
  const negated = NEGATED[name]
  const compare = OPERATORS[negated ?? name]
  const has = question.known(key.toLowerCase())
  if (has === undefined) throw question.unknown(key)
  if (name === 'Null') return wanted.some((one) => (one === 'true') === (has === null))
  if (compare === undefined) throw question.unknown(operator)
  if (wanted.some((one) => VARIABLE.test(one))) throw question.unknown('variables')
  if (has === null) return negated !== undefined || operator.endsWith('IfExists')
  return negated === undefined ? wanted.some((one) => compare(has, one)) : !wanted.some((one) => compare(has, one))
}

/** What narrows a document down to somebody: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (2026-11-26). */
const NARROWING = [
  ...['aws:principalorgid', 'aws:sourceip', 'aws:sourcearn', 'aws:sourcevpc', 'aws:sourcevpce', 'aws:sourceowner'],
  ...['aws:sourceaccount', 'aws:userid', 's3:x-amz-server-side-encryption-aws-kms-key-id', 's3:dataaccesspointarn'],
  ...['s3:dataaccesspointaccount'],
]

/** Whether a document lets anybody in. */
export const isPublic = (policy: Policy): boolean =>
  policy.some(
    ({ Effect, Principal, NotPrincipal, Condition = {} }) =>
      Effect === 'Allow' &&
      (NotPrincipal !== undefined || (Principal?.AWS ?? []).includes('*')) &&
      !Object.entries(Condition).some(
        ([operator, tests]) =>
          !operator.includes('Not') &&
          Object.entries(tests).some(
            ([key, wanted]) =>
              NARROWING.includes(key.toLowerCase()) && !wanted.some((one) => /[*?]|\/0$|\$\{/.test(one)),
          ),
      ),
  )
