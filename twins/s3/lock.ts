import { parseXml } from '../aws/xml.ts'
import type { HeaderOf } from '../twin.ts'
import type { Bucket, Content, Retention, StoredObject } from './state.ts'
import { invalidArgument, Refused } from './wire.ts'

/** The setting of a bucket whose objects can be locked. */
export const LOCK = 'object-lock'
const DAY_MS = 86_400_000

/** Whether a version may not be removed: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html (2026-11-26). */
export function lockedUntil({ retention, legal_hold }: StoredObject, bypass: boolean, nowMs: number): boolean {
  if (legal_hold === 'ON') return true
  if (retention === null || retention.until_ms <= nowMs) return false
  return retention.mode === 'COMPLIANCE' || !bypass
}

/** Whether a retention may be put in the place of another: longer always, shorter or none only with leave. */
export function canShorten(
  { retention: was }: StoredObject,
  is: Retention | null,
  bypass: boolean,
  nowMs: number,
): boolean {
  if (was === null || was.until_ms <= nowMs) return true
  const longer = is !== null && is.until_ms >= was.until_ms
  if (was.mode === 'COMPLIANCE') return longer && is.mode === 'COMPLIANCE'
  return longer || bypass
}

/** The lock of an object that is being written: by its headers, else by what its bucket usually does. */
export function lockOf(bucket: Bucket, header: HeaderOf, nowMs: number): Pick<Content, 'retention' | 'legal_hold'> {
  const [mode, date, hold] = ['mode', 'retain-until-date', 'legal-hold'].map((name) =>
    header(`x-amz-object-lock-${name}`),
  )
  const config = bucket.settings[LOCK]
  if (config === undefined) {
    if (mode !== undefined || date !== undefined || hold !== undefined)
      throw new Refused(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration')
    return { retention: null, legal_hold: null }
  }
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF')
    throw invalidArgument('Legal Hold must be either of ON or OFF', 'x-amz-object-lock-legal-hold', hold)
  const legal_hold = hold ?? null
  if (mode === undefined && date === undefined) return { retention: usual(config, nowMs), legal_hold }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw invalidArgument('Unknown wormMode directive.', 'x-amz-object-lock-mode', mode ?? '')
  const until_ms = Date.parse(date ?? '')
  if (!(until_ms > nowMs))
    throw invalidArgument(
      'The retain until date must be in the future!',
      'x-amz-object-lock-retain-until-date',
      date ?? '',
    )
  return { retention: { mode, until_ms }, legal_hold }
}

function usual(config: string, nowMs: number): Retention | null {
  const rule = parseXml(config, 'ObjectLockConfiguration')?.one('Rule')?.one('DefaultRetention')
  const mode = rule?.one('Mode')?.text
  if (rule === undefined || (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')) return null
  const days = Number(rule.one('Days')?.text ?? 0) + Number(rule.one('Years')?.text ?? 0) * 365
  return { mode, until_ms: nowMs + days * DAY_MS }
}

export const lockHeaders = ({ retention, legal_hold }: StoredObject): Readonly<Record<string, string>> => ({
  ...(retention === null
    ? {}
    : {
        'x-amz-object-lock-mode': retention.mode,
        'x-amz-object-lock-retain-until-date': new Date(retention.until_ms).toISOString(),
      }),
  ...(legal_hold === null ? {} : { 'x-amz-object-lock-legal-hold': legal_hold }),
})
