import { type Ask, created, flag, found, gone, type On, onlyKnown } from '../ask.ts'
import { onlyTested } from '../magic.ts'
import { metaPage, PAGING } from '../paging.ts'
import type { Site } from '../site.ts'
import type { Bucket, RateLimit, VerifyService } from '../state.ts'
import { bucketBody, Refusal, rateLimitBody, sidOf, verifyServiceBody } from '../wire.ts'

const ROOT = '/v2/Services'
const SETTINGS = [
  'FriendlyName',
  'CodeLength',
  'LookupEnabled',
  'SkipSmsToLandlines',
  'DtmfInputRequired',
  'DoNotShareWarningEnabled',
  'CustomCodeEnabled',
]
/** lib/rest/verify/v2/service.d.ts of twilio 6.2 (2026-11-26). */
const OTHERS = [
  'TtsName',
  'Psd2Enabled',
  'DefaultTemplateSid',
  'VerifyEventSubscriptionEnabled',
  'Push.IncludeDate',
  'Push.ApnCredentialSid',
  'Push.FcmCredentialSid',
  'Totp.Issuer',
  'Totp.TimeStep',
  'Totp.CodeLength',
  'Totp.Skew',
  'Whatsapp.MsgServiceSid',
  'Whatsapp.From',
]
const NAME_MAX = 32

export const invalid = (name: string): Refusal => new Refusal(400, 60200, `Invalid parameter: ${name}`)

export const newVerifyService = (id: string, nowMs: number): VerifyService => ({
  id,
  friendly_name: 'My Verify Service',
  code_length: 6,
  lookup_enabled: false,
  skip_sms_to_landlines: false,
  dtmf_input_required: true,
  do_not_share_warning_enabled: false,
  custom_code_enabled: false,
  created_ms: nowMs,
  updated_ms: nowMs,
})

/** The service; without a seed for them, any that is asked for is there. */
export function serviceOf(ask: Ask): VerifyService {
  const { site } = ask
  const id = ask.part('service')
  const known = site.store.verify_services.get(id)
  const free = site.seed.verify_services === undefined && /^VA[0-9a-f]{32}$/.test(id)
  if (known !== undefined || !free) return found(ask, known)
  return site.store.verify_services.put(newVerifyService(id, site.now()))
}

function changed(ask: Ask, service: VerifyService): VerifyService {
  const friendly_name = ask.param('FriendlyName') || service.friendly_name
  if (friendly_name.length > NAME_MAX) throw invalid('FriendlyName')
  const code_length = Number(ask.param('CodeLength') || service.code_length)
  if (!Number.isInteger(code_length) || code_length < 4 || code_length > 10) throw invalid('CodeLength')
  return {
    ...service,
    friendly_name,
    code_length,
    lookup_enabled: flag(ask, 'LookupEnabled', service.lookup_enabled),
    skip_sms_to_landlines: flag(ask, 'SkipSmsToLandlines', service.skip_sms_to_landlines),
    dtmf_input_required: flag(ask, 'DtmfInputRequired', service.dtmf_input_required),
    do_not_share_warning_enabled: flag(ask, 'DoNotShareWarningEnabled', service.do_not_share_warning_enabled),
    custom_code_enabled: flag(ask, 'CustomCodeEnabled', service.custom_code_enabled),
    updated_ms: ask.site.now(),
  }
}

export function addVerifyServices(on: On): void {
  on('verify.services.create', `POST ${ROOT}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, SETTINGS, ['settings of Verify', OTHERS])
    if (ask.param('FriendlyName') === '') throw invalid('FriendlyName')
    const service = changed(ask, newVerifyService(sidOf(ask.site.world, 'VA'), ask.site.now()))
    return created(verifyServiceBody(ask.account.id, ask.site.store.verify_services.put(service)))
  })
  on('verify.services.list', `GET ${ROOT}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, PAGING)
    return metaPage(ask, 'services', ask.site.store.verify_services.all(), (row) =>
      verifyServiceBody(ask.account.id, row),
    )
  })
  on('verify.services.fetch', `GET ${ROOT}/:service`, (ask) => {
    onlyTested(ask)
    return Response.json(verifyServiceBody(ask.account.id, serviceOf(ask)))
  })
  on('verify.services.update', `POST ${ROOT}/:service`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, SETTINGS, ['settings of Verify', OTHERS])
    const service = ask.site.store.verify_services.put(changed(ask, serviceOf(ask)))
    return Response.json(verifyServiceBody(ask.account.id, service))
  })
  on('verify.services.delete', `DELETE ${ROOT}/:service`, (ask) => {
    onlyTested(ask)
    const { id } = serviceOf(ask)
    for (const limit of ask.site.store.rate_limits.find(id)) removeLimit(ask.site, limit)
    ask.site.store.verify_services.remove(id)
    return gone()
  })
}

function removeLimit({ store }: Site, { id }: RateLimit): void {
  for (const bucket of store.buckets.find(id)) store.buckets.remove(bucket.id)
  store.rate_limits.remove(id)
}

/** https://www.twilio.com/docs/verify/api/service-rate-limits (2026-11-26). */
export function addRateLimits(on: On): void {
  const LIMITS = `${ROOT}/:service/RateLimits`
  const asked = (ask: Ask): RateLimit => {
    const row = ask.site.store.rate_limits.get(ask.part('limit'))
    return found(ask, row?.service === serviceOf(ask).id ? row : undefined)
  }
  const shown = (ask: Ask, limit: RateLimit): Response => Response.json(rateLimitBody(ask.account.id, limit))

  on('verify.rate_limits.create', `POST ${LIMITS}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['UniqueName', 'Description'])
    const { id: service } = serviceOf(ask)
    const { site } = ask
    const unique_name = ask.param('UniqueName')
    if (!/^[\w-]+$/.test(unique_name)) throw new Refusal(400, 60209, 'UniqueName format is invalid')
    // https://www.twilio.com/docs/api/errors/60208 (2026-11-26).
    if (site.store.rate_limits.find(`${service} ${unique_name}`).length > 0)
      throw new Refusal(400, 60208, 'Rate limit with that UniqueName already exists')
    const nowMs = site.now()
    const limit = { id: sidOf(site.world, 'RK'), service, unique_name, description: ask.param('Description') }
    return created(
      rateLimitBody(ask.account.id, site.store.rate_limits.put({ ...limit, created_ms: nowMs, updated_ms: nowMs })),
    )
  })
  on('verify.rate_limits.list', `GET ${LIMITS}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, PAGING)
    const rows = ask.site.store.rate_limits.find(serviceOf(ask).id)
    return metaPage(ask, 'rate_limits', rows, (row) => rateLimitBody(ask.account.id, row))
  })
  on('verify.rate_limits.fetch', `GET ${LIMITS}/:limit`, (ask) => {
    onlyTested(ask)
    return shown(ask, asked(ask))
  })
  on('verify.rate_limits.update', `POST ${LIMITS}/:limit`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Description'])
    const changes = { description: ask.param('Description'), updated_ms: ask.site.now() }
    return shown(ask, ask.site.store.rate_limits.put({ ...asked(ask), ...changes }))
  })
  on('verify.rate_limits.delete', `DELETE ${LIMITS}/:limit`, (ask) => {
    onlyTested(ask)
    removeLimit(ask.site, asked(ask))
    return gone()
  })
  addBuckets(on, `${LIMITS}/:limit/Buckets`, asked)
}

function addBuckets(on: On, BUCKETS: string, limitOf: (ask: Ask) => RateLimit): void {
  const number = (ask: Ask, name: string, otherwise?: number): number => {
    const value = ask.has(name) ? Number(ask.param(name)) : otherwise
    if (value === undefined || !Number.isInteger(value) || value < 1) throw invalid(name)
    return value
  }
  const asked = (ask: Ask): Bucket => {
    const row = ask.site.store.buckets.get(ask.part('bucket'))
    return found(ask, row?.limit === limitOf(ask).id ? row : undefined)
  }
  /** https://www.twilio.com/docs/api/errors/60211 (2026-11-26). */
  const alone = (ask: Ask, limit: string, interval: number, mine?: string): void => {
    if (ask.site.store.buckets.find(limit).some((row) => row.interval === interval && row.id !== mine))
      throw new Refusal(400, 60211, 'Bucket with the given Interval already exists')
  }

  on('verify.buckets.create', `POST ${BUCKETS}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Max', 'Interval'])
    const { site } = ask
    const { id: limit, service } = limitOf(ask)
    const [max, interval] = [number(ask, 'Max'), number(ask, 'Interval')]
    alone(ask, limit, interval)
    const nowMs = site.now()
    const bucket = { id: sidOf(site.world, 'BL'), service, limit, max, interval, created_ms: nowMs, updated_ms: nowMs }
    return created(bucketBody(ask.account.id, site.store.buckets.put(bucket)))
  })
  on('verify.buckets.list', `GET ${BUCKETS}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, PAGING)
    const rows = ask.site.store.buckets.find(limitOf(ask).id)
    return metaPage(ask, 'buckets', rows, (row) => bucketBody(ask.account.id, row))
  })
  on('verify.buckets.fetch', `GET ${BUCKETS}/:bucket`, (ask) => {
    onlyTested(ask)
    return Response.json(bucketBody(ask.account.id, asked(ask)))
  })
  on('verify.buckets.update', `POST ${BUCKETS}/:bucket`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Max', 'Interval'])
    const bucket = asked(ask)
    const [max, interval] = [number(ask, 'Max', bucket.max), number(ask, 'Interval', bucket.interval)]
    alone(ask, bucket.limit, interval, bucket.id)
    const next = ask.site.store.buckets.put({ ...bucket, max, interval, updated_ms: ask.site.now() })
    return Response.json(bucketBody(ask.account.id, next))
  })
  on('verify.buckets.delete', `DELETE ${BUCKETS}/:bucket`, (ask) => {
    onlyTested(ask)
    ask.site.store.buckets.remove(asked(ask).id)
    return gone()
  })
}
