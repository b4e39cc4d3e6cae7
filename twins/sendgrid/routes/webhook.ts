import { badRequest, type On } from '../ask.ts'
import { WEBHOOK } from '../delivery.ts'
import type { Site } from '../site.ts'
import type { Fields, Webhook } from '../state.ts'
import { VERIFICATION_KEY } from '../wire.ts'

/** https://www.twilio.com/docs/sendgrid/api-reference/webhooks (2026-11-24). */
const EVENTS = [
  'group_resubscribe',
  'delivered',
  'group_unsubscribe',
  'spam_report',
  'bounce',
  'deferred',
  'unsubscribe',
  'processed',
  'open',
  'click',
  'dropped',
]
const PATH = '/v3/user/webhooks/event/settings'
const scope = (verb: string): string => `user.webhooks.event.settings.${verb}`

export const webhookOf = ({ store }: Site): Webhook =>
  store.webhooks.get(WEBHOOK) ?? { id: WEBHOOK, enabled: false, url: '', signed: false, off: [] }

const body = ({ enabled, url, off }: Webhook): Fields => ({
  enabled,
  url,
  ...Object.fromEntries(EVENTS.map((event) => [event, !off.includes(event)])),
})

export function addWebhook(on: On): void {
  on('webhook.settings.get', scope('read'), `GET ${PATH}`, ({ site }) => Response.json(body(webhookOf(site))))
  on('webhook.settings.update', scope('update'), `PATCH ${PATH}`, ({ site, body: json }) => {
    const old = webhookOf(site)
    const url = typeof json.url === 'string' ? json.url : old.url
    const enabled = typeof json.enabled === 'boolean' ? json.enabled : old.enabled
    if (enabled && url === '') throw badRequest('url is required', 'url')
    const off = EVENTS.filter((event) => (typeof json[event] === 'boolean' ? !json[event] : old.off.includes(event)))
    return Response.json(body(site.store.webhooks.put({ ...old, url, enabled, off })))
  })
  const key = ({ signed }: Webhook): Response => Response.json({ public_key: signed ? VERIFICATION_KEY : '' })
  on('webhook.signed.get', scope('read'), `GET ${PATH}/signed`, ({ site }) => key(webhookOf(site)))
  on('webhook.signed.update', scope('update'), `PATCH ${PATH}/signed`, ({ site, body: json }) =>
    key(site.store.webhooks.put({ ...webhookOf(site), signed: json.enabled === true })),
  )
}
