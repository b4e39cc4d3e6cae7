import type { Node } from '../aws/xml.ts'
import { parseXml } from '../aws/xml.ts'
import { notModelled } from '../twin.ts'
import type { Account } from './account.ts'
import { GAPS } from './gaps.ts'
import { lockedUntil } from './lock.ts'
import { notify } from './notifications.ts'
import type { Bucket, StoredObject, Version } from './state.ts'
import { invalidArgument, invalidRequest, malformedXml, type Refused } from './wire.ts'

const DAY_MS = 86_400_000
/** Classes that a rule may move objects to, and that are read like any other. */
const WARM = ['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR']

/** A rule at work; days and dates as they were put. */
type Rule = {
  readonly id: string
  readonly fits: (object: StoredObject) => boolean
  readonly prefix: string
  readonly expires: When | undefined
  readonly dropsLoneMarkers: boolean
  readonly noncurrent: { readonly days: number; readonly keep: number } | undefined
  readonly abortsAfterDays: number | undefined
  readonly transitions: readonly { readonly when: When; readonly to: string }[]
  readonly noncurrentTransitions: readonly { readonly days: number; readonly keep: number; readonly to: string }[]
  /** The rule says itself how large what it moves has to be. */
  readonly sized: boolean
}
type When = { readonly days: number } | { readonly atMs: number }

const wholeNumber = (node: Node | undefined, name: string): number | undefined => {
  if (node === undefined) return undefined
  if (!/^[1-9]\d*$/.test(node.text)) throw invalidArgument(`'${name}' must be a positive integer`, name, node.text)
  return Number(node.text)
}

function whenOf(node: Node, name: string): When | undefined {
  const days = wholeNumber(node.one('Days'), `Days for ${name} action`)
  if (days !== undefined) return { days }
  const date = node.one('Date')?.text
  if (date === undefined) return undefined
  const atMs = Date.parse(date)
  if (Number.isNaN(atMs) || atMs % DAY_MS !== 0) throw invalidArgument(`'Date' must be at midnight GMT`, 'Date', date)
  return { atMs }
}

/** What objects a rule is about: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-filters.html (2026-11-26). */
function fitsOf(node: Node): Pick<Rule, 'fits' | 'prefix' | 'sized'> & { readonly tagged: boolean } {
  const filter = node.one('Filter')
  const parts = filter?.one('And') ?? filter
  const prefix = parts?.one('Prefix')?.text ?? node.one('Prefix')?.text ?? ''
  const tags = (parts?.all('Tag') ?? []).map(
    (tag) => [tag.one('Key')?.text ?? '', tag.one('Value')?.text ?? ''] as const,
  )
  const [over, under] = [parts?.one('ObjectSizeGreaterThan')?.text, parts?.one('ObjectSizeLessThan')?.text]
  return {
    prefix,
    sized: over !== undefined || under !== undefined,
    tagged: tags.length > 0,
    fits: ({ key, tags: mine, body }) =>
      key.startsWith(prefix) &&
      tags.every(([name, value]) => mine[name] === value) &&
      (over === undefined || body.length > Number(over)) &&
      (under === undefined || body.length < Number(under)),
  }
}

function ruleOf(node: Node, at: number): Rule | undefined {
  const status = node.one('Status')?.text
  if (status !== 'Enabled' && status !== 'Disabled') throw malformedXml()
  const expiration = node.one('Expiration')
  const noncurrent = node.one('NoncurrentVersionExpiration')
  const days = wholeNumber(noncurrent?.one('NoncurrentDays'), 'NoncurrentDays for NoncurrentVersionExpiration action')
  const transitions = node.all('Transition').map((one) => ({
    when: whenOf(one, 'Transition') ?? { days: 0 },
    to: one.one('StorageClass')?.text ?? '',
  }))
  const noncurrentTransitions = node.all('NoncurrentVersionTransition').map((one) => ({
    days: wholeNumber(one.one('NoncurrentDays'), 'NoncurrentDays for NoncurrentVersionTransition action') ?? 0,
    keep: Number(one.one('NewerNoncurrentVersions')?.text ?? 0),
    to: one.one('StorageClass')?.text ?? '',
  }))
  if ([...transitions, ...noncurrentTransitions].some(({ to }) => !WARM.includes(to)))
    throw notModelled('s3', GAPS, 'archives')
  const { tagged, ...fitting } = fitsOf(node)
  checkActions(node, { tagged, sized: fitting.sized })
  checkDays(
    [...transitions, ...noncurrentTransitions.map(({ days, to }) => ({ when: { days }, to }))],
    undefined,
    fitting.prefix,
  )
  checkDays(transitions, expiration === undefined ? undefined : whenOf(expiration, 'Expiration'), fitting.prefix)
  const rule: Rule = {
    id: node.one('ID')?.text || `rule-${at + 1}`,
    ...fitting,
    noncurrentTransitions,
    expires: expiration === undefined ? undefined : whenOf(expiration, 'Expiration'),
    dropsLoneMarkers: expiration?.one('ExpiredObjectDeleteMarker')?.text === 'true',
    noncurrent:
      days === undefined ? undefined : { days, keep: Number(noncurrent?.one('NewerNoncurrentVersions')?.text ?? 0) },
    abortsAfterDays: wholeNumber(
      node.one('AbortIncompleteMultipartUpload')?.one('DaysAfterInitiation'),
      'DaysAfterInitiation for AbortIncompleteMultipartUpload action',
    ),
    transitions,
  }
  return status === 'Enabled' ? rule : undefined
}

const ACTIONS = [
  ...['Expiration', 'Transition', 'NoncurrentVersionExpiration', 'NoncurrentVersionTransition'],
  'AbortIncompleteMultipartUpload',
]

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html (2026-11-26). */
function checkActions(node: Node, { tagged, sized }: { readonly tagged: boolean; readonly sized: boolean }): void {
  if (!ACTIONS.some((action) => node.one(action) !== undefined))
    throw invalidRequest('At least one action needs to be specified in a rule')
  const without = (action: string): Refused =>
    invalidRequest(`${action} cannot be specified with ${tagged ? 'Tags' : 'Object Size'}.`)
  if (!tagged && !sized) return
  if (node.one('AbortIncompleteMultipartUpload') !== undefined) throw without('AbortIncompleteMultipartUpload')
  if (node.one('Expiration')?.one('ExpiredObjectDeleteMarker') !== undefined) throw without('ExpiredObjectDeleteMarker')
}

/** Infrequent access takes what is 30 days old, and nothing is moved on the day on which it goes. Source: as above, lifecycle-transition-general-considerations. */
function checkDays(transitions: Rule['transitions'], expires: When | undefined, prefix: string): void {
  for (const { when, to } of transitions) {
    if (!('days' in when)) continue
    if (/_IA$/.test(to) && when.days < INFREQUENT_DAYS)
      throw invalidArgument(
        `'Days' in Transition action must be greater than or equal to ${INFREQUENT_DAYS} for storageclass '${to}'`,
        'Days',
        String(when.days),
      )
    if (expires !== undefined && 'days' in expires && expires.days <= when.days)
      throw invalidArgument(
        `'Days' in the Expiration action for filter '(prefix=${prefix})' must be greater than 'Days' in the Transition action`,
        'Days',
        String(expires.days),
      )
  }
}
const INFREQUENT_DAYS = 30

/** The rules of a bucket that are at work. Throws what S3 says of a configuration that it does not take. */
export function rulesOf(lifecycle: string | null): readonly Rule[] {
  if (lifecycle === null) return []
  const root = parseXml(lifecycle, 'LifecycleConfiguration')
  if (root === undefined) throw malformedXml()
  const nodes = root.all('Rule')
  if (nodes.length === 0 || nodes.length > RULES_MAX) throw malformedXml()
  const ids = nodes.flatMap((node) => node.one('ID')?.text || [])
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined)
    throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule', 'ID', twice)
  return nodes.flatMap((node, at) => ruleOf(node, at) ?? [])
}

const RULES_MAX = 1000

/** Days are counted to the midnight after: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html (2026-11-26). */
const dueMs = (when: When, sinceMs: number): number =>
  'atMs' in when ? when.atMs : Math.ceil((sinceMs + when.days * DAY_MS) / DAY_MS) * DAY_MS

/** When an object expires, and by which rule, as its headers tell; the earliest where several say so. */
export function expiryOf(
  bucket: Bucket,
  object: StoredObject,
): { readonly atMs: number; readonly rule: string } | undefined {
  const found = rulesOf(bucket.lifecycle).flatMap(({ id, fits, expires }) =>
    expires !== undefined && fits(object) ? [{ atMs: dueMs(expires, object.modified_ms), rule: id }] : [],
  )
  return found.toSorted((a, b) => a.atMs - b.atMs)[0]
}

export function expiryHeaders(bucket: Bucket, object: StoredObject): Readonly<Record<string, string>> {
  const expiry = expiryOf(bucket, object)
  if (expiry === undefined) return {}
  return { 'x-amz-expiration': `expiry-date="${new Date(expiry.atMs).toUTCString()}", rule-id="${expiry.rule}"` }
}

/** Has the rules of all buckets at work from the next midnight on, once a day for as long as there are any. */
export function keepSweeping(account: Account): void {
  const { world, store, errands } = account
  errands.forget()
  if (![...store.buckets.values()].some(({ lifecycle }) => lifecycle !== null)) return
  const nowMs = world.clock.now()
  const midnightMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS
  errands.later(
    midnightMs - nowMs,
    () => {
      for (const bucket of [...store.buckets.values()])
        for (const rule of rulesOf(bucket.lifecycle)) sweep(account, bucket, rule)
      keepSweeping(account)
    },
    'lifecycle rules',
  )
}

function sweep(account: Account, bucket: Bucket, rule: Rule): void {
  const { store, world } = account
  const nowMs = world.clock.now()
  for (const key of [...store.keys(bucket.name)]) {
    if (!key.startsWith(rule.prefix)) continue
    const current = account.current(bucket, key)
    if (current !== undefined && rule.fits(current)) {
      if (rule.expires !== undefined && dueMs(rule.expires, current.modified_ms) <= nowMs)
        account.remove(bucket, key, undefined, 'LifecycleExpiration')
      else {
        const due = rule.transitions.filter(({ when }) => dueMs(when, current.modified_ms) <= nowMs).at(-1)
        move(account, bucket, rule, current, due?.to)
      }
    }
    sweepVersions(account, bucket, rule, key, nowMs)
  }
  if (rule.abortsAfterDays === undefined) return
  const when = { days: rule.abortsAfterDays }
  for (const upload of [...store.uploads.values()])
    if (upload.bucket === bucket.name && upload.key.startsWith(rule.prefix) && dueMs(when, upload.started_ms) <= nowMs)
      store.uploads.delete(upload.id)
}

/**
 * Smaller objects stay where they are, unless a rule says how large they have to be or the bucket goes by the class it moves them to.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html (2026-11-26).
 */
const MOVED_BYTES_MIN = 128 * 1024
export const MINIMUM_SIZE = 'x-amz-transition-default-minimum-object-size'
export const MINIMUM_SIZES: readonly string[] = ['all_storage_classes_128K', 'varies_by_storage_class']

/** Of the classes that a rule moves to here, all have the same least size, whichever of the two a bucket goes by. */
const isLarge = ({ sized }: Rule, { body }: StoredObject): boolean => sized || body.length >= MOVED_BYTES_MIN

function move(account: Account, bucket: Bucket, rule: Rule, object: StoredObject, to: string | undefined): void {
  if (to === undefined || to === object.storage_class || !isLarge(rule, object)) return
  const moved = { ...object, storage_class: to }
  account.store.replace(moved)
  notify(account, bucket, 'LifecycleTransition', moved)
}

/** A version is not current from the moment on when another came; a mark that hides nothing any more is dropped. */
function sweepVersions(account: Account, bucket: Bucket, rule: Rule, key: string, nowMs: number): void {
  const versions = account.store.versions(bucket.name, key)
  const { noncurrent, noncurrentTransitions } = rule
  const old: { readonly version: Version; readonly sinceMs: number }[] = []
  versions.forEach((version, at) => {
    const next = versions[at + 1]
    if (next !== undefined) old.push({ version, sinceMs: next.modified_ms })
  })
  /** Versions that are old for long enough, but for the newest of them. */
  const past = ({ days, keep }: { readonly days: number; readonly keep: number }): readonly Version[] =>
    old
      .slice(0, Math.max(0, old.length - keep))
      .flatMap(({ version, sinceMs }) => (dueMs({ days }, sinceMs) <= nowMs ? [version] : []))
  for (const { to, ...when } of noncurrentTransitions)
    for (const version of past(when))
      if (version.kind === 'object' && rule.fits(version)) move(account, bucket, rule, version, to)
  for (const version of noncurrent === undefined ? [] : past(noncurrent))
    if (version.kind === 'marker' || (rule.fits(version) && !lockedUntil(version, false, nowMs)))
      account.remove(bucket, key, version.version_id, 'LifecycleExpiration')
  const [only, ...more] = account.store.versions(bucket.name, key)
  if (rule.dropsLoneMarkers && only?.kind === 'marker' && more.length === 0)
    account.remove(bucket, key, only.version_id, 'LifecycleExpiration')
}
