import type { Json } from '../trace.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf } from './state.ts'

/** What people put in, by `action_id`, or by `block_id` or `block_id.action_id` where that is not enough. */
export type Typed = Fields

/** An interactive element, and the block it stands in. */
export type Placed = { readonly block: Fields; readonly element: Fields }

/** Every element of some blocks that can be used. */
export function elementsOf(blocks: Json | undefined): readonly Placed[] {
  return listOf(blocks)
    .filter(isFields)
    .flatMap((block) => {
      const parts = block.type === 'actions' ? listOf(block.elements) : [block.accessory ?? block.element ?? null]
      return parts
        .filter(isFields)
        .filter((element) => element.action_id !== undefined)
        .map((element) => ({ block, element }))
    })
}

const idOf = ({ block, element }: Placed): string => `${textOf(block.block_id)}.${textOf(element.action_id)}`

/** An input is alone in its block, so the block's name means it: many apps call every element of a form `value`. */
const aloneIn = ({ block }: Placed): string | undefined => (block.type === 'input' ? textOf(block.block_id) : undefined)

export const typedInto = (placed: Placed, typed: Typed): Json | undefined =>
  typed[idOf(placed)] ?? typed[aloneIn(placed) ?? ''] ?? typed[textOf(placed.element.action_id)]

/** The element that a name means; throws where there is none. */
export function elementNamed(blocks: Json | undefined, name: string, where: string): Placed {
  const all = elementsOf(blocks)
  const found = all.find(
    (placed) => idOf(placed) === name || aloneIn(placed) === name || placed.element.action_id === name,
  )
  if (found !== undefined) return found
  const ids = all.map(({ element }) => textOf(element.action_id))
  const known = all.map((one, at) =>
    ids.indexOf(ids[at] ?? '') === ids.lastIndexOf(ids[at] ?? '') ? ids[at] : idOf(one),
  )
  if (known.length === 0)
    throw new Error(`slack ${where}: expected something to use there, got no element at all for "${name}".`)
  throw new Error(`slack ${where}: expected one of the elements ${known.join(', ')}, got "${name}".`)
}

/** Whether one of some blocks has an element of this name. */
export const hasElement = (blocks: Json | undefined, name: string): boolean =>
  elementsOf(blocks).some((placed) => idOf(placed) === name || placed.element.action_id === name)

/** The option of a menu that has this value. */
function optionOf(element: Fields, value: Json, where: string): Fields {
  // Options of external menus come from the app: whoever picks one has it whole.
  if (isFields(value)) return value
  const groups = listOf(element.option_groups).filter(isFields)
  const options = [...listOf(element.options), ...groups.flatMap((group) => listOf(group.options))].filter(isFields)
  const found = options.find((option) => option.value === value)
  if (found !== undefined) return found
  const known = options.map((option) => textOf(option.value)).join(', ') || 'none'
  throw new Error(`slack ${where}: expected one of the options ${known}, got ${JSON.stringify(value)}.`)
}

type Reader = (element: Fields, value: Json | undefined, where: string) => Fields
const one =
  (name: string, initial: string): Reader =>
  (element, value) => ({ [name]: value ?? element[initial] ?? null })
const several =
  (name: string, initial: string): Reader =>
  (element, value) => ({ [name]: value === undefined ? listOf(element[initial]) : listOf(value) })
const option: Reader = (element, value, where) => ({
  selected_option:
    value === undefined ? (element.initial_option ?? null) : value === null ? null : optionOf(element, value, where),
})
const options: Reader = (element, value, where) => ({
  selected_options:
    value === undefined ? listOf(element.initial_options) : listOf(value).map((item) => optionOf(element, item, where)),
})
const text: Reader = one('value', 'initial_value')

/** What an element holds, in the words of its type: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload (2026-11-26). */
const READERS: Readonly<Record<string, Reader>> = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  rich_text_input: one('rich_text_value', 'initial_value'),
  file_input: several('files', 'initial_files'),
  static_select: option,
  external_select: option,
  radio_buttons: option,
  multi_static_select: options,
  multi_external_select: options,
  checkboxes: options,
  users_select: one('selected_user', 'initial_user'),
  conversations_select: one('selected_conversation', 'initial_conversation'),
  channels_select: one('selected_channel', 'initial_channel'),
  multi_users_select: several('selected_users', 'initial_users'),
  multi_conversations_select: several('selected_conversations', 'initial_conversations'),
  multi_channels_select: several('selected_channels', 'initial_channels'),
  datepicker: one('selected_date', 'initial_date'),
  timepicker: one('selected_time', 'initial_time'),
  datetimepicker: one('selected_date_time', 'initial_date_time'),
}

/** What an element holds once `value` has been put in; undefined when it holds nothing, as buttons do. */
export function heldBy({ element }: Placed, value: Json | undefined, where: string): Fields | undefined {
  const read = READERS[textOf(element.type)]
  return read === undefined ? undefined : { type: element.type, ...read(element, value, where) }
}

/** `state.values` of some blocks: by block, then by action. */
export function stateOf(blocks: Json | undefined, typed: Typed, where: string): Fields {
  const values: Record<string, Record<string, Json>> = {}
  for (const placed of elementsOf(blocks)) {
    const value = heldBy(placed, typedInto(placed, typed), where)
    if (value === undefined) continue
    const block = textOf(placed.block.block_id)
    values[block] = { ...values[block], [textOf(placed.element.action_id)]: value }
  }
  return values
}

/** Whether an input holds nothing: Slack's client does not send such a view. */
export function isBlank(value: Fields): boolean {
  const { type: _, ...held } = value
  const [inner] = Object.values(held)
  return inner === null || inner === undefined || inner === '' || (Array.isArray(inner) && inner.length === 0)
}

/** Inputs that have to be filled in. */
export const requiredInputs = (blocks: Json | undefined): readonly Placed[] =>
  elementsOf(blocks).filter(({ block }) => block.type === 'input' && block.optional !== true)

/** What a menu or a button tells of its use. */
export function actionOf(placed: Placed, value: Json | undefined, where: string): Fields {
  const { block, element } = placed
  const held = heldBy(placed, value, where)
  const shared = { action_id: element.action_id, block_id: block.block_id }
  if (element.type === 'button') {
    const { text: label, value: own, style, url, confirm } = element
    const rest = { text: label, value: own, style, url, confirm }
    const known = Object.fromEntries(Object.entries(rest).filter(([, one_]) => one_ !== undefined))
    return { ...shared, ...known, type: 'button' }
  }
  if (element.type === 'overflow')
    return { type: 'overflow', ...shared, selected_option: optionOf(element, value ?? null, where) }
  const initial = Object.entries(element).filter(([name]) => name.startsWith('initial_') || name === 'placeholder')
  return { ...shared, ...fieldsOf(held), ...Object.fromEntries(initial) }
}
