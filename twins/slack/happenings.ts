import { z } from 'zod'
import type { Json } from '../trace.ts'
import { createChannel, join, leave, openDirect, rename, setArchived } from './channels.ts'
import { dispatch, emit, subscribe, subscriptionsOf } from './events.ts'
import { hasElement } from './inputs.ts'
import { actOnMessage, actOnView, blocksOf, command, dismiss, shortcut, submit, suggest } from './interactions.ts'
import { edit, post, react, readContent, remove } from './messages.ts'
import { departed, newUser, withProfile } from './people.ts'
import { uninstall } from './routes/auth.ts'
import { execute } from './routes/functions.ts'
import { tellChanged } from './routes/users.ts'
import { channelNamed, userId } from './seed.ts'
import { type Channel, type Delivery, type Fields, fieldsOf, type Message, textOf, type View } from './state.ts'
import { viewBody } from './views.ts'
import type { Workspace } from './workspace.ts'

const text = z.string()
/** People and channels are named by id or by name; `channel` is left out where a person writes to the app. */
const who = { user: text }
const where = { user: text, channel: text.optional() }
/** `ts`, or the latest message that is there; `thread_ts: latest` is in answer to it. */
const at = { user: text, channel: text.optional(), ts: text.optional() }
const fields = z.record(z.string(), z.json())

/** Everything that people and time can do at Slack's side, and what has to be said of it. */
const SHAPES = {
  'message.posted': z.strictObject({ ...where, text, thread_ts: text.optional(), broadcast: z.boolean().optional() }),
  'message.edited': z.strictObject({ ...at, text }),
  'message.deleted': z.strictObject(at),
  'reaction.added': z.strictObject({ ...at, reaction: text }),
  'reaction.removed': z.strictObject({ ...at, reaction: text }),
  'member.joined': z.strictObject({ ...who, channel: text, inviter: text.optional() }),
  'member.left': z.strictObject({ ...who, channel: text }),
  'channel.created': z.strictObject({ ...who, name: text, is_private: z.boolean().optional() }),
  'channel.renamed': z.strictObject({ ...who, channel: text, name: text }),
  'channel.archived': z.strictObject({ ...who, channel: text }),
  'channel.unarchived': z.strictObject({ ...who, channel: text }),
  'user.joined': z.strictObject({
    name: text,
    id: text.optional(),
    real_name: text.optional(),
    email: text.optional(),
    title: text.optional(),
  }),
  'user.changed': z.strictObject({ ...who, profile: fields }),
  'user.deactivated': z.strictObject(who),
  'assistant_thread.started': z.strictObject(where),
  'app_home.opened': z.strictObject({ ...who, tab: z.enum(['home', 'messages']).optional() }),
  'action.taken': z.strictObject({ ...at, view: text.optional(), action: text, value: z.json().optional() }),
  'view.submitted': z.strictObject({ ...who, view: text.optional(), values: fields.optional() }),
  'view.closed': z.strictObject({ ...who, view: text.optional(), all: z.boolean().optional() }),
  'options.asked': z.strictObject({ ...who, view: text.optional(), action: text, value: text }),
  'command.sent': z.strictObject({ ...where, command: text, text: text.optional() }),
  'shortcut.used': z.strictObject({ ...who, callback_id: text }),
  'message_shortcut.used': z.strictObject({ ...at, callback_id: text }),
  'function.executed': z.strictObject({ callback_id: text, inputs: fields.optional() }),
  'events.url_set': z.strictObject({ url: z.url(), types: z.array(text).optional() }),
  'app.uninstalled': z.strictObject({}),
} as const
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = SHAPES
type Event = keyof typeof SHAPES
type Of<E extends Event> = z.infer<(typeof SHAPES)[E]>

export const HAPPENINGS: readonly string[] = Object.keys(SHAPES)

type Acts = { readonly [E in Event]: (ws: Workspace, of: Of<E>) => void }

const person = (ws: Workspace, name: string, event: Event): string => userId(ws, name, event)

/** A channel by name; without one, the direct conversation of a person and the app. */
function place(
  ws: Workspace,
  { user, channel }: { user: string; channel?: string | undefined },
  event: Event,
): Channel {
  if (channel !== undefined) return channelNamed(ws, channel, event)
  return openDirect(ws, ws.app.bot_user, [person(ws, user, event)]).channel
}

function messageAt(
  ws: Workspace,
  of: { user: string; channel?: string | undefined; ts?: string | undefined },
  event: Event,
): Message {
  const channel = place(ws, of, event)
  const ts = of.ts ?? latest(ws, channel)
  const message = ts === undefined ? undefined : ws.store.message(channel.id, ts)
  if (message === undefined)
    throw new Error(
      `slack ${event}: expected a message in ${channel.name || channel.id}${of.ts === undefined ? '' : ` at ${of.ts}`}, got none.`,
    )
  return message
}

/** The message at `ts`, or the latest that has the element; where none has, the latest of all, which says what it has. */
function messageWith(ws: Workspace, of: Of<'action.taken'>): Message {
  const channel = place(ws, of, 'action.taken')
  const ts = ws.store.timeline(channel.id).findLast((at) => {
    const message = ws.store.message(channel.id, at)
    return message !== undefined && hasElement(blocksOf(message), of.action)
  })
  return messageAt(ws, { ...of, ts: of.ts ?? ts }, 'action.taken')
}

/** The latest message that somebody wrote: lines about who joined do not count. */
const latest = (ws: Workspace, { id }: Channel): string | undefined =>
  ws.store.timeline(id).findLast((ts) => !/^channel_|^tombstone$/.test(textOf(ws.store.message(id, ts)?.subtype)))

/** The view that a person has before them: the topmost one, or the one with this id, callback_id or external_id. */
function viewOf(ws: Workspace, name: string | undefined, user: string, event: Event, type?: View['type']): View {
  const mine = ws.store.views
    .all()
    .filter((view) => view.open && view.user === user && (type === undefined || view.type === type))
  const found =
    name === undefined
      ? (mine.findLast((view) => view.type === 'modal') ?? mine.at(-1))
      : mine.findLast(({ id, callback_id, external_id }) => [id, callback_id, external_id].includes(name))
  if (found === undefined)
    throw new Error(
      `slack ${event}: expected an open view${name === undefined ? '' : ` "${name}"`} of ${user}, got none.`,
    )
  return found
}

/** Someone opens the app's assistant: a thread of their direct conversation begins. */
function startThread(ws: Workspace, of: Of<'assistant_thread.started'>): void {
  const user = person(ws, of.user, 'assistant_thread.started')
  const { channel } = openDirect(ws, ws.app.bot_user, [user])
  const content = { ...readContent(ws, {}), text: 'New Assistant Thread' }
  const app = { kind: 'app', user: ws.app.bot_user } as const
  const { ts } = post(ws, app, content, { channel }, { subtype: 'assistant_app_thread' })
  const id = `${channel.id}:${ts}`
  ws.store.assistant_threads.put({
    id,
    channel: channel.id,
    thread_ts: ts,
    user,
    status: '',
    status_until_ms: 0,
    title: '',
    prompts: [],
  })
  const from =
    of.channel === undefined ? {} : { channel_id: channelNamed(ws, of.channel, 'assistant_thread.started').id }
  const context = { ...from, team_id: ws.team.id, enterprise_id: null }
  emit(ws, 'assistant_thread_started', {
    type: 'assistant_thread_started',
    assistant_thread: { user_id: user, context, channel_id: channel.id, thread_ts: ts },
    event_ts: ws.nextTs(),
  })
}

function openHome(ws: Workspace, { user: name, tab = 'home' }: Of<'app_home.opened'>): void {
  const user = person(ws, name, 'app_home.opened')
  const { channel } = openDirect(ws, ws.app.bot_user, [user])
  const view = ws.store.views.all().find((one) => one.type === 'home' && one.user === user)
  const shown = view === undefined || tab === 'messages' ? {} : { view: viewBody(ws, view) }
  emit(ws, 'app_home_opened', {
    type: 'app_home_opened',
    user,
    channel: channel.id,
    tab,
    ...shown,
    event_ts: ws.nextTs(),
  })
}

/** Someone sets where events go; the address has to say a challenge back. */
function setUrl(ws: Workspace, { url, types }: Of<'events.url_set'>): void {
  const challenge = ws.world.draw('challenge').text(52)
  dispatch(ws, {
    id: ws.newId('Uv', ws.store.deliveries),
    kind: 'verification',
    url,
    type: 'url_verification',
    body: JSON.stringify({ token: ws.app.verification_token, challenge, type: 'url_verification' }),
    json: true,
    fields: { type: 'url_verification', challenge, types: types ?? subscriptionsOf(ws).types },
    about: challenge,
    user: '',
    delayMs: 0,
  })
}

/** https://docs.slack.dev/reference/events/url_verification (2026-11-26): the challenge comes back as text, in a form or in JSON. */
export function afterVerification(ws: Workspace, delivery: Delivery, body: string): void {
  const right = body.includes(delivery.about)
  const { types } = fieldsOf(delivery.fields)
  if (right) subscribe(ws, delivery.url, Array.isArray(types) ? (types as readonly Json[]).map(textOf) : [])
  ws.note(right ? 'events.verified' : 'events.refused', { url: delivery.url })
}

const ACTS: Acts = {
  'message.posted'(ws, of) {
    const user = person(ws, of.user, 'message.posted')
    const content = readContent(ws, { text: of.text })
    const channel = place(ws, of, 'message.posted')
    const thread_ts = of.thread_ts === 'latest' ? latest(ws, channel) : of.thread_ts
    const into = { channel, thread_ts, broadcast: of.broadcast ?? false }
    post(ws, { kind: 'person', user }, content, into)
  },
  'message.edited'(ws, of) {
    edit(
      ws,
      messageAt(ws, of, 'message.edited'),
      person(ws, of.user, 'message.edited'),
      readContent(ws, { text: of.text }),
    )
  },
  'message.deleted': (ws, of) => remove(ws, messageAt(ws, of, 'message.deleted')),
  'reaction.added': (ws, of) => reacts(ws, of, 'reaction.added', true),
  'reaction.removed': (ws, of) => reacts(ws, of, 'reaction.removed', false),
  'member.joined'(ws, { user: name, channel, inviter }) {
    const user = person(ws, name, 'member.joined')
    const into = channelNamed(ws, channel, 'member.joined')
    if (into.members.includes(user))
      throw new Error(`slack member.joined: expected someone who is not in ${into.name}, got ${name}.`)
    join(ws, into, user, inviter === undefined ? undefined : person(ws, inviter, 'member.joined'))
  },
  'member.left'(ws, { user: name, channel }) {
    const user = person(ws, name, 'member.left')
    const from = channelNamed(ws, channel, 'member.left')
    if (!from.members.includes(user))
      throw new Error(`slack member.left: expected someone who is in ${from.name}, got ${name}.`)
    leave(ws, from, user)
  },
  'channel.created': (ws, { user, name, is_private = false }) =>
    void createChannel(ws, name, is_private, person(ws, user, 'channel.created')),
  'channel.renamed': (ws, { user, channel, name }) =>
    void rename(ws, channelNamed(ws, channel, 'channel.renamed'), person(ws, user, 'channel.renamed'), name),
  'channel.archived': (ws, { user, channel }) =>
    void setArchived(ws, channelNamed(ws, channel, 'channel.archived'), person(ws, user, 'channel.archived'), true),
  'channel.unarchived': (ws, { user, channel }) =>
    void setArchived(
      ws,
      channelNamed(ws, channel, 'channel.unarchived'),
      person(ws, user, 'channel.unarchived'),
      false,
    ),
  'user.joined'(ws, wish) {
    const user = ws.store.users.put(newUser(ws, wish))
    ws.note('user.joined', { id: user.id, name: user.name })
    emit(ws, 'team_join', {
      type: 'team_join',
      user: { ...user, locale: 'en-US' },
      cache_ts: ws.nowS(),
      event_ts: ws.nextTs(),
    })
  },
  'user.changed': (ws, { user, profile }) =>
    tellChanged(ws, withProfile(ws, ws.user(person(ws, user, 'user.changed')), profile)),
  'user.deactivated'(ws, { user }) {
    const id = person(ws, user, 'user.deactivated')
    tellChanged(ws, ws.store.users.put(departed({ ...ws.user(id), updated: ws.nowS() })))
  },
  'assistant_thread.started': startThread,
  'app_home.opened': openHome,
  'action.taken'(ws, of) {
    const user = person(ws, of.user, 'action.taken')
    const inMessage = of.channel !== undefined || of.ts !== undefined
    if (inMessage) actOnMessage(ws, user, messageWith(ws, of), of.action, of.value)
    else actOnView(ws, user, viewOf(ws, of.view, user, 'action.taken'), of.action, of.value)
  },
  'view.submitted'(ws, { user: name, view, values = {} }) {
    const user = person(ws, name, 'view.submitted')
    submit(ws, viewOf(ws, view, user, 'view.submitted', 'modal'), values)
  },
  'view.closed'(ws, { user: name, view, all = false }) {
    dismiss(ws, viewOf(ws, view, person(ws, name, 'view.closed'), 'view.closed', 'modal'), all)
  },
  'options.asked'(ws, { user: name, view, action, value }) {
    const user = person(ws, name, 'options.asked')
    suggest(ws, user, viewOf(ws, view, user, 'options.asked'), action, value)
  },
  'command.sent': (ws, of) =>
    command(ws, person(ws, of.user, 'command.sent'), place(ws, of, 'command.sent'), of.command, of.text ?? ''),
  'shortcut.used': (ws, { user, callback_id }) => shortcut(ws, person(ws, user, 'shortcut.used'), callback_id),
  'message_shortcut.used': (ws, of) =>
    shortcut(
      ws,
      person(ws, of.user, 'message_shortcut.used'),
      of.callback_id,
      messageAt(ws, of, 'message_shortcut.used'),
    ),
  'function.executed': (ws, { callback_id, inputs = {} }) => execute(ws, callback_id, inputs),
  'events.url_set': setUrl,
  'app.uninstalled': (ws) => uninstall(ws),
}

function reacts(
  ws: Workspace,
  of: Of<'reaction.added'>,
  event: 'reaction.added' | 'reaction.removed',
  on: boolean,
): void {
  const message = messageAt(ws, of, event)
  if (!react(ws, message, person(ws, of.user, event), of.reaction, on))
    throw new Error(
      `slack ${event}: expected a reaction that ${on ? 'is not' : 'is'} there, got ${of.reaction} of ${of.user}.`,
    )
}

/** Makes something happen, as if people had done it in their clients. Throws on what cannot be. */
export function happen(ws: Workspace, event: string, of: Json): void {
  if (!isEvent(event)) throw new Error(`slack: expected one of ${HAPPENINGS.join(', ')}, got ${event}.`)
  const parsed = SHAPES[event].safeParse(of)
  if (!parsed.success) throw new Error(`slack.${event}: ${z.prettifyError(parsed.error)}\ngot ${JSON.stringify(of)}.`)
  const act = ACTS[event] as (ws: Workspace, of: Fields) => void
  act(ws, parsed.data as Fields)
}

const isEvent = (event: string): event is Event => Object.hasOwn(SHAPES, event)
