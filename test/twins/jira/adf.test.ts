import { expect, test } from 'vitest'
import { documentOf, isDocument, wikiOf, wordsOf } from '../../../twins/jira/adf.ts'
import type { Json } from '../../../twins/trace.ts'
import { NotModelled } from '../../../twins/twin.ts'

const p = (...content: Json[]): Json => ({ type: 'paragraph', content })
const t = (text: string, ...marks: Json[]): Json => ({ type: 'text', text, ...(marks.length === 0 ? {} : { marks }) })
const item = (...content: Json[]): Json => ({ type: 'listItem', content })
const doc = (...content: Json[]): Json => ({ type: 'doc', version: 1, content })
const cell = (type: string, text: string): Json => ({ type, content: [p(t(text))] })

const GOOD: readonly (readonly [what: string, document: Json, wiki: string])[] = [
  ['nothing', doc(), ''],
  ['an empty paragraph', doc({ type: 'paragraph' }), ''],
  [
    'marks',
    doc(p(t('a', { type: 'strong' }), t(' '), t('b', { type: 'link', attrs: { href: 'https://x.test' } }))),
    '*a* [b|https://x.test]',
  ],
  [
    'code and colour',
    doc(p(t('a', { type: 'code' }), t('b', { type: 'textColor', attrs: { color: '#ff0000' } }))),
    '{{a}}b',
  ],
  ['a break', doc(p(t('a'), { type: 'hardBreak' }, t('b'))), 'a\nb'],
  [
    'a mention',
    doc(p({ type: 'mention', attrs: { id: '712020:ada', text: '@Ada' } }, t(' look'))),
    '[~accountid:712020:ada] look',
  ],
  ['an emoji', doc(p({ type: 'emoji', attrs: { shortName: ':tada:', text: '🎉' } })), '🎉'],
  [
    'a date and a status',
    doc(
      p(
        { type: 'date', attrs: { timestamp: '1893456000000' } },
        { type: 'status', attrs: { text: 'OK', color: 'green' } },
      ),
    ),
    '2030-01-01[OK]',
  ],
  [
    'a card in a line',
    doc(p({ type: 'inlineCard', attrs: { url: 'https://x.test' } })),
    '[https://x.test|https://x.test|smart-link]',
  ],
  ['a heading', doc({ type: 'heading', attrs: { level: 2 }, content: [t('H')] }), 'h2. H'],
  [
    'lists in lists',
    doc({
      type: 'bulletList',
      content: [item(p(t('a')), { type: 'orderedList', content: [item(p(t('b')))] }), item(p(t('c')))],
    }),
    '* a\n*# b\n* c',
  ],
  ['code', doc({ type: 'codeBlock', attrs: { language: 'js' }, content: [t('x = 1')] }), '{code:js}\nx = 1\n{code}'],
  [
    'a quote and a rule',
    doc({ type: 'blockquote', content: [p(t('q'))] }, { type: 'rule' }),
    '{quote}q{quote}\n\n----',
  ],
  ['a panel', doc({ type: 'panel', attrs: { panelType: 'info' }, content: [p(t('i'))] }), '{panel}\ni\n{panel}'],
  [
    'a table',
    doc({
      type: 'table',
      content: [
        { type: 'tableRow', content: [cell('tableHeader', 'h')] },
        { type: 'tableRow', content: [cell('tableCell', 'c')] },
      ],
    }),
    '||h|\n|c|',
  ],
  [
    'tasks',
    doc({
      type: 'taskList',
      attrs: { localId: '1' },
      content: [{ type: 'taskItem', attrs: { localId: '2', state: 'DONE' }, content: [t('t')] }],
    }),
    '* [x] t',
  ],
]
test.each(GOOD)('a document with %s is taken, and told in wiki notation', (_, document, wiki) => {
  expect([isDocument(document), wikiOf(document)]).toEqual([true, wiki])
})

test.each<readonly [what: string, document: Json]>([
  ['a text', 'hello'],
  ['no version', { type: 'doc', content: [] }],
  ['no content', { type: 'doc', version: 1 }],
  ['a node of no kind', doc({ type: 'riddle' })],
  ['text outside a paragraph', doc(t('a'))],
  ['an empty text', doc(p(t('')))],
  ['a mark of no kind', doc(p(t('a', { type: 'blink' })))],
  ['a link that leads nowhere', doc(p(t('a', { type: 'link' })))],
  ['a seventh heading', doc({ type: 'heading', attrs: { level: 7 } })],
  ['a list of nothing', doc({ type: 'bulletList', content: [] })],
  ['a list without items', doc({ type: 'bulletList', content: [p(t('a'))] })],
  ['an item outside a list', doc(item(p(t('a'))))],
  ['a mention of nobody', doc(p({ type: 'mention', attrs: { id: '' } }))],
  ['marks in code', doc({ type: 'codeBlock', content: [t('a', { type: 'strong' })] })],
  ['a panel of no kind', doc({ type: 'panel', attrs: { panelType: 'x' }, content: [p()] })],
  ['a status without a colour', doc(p({ type: 'status', attrs: { text: 'a', color: 'pink' } }))],
  [
    'a table in a table',
    doc({
      type: 'table',
      content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [{ type: 'table', content: [] }] }] }],
    }),
  ],
  ['content that is no list', doc({ type: 'paragraph', content: 'a' })],
])('a document with %s is not taken', (_, document) => {
  expect(isDocument(document)).toBe(false)
})

test.each(['mediaSingle', 'extension', 'layoutSection', 'blockCard'])('%s is loud', (type) => {
  expect(() => isDocument(doc({ type }))).toThrow(NotModelled)
})

test('plain text of version 2 becomes paragraphs, headings and lists, and comes back', () => {
  const text = 'h3. Plan\n\nFirst line\nsecond line\n\n* a\n* b\n\n# one'
  const document = documentOf(text)
  expect(isDocument(document)).toBe(true)
  expect(wikiOf(document)).toBe(text)
  expect(wordsOf(document)).toBe('Plan First line second line a b one')
  expect(wikiOf(documentOf('snake_case and a*b - fine\r\n'))).toBe('snake_case and a*b - fine')
})

test.each(['*bold*', 'see [x|https://x.test]', '{code}x{code}', '||a||', '** deep', '!pic.png!', '[~accountid:x]'])(
  '%s is loud',
  (text) => {
    expect(() => documentOf(text)).toThrow(NotModelled)
  },
)
