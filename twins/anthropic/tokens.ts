/** Pieces of up to four letters, each with the blanks before it. Assumed: see gaps.ts. */
const PIECE = /\s*[^\s]{1,4}|\s+/gu

/** A text cut the way a stream cuts it. */
export const pieces = (text: string): readonly string[] => text.match(PIECE) ?? []

export const countTokens = (text: string): number => pieces(text).length

/** The first `most` tokens of a text, and whether that was all of it. */
export function firstTokens(
  text: string,
  most: number,
): { readonly text: string; readonly tokens: number; readonly whole: boolean } {
  const all = pieces(text)
  if (all.length <= most) return { text, tokens: all.length, whole: true }
  return { text: all.slice(0, most).join(''), tokens: most, whole: false }
}
