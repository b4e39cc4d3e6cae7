import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { GAPS } from './gaps.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf } from './state.ts'

/** Nodes and marks of the Atlassian Document Format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure (2026-11-26). */
const INLINE = ['text', 'hardBreak', 'mention', 'emoji', 'date', 'status', 'inlineCard']
const LISTS = ['bulletList', 'orderedList']
const SIMPLE = ['paragraph', ...LISTS, 'heading', 'codeBlock', 'rule', 'taskList', 'decisionList']
const BLOCKS = [...SIMPLE, 'blockquote', 'panel', 'table', 'expand']
const CELL = [...SIMPLE, 'blockquote', 'panel', 'nestedExpand']
const ELSEWHERE = [
  'media',
  'mediaSingle',
  'mediaGroup',
  'mediaInline',
  'caption',
  'blockCard',
  'embedCard',
  'extension',
  'inlineExtension',
  'bodiedExtension',
  'layoutSection',
  'layoutColumn',
  'placeholder',
  'syncBlock',
  'bodiedSyncBlock',
]

type Rule = {
  readonly content: readonly string[]
  /** At least so many children. */
  readonly min?: number
  readonly attrs?: (attrs: Fields) => boolean
}
const PANELS = ['info', 'note', 'tip', 'warning', 'error', 'success', 'custom']
const STATUS_COLORS = ['neutral', 'purple', 'blue', 'red', 'yellow', 'green']
const filled = (value: unknown): boolean => textOf(value) !== ''

const RULES: Readonly<Record<string, Rule>> = {
  doc: { content: BLOCKS },
  paragraph: { content: INLINE },
  heading: {
    content: INLINE,
    attrs: ({ level }) => Number.isInteger(level) && Number(level) >= 1 && Number(level) <= 6,
  },
  bulletList: { content: ['listItem'], min: 1 },
  orderedList: { content: ['listItem'], min: 1 },
  listItem: { content: ['paragraph', ...LISTS, 'codeBlock', 'taskList'], min: 1 },
  blockquote: { content: ['paragraph', ...LISTS, 'codeBlock'], min: 1 },
  codeBlock: { content: ['text'] },
  rule: { content: [] },
  panel: {
    content: SIMPLE.filter((type) => type !== 'table'),
    min: 1,
    attrs: ({ panelType }) => PANELS.includes(textOf(panelType)),
  },
  table: { content: ['tableRow'], min: 1 },
  tableRow: { content: ['tableCell', 'tableHeader'] },
  tableCell: { content: CELL, min: 1 },
  tableHeader: { content: CELL, min: 1 },
  taskList: { content: ['taskItem', 'taskList'], min: 1, attrs: ({ localId }) => filled(localId) },
  taskItem: {
    content: INLINE,
    attrs: ({ localId, state }) => filled(localId) && (state === 'TODO' || state === 'DONE'),
  },
  decisionList: { content: ['decisionItem'], min: 1, attrs: ({ localId }) => filled(localId) },
  decisionItem: { content: INLINE, attrs: ({ localId, state }) => filled(localId) && filled(state) },
  expand: { content: [...SIMPLE, 'panel', 'blockquote', 'table', 'nestedExpand'], min: 1 },
  nestedExpand: { content: [...SIMPLE, 'panel', 'blockquote'], min: 1, attrs: (attrs) => 'title' in attrs },
  hardBreak: { content: [] },
  mention: { content: [], attrs: ({ id }) => filled(id) },
  emoji: { content: [], attrs: ({ shortName }) => filled(shortName) },
  date: { content: [], attrs: ({ timestamp }) => filled(timestamp) },
  status: { content: [], attrs: ({ text, color }) => filled(text) && STATUS_COLORS.includes(textOf(color)) },
  inlineCard: { content: [], attrs: ({ url, data }) => filled(url) || isFields(data) },
}
const MARKS: Readonly<Record<string, (attrs: Fields) => boolean>> = {
  strong: () => true,
  em: () => true,
  strike: () => true,
  code: () => true,
  underline: () => true,
  link: ({ href }) => filled(href),
  subsup: ({ type }) => type === 'sub' || type === 'sup',
  textColor: ({ color }) => /^#[0-9a-fA-F]{6}$/.test(textOf(color)),
  backgroundColor: ({ color }) => /^#[0-9a-fA-F]{6}$/.test(textOf(color)),
}

/** Whether this is a document at all, however bad. */
export const looksLikeDocument = (value: Json | undefined): boolean => isFields(value) && value.type === 'doc'

/** Whether Jira takes the document. Rejects with a gap on nodes that are Atlassian's and not modelled. */
export const isDocument = (value: Json | undefined): value is Fields =>
  isFields(value) && value.type === 'doc' && value.version === 1 && Array.isArray(value.content) && fits(value)

function fits(node: Fields): boolean {
  const type = textOf(node.type)
  if (type === 'text') return typeof node.text === 'string' && node.text !== '' && listOf(node.marks).every(markFits)
  if (ELSEWHERE.includes(type)) throw notModelled('jira', GAPS, 'media, cards, extensions and layouts in documents')
  const rule = RULES[type]
  if (rule === undefined || !(rule.attrs ?? (() => true))(fieldsOf(node.attrs))) return false
  if (node.content !== undefined && !Array.isArray(node.content)) return false
  const content = listOf(node.content)
  if (content.length < (rule.min ?? 0)) return false
  return content.every((child) => {
    if (!isFields(child)) return false
    if (!ELSEWHERE.includes(textOf(child.type)) && !rule.content.includes(textOf(child.type))) return false
    if (type === 'codeBlock' && child.marks !== undefined) return false
    return fits(child)
  })
}

const markFits = (mark: Json): boolean => {
  const { type, attrs } = fieldsOf(mark)
  return MARKS[textOf(type)]?.(fieldsOf(attrs)) === true
}

const BREAK: Fields = { type: 'hardBreak' }
const paragraph = (lines: readonly string[]): Fields => ({
  type: 'paragraph',
  content: lines.flatMap((line, at) => [
    ...(at === 0 ? [] : [BREAK]),
    ...(line === '' ? [] : [{ type: 'text', text: line }]),
  ]),
})
/** Markup that this twin would have to turn into marks and nodes. */
const MARKUP =
  /\{(code|noformat|quote|panel|color)|\|\||\[[^\]\n]+\|[^\]\n]+\]|\[~|(^|\s)[*_+^~-]\S([^\n]*\S)?[*_+^~-](?=$|[\s.,;:!?])|!\S+!|^bq\. |\{\{/m

/** The document of a text in wiki notation, as v2 takes it: paragraphs, headings and flat lists. */
export function documentOf(text: string): Json {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const content: Fields[] = []
  let open: string[] = []
  const close = (): void => {
    if (open.length > 0) content.push(paragraph(open))
    open = []
  }
  for (const line of lines) {
    const heading = /^h([1-6])\.\s+(.+)$/.exec(line)
    const item = /^\s*([*#-])\s+(.+)$/.exec(line)
    if (MARKUP.test(heading?.[2] ?? item?.[2] ?? line) || /^\s*[*#-]{2,}\s/.test(line))
      throw notModelled('jira', GAPS, 'wiki markup')
    if (heading !== null) {
      close()
      const inside = [{ type: 'text', text: heading[2] ?? '' }]
      content.push({ type: 'heading', attrs: { level: Number(heading[1]) }, content: inside })
    } else if (item !== null) {
      close()
      const type = item[1] === '#' ? 'orderedList' : 'bulletList'
      const one = { type: 'listItem', content: [paragraph([item[2] ?? ''])] }
      const last = content.at(-1)
      if (last?.type === type) content[content.length - 1] = { ...last, content: [...listOf(last.content), one] }
      else content.push({ type, content: [one] })
    } else if (line.trim() === '') close()
    else open.push(line)
  }
  close()
  return { type: 'doc', version: 1, content }
}

const AROUND: Readonly<Record<string, string>> = { strong: '*', em: '_', strike: '-', underline: '+' }

/** A document in wiki notation, as v2 and webhooks tell it. */
export function wikiOf(document: Json): string {
  return listOf(fieldsOf(document).content)
    .map((node) => block(fieldsOf(node), ''))
    .join('\n\n')
}

function block(node: Fields, bullet: string): string {
  const attrs = fieldsOf(node.attrs)
  const children = listOf(node.content).map(fieldsOf)
  const inside = (join = '\n'): string => children.map((child) => block(child, bullet)).join(join)
  switch (node.type) {
    case 'paragraph':
    case 'decisionItem':
      return inline(children)
    case 'heading':
      return `h${textOf(attrs.level)}. ${inline(children)}`
    case 'bulletList':
    case 'orderedList': {
      const mine = bullet + (node.type === 'bulletList' ? '*' : '#')
      return children.map((child) => block(child, mine)).join('\n')
    }
    case 'listItem':
      return children
        .map((child, at) => (at === 0 ? `${bullet} ${block(child, bullet)}` : block(child, bullet)))
        .join('\n')
    case 'taskItem':
      return `* ${attrs.state === 'DONE' ? '[x]' : '[]'} ${inline(children)}`
    case 'blockquote':
      return `{quote}${inside()}{quote}`
    case 'panel':
      return `{panel}\n${inside()}\n{panel}`
    case 'codeBlock': {
      const language = textOf(attrs.language)
      return `{code${language === '' ? '' : `:${language}`}}\n${children.map(({ text }) => textOf(text)).join('')}\n{code}`
    }
    case 'rule':
      return '----'
    case 'tableRow':
      return `${children.map((cell) => `${cell.type === 'tableHeader' ? '||' : '|'}${block(cell, '')}`).join('')}|`
    default:
      return inside()
  }
}

const inline = (nodes: readonly Fields[]): string =>
  nodes
    .map((node) => {
      const attrs = fieldsOf(node.attrs)
      switch (node.type) {
        case 'text':
          return listOf(node.marks).reduce((text: string, mark) => marked(text, fieldsOf(mark)), textOf(node.text))
        case 'hardBreak':
          return '\n'
        case 'mention':
          return `[~accountid:${textOf(attrs.id)}]`
        case 'emoji':
          return textOf(attrs.text) || textOf(attrs.shortName)
        case 'status':
          return `[${textOf(attrs.text)}]`
        case 'date':
          return new Date(Number(attrs.timestamp)).toISOString().slice(0, 10)
        case 'inlineCard':
          return `[${textOf(attrs.url)}|${textOf(attrs.url)}|smart-link]`
        default:
          return ''
      }
    })
    .join('')

function marked(text: string, { type, attrs }: Fields): string {
  const around = AROUND[textOf(type)]
  if (around !== undefined) return `${around}${text}${around}`
  if (type === 'code') return `{{${text}}}`
  if (type === 'link') return `[${text}|${textOf(fieldsOf(attrs).href)}]`
  return text
}

/** The words of a document, as a search sees them. */
export function wordsOf(document: Json): string {
  const node = fieldsOf(document)
  const own = node.type === 'text' ? textOf(node.text) : textOf(fieldsOf(node.attrs).text)
  return [own, ...listOf(node.content).map(wordsOf)].filter((part) => part !== '').join(' ')
}
