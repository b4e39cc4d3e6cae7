import type { Json } from '../../trace.ts'
import { type Ask, arg, type Handlers, has, json, needed, SlackError } from '../ask.ts'
import { type Call, type Fields, fieldsOf, textOf } from '../state.ts'

/** Calls of another service, of which Slack keeps who is in them: https://docs.slack.dev/apis/web-api/using-the-calls-api (2026-11-26). */
const body = ({ ended: _, duration: __, created_by: ___, ...call }: Call): Fields => ({
  ...call,
  users: call.users.map((user) => ({ ...user })),
})

function callOf(ask: Ask): Call {
  const call = ask.ws.store.calls.get(needed(ask, 'id'))
  if (call === undefined) throw new SlackError('invalid_call_id')
  return call
}

function openCall(ask: Ask): Call {
  const call = callOf(ask)
  if (call.ended) throw new SlackError('inactive_call')
  return call
}

/** People of the workspace by `slack_id`, others by an id and a name of the service's. */
function usersOf(ask: Ask): readonly Fields[] {
  const users = json(ask, 'users')
  if (users === undefined) return []
  if (!Array.isArray(users)) throw new SlackError('bad_users')
  return (users as readonly Json[]).map((user) => {
    const { slack_id, external_id, display_name, avatar_url } = fieldsOf(user)
    if (slack_id !== undefined) {
      if (ask.ws.store.users.get(textOf(slack_id)) === undefined) throw new SlackError('user_not_found')
      return { slack_id }
    }
    if (textOf(external_id) === '') throw new SlackError('user_not_found')
    return {
      external_id,
      ...(display_name === undefined ? {} : { display_name }),
      ...(avatar_url === undefined ? {} : { avatar_url }),
    }
  })
}

const keyOf = ({ slack_id, external_id }: Fields): string =>
  slack_id === undefined ? `external ${textOf(external_id)}` : textOf(slack_id)

function keep(ask: Ask, call: Call, event: 'call.added' | 'call.changed' | 'call.ended'): Fields {
  const { id, title = '', users } = ask.ws.store.calls.put(call)
  ask.ws.note(event, { id, title, users: users.map(keyOf) })
  return { call: body(call) }
}

const optional = (ask: Ask, ...names: readonly string[]): Fields =>
  Object.fromEntries(names.filter((name) => has(ask, name)).map((name) => [name, arg(ask, name)]))

export const CALLS: Handlers = {
  'calls.add'(ask) {
    const { ws, actor } = ask
    const external_unique_id = needed(ask, 'external_unique_id')
    const join_url = needed(ask, 'join_url')
    const created_by = arg(ask, 'created_by') || (actor.kind === 'user' ? actor.user : needed(ask, 'created_by'))
    if (ws.store.users.get(created_by) === undefined) throw new SlackError('invalid_created_by')
    const date_start = Number(arg(ask, 'date_start') || ws.nowS())
    if (!Number.isInteger(date_start) || date_start <= 0) throw new SlackError('invalid_start_time')
    const more = optional(ask, 'external_display_id', 'desktop_app_join_url', 'title')
    const id = ws.newId('R', ws.store.calls)
    const users = usersOf(ask)
    return keep(
      ask,
      { id, date_start, external_unique_id, join_url, ...more, users, created_by, ended: false, duration: 0 },
      'call.added',
    )
  },
  'calls.info': (ask) => ({ call: body(callOf(ask)) }),
  'calls.update': (ask) =>
    keep(ask, { ...openCall(ask), ...optional(ask, 'title', 'join_url', 'desktop_app_join_url') }, 'call.changed'),
  'calls.end'(ask) {
    keep(ask, { ...openCall(ask), ended: true, duration: Number(arg(ask, 'duration') || 0) }, 'call.ended')
    return {}
  },
  'calls.participants.add'(ask) {
    const call = openCall(ask)
    const users = usersOf(ask)
    if (users.length === 0) throw new SlackError('missing_argument')
    const there = new Set(call.users.map(keyOf))
    if (users.some((user) => there.has(keyOf(user)))) throw new SlackError('bad_users')
    return keep(ask, { ...call, users: [...call.users, ...users] }, 'call.changed')
  },
  'calls.participants.remove'(ask) {
    const call = openCall(ask)
    const gone = new Set(usersOf(ask).map(keyOf))
    return keep(ask, { ...call, users: call.users.filter((user) => !gone.has(keyOf(user))) }, 'call.changed')
  },
}
