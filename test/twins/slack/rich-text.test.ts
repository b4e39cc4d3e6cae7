import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeText, richText } from '../../../twins/slack/rich-text.ts'

test.each([
  ['1 < 2 & 3 > 2', '1 &lt; 2 &amp; 3 &gt; 2'],
  ['already &lt;b&gt; &amp; so', 'already &lt;b&gt; &amp; so'],
  ['<@U1> and <#C1|ops> and <!here>', '<@U1> and <#C1|ops> and <!here>'],
  ['<https://a.test|A>', '<https://a.test|A>'],
  ['see https://a.test/b?c=1.', 'see <https://a.test/b?c=1>.'],
  ['`https://a.test`', '`https://a.test`'],
])('%s is kept as %s', (text, kept) => {
  expect(escapeText(text)).toBe(kept)
})

test('what is escaped once is not escaped again', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(escapeText(escapeText(text))).toBe(escapeText(text))
    }),
    { seed: 20261126, numRuns: 300 },
  )
})

const inner = (text: string): unknown => (richText(text, 'b').elements as { elements: unknown }[])[0]?.elements

test.each<[string, unknown]>([
  ['plain &amp; simple', [{ type: 'text', text: 'plain & simple' }]],
  [
    '*bold* and _italic_ and `code`',
    [
      { type: 'text', text: 'bold', style: { bold: true } },
      { type: 'text', text: ' and ' },
      { type: 'text', text: 'italic', style: { italic: true } },
      { type: 'text', text: ' and ' },
      { type: 'text', text: 'code', style: { code: true } },
    ],
  ],
  [
    '<@U1> :wave: <https://a.test|here>',
    [
      { type: 'user', user_id: 'U1' },
      { type: 'text', text: ' ' },
      { type: 'emoji', name: 'wave' },
      { type: 'text', text: ' ' },
      { type: 'link', url: 'https://a.test', text: 'here' },
    ],
  ],
  [
    '<#C1> <!channel>',
    [
      { type: 'channel', channel_id: 'C1' },
      { type: 'text', text: ' ' },
      { type: 'broadcast', range: 'channel' },
    ],
  ],
  ['2*3*4', [{ type: 'text', text: '2*3*4' }]],
])('%s becomes elements', (text, elements) => {
  expect(inner(text)).toEqual(elements)
})

test('quotes and code have blocks of their own', () => {
  const { elements } = richText('said\n&gt; so\n```x = 1```', 'b')
  expect((elements as { type: string }[]).map(({ type }) => type)).toEqual([
    'rich_text_section',
    'rich_text_quote',
    'rich_text_preformatted',
  ])
})
