/** OpenAI's answers, and the events of its streams, as the types of its own SDK have them, by operation. */
import type { Shapes } from '../shapes.ts'
import { describedBy } from './typescript.ts'

const page = (of: string): string =>
  `{ object: 'list'; data: (${of})[]; first_id: string | null; last_id: string | null; has_more: boolean }`

/** What an operation answers; where it streams, `stream` is one event. */
const TYPES: Readonly<Record<string, string>> = {
  'chat.completions.create': 'OpenAI.ChatCompletion',
  'chat.completions.create stream': 'OpenAI.ChatCompletionChunk',
  'chat.completions.list': page('Stored'),
  'chat.completions.retrieve': 'Stored',
  'chat.completions.update': 'Stored',
  'chat.completions.delete': 'OpenAI.ChatCompletionDeleted',
  'chat.completions.messages.list': page('OpenAI.ChatCompletionStoreMessage'),
  'responses.create': 'OpenAI.Responses.Response',
  'responses.create stream': 'OpenAI.Responses.ResponseStreamEvent',
  'responses.retrieve': 'OpenAI.Responses.Response',
  'responses.retrieve stream': 'OpenAI.Responses.ResponseStreamEvent',
  'responses.cancel': 'OpenAI.Responses.Response',
  'responses.compact': 'OpenAI.Responses.CompactedResponse',
  'responses.input_items': 'OpenAI.Responses.ResponseItemList',
  'responses.input_tokens': "{ object: 'response.input_tokens'; input_tokens: number }",
  'responses.delete': "{ id: string; object: 'response'; deleted: true }",
  'conversations.create': 'OpenAI.Conversations.Conversation',
  'conversations.retrieve': 'OpenAI.Conversations.Conversation',
  'conversations.update': 'OpenAI.Conversations.Conversation',
  'conversations.delete': 'OpenAI.Conversations.ConversationDeletedResource',
  'conversations.items.list': 'OpenAI.Conversations.ConversationItemList',
  'conversations.items.create': 'OpenAI.Conversations.ConversationItemList',
  'conversations.items.retrieve': 'OpenAI.Conversations.ConversationItem',
  'conversations.items.delete': 'OpenAI.Conversations.Conversation',
  'containers.create': 'OpenAI.ContainerCreateResponse',
  'containers.list': page('OpenAI.ContainerListResponse'),
  'containers.retrieve': 'OpenAI.ContainerRetrieveResponse',
  'containers.delete': 'Deleted',
  'containers.files.create': 'Containers.FileCreateResponse',
  'containers.files.list': page('Containers.FileListResponse'),
  'containers.files.retrieve': 'Containers.FileRetrieveResponse',
  'containers.files.content': 'unknown',
  'containers.files.delete': 'Deleted',
  'embeddings.create': "Omit<OpenAI.CreateEmbeddingResponse, 'data'> & { data: Embedded[] }",
  'files.create': 'OpenAI.FileObject',
  'files.list': page('OpenAI.FileObject'),
  'files.retrieve': 'OpenAI.FileObject',
  'files.content': 'unknown',
  'files.delete': 'OpenAI.FileDeleted',
  'vector_stores.create': 'OpenAI.VectorStore',
  'vector_stores.list': page('OpenAI.VectorStore'),
  'vector_stores.retrieve': 'OpenAI.VectorStore',
  'vector_stores.update': 'OpenAI.VectorStore',
  'vector_stores.delete': 'OpenAI.VectorStoreDeleted',
  'vector_stores.files.create': 'VectorStores.VectorStoreFile',
  'vector_stores.files.list': page('VectorStores.VectorStoreFile'),
  'vector_stores.files.retrieve': 'VectorStores.VectorStoreFile',
  'vector_stores.files.update': 'VectorStores.VectorStoreFile',
  'vector_stores.file_batches.create': 'Batches.VectorStoreFileBatch',
  'vector_stores.file_batches.retrieve': 'Batches.VectorStoreFileBatch',
  'vector_stores.file_batches.cancel': 'Batches.VectorStoreFileBatch',
  'vector_stores.file_batches.files': page('VectorStores.VectorStoreFile'),
  'vector_stores.files.delete': 'VectorStores.VectorStoreFileDeleted',
  'models.list': "{ object: 'list'; data: OpenAI.Model[] }",
  'models.retrieve': 'OpenAI.Model',
  'models.delete': 'OpenAI.ModelDeleted',
  'batches.create': 'OpenAI.Batch',
  'batches.list': page('OpenAI.Batch'),
  'batches.retrieve': 'OpenAI.Batch',
  'batches.cancel': 'OpenAI.Batch',
  'moderations.create': 'OpenAI.ModerationCreateResponse',
  'traces.ingest': 'unknown',
  'webhooks.create': 'Webhook',
  'webhooks.list': page('Webhook'),
  'webhooks.retrieve': 'Webhook',
  'webhooks.update': 'Webhook',
  'webhooks.delete': 'unknown',
}
const exported = (name: string): string => name.replaceAll(/[. ]/g, '_')

const described = await describedBy({
  package: 'openai',
  source: `
    import type OpenAI from 'openai'
    import type * as Containers from 'openai/resources/containers/files/files'
    import type * as Batches from 'openai/resources/vector-stores/file-batches'
    import type * as VectorStores from 'openai/resources/vector-stores/files'
    // Whatever may be left out may be null as well: so in all recordings, and in the examples of the OpenAPI document.
    type Sent<T> = T extends string
      ? T
      : T extends readonly (infer U)[]
      ? Sent<U>[]
      : T extends object
        ? { [K in keyof T]: undefined extends T[K] ? Sent<T[K]> | null : Sent<T[K]> }
        : T
    type Stored = OpenAI.ChatCompletion
    type Deleted = { id: string; object: string; deleted: boolean }
    type Embedded = Omit<OpenAI.Embedding, 'embedding'> & { embedding: number[] | string }
    type Webhook = unknown
    export type error = { error: { message: string; type: string; param: string | null; code: string | null } }
    ${Object.entries(TYPES)
      .map(([name, type]) => `export type ${exported(name)} = Sent<${type}>`)
      .join('\n')}`,
})

/** Where the types are not what OpenAI sends. */
const UNDESCRIBED: readonly (readonly [line: RegExp, why: string])[] = [
  [/^(response\.)?output_text: is missing$/, 'The SDK adds it.'],
  [/^(response\.)?(billing|store|(frequency|presence)_penalty): is unknown$/, 'As recorded in 2025 and 2026.'],
  [/^response\.[\w.]+ obfuscation: is unknown$/, 'Of all deltas, as recorded; the types know it of texts alone.'],
  [/^responses\.\w+ tools\[\]\.n: is unknown$/, 'Of image generation, as recorded.'],
  [/results\[\]\.vector_store_id: is unknown$/, 'As recorded.'],
  [/^response\.apply_patch_call_operation_diff\./, 'Events of the patch tool are no types yet; as recorded.'],
  [/^chat\.completions\.create choices\[\]\.logprobs: is missing$/, 'Models that think send none, as recorded.'],
  [
    /^chat\.completions\.(list|retrieve|update|messages\.list) /,
    'Stored ones are more than the types: as in the examples of the OpenAPI document.',
  ],
  [/^responses\.compact output\[\]\./, 'What the user said is kept as it was said, as recorded.'],
  [/^vector_stores\.\w+ (data\[\]\.)?name: expected string, got null$/, 'Assumed: a store that nobody named has none.'],
  [/^vector_stores\.\w+ (data\[\]\.)?description: is unknown$/, 'As recorded.'],
]

export const shapes: Shapes = ({ operation, status, body, streamed }) => {
  const name = status >= 400 ? 'error' : streamed ? `${operation} stream` : operation
  if (name !== 'error' && !Object.hasOwn(TYPES, name)) return [`nothing describes ${name}`]
  const told = streamed ? String((body as { readonly type?: unknown }).type ?? operation) : operation
  return described
    .deviations(exported(name), body)
    .map((line) => line.replaceAll(/\[\d+\]/g, '[]'))
    .filter((line) => !UNDESCRIBED.some(([known]) => known.test(line) || known.test(`${told} ${line}`)))
}
