import { phoneOf } from './phone.ts'
import type { Site } from './site.ts'

/** How addresses of WhatsApp begin: https://www.twilio.com/docs/whatsapp/api (2026-11-26). */
const WHATSAPP = 'whatsapp:'
/** How long somebody who has written may be answered freely: https://www.twilio.com/docs/api/errors/63016 (2026-11-26). */
const WINDOW_MS = 86_400_000

export const isWhatsApp = (address: string): boolean => address.startsWith(WHATSAPP)
/** Whether an address is of a channel that is neither SMS nor WhatsApp. */
export const isElsewhere = (address: string): boolean => address.includes(':') && !isWhatsApp(address)
export const bare = (address: string): string => address.replace(WHATSAPP, '')

/** Where a number is from, on whatever channel. */
export const countryOf = (address: string): string => phoneOf(bare(address))?.country ?? 'unknown'

/** Somebody has written to a sender of WhatsApp. */
export function openWindow(site: Site, sender: string, recipient: string): void {
  site.store.windows.put({ id: `${sender} ${recipient}`, last_ms: site.now() })
}

/** Whether a sender may write what it likes to somebody. */
export function isOpen(site: Site, sender: string, recipient: string): boolean {
  const last = site.store.windows.get(`${sender} ${recipient}`)?.last_ms
  return last !== undefined && site.now() < last + WINDOW_MS
}
