import { notModelled } from '../../twin.ts'
import { type Ask, created, found, type On, onlyKnown } from '../ask.ts'
import { GAPS, unknownParameter } from '../gaps.ts'
import { onlyTested } from '../magic.ts'
import { phoneOf } from '../phone.ts'
import type { Bucket, Verification, VerifyService } from '../state.ts'
import { check, countAsked, countStart, end, start, verificationOf } from '../verify.ts'
import { checkBody, Refusal, verificationBody } from '../wire.ts'
import { invalid, serviceOf } from './verify.ts'

const ROOT = '/v2/Services/:service'
/** lib/rest/verify/v2/service/verification.d.ts of twilio 6.2 (2026-11-26). Some change only what is said. */
const KNOWN = [
  'To',
  'Channel',
  'CustomCode',
  'CustomFriendlyName',
  'CustomMessage',
  'SendDigits',
  'Locale',
  'RateLimits',
  'DeviceIp',
  'RiskCheck',
  'Tags',
]
const OPTIONS = [
  'Amount',
  'Payee',
  'AppHash',
  'ChannelConfiguration',
  'TemplateSid',
  'TemplateCustomSubstitutions',
  'Templates',
  'EnableSnaClientToken',
]
const ELSEWHERE = ['email', 'sna', 'auto', 'rcs', 'push', 'totp']

export function addVerifications(on: On): void {
  const asked = (ask: Ask): Verification =>
    found(ask, verificationOf(ask.site, serviceOf(ask).id, ask.part('verification')))

  on('verifications.create', `POST ${ROOT}/Verifications`, (ask) => {
    onlyTested(ask)
    const service = serviceOf(ask)
    const channel = ask.param('Channel')
    if (ELSEWHERE.includes(channel)) throw notModelled('twilio', GAPS, 'channels of Verify')
    onlyKnown(ask, KNOWN, ['options of a verification', OPTIONS])
    const phone = phoneOf(ask.param('To'))
    // https://www.twilio.com/docs/api/errors/60200 (2026-11-26).
    if (phone === undefined) throw invalid('To')
    if (channel !== 'sms' && channel !== 'call' && channel !== 'whatsapp') throw invalid('Channel')
    const code = customCode(ask, service)
    const landline = ask.site.seed.landlines?.includes(phone.number) === true
    if (landline && channel === 'sms' && service.skip_sms_to_landlines)
      throw new Refusal(403, 60205, 'SMS is not supported by landline phone number')
    countStart(ask.site, limitsOf(ask, service))
    const one = start(ask.site, { service, to: phone.number, country: phone.country, channel, code })
    return created(verificationBody(ask.account.id, one))
  })

  on('verifications.fetch', `GET ${ROOT}/Verifications/:verification`, (ask) => {
    onlyTested(ask)
    const one = asked(ask)
    countAsked(ask.site, one)
    return Response.json(verificationBody(ask.account.id, one))
  })

  on('verifications.update', `POST ${ROOT}/Verifications/:verification`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Status'])
    const status = ask.param('Status')
    if (status !== 'approved' && status !== 'canceled') throw invalid('Status')
    return Response.json(verificationBody(ask.account.id, end(ask.site, asked(ask), status)))
  })

  on('verification_checks.create', `POST ${ROOT}/VerificationCheck`, (ask) => {
    onlyTested(ask)
    onlyKnown(
      ask,
      ['To', 'Code', 'VerificationSid'],
      ['options of a verification', ['Amount', 'Payee', 'SnaClientToken']],
    )
    const { id: service } = serviceOf(ask)
    const [to, sid, code] = [ask.param('To'), ask.param('VerificationSid'), ask.param('Code')]
    if (to === '' && sid === '') throw invalid('To')
    if (sid === '' && phoneOf(to) === undefined) throw invalid('To')
    if (!/^\w{4,10}$/.test(code)) throw invalid('Code')
    const { one, valid } = check(ask.site, found(ask, verificationOf(ask.site, service, sid === '' ? to : sid)), code)
    return created(checkBody(ask.account.id, one, valid))
  })
}

/** https://www.twilio.com/docs/api/errors/60204 (2026-11-26): what a service has not been opened for. */
function customCode(ask: Ask, service: VerifyService): string | undefined {
  const refused =
    (ask.has('CustomCode') && !service.custom_code_enabled) || ask.has('CustomFriendlyName') || ask.has('CustomMessage')
  if (refused) throw new Refusal(403, 60204, 'Service does not support this feature')
  if (!ask.has('CustomCode')) return undefined
  if (!/^\w{4,10}$/.test(ask.param('CustomCode'))) throw invalid('CustomCode')
  return ask.param('CustomCode')
}

/** The buckets that a start counts in, and the values of their keys: `RateLimits={"end_user_ip":"127.0.0.1"}`. */
function limitsOf(ask: Ask, { id }: VerifyService): readonly (readonly [Bucket, string])[] {
  if (!ask.has('RateLimits')) return []
  let given: unknown
  try {
    given = JSON.parse(ask.param('RateLimits'))
  } catch {
    throw invalid('RateLimits')
  }
  if (typeof given !== 'object' || given === null) throw invalid('RateLimits')
  return Object.entries(given).flatMap(([name, value]) => {
    const [limit] = ask.site.store.rate_limits.find(`${id} ${name}`)
    if (limit === undefined) throw unknownParameter(`RateLimits.${name}`, ask.operation)
    return ask.site.store.buckets.find(limit.id).map((bucket) => [bucket, String(value)] as const)
  })
}
