import { createHmac } from 'node:crypto'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import type { Fields } from '../draft.ts'
import { type Call, headerIn, textOfBody } from '../evidence.ts'
import { asList, asObject, asText, parseLoose } from '../pick.ts'
import type { Caused } from './causes.ts'

/** What becomes of a webhook that the subject was sent: the twin sends it itself, something makes it, or it is sent as it was. */
export type Webhook = { readonly id: string | undefined; readonly type: string } & (
  | { readonly kind: 'of-itself'; readonly twin: string }
  | {
      readonly kind: 'event'
      readonly twin: string
      readonly event: string
      readonly fields: Fields
      readonly certain: boolean
    }
  | { readonly kind: 'call'; readonly twin: string | undefined; readonly scheme: string }
)

/** The field by which a fault on a twin's webhooks may pick one kind of event. */
export const TYPE_FIELDS: Readonly<Record<string, string>> = { stripe: 'type', sendgrid: 'event' }

/** Whose a signature is, by the header it stands in, and how it is made. */
const SCHEMES = {
  'stripe-signature': {
    twin: 'stripe',
    sign: (secret: string, body: string, s: number) => ({
      'stripe-signature': `t=${s},v1=${hmac(secret, `${s}.${body}`, 'hex')}`,
    }),
  },
  'x-hub-signature-256': {
    twin: 'github',
    sign: (secret: string, body: string) => ({ 'x-hub-signature-256': `sha256=${hmac(secret, body, 'hex')}` }),
  },
  'x-slack-signature': {
    twin: 'slack',
    sign: (secret: string, body: string, s: number) => ({
      'x-slack-request-timestamp': String(s),
      'x-slack-signature': `v0=${hmac(secret, `v0:${s}:${body}`, 'hex')}`,
    }),
  },
  // Standard Webhooks, as Svix and others send them; the secret is base64 behind its prefix.
  'webhook-signature': { twin: undefined, sign: standard('webhook') },
  'svix-signature': { twin: undefined, sign: standard('svix') },
  'x-twilio-email-event-webhook-signature': { twin: 'sendgrid', sign: undefined },
} as const
type Scheme = keyof typeof SCHEMES

const hmac = (secret: string | Buffer, text: string, encoding: 'hex' | 'base64'): string =>
  createHmac('sha256', secret).update(text).digest(encoding)

function standard(prefix: string): (secret: string, body: string, s: number) => Readonly<Record<string, string>> {
  return (secret, body, s) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const id = `msg_${s}`
    return {
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: String(s),
      [`${prefix}-signature`]: `v1,${hmac(key, `${id}.${s}.${body}`, 'base64')}`,
    }
  }
}

export const isSignatureHeader = (name: string): boolean =>
  Object.hasOwn(SCHEMES, name) ||
  /^(webhook|svix)-(id|timestamp)$|^x-slack-request-timestamp$|^x-hub-signature$/.test(name)

/** What an inbound call is as a webhook; undefined where it carries no signature. */
export function webhookOf(
  call: Call,
  outbound: readonly Caused[],
  twins: readonly TwinDefinition<unknown>[],
): Webhook | undefined {
  const scheme = (Object.keys(SCHEMES) as Scheme[]).find((name) => headerIn(call.requestHeaders, name) !== undefined)
  if (scheme === undefined) return undefined
  const twin = twins.find(({ name }) => name === SCHEMES[scheme].twin)
  const body = asObject(parseLoose(textOfBody(call.requestBody) ?? ''))
  const type = asText(body.type) ?? asText(body.event) ?? ''
  const told = {
    id:
      asText(body.id) ??
      headerIn(call.requestHeaders, 'webhook-id') ??
      headerIn(call.requestHeaders, 'x-github-delivery'),
    type,
  }
  if (twin === undefined) return { ...told, kind: 'call', twin: undefined, scheme }
  const happening = twin.happenings.find((name) => type === name || type.endsWith(`.${name}`))
  const object = asObject(asObject(body.data).object)
  const makers = makersOf(
    object,
    outbound.filter((one) => one.twin === twin.name),
  )
  if (happening !== undefined) {
    const where = makers.map(markOf).find((one) => one !== undefined)
    const fields = {
      ...(where === undefined ? {} : { where }),
      ...(asText(object.reason) === undefined ? {} : { reason: asText(object.reason) }),
    } as Fields
    return {
      ...told,
      kind: 'event',
      twin: twin.name,
      event: `${twin.name}.${happening}`,
      fields,
      certain: where !== undefined,
    }
  }
  return makers.length > 0
    ? { ...told, kind: 'of-itself', twin: twin.name }
    : { ...told, kind: 'call', twin: twin.name, scheme }
}

/** Outbound calls whose answers gave an id that the webhook's object is about. */
function makersOf(object: Readonly<Record<string, unknown>>, outbound: readonly Caused[]): readonly Caused[] {
  const ids = Object.entries(object).flatMap(([key, value]) =>
    typeof value === 'string' && value.length >= 6 && (key === 'id' || /^[a-z]{2,6}_\w{4,}$/.test(value))
      ? [value]
      : [],
  )
  return outbound.filter(({ call }) => {
    const text = textOfBody(call.responseBody) ?? ''
    return call.method === 'POST' && ids.some((id) => text.includes(`"${id}"`))
  })
}

/** Metadata that the subject gave what it made: the twin's own ids are others, but this will be the same. */
function markOf({ call }: Caused): Json | undefined {
  const metadata = asObject(asObject(parseLoose(textOfBody(call.responseBody) ?? '')).metadata)
  const pairs = Object.entries(metadata).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map(([key, value]) => [`metadata.${key}`, value]))
}

/** The secret that the project gives a twin's webhooks: a test's own, in its files already. */
export function secretOf(twin: string | undefined, defaults: Readonly<Record<string, unknown>>): string | undefined {
  if (twin === undefined) return undefined
  const { webhooks, webhook } = asObject(defaults[twin])
  return [...asList(webhooks), webhook].map((one) => asText(asObject(one).secret)).find((one) => one !== undefined)
}

export const canSign = (scheme: string): boolean => SCHEMES[scheme as Scheme]?.sign !== undefined

/** Fresh headers for a webhook at a virtual instant, under the secret that the project gives it. */
export const signed = (scheme: string, secret: string, body: string, atMs: number): Readonly<Record<string, string>> =>
  SCHEMES[scheme as Scheme]?.sign?.(secret, body, Math.floor(atMs / 1000)) ?? {}
