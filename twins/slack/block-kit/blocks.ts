import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import { type Fields, isFields, listOf, textOf } from '../state.ts'
import type { Workspace } from '../workspace.ts'
import { accessory, action, anyText, image, imageFields, input, plainText } from './elements.ts'
import {
  anyOf,
  anything,
  boolean,
  list,
  object,
  oneOf,
  Problems,
  type Reading,
  type Rule,
  tagged,
  text,
} from './rules.ts'

// https://docs.slack.dev/reference/block-kit/blocks (2026-11-26).

type Shape = Parameters<typeof object>[0]
/** A block with a `block_id`, which Slack makes up where there is none. */
const block = (shape: Shape): Rule =>
  object({
    ...shape,
    required: { type: text(), ...shape.required },
    optional: { block_id: text({ min: 1, max: 255 }), ...shape.optional },
    filled: (on) => ({ type: '', block_id: on.fresh(), ...shape.filled?.(on) }),
  })

const richPart = object({
  required: {
    type: oneOf('rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'),
    elements: list(anything),
  },
  optional: { style: text(), indent: anything, offset: anything, border: anything, language: text() },
})

const NEWER = 'newer blocks and elements'
const anyBlock: Rule = tagged(
  {
    section: block({
      optional: { text: anyText(3000), fields: list(anyText(2000), { min: 1, max: 10 }), accessory, expand: boolean },
      also(value, at, { problems }) {
        if (value.text === undefined && value.fields === undefined)
          problems.add('must define either `text` or `fields`', at)
      },
    }),
    divider: block({}),
    header: block({ required: { text: plainText(150) } }),
    image: block({ ...imageFields, optional: { ...imageFields.optional, title: plainText(2000) } }),
    actions: block({ required: { elements: list(action, { min: 1, max: 25 }) } }),
    context: block({
      required: {
        elements: list(
          (value, at, on) => (isFields(value) && value.type === 'image' ? image : anyText(3000))(value, at, on),
          {
            min: 1,
            max: 10,
          },
        ),
      },
    }),
    input: block({
      required: { label: plainText(2000), element: input },
      optional: { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
      filled: () => ({ optional: false, dispatch_action: false }),
    }),
    rich_text: block({ required: { elements: list(richPart) } }),
    markdown: block({ required: { text: text({ min: 1, max: 12_000 }) } }),
  },
  Object.fromEntries(
    'alert card carousel container context_actions data_table data_visualization file call video table task_card plan share_shortcut'
      .split(' ')
      .map((type) => [type, NEWER]),
  ),
)

/** Assumed: this wording; that ids are unique is documented. */
function uniqueIds(blocks: Json | undefined, at: string, { problems }: Reading): void {
  const seen = new Set<string>()
  for (const [n, one] of listOf(blocks).entries()) {
    const id = isFields(one) ? textOf(one.block_id) : ''
    if (id !== '' && seen.has(id)) problems.add(`\`block_id\` already exists for another block`, `${at}/${n}/block_id`)
    seen.add(id)
  }
}

const blocksRule =
  (max: number): Rule =>
  (value, at, on) => {
    uniqueIds(value, at, on)
    return list(anyBlock, { max })(value, at, on)
  }

const MODAL = object({
  required: { type: text(), title: plainText(24), blocks: blocksRule(100) },
  optional: {
    close: plainText(24),
    submit: plainText(24),
    private_metadata: text({ max: 3000 }),
    callback_id: text({ max: 255 }),
    external_id: text({ max: 255 }),
    clear_on_close: boolean,
    notify_on_close: boolean,
    submit_disabled: boolean,
  },
  also(view, at, { problems }) {
    if (view.submit !== undefined) return
    for (const [n, one] of listOf(view.blocks).entries())
      if (isFields(one) && one.type === 'input')
        problems.add('must define `submit` to use an `input` block in modals', `${at}/blocks/${n}/input`)
  },
})
const HOME = object({
  required: { type: text(), blocks: blocksRule(100) },
  optional: { private_metadata: text({ max: 3000 }), callback_id: text({ max: 255 }), external_id: text({ max: 255 }) },
})
const VIEW = anyOf(tagged({ modal: MODAL, home: HOME }, { workflow_step: 'steps of old workflows' }))

type Read<T> = { readonly value: T; readonly messages: readonly string[] }

function read(ws: Workspace, rule: Rule, value: Json, at: string): Read<Json> {
  const problems = new Problems()
  const chance = ws.world.draw('block ids')
  const kept = rule(value, at, {
    problems,
    fresh: () => chance.text(5),
    unmodelled: (what) => {
      throw notModelled('slack', GAPS, what)
    },
  })
  return { value: kept ?? null, messages: problems.messages }
}

const MESSAGE_BLOCKS = blocksRule(50)

/** Blocks of a message as Slack keeps them, and what is wrong with them. */
export function readBlocks(ws: Workspace, blocks: Json, at = '/blocks'): Read<readonly Fields[]> {
  const { value, messages } = read(ws, MESSAGE_BLOCKS, blocks, at)
  return { value: listOf(value).filter(isFields), messages }
}

/** A view as Slack keeps it, and what is wrong with it. */
export function readView(ws: Workspace, view: Json): Read<Fields> {
  const { value, messages } = read(ws, VIEW, view, '/view')
  return { value: isFields(value) ? value : {}, messages }
}
