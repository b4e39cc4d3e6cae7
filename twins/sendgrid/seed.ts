import { WEBHOOK } from './delivery.ts'
import { seededVersion } from './routes/templates.ts'
import type { Site } from './site.ts'
import { type Seed, SUPPRESSIONS } from './state.ts'

/** Puts in what a seed says was there before. */
export function plant(site: Site, seed: Seed): void {
  const { store, world } = site
  const nowMs = site.now()
  for (const [nth, one] of (seed.keys ?? []).entries()) {
    const { key, scopes } = typeof one === 'string' ? { key: one, scopes: null } : one
    store.keys.put({ id: key.split('.')[1] || `key${nth}`, key, name: `key ${nth + 1}`, scopes })
  }
  for (const [nth, from_email] of (seed.verified_senders ?? []).entries())
    store.senders.put({ id: String(nth + 1), from_email, verified: true, profile: {} })
  for (const [nth, domain] of (seed.authenticated_domains ?? []).entries())
    store.domains.put({
      id: String(nth + 1),
      domain,
      subdomain: 'em1',
      is_default: nth === 0,
      automatic: true,
      custom_spf: false,
      valid: true,
    })
  for (const name of SUPPRESSIONS) {
    for (const email of seed.suppressions?.[name] ?? [])
      store[name].put({ id: email.toLowerCase(), created_ms: nowMs, reason: '', status: '' })
  }
  for (const { hostname, url, spam_check = false } of seed.inbound ?? [])
    store.parse_settings.put({ id: hostname.toLowerCase(), url, spam_check, send_raw: false })
  if (seed.webhook !== undefined) {
    const { url, signed = false } = seed.webhook
    store.webhooks.put({ id: WEBHOOK, enabled: true, url, signed, off: [] })
  }
  for (const { id, name = 'seeded', ...given } of seed.templates ?? []) {
    store.templates.put({ id, name, generation: 'dynamic', updated_ms: nowMs })
    const hex = world.draw('version').text(32, '0123456789abcdef')
    store.versions.put(seededVersion(hex, id, given, nowMs))
  }
  for (const { id, name, description = '', unsubscribed = [] } of seed.groups ?? []) {
    store.groups.put({ id: String(id), name, description, is_default: false })
    for (const address of unsubscribed) {
      const email = address.toLowerCase()
      store.left.put({ id: `${id} ${email}`, group: String(id), email, created_ms: nowMs })
    }
  }
}
