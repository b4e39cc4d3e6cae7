import type { Obj } from '../fields.ts'

/** Words of one style. A page break is a form feed: no text that is inserted can hold one. */
export type Run = { readonly text: string; readonly style: Obj }
export type Bullet = { readonly listId: string; readonly level: number }
/** Its runs' texts end with the only newline in them. */
export type Paragraph = { readonly runs: readonly Run[]; readonly style: Obj; readonly bullet: Bullet | null }
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

const blankParagraph: Paragraph = { runs: [{ text: '\n', style: {} }], style: {}, bullet: null }

export const newDocument = (documentId: string): Document => ({
  documentId,
  revision: 1,
  paragraphs: [blankParagraph],
  namedRanges: [],
  lists: {},
})

export const documentOf = (documentId: string, text: string): Document => ({
  ...newDocument(documentId),
  paragraphs: `${text.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '')}\n`
    .split(/(?<=\n)/)
    .map((line) => ({ ...blankParagraph, runs: [{ text: line, style: {} }] })),
})

export const paragraphText = ({ runs }: Paragraph): string => runs.map(({ text }) => text).join('')
export const textOf = ({ paragraphs }: Document): string => paragraphs.map(paragraphText).join('').replaceAll('\f', '')
