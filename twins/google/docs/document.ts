import type { Obj } from '../fields.ts'

/** Words of one style. A page break is a form feed: no text that is inserted can hold one. */
export type Run = { readonly text: string; readonly style: Obj }
export type Bullet = { readonly listId: string; readonly level: number }
/** Its runs' texts end with the only newline in them. */
export type Paragraph = {
  readonly runs: readonly Run[]
  readonly style: Obj
  readonly bullet: Bullet | null
  /** Set where it is no paragraph but a part of a table; see tables.ts. */
  readonly mark?: Mark
}
export type Mark = { readonly kind: 'table'; readonly columns: number } | { readonly kind: 'row' | 'cell' | 'end' }
export type NamedRange = {
  readonly id: string
  readonly name: string
  readonly ranges: readonly (readonly [start: number, end: number])[]
}

/** Documents are replaced and never changed: a batch that fails leaves nothing behind. */
export type Document = {
  readonly documentId: string
  readonly revision: number
  readonly paragraphs: readonly Paragraph[]
  readonly namedRanges: readonly NamedRange[]
  /** Presets of lists, by their id. */
  readonly lists: Readonly<Record<string, string>>
}

export const blankParagraph: Paragraph = { runs: [{ text: '\n', style: {} }], style: {}, bullet: null }

export const newDocument = (documentId: string): Document => ({
  documentId,
  revision: 1,
  paragraphs: [blankParagraph],
  namedRanges: [],
  lists: {},
})

/** Controls and private characters are left out: https://developers.google.com/workspace/docs/api/concepts/rules-behavior (2026-11-26). */
export const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  text.replaceAll(/[\u0000-\u0008\u000C-\u001F\uE000-\uF8FF]/g, '')

export const documentOf = (documentId: string, text: string): Document => ({
  ...newDocument(documentId),
  paragraphs: `${clean(text.replaceAll(/\r\n?/g, '\n')).replace(/\n$/, '')}\n`
    .split(/(?<=\n)/)
    .map((line) => ({ ...blankParagraph, runs: [{ text: line, style: {} }] })),
})

export const paragraphText = ({ runs }: Paragraph): string => runs.map(({ text }) => text).join('')
export const textOf = ({ paragraphs }: Document): string =>
  paragraphs
    .map(paragraphText)
    .join('')
    .replaceAll(/[\f\uE001-\uE003]/g, '')
