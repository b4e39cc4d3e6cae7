import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { type Fields, fieldsOf } from './state.ts'

const ACCOUNT = `AC${'0'.repeat(32)}`

function bodyOf({ responseBody }: Exchange): Fields {
  try {
    return fieldsOf(JSON.parse(Buffer.from(responseBody ?? []).toString()))
  } catch {
    return {}
  }
}
const formOf = ({ requestBody }: Exchange): URLSearchParams => new URLSearchParams(Buffer.from(requestBody).toString())
const pathOf = ({ url }: Exchange): string => new URL(url).pathname

/** The account that a recording is of, as its paths or its answers name it. */
const accountOf = (exchanges: readonly Exchange[]): string =>
  exchanges
    .flatMap((exchange) => [/\/Accounts\/(AC[0-9a-f]{32})/.exec(pathOf(exchange))?.[1], bodyOf(exchange).account_sid])
    .find((sid): sid is string => typeof sid === 'string' && /^AC[0-9a-f]{32}$/.test(sid)) ?? ACCOUNT

/** What was there before: the account, its numbers and services as answers show them, and the codes that people read. */
function given(exchanges: readonly Exchange[]): Json {
  const made = new Set<unknown>()
  const services = new Set<string>()
  const verify = new Map<string, Fields>()
  const codes: Record<string, string> = {}
  for (const exchange of exchanges) {
    const [path, body, form] = [pathOf(exchange), bodyOf(exchange), formOf(exchange)]
    const creates = exchange.method === 'POST' && exchange.status === 201
    if (creates && /\/Services$/.test(path)) made.add(body.sid)
    const service = form.get('MessagingServiceSid') ?? /\/v1\/Services\/(MG[0-9a-f]{32})/.exec(path)?.[1]
    if (service !== undefined && /^MG[0-9a-f]{32}$/.test(service) && !made.has(service)) services.add(service)
    const checked = /\/v2\/Services\/(VA[0-9a-f]{32})/.exec(path)?.[1]
    if (checked !== undefined && !made.has(checked)) verify.set(checked, { sid: checked, custom_code_enabled: true })
    if (path.endsWith('/VerificationCheck') && body.valid === true) codes[String(body.to)] = form.get('Code') ?? ''
  }
  const numbers = exchanges
    .flatMap((exchange) => listOf(bodyOf(exchange).incoming_phone_numbers))
    .map(({ phone_number, sms_url }) => ({
      phone_number: phone_number ?? '',
      ...(typeof sms_url === 'string' && sms_url !== '' ? { sms_url } : {}),
    }))
  return {
    account: { sid: accountOf(exchanges), auth_token: 'recorded' },
    ...(numbers.length === 0 ? {} : { numbers }),
    // A pool is not shown by what it sends: it has one number.
    messaging_services: [...services].map((sid) => ({ sid, numbers: ['+15005550006'] })),
    verify_services: [...verify.values()],
    codes,
  }
}

const listOf = (value: Json | undefined): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : [])

/** Recordings have no credentials: whoever calls is the account of the path, or of the recording where there is none. */
export const fidelity: FidelityProfile = {
  authorize(headers, exchange) {
    const account = accountOf([exchange])
    headers.set('Authorization', `Basic ${Buffer.from(`${account}:recorded`).toString('base64')}`)
  },
  given,
  live: {
    env: 'TWILIO_CREDENTIALS',
    authorize: (headers, secret) => headers.set('Authorization', `Basic ${Buffer.from(secret).toString('base64')}`),
  },
}
