import type { Delivery } from '../../world.ts'
import type { Channel, FileRow, Notification } from '../state.ts'
import { type Event, permissionsOn, type Workspace } from '../workspace.ts'

/** Assumed: only "exponential backoff" is promised. */
const DELAYS_MS: readonly number[] = [1000, 2000, 4000, 8000, 16_000]
/** A server is asked again only at these: https://developers.google.com/workspace/drive/api/guides/push#respond (as known; not opened). */
const ASKED_AGAIN = [500, 502, 503, 504]

/** Tells the channels that watch a file, the folder it is in, or all that its owner may see. */
export function notifyChannels(ws: Workspace, file: FileRow, what: Event, details: readonly string[]): void {
  const now = ws.world.clock.now()
  const readers = permissionsOn(ws, file).flatMap(({ emailAddress }) => emailAddress ?? [])
  for (const channel of ws.tables.channels.values()) {
    if (channel.expiresMs <= now) continue
    if (channel.fileId === null) {
      if (readers.includes(channel.email)) notify(ws, channel.id, 'change', [])
    } else if (channel.fileId === file.id) notify(ws, channel.id, what, what === 'update' ? details : [])
    else if (file.parents.includes(channel.fileId) && what !== 'update') notify(ws, channel.id, 'update', ['children'])
  }
}

/** Puts a message on its way to a channel. Each has a number; the first, `sync`, is 1. */
export function notify(ws: Workspace, id: string, state: string, details: readonly string[]): void {
  const channel = ws.tables.channels.get(id)
  if (channel === undefined) return
  const number = channel.messages + 1
  ws.tables.channels.set(id, { ...channel, messages: number })
  const notification: Notification = {
    id: `${id}#${number}`,
    channelId: id,
    number,
    state,
    details,
    attempts: 0,
    status: 'open',
  }
  ws.tables.notifications.set(notification.id, notification)
  send(ws, notification)
}

/** Sends what is open, after the wait that is due before its next attempt; a restore calls it as well. */
export function send(ws: Workspace, { id, attempts }: Notification): void {
  const { world, epoch, tables } = ws
  // Whoever reports an outcome does so on its own account; the next attempt is on that of the change.
  const { cause } = world
  const waitMs = attempts === 0 ? 0 : (DELAYS_MS[attempts - 1] ?? 0)
  world.clock.schedule(
    waitMs,
    () => {
      const row = tables.notifications.get(id)
      const channel = row === undefined ? undefined : tables.channels.get(row.channelId)
      // A channel that was stopped, or a state that was left, sends no more.
      if (ws.epoch !== epoch || row === undefined || channel === undefined) return
      world.deliver(deliveryOf(channel, row), (outcome) => {
        const now = tables.notifications.get(id)
        if (ws.epoch !== epoch || now === undefined) return
        const taken = outcome.kind === 'answer' && outcome.status < 300
        const again =
          (outcome.kind !== 'answer' || ASKED_AGAIN.includes(outcome.status)) && now.attempts < DELAYS_MS.length
        const next: Notification = {
          ...now,
          attempts: now.attempts + 1,
          status: taken ? 'taken' : again ? 'open' : 'lost',
        }
        tables.notifications.set(id, next)
        world.trace.record('google.notification.sent', {
          channel: channel.id,
          number: now.number,
          state: now.state,
          taken,
        })
        if (again) void world.within(cause, () => send(ws, next))
      })
    },
    `notification ${id}`,
  )
}

const deliveryOf = (channel: Channel, { id, attempts, number, state, details }: Notification): Delivery => ({
  twin: 'google',
  id: `${id}~${attempts + 1}`,
  fields: { channel: channel.id, state, number },
  method: 'POST',
  url: channel.address,
  headers: headersOf(channel, number, state, details),
  body: '',
  timeoutMs: 10_000,
})

/** Headers say it all; there is no body and no signature: https://developers.google.com/workspace/drive/api/guides/push#receive (as known; not opened). */
function headersOf(
  channel: Channel,
  number: number,
  state: string,
  details: readonly string[],
): readonly (readonly [string, string])[] {
  return [
    ['Content-Type', 'application/json; utf-8'],
    ['Content-Length', '0'],
    ['User-Agent', 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google)'],
    ['X-Goog-Channel-ID', channel.id],
    ...(channel.token === null ? [] : [['X-Goog-Channel-Token', channel.token] as const]),
    ['X-Goog-Channel-Expiration', new Date(channel.expiresMs).toUTCString()],
    ['X-Goog-Resource-ID', channel.resourceId],
    ['X-Goog-Resource-URI', channel.resourceUri],
    ['X-Goog-Resource-State', state],
    ['X-Goog-Message-Number', String(number)],
    ...(details.length === 0 ? [] : [['X-Goog-Changed', details.join(',')] as const]),
  ]
}
