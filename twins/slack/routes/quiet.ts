import { type Ask, arg, type Handlers, invalid, many, needed, SlackError } from '../ask.ts'
import { openDirect } from '../channels.ts'
import { post } from '../messages.ts'
import { type Fields, fieldsOf, textOf } from '../state.ts'
import type { Workspace } from '../workspace.ts'

/** Nobody here has hours of quiet; 1 stands for never. */
const NEVER: Fields = { dnd_enabled: false, next_dnd_start_ts: 1, next_dnd_end_ts: 1 }

function knownUser(ask: Ask, id: string): string {
  if (ask.ws.store.users.get(id) === undefined) throw new SlackError('user_not_found')
  return id
}

/** Until when somebody wants to be left alone, in seconds; undefined when they do not, or no longer. */
function snoozedUntil(ws: Workspace, user: string): number | undefined {
  const until = Number(ws.store.settings.get(`snooze ${user}`)?.value ?? 0)
  return until > ws.nowS() ? until : undefined
}

function snooze(ws: Workspace, user: string): Fields {
  const until = snoozedUntil(ws, user)
  if (until === undefined) return { snooze_enabled: false }
  return {
    snooze_enabled: true,
    snooze_endtime: until,
    snooze_remaining: until - ws.nowS(),
    snooze_is_indefinite: false,
  }
}

const DAY_S = 86_400
const YEARS_S = 5 * 366 * DAY_S

/** `time` is seconds from now within a day, or a moment within five years: https://docs.slack.dev/reference/methods/reminders.add (2026-11-26). */
function momentOf(ask: Ask): number {
  const said = needed(ask, 'time')
  const time = Number(said)
  const now = ask.ws.nowS()
  if (!Number.isInteger(time) || time <= 0) throw new SlackError('cannot_parse')
  if (time <= DAY_S) return now + time
  if (time < now) throw new SlackError('time_in_past')
  if (time > now + YEARS_S) throw new SlackError('cannot_parse')
  return time
}

const at = (id: string): string => `reminder ${id}`
const remindersOf = ({ ws, actor }: Ask): readonly Fields[] =>
  ws.store.settings
    .all()
    .filter(({ id }) => id.startsWith('reminder '))
    .map(({ value }) => fieldsOf(value))
    .filter(({ user, creator }) => user === actor.user || creator === actor.user)

function reminderOf(ask: Ask): Fields {
  const id = needed(ask, 'reminder')
  const found = remindersOf(ask).find((one) => one.id === id)
  if (found === undefined) throw new SlackError('not_found')
  return found
}

/** Slackbot says what a reminder is for when it is due, in its conversation with the one who is reminded. Assumed: its words. */
function keepReminder(ws: Workspace, id: string): void {
  const { time } = fieldsOf(ws.store.settings.get(at(id))?.value)
  const dueMs = Number(time) * 1000 - ws.world.clock.now()
  if (dueMs < 0) return
  const remind = (): void => {
    const { text, user, complete_ts } = fieldsOf(ws.store.settings.get(at(id))?.value)
    if (user === undefined || Number(complete_ts) > 0) return
    const { channel } = openDirect(ws, 'USLACKBOT', [textOf(user)])
    post(
      ws,
      { kind: 'person', user: 'USLACKBOT' },
      { text: `Reminder: ${textOf(text)}.`, blocks: undefined, attachments: undefined, metadata: undefined },
      { channel },
    )
  }
  ws.later(dueMs, remind, 'reminder')
}

/** Puts reminders back on the clock, after a restore. */
export function keepReminders(ws: Workspace): void {
  for (const { id } of ws.store.settings.all()) if (id.startsWith('reminder ')) keepReminder(ws, id.slice(9))
}

/** Being left alone, and being reminded. */
export const QUIET: Handlers = {
  'dnd.info'(ask) {
    const user = arg(ask, 'user') === '' ? ask.actor.user : knownUser(ask, arg(ask, 'user'))
    // What somebody has set is told to themselves.
    return { ...NEVER, ...(user === ask.actor.user ? snooze(ask.ws, user) : {}) }
  },
  'dnd.teamInfo'(ask) {
    const users = many(ask, 'users')
    if (users.length === 0) throw invalid('missing required field: users')
    if (users.length > 50) throw new SlackError('too_many_users')
    const known = users.filter((user) => ask.ws.store.users.get(user) !== undefined)
    return { users: Object.fromEntries(known.map((user) => [user, NEVER])) }
  },
  'dnd.setSnooze'(ask) {
    const minutes = Number(arg(ask, 'num_minutes'))
    if (arg(ask, 'num_minutes') === '') throw new SlackError('missing_duration')
    if (!Number.isInteger(minutes) || minutes <= 0) throw new SlackError('snooze_failed')
    const { ws, actor } = ask
    ws.store.settings.put({ id: `snooze ${actor.user}`, value: ws.nowS() + minutes * 60 })
    return snooze(ws, actor.user)
  },
  'dnd.endSnooze'(ask) {
    const { ws, actor } = ask
    if (snoozedUntil(ws, actor.user) === undefined) throw new SlackError('snooze_not_active')
    ws.store.settings.remove(`snooze ${actor.user}`)
    return { ...NEVER, snooze_enabled: false }
  },
  'dnd.endDnd': () => ({}),
  'reminders.add'(ask) {
    const { ws, actor } = ask
    const text = needed(ask, 'text')
    const time = momentOf(ask)
    const user = arg(ask, 'user') === '' ? actor.user : knownUser(ask, arg(ask, 'user'))
    if (ws.user(user).is_bot) throw new SlackError('cannot_add_bot')
    const id = `Rm${ws.world.draw('reminder').text(9, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`
    const reminder = { id, creator: actor.user, text, user, recurring: false, time, complete_ts: 0 }
    ws.store.settings.put({ id: at(id), value: reminder })
    keepReminder(ws, id)
    return { reminder }
  },
  'reminders.list': (ask) => ({ reminders: remindersOf(ask) as never }),
  'reminders.info': (ask) => ({ reminder: reminderOf(ask) as never }),
  'reminders.complete'(ask) {
    const reminder = reminderOf(ask)
    if (reminder.recurring === true) throw new SlackError('cannot_complete_recurring')
    if (Number(reminder.complete_ts) > 0) return {}
    ask.ws.store.settings.put({
      id: at(textOf(reminder.id)),
      value: { ...reminder, complete_ts: ask.ws.nowS() } as never,
    })
    return {}
  },
  'reminders.delete'(ask) {
    ask.ws.store.settings.remove(at(textOf(reminderOf(ask).id)))
    return {}
  },
  'users.identity'({ ws, actor }) {
    const user = ws.user(actor.user)
    return { user: { name: textOf(user.profile.real_name) || user.name, id: user.id }, team: { id: ws.team.id } }
  },
}
