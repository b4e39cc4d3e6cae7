/** What the API knows of a model. */
export type Model = {
  /** The name that answers carry. */
  readonly snapshot: string
  readonly displayName: string
  readonly released: string
  /** Tokens of input, and of input under the beta of a longer context. */
  readonly context: number
  readonly longContext?: number
  readonly outputMax: number
  /** Prefixes below so many tokens are not cached. */
  readonly cacheMin: number
  /** How thinking may be asked for. */
  readonly thinking: readonly ('enabled' | 'adaptive')[]
  readonly effort: readonly string[]
  /** `temperature` and `top_p`: both, one of them, or none. */
  readonly sampling: 'both' | 'one' | 'none'
  /** A conversation may end in the assistant's own words, to be gone on with. */
  readonly prefill: boolean
  /** System messages are taken in the midst of a conversation. */
  readonly midSystem: boolean
  readonly geo: 'global' | 'not_available'
  /** Thoughts are sent without their text, unless a request asks for it. */
  readonly hidesThoughts?: true
  /** Of its last days. Source: the SDK's internal/data/deprecated-models.js and its list of models (1.14). */
  readonly retires?: string
  readonly retired?: true
}

const CLASSIC = {
  context: 200_000,
  outputMax: 64_000,
  cacheMin: 1024,
  thinking: ['enabled'],
  effort: [],
  sampling: 'both',
  prefill: true,
  midSystem: false,
  geo: 'not_available',
} as const satisfies Partial<Model>
const SIX = {
  context: 1_000_000,
  outputMax: 128_000,
  cacheMin: 1024,
  thinking: ['enabled', 'adaptive'],
  effort: ['low', 'medium', 'high', 'max'],
  sampling: 'one',
  prefill: false,
  midSystem: false,
  geo: 'global',
} as const satisfies Partial<Model>
const NEWEST = {
  ...SIX,
  thinking: ['adaptive'],
  effort: ['low', 'medium', 'high', 'xhigh', 'max'],
  sampling: 'none',
  midSystem: true,
  hidesThoughts: true,
} as const satisfies Partial<Model>

/**
 * Models that answer, by the name the price list has.
 * Sources: https://platform.claude.com/docs/en/about-claude/models/overview, …/build-with-claude/prompt-caching (2026-11-26);
 * recordings of 2025-06 to 2026-09 for the names that answers carry.
 */
export const MODELS: Readonly<Record<string, Model>> = {
  'claude-opus-5': {
    ...NEWEST,
    snapshot: 'claude-opus-5',
    displayName: 'Claude Opus 5',
    released: '2026-07-20T00:00:00Z',
  },
  'claude-sonnet-5': {
    ...NEWEST,
    snapshot: 'claude-sonnet-5',
    displayName: 'Claude Sonnet 5',
    released: '2026-06-25T00:00:00Z',
  },
  'claude-fable-5': {
    ...NEWEST,
    snapshot: 'claude-fable-5',
    displayName: 'Claude Fable 5',
    released: '2026-06-25T00:00:00Z',
  },
  'claude-fable-5-1': {
    ...NEWEST,
    snapshot: 'claude-fable-5-1',
    displayName: 'Claude Fable 5.1',
    released: '2026-08-20T00:00:00Z',
  },
  'claude-opus-5-5': {
    ...NEWEST,
    snapshot: 'claude-opus-5-5',
    displayName: 'Claude Opus 5.5',
    released: '2026-10-01T00:00:00Z',
  },
  'claude-opus-4-8': {
    ...NEWEST,
    snapshot: 'claude-opus-4-8',
    displayName: 'Claude Opus 4.8',
    released: '2026-05-28T00:00:00Z',
  },
  'claude-opus-4-7': {
    ...NEWEST,
    cacheMin: 4096,
    midSystem: false,
    snapshot: 'claude-opus-4-7',
    displayName: 'Claude Opus 4.7',
    released: '2026-04-16T00:00:00Z',
  },
  'claude-opus-4-6': {
    ...SIX,
    cacheMin: 4096,
    snapshot: 'claude-opus-4-6',
    displayName: 'Claude Opus 4.6',
    released: '2026-02-04T00:00:00Z',
  },
  'claude-sonnet-4-6': {
    ...SIX,
    snapshot: 'claude-sonnet-4-6',
    displayName: 'Claude Sonnet 4.6',
    released: '2026-02-17T00:00:00Z',
  },
  'claude-opus-4-5': {
    ...CLASSIC,
    retires: '2027-01-22T00:00:00Z',
    cacheMin: 4096,
    effort: ['low', 'medium', 'high'],
    sampling: 'one',
    snapshot: 'claude-opus-4-5-20251101',
    displayName: 'Claude Opus 4.5',
    released: '2025-11-24T00:00:00Z',
  },
  'claude-haiku-4-5': {
    ...CLASSIC,
    cacheMin: 4096,
    sampling: 'one',
    snapshot: 'claude-haiku-4-5-20251001',
    displayName: 'Claude Haiku 4.5',
    released: '2025-10-15T00:00:00Z',
  },
  'claude-sonnet-4-5': {
    ...CLASSIC,
    retires: '2026-11-30T00:00:00Z',
    longContext: 1_000_000,
    sampling: 'one',
    snapshot: 'claude-sonnet-4-5-20250929',
    displayName: 'Claude Sonnet 4.5',
    released: '2025-09-29T00:00:00Z',
  },
  'claude-opus-4-1': {
    ...CLASSIC,
    retired: true,
    outputMax: 32_000,
    sampling: 'one',
    snapshot: 'claude-opus-4-1-20250805',
    displayName: 'Claude Opus 4.1',
    released: '2025-08-05T00:00:00Z',
  },
  'claude-opus-4-0': {
    ...CLASSIC,
    retired: true,
    outputMax: 32_000,
    snapshot: 'claude-opus-4-20250514',
    displayName: 'Claude Opus 4',
    released: '2025-05-22T00:00:00Z',
  },
  'claude-sonnet-4-0': {
    ...CLASSIC,
    retired: true,
    snapshot: 'claude-sonnet-4-20250514',
    displayName: 'Claude Sonnet 4',
    released: '2025-05-22T00:00:00Z',
  },
  'claude-3-7-sonnet-latest': {
    ...CLASSIC,
    retired: true,
    snapshot: 'claude-3-7-sonnet-20250219',
    displayName: 'Claude Sonnet 3.7',
    released: '2025-02-24T00:00:00Z',
  },
  'claude-3-5-sonnet-latest': {
    ...CLASSIC,
    retired: true,
    outputMax: 8192,
    thinking: [],
    snapshot: 'claude-3-5-sonnet-20241022',
    displayName: 'Claude Sonnet 3.5',
    released: '2024-10-22T00:00:00Z',
  },
  'claude-3-5-haiku-latest': {
    ...CLASSIC,
    retired: true,
    outputMax: 8192,
    cacheMin: 2048,
    thinking: [],
    snapshot: 'claude-3-5-haiku-20241022',
    displayName: 'Claude Haiku 3.5',
    released: '2024-10-22T00:00:00Z',
  },
  'claude-3-opus-latest': {
    ...CLASSIC,
    retired: true,
    outputMax: 4096,
    thinking: [],
    snapshot: 'claude-3-opus-20240229',
    displayName: 'Claude Opus 3',
    released: '2024-02-29T00:00:00Z',
  },
  'claude-3-haiku-20240307': {
    ...CLASSIC,
    retired: true,
    outputMax: 4096,
    cacheMin: 2048,
    thinking: [],
    snapshot: 'claude-3-haiku-20240307',
    displayName: 'Claude Haiku 3',
    released: '2024-03-07T00:00:00Z',
  },
}

/** Models of the SDK's list (1.14) that are not in the price list. */
const UNPRICED = new Set(
  'claude-fable-5-2 claude-mythos-5-2 claude-haiku-5-5 claude-sonnet-5-5 claude-mythos-5-1 claude-mythos-5 claude-mythos-preview'.split(
    ' ',
  ),
)

const BY_NAME = new Map(
  Object.entries(MODELS).flatMap(([key, { snapshot }]) => [key, snapshot].map((name): [string, string] => [name, key])),
)

/** The model a request names, by alias or snapshot; exact, because a prefix would give nonsense a price. */
export function modelOf(name: string): { readonly key: string; readonly model: Model } | 'unpriced' | undefined {
  if (UNPRICED.has(name)) return 'unpriced'
  const key = BY_NAME.get(name)
  const model = key === undefined ? undefined : MODELS[key]
  return key === undefined || model === undefined ? undefined : { key, model }
}
