import type { Json } from '../trace.ts'
import { SlackError } from './ask.ts'
import { dispatch } from './events.ts'
import {
  actionOf,
  elementNamed,
  heldBy,
  isBlank,
  type Placed,
  requiredInputs,
  stateOf,
  type Typed,
  typedInto,
} from './inputs.ts'
import {
  type Channel,
  type Delivery,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  type Message,
  textOf,
  type View,
} from './state.ts'
import { closeView, keepView, pushView, readPayload, viewBody } from './views.ts'
import { messageBody } from './wire.ts'
import type { Workspace } from './workspace.ts'

/** https://docs.slack.dev/interactivity/handling-user-interaction (2026-11-26): a trigger lives three seconds, a response_url 30 minutes and five uses. */
const TRIGGER_MS = 3_000
const RESPONSE_URL = { ms: 30 * 60_000, uses: 5 }
const DELAY_MS = { min: 20, max: 120 }

const DIGITS = '0123456789'
const HEX = '0123456789abcdef'

/** A trigger that starts to run out now. */
function trigger(ws: Workspace, user: string, view = ''): string {
  const chance = ws.world.draw('trigger')
  const id = `${chance.text(13, DIGITS)}.${chance.text(12, DIGITS)}.${chance.text(32, HEX)}`
  ws.store.triggers.put({ id, user, view, until_ms: ws.world.clock.now() + TRIGGER_MS, used: false })
  return id
}

/** An address at which the app can answer later. */
export function responseUrl(
  ws: Workspace,
  kind: 'actions' | 'commands' | 'app',
  about: { readonly user: string; readonly channel: string; readonly ts?: string; readonly ephemeral?: boolean },
): string {
  const chance = ws.world.draw('response url')
  const id = `/${kind}/${ws.team.id}/${chance.text(13, DIGITS)}/${chance.text(24)}`
  const { user, channel, ts = '', ephemeral = false } = about
  const until_ms = ws.world.clock.now() + RESPONSE_URL.ms
  ws.store.response_urls.put({ id, user, channel, ts, ephemeral, uses: RESPONSE_URL.uses, until_ms })
  return `https://hooks.slack.com${id}`
}

const person = (ws: Workspace, id: string): Fields => {
  const { name } = ws.user(id)
  return { id, username: name, name, team_id: ws.team.id }
}
const shared = (ws: Workspace, user: string): Fields => ({
  team: { id: ws.team.id, domain: ws.team.domain },
  user: person(ws, user),
  api_app_id: ws.app.id,
  token: ws.app.verification_token,
  enterprise: null,
  is_enterprise_install: false,
})

/** What an app learns of where something happened; it does not learn the names of places that are private. */
export const placeOf = ({ id, kind, name }: Channel): Fields => ({
  id,
  name: kind === 'channel' ? name : kind === 'im' ? 'directmessage' : 'privategroup',
})

type Target = { readonly kind: 'interaction' | 'options'; readonly user: string; readonly about?: string }

function send(ws: Workspace, payload: Fields, { kind, user, about = '' }: Target): void {
  const { url, options_url } = ws.seed.interactivity ?? {}
  if (url === undefined)
    throw new Error('slack: expected an address for interactions, got none. Say given.slack.interactivity.url.')
  const id = ws.newId('Ix', ws.store.deliveries)
  dispatch(ws, {
    id,
    kind,
    url: kind === 'options' ? (options_url ?? url) : url,
    type: textOf(payload.type),
    body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    json: false,
    fields: payload,
    about,
    user,
    delayMs: ws.delay(`interaction ${id}`, DELAY_MS.min, DELAY_MS.max),
  })
}

/** Someone uses a button or a menu of a message. */
export function actOnMessage(
  ws: Workspace,
  user: string,
  message: Message,
  action: string,
  value: Json | undefined,
): void {
  const where = `action.taken of "${action}"`
  const channel = ws.channel(message.channel)
  const blocks = blocksOf(message)
  const placed = elementNamed(blocks, action, where)
  const typed = value === undefined ? {} : { [textOf(placed.element.action_id)]: value }
  send(
    ws,
    {
      type: 'block_actions',
      ...shared(ws, user),
      container: containerOf(message, placed),
      trigger_id: trigger(ws, user),
      channel: placeOf(channel),
      message: messageBody(ws, message),
      state: { values: stateOf(blocks, typed, where) },
      response_url: responseUrl(ws, 'actions', { user, channel: channel.id, ts: message.ts }),
      actions: [{ ...actionOf(placed, value, where), action_ts: ws.nextTs() }],
    },
    { kind: 'interaction', user },
  )
}

/** The blocks of a message, and those of its attachments. */
export const blocksOf = (message: Message): readonly Json[] => [
  ...listOf(message.blocks),
  ...listOf(message.attachments).flatMap((one) => listOf(fieldsOf(one).blocks)),
]

/** Where in a message something was used. */
function containerOf(message: Message, { block }: Placed): Fields {
  const shared = { message_ts: message.ts, channel_id: message.channel, is_ephemeral: false, ...threadOf(message) }
  const attachment = listOf(message.attachments)
    .map(fieldsOf)
    .find(({ blocks }) => listOf(blocks).includes(block))
  if (attachment === undefined) return { type: 'message', ...shared }
  return {
    type: 'message_attachment',
    attachment_id: attachment.id,
    ...shared,
    is_app_unfurl: attachment.is_app_unfurl === true,
  }
}

const threadOf = ({ thread_ts }: Message): Fields => (thread_ts === undefined ? {} : { thread_ts })

/** Someone uses a button or a menu of a modal or of the Home tab. */
export function actOnView(ws: Workspace, user: string, view: View, action: string, value: Json | undefined): void {
  const where = `action.taken of "${action}"`
  const placed = elementNamed(view.blocks, action, where)
  const held = heldBy(placed, value, where)
  const name = textOf(placed.element.action_id)
  const known = fieldsOf(view.typed)
  const changed =
    held === undefined || value === undefined
      ? view
      : ws.store.views.put({ ...view, typed: { ...known, [name]: value } })
  const values = stateOf(changed.blocks, fieldsOf(changed.typed), where)
  send(
    ws,
    {
      type: 'block_actions',
      ...shared(ws, user),
      container: { type: 'view', view_id: view.id },
      trigger_id: trigger(ws, user, view.type === 'modal' ? view.id : ''),
      view: viewBody(ws, changed, values),
      actions: [{ ...actionOf(placed, value, where), action_ts: ws.nextTs() }],
    },
    { kind: 'interaction', user, about: view.id },
  )
}

/** Someone fills a modal in and submits it. */
export function submit(ws: Workspace, view: View, given: Typed): void {
  const where = `view.submitted of ${textOf(view.callback_id) || view.id}`
  const names = Object.keys(given)
  for (const name of names) elementNamed(view.blocks, name, where)
  const typed = { ...fieldsOf(view.typed), ...given }
  for (const placed of requiredInputs(view.blocks)) {
    const held = heldBy(placed, typedInto(placed, typed), where)
    if (held !== undefined && isBlank(held))
      throw new Error(
        `slack ${where}: expected a value for ${textOf(placed.element.action_id)}, which is not optional, got none.`,
      )
  }
  const values = stateOf(view.blocks, typed, where)
  const filled = ws.store.views.put({ ...view, typed })
  send(
    ws,
    {
      type: 'view_submission',
      ...shared(ws, view.user),
      trigger_id: trigger(ws, view.user, view.id),
      view: viewBody(ws, filled, values),
      response_urls: [],
    },
    { kind: 'interaction', user: view.user, about: view.id },
  )
}

/** Someone closes a modal. The app is told when it asked to be. */
export function dismiss(ws: Workspace, view: View, all: boolean): void {
  closeView(ws, view, all || view.clear_on_close === true)
  ws.note('view.closed', { id: view.id, user: view.user, callback_id: view.callback_id })
  if (view.notify_on_close !== true) return
  const body = { ...viewBody(ws, view, stateOf(view.blocks, fieldsOf(view.typed), 'view.closed')) }
  send(
    ws,
    { type: 'view_closed', ...shared(ws, view.user), view: body, is_cleared: all || view.clear_on_close === true },
    { kind: 'interaction', user: view.user },
  )
}

/** Someone uses a shortcut of the app, from anywhere or on a message. */
export function shortcut(ws: Workspace, user: string, callbackId: string, message?: Message): void {
  const { user: who, ...rest } = shared(ws, user)
  const action = { callback_id: callbackId, trigger_id: trigger(ws, user), action_ts: ws.nextTs() }
  if (message === undefined)
    return send(ws, { type: 'shortcut', user: who, ...rest, ...action }, { kind: 'interaction', user })
  const channel = ws.channel(message.channel)
  const payload: Fields = {
    type: 'message_action',
    user: who,
    ...rest,
    ...action,
    channel: placeOf(channel),
    message_ts: message.ts,
    message: messageBody(ws, message),
    response_url: responseUrl(ws, 'app', { user, channel: channel.id, ts: message.ts }),
  }
  send(ws, payload, { kind: 'interaction', user })
}

/** Someone types into a menu whose options the app has. */
export function suggest(ws: Workspace, user: string, view: View, action: string, value: string): void {
  const { block, element } = elementNamed(view.blocks, action, 'options.asked')
  const payload: Fields = {
    type: 'block_suggestion',
    ...shared(ws, user),
    container: { type: 'view', view_id: view.id },
    action_id: element.action_id,
    block_id: block.block_id,
    value,
    view: viewBody(ws, view, stateOf(view.blocks, fieldsOf(view.typed), 'options.asked')),
  }
  send(ws, payload, { kind: 'options', user, about: view.id })
}

/** Someone types a slash command. */
export function command(ws: Workspace, user: string, channel: Channel, name: string, text: string): void {
  const { url, commands_url } = ws.seed.interactivity ?? {}
  const to = commands_url ?? url
  if (to === undefined)
    throw new Error('slack command.sent: expected an address for commands, got none. Say given.slack.interactivity.')
  const id = ws.newId('Cm', ws.store.deliveries)
  const address = responseUrl(ws, 'commands', { user, channel: channel.id, ephemeral: true })
  const { name: channel_name } = placeOf(channel)
  const fields = {
    token: ws.app.verification_token,
    team_id: ws.team.id,
    team_domain: ws.team.domain,
    channel_id: channel.id,
    channel_name: textOf(channel_name),
    user_id: user,
    user_name: ws.user(user).name,
    command: name,
    text,
    api_app_id: ws.app.id,
    is_enterprise_install: 'false',
    response_url: address,
    trigger_id: trigger(ws, user),
  }
  dispatch(ws, {
    id,
    kind: 'command',
    url: to,
    type: name,
    body: new URLSearchParams(fields).toString(),
    json: false,
    fields,
    about: new URL(address).pathname,
    user,
    delayMs: ws.delay(`command ${id}`, DELAY_MS.min, DELAY_MS.max),
  })
}

/**
 * What the answer to a submission does to the modal: https://docs.slack.dev/surfaces/modals (2026-11-26). Without a
 * `response_action` the view closes. What Slack could not show is an error to the one who submitted; the trace has it.
 */
export function afterSubmission(ws: Workspace, delivery: Delivery, body: string): void {
  const view = ws.store.views.get(delivery.about)
  if (view === undefined || delivery.type !== 'view_submission') return
  const said = body.trim() === '' ? {} : parse(body)
  const { response_action: action } = fieldsOf(said)
  const refused = (reason: string): void => ws.note('view.refused', { id: view.id, reason })
  if (said === undefined) return refused('the answer is no JSON')
  try {
    switch (action) {
      case undefined:
        return closeView(ws, view)
      case 'clear':
        return closeView(ws, view, true)
      case 'errors':
        return ws.note('view.errors', { id: view.id, user: view.user, errors: fieldsOf(said).errors ?? {} })
      case 'update':
        return void keepView(ws, readPayload(ws, fieldsOf(said).view), { user: view.user, id: view.id })
      case 'push':
        return void pushView(ws, readPayload(ws, fieldsOf(said).view), view)
      default:
        return refused(`no such response_action: ${textOf(action)}`)
    }
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    refused(`${error.code} ${JSON.stringify(error.more)}`)
  }
}

export function afterOptions(ws: Workspace, delivery: Delivery, body: string): void {
  const { options, option_groups } = fieldsOf(parse(body))
  ws.note('options.offered', { view: delivery.about, user: delivery.user, options: options ?? option_groups ?? [] })
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}
