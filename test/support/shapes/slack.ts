/** Slack's answers as the types of its own client have them: every field may be missing there, none is of another type or unknown. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Shapes } from '../shapes.ts'
import { describedBy } from './typescript.ts'

const RESPONSES = join(import.meta.dirname, '../../../node_modules/@slack/web-api/dist/types/response')
const TYPES = readdirSync(RESPONSES)
  .map((file) => /^(\w+Response)\.d\.ts$/.exec(file)?.[1])
  .filter((name): name is string => name !== undefined)
/** The type of a method's answer: `chat.postMessage` is answered by a `ChatPostMessageResponse`. */
const TYPE_OF = new Map(TYPES.map((name) => [name.replace(/Response$/, '').toLowerCase(), name]))

const answers = await describedBy({
  package: '@slack/web-api',
  source: [
    'type Own<T> = { [K in keyof T as string extends K ? never : K]: T[K] }',
    ...TYPES.map((name) => `import type { ${name} as The${name} } from '@slack/web-api/dist/types/response/${name}'`),
    ...TYPES.map((name) => `export type ${name} = Own<The${name}>`),
  ].join('\n'),
})
const blocks = await describedBy({
  package: '@slack/types',
  source: "import type { AnyBlock } from '@slack/types'\nexport type Blocks = AnyBlock[]",
})

/** Where the types of answers are wrong: they are made of samples. The line begins with the method. */
const UNDESCRIBED: readonly (readonly [line: RegExp, why: string])[] = [
  [/\bblocks\[/, 'What blocks hold is merged into one type there, without the text of rich text; @slack/types has it.'],
  [/^search\.\S+: .*user.*expected "" or "U00000000"/, 'The ids of a sample became the type.'],
  [
    /^auth\.revoke: revoked:/,
    'https://docs.slack.dev/reference/methods/auth.revoke shows it; the sample was a refusal.',
  ],
  [/^dnd\.info: snooze_/, 'https://docs.slack.dev/reference/methods/dnd.info shows it; nobody snoozed in the sample.'],
  [/^oauth\.v2\.access: user_id:/, 'https://docs.slack.dev/authentication/using-token-rotation, of a user’s token.'],
  [/^reactions\.(get|list): .*message\.pinned_(info|to):/, 'No message of the sample was pinned.'],
  [
    /^conversations\.info: channel\.(members|unread_count\w*):/,
    'Recordings of group messages have them; the sample was a channel.',
  ],
  [/^conversations\.replies: messages\S+\.(client_msg_id|subtype):/, 'Nobody but the app wrote in the sample.'],
  [/^usergroups\.\S+: usergroup\.user_count:/, 'Nobody asked for it by include_count in the sample.'],
  [/^stars\.list: .*\.(app_id|bot_profile\.user_id):/, 'The sample is older than the field.'],
]

export const shapes: Shapes = ({ operation, status, body }) => {
  const type = TYPE_OF.get(operation.replaceAll('.', '').toLowerCase())
  if (type === undefined || status !== 200) return []
  const lines = answers
    .deviations(type, withoutNull(body))
    .filter((line) => !UNDESCRIBED.some(([known]) => known.test(`${operation}: ${line}`)))
  return [...lines, ...blocksIn(body, '')]
}

/** Deviations of all blocks there are below a value. */
function blocksIn(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, held]) => {
    const at = Array.isArray(value) ? `${path}[${name}]` : `${path === '' ? '' : `${path}.`}${name}`
    if (name === 'blocks' && Array.isArray(held)) return blocks.deviations('Blocks', held).map((line) => `${at}${line}`)
    return blocksIn(held, at)
  })
}

/** Samples with a null in them left no trace in the types; recordings have them everywhere. */
function withoutNull(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutNull)
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, held]) => (held === null ? [] : [[name, withoutNull(held)]])),
  )
}
