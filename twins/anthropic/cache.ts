import { createHash } from 'node:crypto'
import { canonical, type Json } from '../trace.ts'
import type { World } from '../world.ts'
import type { Ask } from './request.ts'
import { type Cached, type Item, isItem, type State } from './state.ts'
import { countTokens } from './tokens.ts'

/** How the input of a request is split by price. */
export type Input = {
  readonly fresh: number
  readonly read: number
  readonly written5m: number
  readonly written1h: number
}

/** Tokens around a message or a tool, beside its text. Assumed: see gaps.ts. */
const AROUND = 4
const LOOKBACK_BLOCKS = 20
const TTL_MS = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const

type Block = { readonly text: string; readonly tokens: number; readonly mark: '5m' | '1h' | undefined }

const UNCOUNTED = new Set(['image', 'document', 'container_upload', 'search_result'])

/** The input holds what cannot be counted. */
export function uncounted({ messages, system }: Ask): boolean {
  const holds = (block: Item): boolean =>
    UNCOUNTED.has(String(block.type)) ||
    (Array.isArray(block.content) && block.content.some((one) => isItem(one) && holds(one)))
  return [...system, ...messages.flatMap(({ content }) => content)].some(holds)
}

const markOf = ({ cache_control: mark }: Item): '5m' | '1h' | undefined =>
  isItem(mark) ? (mark.ttl === '1h' ? '1h' : '5m') : undefined

/** The words of a block, whatever it is; signatures and ids are not among them. */
function wordsOf(value: Json): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((one: Json) => wordsOf(one)).join(' ')
  if (!isItem(value)) return value === null ? '' : String(value)
  return Object.entries(value)
    .filter(([name]) => !/^(type|id|tool_use_id|signature|cache_control|encrypted_\w+|data)$/.test(name))
    .map(([name, one]) => (name === 'text' ? wordsOf(one) : `${name} ${wordsOf(one)}`))
    .join(' ')
}

/** All of the input in the order in which it is cached: tools, system, messages. */
function blocksOf({ tools, system, messages, body }: Ask): readonly Block[] {
  const block = (one: Item, before: string, around: number): Block => {
    const { cache_control: _, ...rest } = one
    const text = one.type === 'text' ? String(one.text) : wordsOf(rest)
    return { text: `${before}${canonical(rest)}`, tokens: countTokens(text) + around, mark: markOf(one) }
  }
  // Another choice of tools or of thinking leaves tools and system cached, and messages not.
  const settings = canonical({ choice: body.tool_choice ?? null, thinking: body.thinking ?? null })
  const blocks = [
    ...tools.map((tool) => block(tool, 'tool', AROUND)),
    ...system.map((one) => block(one, 'system', 0)),
    ...messages.flatMap(({ role, content }) =>
      content.map((one, nth) => block(one, `${role}${settings}`, nth === 0 ? AROUND : 0)),
    ),
  ]
  const last = blocks.at(-1)
  const auto = markOf(body)
  if (last !== undefined && auto !== undefined) blocks[blocks.length - 1] = { ...last, mark: last.mark ?? auto }
  return blocks
}

export const countInput = (ask: Ask): number => blocksOf(ask).reduce((sum, { tokens }) => sum + tokens, 0)

/** A split of the input, and what it does to the cache once the request is answered. */
export type Plan = { readonly input: Input; readonly commit: () => void }

/**
 * Splits `total` tokens of input by what the cache holds. A mark reads the longest prefix that ends at most 20 blocks before
 * it, which keeps that prefix for another while, and writes what follows it.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (2026-11-26).
 */
export function planCache(world: World, state: State, ask: Ask, total: number): Plan {
  const prefixes = prefixesOf(ask, total)
  const nowMs = world.clock.now()
  const marked = prefixes.flatMap(({ mark }, at) => (mark === undefined ? [] : [at]))
  const hits = marked.flatMap((at) => {
    for (let back = at; back >= 0 && back > at - LOOKBACK_BLOCKS; back--) {
      const entry = state.cache.get(prefixes[back]?.name ?? '')
      if (entry !== undefined && entry.expires_ms > nowMs) return [{ back, entry }]
    }
    return []
  })
  const hit = Math.max(-1, ...hits.map(({ back }) => back))
  const read = prefixes[hit]?.tokens ?? 0
  const written = { '5m': 0, '1h': 0 }
  const writes: (readonly [string, Cached])[] = []
  let done = read
  for (const at of marked) {
    const prefix = prefixes[at]
    if (prefix?.mark === undefined || at <= hit || prefix.tokens < ask.model.cacheMin) continue
    written[prefix.mark] += prefix.tokens - done
    done = prefix.tokens
    const ttlMs = TTL_MS[prefix.mark]
    writes.push([prefix.name, { ttl_ms: ttlMs, expires_ms: nowMs + ttlMs }])
  }
  return {
    input: { fresh: total - done, read, written5m: written['5m'], written1h: written['1h'] },
    commit() {
      for (const { entry } of hits) entry.expires_ms = nowMs + entry.ttl_ms
      for (const [name, entry] of writes) state.cache.set(name, entry)
    },
  }
}

/** For each block, what names all up to it, and its share of `total`. */
function prefixesOf(ask: Ask, total: number): readonly { name: string; mark: Block['mark']; tokens: number }[] {
  const blocks = blocksOf(ask)
  const estimate = blocks.reduce((sum, { tokens }) => sum + tokens, 0)
  const hash = createHash('sha256').update(ask.key)
  let counted = 0
  return blocks.map(({ text, tokens, mark }) => {
    counted += tokens
    const name = hash.update(`\0${text}`).copy().digest('hex').slice(0, 32)
    return { name, mark, tokens: estimate === 0 ? 0 : Math.round((counted * total) / estimate) }
  })
}
