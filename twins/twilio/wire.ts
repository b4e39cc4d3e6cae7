import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import type {
  Account,
  Bucket,
  Fields,
  Key,
  Media,
  Message,
  PhoneNumber,
  RateLimit,
  Service,
  Verification,
  VerifyService,
} from './state.ts'

export const VERSION = '2010-04-01'
export const MESSAGING = 'https://messaging.twilio.com/v1'
export const VERIFY = 'https://verify.twilio.com/v2'

/** An answer that is a refusal, as lib/base/RestException.js of twilio 6.2 reads it (2026-11-26). */
export class Refusal extends Error {
  readonly status: number
  readonly code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const errorBody = ({ code, message, status }: Refusal): Json => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
})

/** Words for what can be injected. https://www.twilio.com/docs/api/errors (2026-11-26): 20003, 20404, 20429, 20500, 20503. */
const FAILURES: Readonly<Record<number, readonly [number, string]>> = {
  400: [20001, 'Unknown parameters'],
  401: [20003, 'Authenticate'],
  403: [20003, 'Permission Denied'],
  404: [20404, 'The requested resource was not found'],
  429: [20429, 'Too Many Requests'],
  500: [20500, 'An internal server error has occurred'],
  503: [20503, 'Service is unavailable. Please try again'],
}

/** An injected failure in the vendor's own words. */
export function failure(status: number, retryAfterMs?: number): Response {
  const [code, message] = FAILURES[status] ?? [20500, 'An internal server error has occurred']
  const headers: Record<string, string> =
    retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` }
  return Response.json(errorBody(new Refusal(status, code, message)), { status, headers })
}

export const sidOf = (world: World, prefix: string): string =>
  prefix + world.draw(`sid ${prefix}`).text(32, '0123456789abcdef')

/** `Tue, 01 Jan 2030 00:00:00 +0000`, as in what is at api.twilio.com. */
export const rfc2822 = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000')
/** `2030-01-01T00:00:00Z`, as everywhere else. */
export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** Words of the codes a message can end with: https://www.twilio.com/docs/api/errors (2026-11-26). */
export const MESSAGE_ERRORS: Readonly<Record<number, string>> = {
  30001: 'Queue overflow',
  30002: 'Account suspended',
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Carrier violation',
  30008: 'Unknown error',
  30009: 'Missing inbound segment',
  30010: 'Message price exceeds max price.',
  30034: 'US A2P 10DLC - Message from an Unregistered Number',
  30036: 'Validity Period Expired',
  63003: 'Channel could not find To address',
  63016:
    'Failed to send freeform message because you are outside the allowed window. If you are using WhatsApp, please use a Message Template.',
  63024: 'Invalid message recipient',
}

const accountPath = (account: string): string => `/${VERSION}/Accounts/${account}`

/** A message as the Messages resource has it: lib/rest/api/v2010/account/message.d.ts of twilio 6.2 (2026-11-26). */
export function messageBody(account: string, message: Message, fresh = false): Fields {
  const uri = `${accountPath(account)}/Messages/${message.id}`
  return {
    account_sid: account,
    api_version: VERSION,
    body: message.body,
    date_created: rfc2822(message.created_ms),
    date_sent: message.sent_ms === null ? null : rfc2822(message.sent_ms),
    date_updated: rfc2822(message.updated_ms),
    direction: message.direction,
    error_code: message.error_code,
    error_message: message.error_code === null ? null : (MESSAGE_ERRORS[message.error_code] ?? null),
    from: message.from,
    messaging_service_sid: message.service,
    num_media: `${message.media}`,
    num_segments: `${message.segments}`,
    price: message.price === null ? null : `-${message.price}`,
    price_unit: 'USD',
    sid: message.id,
    status: message.status,
    subresource_uris: {
      media: `${uri}/Media.json`,
      // As in the vendor's own examples, the answer to a new message does not name it.
      ...(fresh ? {} : { feedback: `${uri}/Feedback.json` }),
    },
    to: message.to,
    uri: `${uri}.json`,
  }
}

export const mediaBody = (account: string, media: Media): Fields => ({
  account_sid: account,
  content_type: media.content_type,
  date_created: rfc2822(media.created_ms),
  date_updated: rfc2822(media.updated_ms),
  parent_sid: media.message,
  sid: media.id,
  uri: `${accountPath(account)}/Messages/${media.message}/Media/${media.id}.json`,
})

export const numberBody = (account: string, number: PhoneNumber): Fields => ({
  account_sid: account,
  address_sid: null,
  address_requirements: 'none',
  api_version: VERSION,
  beta: false,
  bundle_sid: null,
  capabilities: { voice: true, sms: true, mms: true, fax: false },
  date_created: rfc2822(number.created_ms),
  date_updated: rfc2822(number.updated_ms),
  emergency_address_sid: null,
  emergency_address_status: 'unregistered',
  emergency_status: 'Inactive',
  friendly_name: number.friendly_name,
  identity_sid: null,
  origin: 'twilio',
  phone_number: number.phone_number,
  sid: number.id,
  sms_application_sid: '',
  sms_fallback_method: number.sms_fallback_method,
  sms_fallback_url: number.sms_fallback_url,
  sms_method: number.sms_method,
  sms_url: number.sms_url,
  status: 'in-use',
  status_callback: number.status_callback,
  status_callback_method: number.status_callback_method,
  trunk_sid: null,
  type: 'local',
  uri: `${accountPath(account)}/IncomingPhoneNumbers/${number.id}.json`,
  voice_application_sid: '',
  voice_caller_id_lookup: false,
  voice_fallback_method: 'POST',
  voice_fallback_url: '',
  voice_method: 'POST',
  voice_receive_mode: 'voice',
  voice_url: number.voice_url,
})

const PARTS = ['AvailablePhoneNumbers', 'Calls', 'IncomingPhoneNumbers', 'Keys', 'Messages', 'OutgoingCallerIds']

/** An account; only who has the main credentials sees the token. */
export const accountBody = (account: Account): Fields => ({
  auth_token: account.auth_token,
  date_created: rfc2822(account.created_ms),
  date_updated: rfc2822(account.updated_ms),
  friendly_name: account.friendly_name,
  owner_account_sid: account.id,
  sid: account.id,
  status: 'active',
  subresource_uris: Object.fromEntries(
    PARTS.map((part) => [
      part.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase(),
      `${accountPath(account.id)}/${part}.json`,
    ]),
  ),
  type: account.type,
  uri: `${accountPath(account.id)}.json`,
})

/** A key; its secret is shown once, when it is made. */
export const keyBody = (key: Key, fresh = false): Fields => ({
  sid: key.id,
  friendly_name: key.friendly_name,
  date_created: rfc2822(key.created_ms),
  date_updated: rfc2822(key.updated_ms),
  ...(fresh ? { secret: key.secret } : {}),
})

export function serviceBody(account: string, service: Service): Fields {
  const { id, created_ms, updated_ms, ...settings } = service
  const url = `${MESSAGING}/Services/${id}`
  return {
    account_sid: account,
    sid: id,
    date_created: iso(created_ms),
    date_updated: iso(updated_ms),
    ...settings,
    fallback_to_long_code: true,
    scan_message_content: 'inherit',
    synchronous_validation: false,
    us_app_to_person_registered: false,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      alpha_senders: `${url}/AlphaSenders`,
      messages: `${url}/Messages`,
      us_app_to_person: `${url}/Compliance/Usa2p`,
      us_app_to_person_usecases: `${url}/Compliance/Usa2p/Usecases`,
      channel_senders: `${url}/ChannelSenders`,
      destination_alpha_senders: `${url}/DestinationAlphaSenders`,
    },
    url,
  }
}

export const poolBody = (account: string, service: string, number: PhoneNumber, country: string): Fields => ({
  sid: number.id,
  account_sid: account,
  service_sid: service,
  date_created: iso(number.created_ms),
  date_updated: iso(number.updated_ms),
  phone_number: number.phone_number,
  country_code: country,
  capabilities: ['MMS', 'SMS', 'Voice'],
  url: `${MESSAGING}/Services/${service}/PhoneNumbers/${number.id}`,
})

export function verifyServiceBody(account: string, service: VerifyService): Fields {
  const { id, created_ms, updated_ms, ...settings } = service
  const url = `${VERIFY}/Services/${id}`
  return {
    sid: id,
    account_sid: account,
    ...settings,
    psd2_enabled: false,
    tts_name: null,
    push: null,
    totp: null,
    default_template_sid: null,
    whatsapp: null,
    passkeys: null,
    verify_event_subscription_enabled: false,
    date_created: iso(created_ms),
    date_updated: iso(updated_ms),
    url,
    links: {
      verification_checks: `${url}/VerificationCheck`,
      verifications: `${url}/Verifications`,
      rate_limits: `${url}/RateLimits`,
      messaging_configurations: `${url}/MessagingConfigurations`,
      entities: `${url}/Entities`,
      webhooks: `${url}/Webhooks`,
      access_tokens: `${url}/AccessTokens`,
    },
  }
}

export function rateLimitBody(account: string, limit: RateLimit): Fields {
  const url = `${VERIFY}/Services/${limit.service}/RateLimits/${limit.id}`
  return {
    sid: limit.id,
    service_sid: limit.service,
    account_sid: account,
    unique_name: limit.unique_name,
    description: limit.description,
    date_created: iso(limit.created_ms),
    date_updated: iso(limit.updated_ms),
    url,
    links: { buckets: `${url}/Buckets` },
  }
}

export const bucketBody = (account: string, bucket: Bucket): Fields => ({
  sid: bucket.id,
  rate_limit_sid: bucket.limit,
  service_sid: bucket.service,
  account_sid: account,
  max: bucket.max,
  interval: bucket.interval,
  date_created: iso(bucket.created_ms),
  date_updated: iso(bucket.updated_ms),
  url: `${VERIFY}/Services/${bucket.service}/RateLimits/${bucket.limit}/Buckets/${bucket.id}`,
})

/** What a check answers with. `valid`: whether this code was the right one. */
export const checkBody = (account: string, one: Verification, valid: boolean): Fields => ({
  sid: one.id,
  service_sid: one.service,
  account_sid: account,
  to: one.to,
  channel: one.channel,
  status: one.status,
  valid,
  amount: null,
  payee: null,
  sna_attempts_error_codes: [],
  date_created: iso(one.created_ms),
  date_updated: iso(one.updated_ms),
})

export function verificationBody(account: string, one: Verification): Fields {
  const { sna_attempts_error_codes: _, ...body } = checkBody(account, one, one.status === 'approved')
  return {
    ...body,
    lookup: {},
    send_code_attempts: one.sends.map(({ id, channel, at_ms }) => ({ attempt_sid: id, channel, time: iso(at_ms) })),
    sna: null,
    url: `${VERIFY}/Services/${one.service}/Verifications/${one.id}`,
  }
}
