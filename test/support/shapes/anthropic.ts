/** Anthropic's answers, and the events of its streams, as the types of its own SDK have them, by operation. */
import type { Shapes } from '../shapes.ts'
import { describedBy } from './typescript.ts'

const page = (of: string): string =>
  `{ data: (${of})[]; first_id: string | null; last_id: string | null; has_more: boolean }`

/** What an operation answers; where it streams, `stream` is one event; `beta` where the request asked for one. */
const TYPES: Readonly<Record<string, string>> = {
  'messages.create': 'Messages.Message',
  'messages.create stream': "Messages.RawMessageStreamEvent | { type: 'ping' } | error",
  'messages.create beta': 'Beta.BetaMessage',
  'messages.create beta stream': "Beta.BetaRawMessageStreamEvent | { type: 'ping' } | error",
  'messages.count_tokens': 'Messages.MessageTokensCount',
  'messages.count_tokens beta': 'Beta.BetaMessageTokensCount',
  'messages.batches.create': 'Messages.MessageBatch',
  'messages.batches.list': page('Messages.MessageBatch'),
  'messages.batches.retrieve': 'Messages.MessageBatch',
  'messages.batches.cancel': 'Messages.MessageBatch',
  'messages.batches.results stream': 'Messages.MessageBatchIndividualResponse',
  'messages.batches.delete': 'Messages.DeletedMessageBatch',
  'files.upload': 'Files.FileMetadata',
  'files.list': page('Files.FileMetadata'),
  'files.retrieve_metadata': 'Files.FileMetadata',
  'files.download': 'unknown',
  'files.delete': 'Files.DeletedFile',
  'models.list': page('Models.ModelInfo'),
  'models.retrieve': 'Models.ModelInfo',
}
const exported = (name: string): string => name.replaceAll(/[. ]/g, '_')

const described = await describedBy({
  package: '@anthropic-ai/sdk',
  source: `
    import type * as Messages from '@anthropic-ai/sdk/resources/messages'
    import type * as Beta from '@anthropic-ai/sdk/resources/beta/messages'
    import type * as Files from '@anthropic-ai/sdk/resources/files'
    import type * as Models from '@anthropic-ai/sdk/resources/models'
    export type error = { type: 'error'; error: { type: string; message: string }; request_id: string | null }
    ${Object.entries(TYPES)
      .map(([name, type]) => `export type ${exported(name)} = ${type}`)
      .join('\n')}`,
})

/** Where the types are not what Anthropic sends. */
const UNDESCRIBED: readonly (readonly [line: RegExp, why: string])[] = [
  [/^(content\[\]|content_block)\.caller: is missing$/, 'Tools that run code come without, as recorded.'],
  [
    /^request_id: is missing$/,
    'Of an error within a stream: https://platform.claude.com/docs/en/build-with-claude/streaming.',
  ],
  [/iterations\[\]\.model: is missing$/, 'Steps of the model itself name none, as recorded.'],
  // Of all these the types say null where there is none; the recordings of 2025 and 2026 leave them out.
  [
    /(^|\.)(container|context_management|diagnostics|stop_details|citations|encrypted_content|estimated_tokens|skills): is missing$/,
    'Left out where there is none, as recorded.',
  ],
  [
    /usage\.(fallback_credit|iterations|speed|server_tool_use|output_tokens_details|inference_geo): is missing$/,
    'Left out where there is nothing to tell, as recorded.',
  ],
]

export const shapes: Shapes = ({ operation, url, status, body, streamed }) => {
  const beta = url.searchParams.get('beta') === 'true' && Object.hasOwn(TYPES, `${operation} beta`) ? ' beta' : ''
  const name = status >= 400 ? 'error' : `${operation}${beta}${streamed ? ' stream' : ''}`
  if (name !== 'error' && !Object.hasOwn(TYPES, name)) return [`nothing describes ${name}`]
  return described
    .deviations(exported(name), body)
    .map((line) => line.replaceAll(/\[\d+\]/g, '[]'))
    .filter((line) => !UNDESCRIBED.some(([known]) => known.test(line)))
}
