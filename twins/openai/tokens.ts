import { createRequire } from 'node:module'

type Tokenizer = {
  readonly countTokens: (text: string) => number
  readonly encode: (text: string) => number[]
  readonly decode: (tokens: number[]) => string
}
let loaded: Tokenizer | undefined

/** The real tokenizer of current models, o200k_base; its tables are large, so they load when first asked for. */
function tokenizer(): Tokenizer {
  loaded ??= createRequire(import.meta.url)('gpt-tokenizer/encoding/o200k_base') as Tokenizer
  return loaded
}

export const countTokens = (text: string): number => tokenizer().countTokens(text)

/** The first `most` tokens of a text, and whether that was all of it. */
export function firstTokens(
  text: string,
  most: number,
): { readonly text: string; readonly tokens: number; readonly whole: boolean } {
  const tokens = tokenizer().encode(text)
  if (tokens.length <= most) return { text, tokens: tokens.length, whole: true }
  return { text: tokenizer().decode(tokens.slice(0, most)), tokens: most, whole: false }
}

/** A text cut the way a stream cuts it: token by token. */
export const pieces = (text: string): readonly string[] => {
  const { encode, decode } = tokenizer()
  return encode(text).map((token) => decode([token]))
}

/**
 * Tokens of a chat: 3 a message and 3 to prime the answer, beside its text and role.
 * Source: https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb (2026-11-24).
 */
export const countChat = (messages: readonly { readonly role: string; readonly text: string }[]): number =>
  3 + messages.reduce((sum, { role, text }) => sum + 3 + countTokens(role) + countTokens(text), 0)
