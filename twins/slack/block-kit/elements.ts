import { anyOf, anything, boolean, integer, list, matching, object, oneOf, type Rule, tagged, text } from './rules.ts'

// Limits: https://docs.slack.dev/reference/block-kit (2026-11-26), and @slack/types of @slack/web-api 8.2.

/** `plain_text` and nothing else. */
export const plainText = (max: number, min = 1): Rule =>
  tagged({
    plain_text: object({
      required: { type: text(), text: text({ min, max }) },
      optional: { emoji: boolean },
      filled: () => ({ type: '', text: '', emoji: true }),
    }),
  })
/** `plain_text` or `mrkdwn`. */
export const anyText = (max: number, min = 1): Rule =>
  anyOf(
    tagged({
      plain_text: object({
        required: { type: text(), text: text({ min, max }) },
        optional: { emoji: boolean },
        filled: () => ({ type: '', text: '', emoji: true }),
      }),
      mrkdwn: object({
        required: { type: text(), text: text({ min, max }) },
        optional: { verbatim: boolean },
        filled: () => ({ type: '', text: '', verbatim: false }),
      }),
    }),
  )

const confirm = object({
  required: { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  optional: { style: oneOf('primary', 'danger') },
})
const option = (label: Rule): Rule =>
  object({
    required: { text: label, value: text({ max: 150 }) },
    optional: { description: label, url: text({ max: 3000 }) },
  })
const plainOption = option(plainText(75))
const richOption = option(anyText(75))
const optionGroup = object({
  required: { label: plainText(75), options: list(plainOption, { min: 1, max: 100 }) },
})
const filter = object({
  optional: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { min: 1 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
})
const dispatch = object({
  optional: {
    trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }),
  },
})
const DATE = matching(/^\d{4}-\d{2}-\d{2}$/, 'date')
const TIME = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'time')

type Shape = Parameters<typeof object>[0]
/** An element with an `action_id`, which Slack makes up where there is none. */
const interactive = (
  required: NonNullable<Shape['required']>,
  optional: NonNullable<Shape['optional']>,
  also?: Shape['also'],
): Rule =>
  object({
    required: { type: text(), ...required },
    optional: { action_id: text({ min: 1, max: 255 }), ...optional },
    filled: ({ fresh }) => ({ type: '', action_id: fresh() }),
    ...(also === undefined ? {} : { also }),
  })
const placed = { placeholder: plainText(150), confirm, focus_on_load: boolean }
const several = { ...placed, max_selected_items: integer({ min: 1 }) }

const optionsOrGroups: NonNullable<Shape['also']> = (value, at, { problems }) => {
  if ((value.options === undefined) === (value.option_groups === undefined))
    problems.add('must define either `options` or `option_groups`', at)
}
const choices = {
  options: list(plainOption, { min: 1, max: 100 }),
  option_groups: list(optionGroup, { min: 1, max: 100 }),
}

const button = interactive(
  { text: plainText(75) },
  {
    url: text({ max: 3000 }),
    value: text({ max: 2000 }),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: text({ max: 75 }),
  },
)
/** An image by address or by file; as a block it has more. */
export const imageFields: Shape = {
  required: { type: text(), alt_text: text({ min: 1, max: 2000 }) },
  optional: {
    image_url: text({ min: 1, max: 3000 }),
    slack_file: object({ optional: { id: text(), url: text() } }),
  },
  also(value, at, { problems }) {
    if ((value.image_url === undefined) === (value.slack_file === undefined))
      problems.add('must define either `image_url` or `slack_file`', at)
  },
}
export const image: Rule = object(imageFields)

const SELECTS: Readonly<Record<string, Rule>> = {
  static_select: interactive({}, { ...placed, ...choices, initial_option: plainOption }, optionsOrGroups),
  external_select: interactive({}, { ...placed, initial_option: plainOption, min_query_length: integer({ min: 0 }) }),
  users_select: interactive({}, { ...placed, initial_user: text() }),
  conversations_select: interactive(
    {},
    {
      ...placed,
      initial_conversation: text(),
      default_to_current_conversation: boolean,
      response_url_enabled: boolean,
      filter,
    },
  ),
  channels_select: interactive({}, { ...placed, initial_channel: text(), response_url_enabled: boolean }),
  multi_static_select: interactive({}, { ...several, ...choices, initial_options: list(plainOption) }, optionsOrGroups),
  multi_external_select: interactive(
    {},
    { ...several, initial_options: list(plainOption), min_query_length: integer({ min: 0 }) },
  ),
  multi_users_select: interactive({}, { ...several, initial_users: list(text()) }),
  multi_conversations_select: interactive(
    {},
    { ...several, initial_conversations: list(text()), default_to_current_conversation: boolean, filter },
  ),
  multi_channels_select: interactive({}, { ...several, initial_channels: list(text()) }),
}
const PICKERS: Readonly<Record<string, Rule>> = {
  datepicker: interactive({}, { ...placed, initial_date: DATE }),
  timepicker: interactive({}, { ...placed, initial_time: TIME, timezone: text() }),
  checkboxes: interactive(
    { options: list(richOption, { min: 1, max: 10 }) },
    { initial_options: list(richOption, { min: 1 }), confirm, focus_on_load: boolean },
  ),
  radio_buttons: interactive(
    { options: list(richOption, { min: 1, max: 10 }) },
    { initial_option: richOption, confirm, focus_on_load: boolean },
  ),
}
const DATETIME: Readonly<Record<string, Rule>> = {
  datetimepicker: interactive({}, { initial_date_time: integer({ min: 0 }), confirm, focus_on_load: boolean }),
}
const OVERFLOW: Readonly<Record<string, Rule>> = {
  overflow: interactive({ options: list(plainOption, { min: 1, max: 5 }) }, { confirm }),
}
const typed = { placeholder: plainText(150), focus_on_load: boolean, dispatch_action_config: dispatch }
const INPUTS: Readonly<Record<string, Rule>> = {
  plain_text_input: interactive(
    {},
    {
      ...typed,
      initial_value: text({ max: 3000 }),
      multiline: boolean,
      min_length: integer({ min: 0, max: 3000 }),
      max_length: integer({ min: 1, max: 3000 }),
    },
  ),
  email_text_input: interactive({}, { ...typed, initial_value: text() }),
  url_text_input: interactive({}, { ...typed, initial_value: text() }),
  number_input: interactive(
    { is_decimal_allowed: boolean },
    { ...typed, initial_value: text(), min_value: text(), max_value: text() },
  ),
  file_input: interactive({}, { filetypes: list(text(), { min: 1 }), max_files: integer({ min: 1, max: 10 }) }),
  rich_text_input: interactive({}, { ...typed, initial_value: anything }),
}
const LOUD = {
  workflow_button: 'newer blocks and elements',
  feedback_buttons: 'newer blocks and elements',
  icon_button: 'newer blocks and elements',
}

export const accessory: Rule = tagged({ button, image, ...SELECTS, ...PICKERS, ...OVERFLOW }, LOUD)
export const action: Rule = tagged({ button, ...SELECTS, ...PICKERS, ...DATETIME, ...OVERFLOW }, LOUD)
export const input: Rule = tagged({ ...SELECTS, ...PICKERS, ...DATETIME, ...INPUTS }, LOUD)
