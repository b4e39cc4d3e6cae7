import type { Json } from '../trace.ts'
import { hookHeaders } from './events.ts'
import { type Org, rowOf, text } from './org.ts'
import type { Row } from './store.ts'
import { OktaError } from './wire.ts'

type Channel = 'sms' | 'call' | 'email'
/** How soon another code may be asked for, and what is said before that. Source: docs/reference/api/factors of okta/okta-developer-docs (2026-11-26). */
const PAUSES: Readonly<Record<Channel, readonly [ms: number, code: string, words: string]>> = {
  sms: [30_000, 'E0000109', 'An SMS message was recently sent. Please wait 30 seconds before trying again.'],
  call: [30_000, 'E0000130', 'A call was recently made. Please wait 30 seconds before trying again.'],
  email: [5_000, 'E0000118', 'An email was recently sent. Please wait 5 seconds before trying again.'],
}
const LIFETIME_MS = 300_000

export const isChannel = (type: unknown): type is Channel => type === 'sms' || type === 'call' || type === 'email'

/**
 * Sends a code to a factor's phone or mailbox: the trace tells it as `okta.code.sent`, for whoever plays the user. A telephony hook of the
 * org hears of it too; the answer does not wait for that (a stated assumption).
 */
export function sendCode(org: Org, user: Row, factor: Row, lifetimeMs: number = LIFETIME_MS): Row {
  const channel = factor.factorType
  if (!isChannel(channel)) return factor
  const now = org.world.clock.now()
  const [pauseMs, code, words] = PAUSES[channel]
  if (typeof factor._sentAt === 'number' && now - factor._sentAt < pauseMs) throw new OktaError(429, code, words)
  const passCode = org.world.draw('otp').text(6, '0123456789')
  const { phoneNumber, email } = rowOf(factor.profile)
  const to = text(phoneNumber) || text(email)
  org.world.trace.record('okta.code.sent', { channel, to, code: passCode, login: text(rowOf(user.profile).login) })
  if (channel !== 'email') tellHook(org, user, factor, passCode)
  return { ...factor, _sentAt: now, _code: passCode, _codeUntil: now + lifetimeMs }
}

/** Source: https://developer.okta.com/docs/api/openapi/okta-management/management/tags/inlinehook (2026-11-26), com.okta.telephony.provider. */
function tellHook(org: Org, user: Row, factor: Row, otpCode: string): void {
  const hook = org.store
    .rows('inlineHooks')
    .find(({ type, status }) => type === 'com.okta.telephony.provider' && status === 'ACTIVE')
  if (hook === undefined) return
  const { login, firstName, lastName } = rowOf(user.profile)
  const { phoneNumber, phoneExtension } = rowOf(factor.profile)
  const now = org.world.clock.now()
  const use = factor.status === 'ACTIVE' ? 'verify' : 'enrollment'
  org.world.deliver(
    {
      twin: 'okta',
      id: `telephony ${text(factor.id)} ${now}`,
      fields: { hook: text(hook.id) },
      url: text(rowOf(rowOf(hook.channel).config).uri),
      headers: [['Content-Type', 'application/json'], ['Accept', 'application/json'], ...hookHeaders(hook)],
      body: JSON.stringify({
        eventType: 'com.okta.telephony.provider',
        eventTypeVersion: '1.0',
        cloudEventVersion: '0.1',
        contentType: 'application/json',
        eventId: org.world.id('', 22),
        eventTime: new Date(now).toISOString(),
        source: `${org.home}/api/v1/inlineHooks/${text(hook.id)}`,
        requestType: `com.okta.user.telephony.pre-${use}`,
        data: {
          userProfile: { firstName, lastName, login, userId: text(user.id) } as Json,
          messageProfile: {
            msgTemplate: `(HOOK) Your code is ${otpCode}`,
            phoneNumber: phoneNumber ?? null,
            ...(phoneExtension === undefined ? {} : { phoneExtension }),
            otpExpires: new Date(now + LIFETIME_MS).toISOString(),
            deliveryChannel: factor.factorType === 'call' ? 'VOICE CALL' : 'SMS',
            otpCode,
            locale: 'EN-US',
          } as Json,
        },
      }),
      timeoutMs: 3_000,
    },
    () => undefined,
  )
}
