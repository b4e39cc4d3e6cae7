import { canonical } from '../../trace.ts'
import type { Obj } from '../fields.ts'
import { type Document, type NamedRange, type Paragraph, paragraphText, type Run } from './document.ts'

// Positions count UTF-16 units from the start of the text; an index of the API is a position and one.

export const lengthOf = ({ paragraphs }: Document): number =>
  paragraphs.reduce((sum, paragraph) => sum + paragraphText(paragraph).length, 0)

const cut = (runs: readonly Run[], from: number, to = Number.POSITIVE_INFINITY): readonly Run[] => {
  let at = 0
  return runs.flatMap(({ text, style }) => {
    const start = Math.max(from - at, 0)
    const end = Math.min(to - at, text.length)
    at += text.length
    return start < end ? [{ text: text.slice(start, end), style }] : []
  })
}

/** Neighbours of one style are one run. */
export function joinedRuns(runs: readonly Run[]): readonly Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (run.text === '') continue
    if (
      last !== undefined &&
      isBreak(last) === isBreak(run) &&
      !isBreak(run) &&
      canonical(last.style) === canonical(run.style)
    )
      joined[joined.length - 1] = { text: last.text + run.text, style: last.style }
    else joined.push(run)
  }
  return joined
}
export const isBreak = ({ text }: Run): boolean => text === '\f'

type Spot = { readonly at: number; readonly offset: number; readonly paragraph: Paragraph }

/** The paragraph a position is in. */
export function spot({ paragraphs }: Document, position: number): Spot | undefined {
  let start = 0
  for (const [at, paragraph] of paragraphs.entries()) {
    const { length } = paragraphText(paragraph)
    if (position < start + length) return { at, offset: position - start, paragraph }
    start += length
  }
  return undefined
}

export const shiftedRanges = (
  ranges: readonly NamedRange[],
  move: (start: number, end: number) => readonly [number, number],
): readonly NamedRange[] =>
  ranges.flatMap((named) => {
    const moved = named.ranges.map(([start, end]) => move(start, end)).filter(([start, end]) => start < end)
    return moved.length === 0 ? [] : [{ ...named, ranges: moved }]
  })

/**
 * Inserts text. A newline makes a paragraph like the one it is put into, and words look like those before them:
 * https://developers.google.com/workspace/docs/api/concepts/rules-behavior (2026-11-26).
 */
export function inserted(document: Document, position: number, text: string, style?: Obj): Document {
  const found = spot(document, position)
  if (found === undefined || text === '') return document
  const { at, offset, paragraph } = found
  const before = cut(paragraph.runs, 0, offset)
  const after = cut(paragraph.runs, offset)
  const look = style ?? (before.findLast((run) => !isBreak(run)) ?? after[0])?.style ?? {}
  const lines = text.split(/(?<=\n)/)
  if (text.endsWith('\n')) lines.push('')
  const made = lines.map((line, n): Paragraph => {
    const words = line.split(/(\f)/).map((part): Run => ({ text: part, style: look }))
    const runs = [...(n === 0 ? before : []), ...words, ...(n === lines.length - 1 ? after : [])]
    return { ...paragraph, runs: joinedRuns(runs) }
  })
  const paragraphs = [...document.paragraphs.slice(0, at), ...made, ...document.paragraphs.slice(at + 1)]
  const by = text.length
  const namedRanges = shiftedRanges(document.namedRanges, (start, end) => [
    position <= start ? start + by : start,
    position < end ? end + by : end,
  ])
  return { ...document, paragraphs, namedRanges }
}

/** Takes text away; paragraphs whose newline goes become one. */
export function deleted(document: Document, from: number, to: number): Document {
  const [first, last] = [spot(document, from), spot(document, to)]
  if (first === undefined || last === undefined || to <= from) return document
  const kept = cut(first.paragraph.runs, 0, first.offset)
  // Assumed: of two paragraphs the first stays what it was, unless nothing of it is left.
  const whole = first.at === last.at || kept.length > 0 ? first.paragraph : last.paragraph
  const merged: Paragraph = { ...whole, runs: joinedRuns([...kept, ...cut(last.paragraph.runs, last.offset)]) }
  const paragraphs = [...document.paragraphs.slice(0, first.at), merged, ...document.paragraphs.slice(last.at + 1)]
  const edge = (one: number): number => (one <= from ? one : Math.max(one - (to - from), from))
  const namedRanges = shiftedRanges(document.namedRanges, (start, end) => [edge(start), edge(end)])
  return { ...document, paragraphs, namedRanges }
}

/** Changes the look of the words between two positions. */
export function restyled(document: Document, from: number, to: number, change: (style: Obj) => Obj): Document {
  let start = 0
  const paragraphs = document.paragraphs.map((paragraph) => {
    const { length } = paragraphText(paragraph)
    const [a, b] = [Math.max(from - start, 0), Math.min(to - start, length)]
    start += length
    if (a >= b || paragraph.mark !== undefined) return paragraph
    const changed = cut(paragraph.runs, a, b).map(({ text, style }) => ({ text, style: change(style) }))
    return { ...paragraph, runs: joinedRuns([...cut(paragraph.runs, 0, a), ...changed, ...cut(paragraph.runs, b)]) }
  })
  return { ...document, paragraphs }
}

/** Changes all paragraphs that a range touches. */
export function eachParagraph(
  document: Document,
  from: number,
  to: number,
  change: (paragraph: Paragraph, at: number) => Paragraph,
): Document {
  let start = 0
  const paragraphs = document.paragraphs.map((paragraph, at) => {
    const end = start + paragraphText(paragraph).length
    const touched = start < Math.max(to, from + 1) && from < end
    start = end
    return touched && paragraph.mark === undefined ? change(paragraph, at) : paragraph
  })
  return { ...document, paragraphs }
}
