import { type Ask, arg, type Handlers, invalid, json, needed, SlackError } from '../ask.ts'
import type { Fields, Trigger, View } from '../state.ts'
import { keepView, pushView, readPayload, viewBody } from '../views.ts'

function payloadOf(ask: Ask): Fields {
  const view = json(ask, 'view')
  if (view === 'malformed') throw invalid('must be valid JSON [json-pointer:/view]')
  return readPayload(ask.ws, view)
}

/** Exchanges a trigger once, within three seconds: https://docs.slack.dev/reference/methods/views.open (2026-11-26). */
function exchange(ask: Ask): Trigger {
  const { ws } = ask
  const trigger = ws.store.triggers.get(needed(ask, 'trigger_id'))
  if (trigger === undefined) throw new SlackError('invalid_trigger_id')
  if (trigger.used) throw new SlackError('exchanged_trigger_id')
  if (trigger.until_ms < ws.world.clock.now()) throw new SlackError('expired_trigger_id')
  return trigger
}

function modal(ask: Ask): Fields {
  const payload = payloadOf(ask)
  if (payload.type !== 'modal') throw invalid('view type must be modal [json-pointer:/view/type]')
  return payload
}

function open(ask: Ask): Fields {
  const { ws } = ask
  const payload = modal(ask)
  const trigger = exchange(ask)
  const view = keepView(ws, payload, { user: trigger.user })
  ws.store.triggers.put({ ...trigger, used: true })
  return { view: viewBody(ws, view) }
}

function push(ask: Ask): Fields {
  const { ws } = ask
  const payload = modal(ask)
  const trigger = exchange(ask)
  const under = ws.store.views.get(trigger.view)
  if (under === undefined || !under.open) throw new SlackError('invalid_trigger_id')
  const view = pushView(ws, payload, under)
  ws.store.triggers.put({ ...trigger, used: true })
  return { view: viewBody(ws, view) }
}

function update(ask: Ask): Fields {
  const { ws } = ask
  const payload = payloadOf(ask)
  const [id, external] = [arg(ask, 'view_id'), arg(ask, 'external_id')]
  if (id === '' && external === '') throw invalid('must provide `view_id` or `external_id`')
  const known =
    id === '' ? ws.store.views.all().findLast((view) => view.external_id === external) : ws.store.views.get(id)
  if (known === undefined || !known.open) throw new SlackError('not_found')
  conflict(ask, known)
  const kept = { external_id: known.external_id, ...payload }
  return { view: viewBody(ws, keepView(ws, kept, { user: known.user, id: known.id })) }
}

function conflict(ask: Ask, view: View | undefined): void {
  const hash = arg(ask, 'hash')
  if (hash !== '' && hash !== view?.hash) throw new SlackError('hash_conflict')
}

function publish(ask: Ask): Fields {
  const { ws } = ask
  const payload = payloadOf(ask)
  const user = needed(ask, 'user_id')
  if (ws.store.users.get(user) === undefined) throw invalid('invalid `user_id`')
  if (payload.type !== 'home') throw invalid('view type must be home [json-pointer:/view/type]')
  const known = ws.store.views.all().find((view) => view.type === 'home' && view.user === user)
  conflict(ask, known)
  const view = keepView(ws, payload, { user, ...(known === undefined ? {} : { id: known.id }) })
  return { view: viewBody(ws, view) }
}

export const VIEWS: Handlers = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
}
