import type { Json } from '../trace.ts'
import { SlackError } from './ask.ts'
import { readView } from './block-kit/blocks.ts'
import { type Fields, isFields, textOf, type View } from './state.ts'
import type { Workspace } from './workspace.ts'

/** https://docs.slack.dev/surfaces/modals (2026-11-26): three views to a stack, 250 kB to a view. */
const STACK_MAX = 3
const VIEW_BYTES_MAX = 250 * 1024

/** What a view says, checked; refuses as `views.*` do. */
export function readPayload(ws: Workspace, payload: Json | undefined): Fields {
  const missing = { messages: ['[ERROR] missing required field: view'] }
  if (payload === undefined) throw new SlackError('invalid_arguments', { response_metadata: missing })
  if (!isFields(payload))
    throw new SlackError('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] must provide an object [json-pointer:/view]'] },
    })
  const { value, messages } = readView(ws, payload)
  if (messages.length > 0)
    throw new SlackError('invalid_arguments', {
      response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
    })
  if (JSON.stringify(value).length > VIEW_BYTES_MAX) throw new SlackError('view_too_large')
  return value
}

const hashOf = (ws: Workspace): string => `${ws.nowS()}.${ws.world.draw('view hash').text(8)}`

type Stack = { readonly user: string; readonly root?: string; readonly previous?: string; readonly id?: string }

/** Shows a view to someone: a new one, or another content of the one with `id`. */
export function keepView(ws: Workspace, payload: Fields, { user, root, previous, id }: Stack): View {
  const external = textOf(payload.external_id)
  const other =
    external === '' ? undefined : ws.store.views.all().find((view) => view.external_id === external && view.id !== id)
  if (other !== undefined) throw new SlackError('duplicate_external_id')
  const known = id === undefined ? undefined : ws.store.views.get(id)
  const own = id ?? ws.newId('V', ws.store.views)
  const view: View = {
    id: own,
    user,
    team_id: ws.team.id,
    type: payload.type === 'home' ? 'home' : 'modal',
    blocks: payload.blocks ?? [],
    private_metadata: textOf(payload.private_metadata),
    callback_id: textOf(payload.callback_id),
    title: payload.title ?? (payload.type === 'home' ? { type: 'plain_text', text: 'View Title', emoji: true } : null),
    close: payload.close ?? null,
    submit: payload.submit ?? null,
    clear_on_close: payload.clear_on_close === true,
    notify_on_close: payload.notify_on_close === true,
    ...(payload.submit_disabled === undefined ? {} : { submit_disabled: payload.submit_disabled }),
    external_id: external,
    hash: hashOf(ws),
    root_view_id: root ?? known?.root_view_id ?? own,
    previous_view_id: previous ?? known?.previous_view_id ?? null,
    open: true,
    typed: known?.typed ?? {},
  }
  ws.store.views.put(view)
  ws.note(known === undefined ? 'view.opened' : 'view.updated', {
    id: own,
    type: view.type,
    user,
    callback_id: view.callback_id,
  })
  return view
}

/** Puts a view on top of another one. */
export function pushView(ws: Workspace, payload: Fields, under: View): View {
  const stack = stackOf(ws, under)
  if (stack.length >= STACK_MAX) throw new SlackError('push_limit_reached')
  const top = stack.at(-1) ?? under
  return keepView(ws, payload, { user: under.user, root: under.root_view_id, previous: top.id })
}

/** The open views of a modal, the first one first. */
export const stackOf = (ws: Workspace, { root_view_id: root }: View): readonly View[] =>
  ws.store.views.all().filter((view) => view.open && view.type === 'modal' && view.root_view_id === root)

export function closeView(ws: Workspace, view: View, all = false): void {
  const stack = stackOf(ws, view)
  const from = all ? 0 : stack.findIndex(({ id }) => id === view.id)
  for (const one of stack.slice(Math.max(0, from))) ws.store.views.put({ ...one, open: false })
}

/** A view as the wire shows it. An empty state is a list: the language behind the wire has no other empty object. */
export function viewBody(ws: Workspace, { user: _, open: __, typed: ___, ...view }: View, values?: Fields): Fields {
  return {
    ...view,
    state: { values: values ?? [] },
    app_id: ws.app.id,
    app_installed_team_id: ws.team.id,
    bot_id: ws.app.bot_id,
  }
}
