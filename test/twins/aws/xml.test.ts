import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseXml, xml } from '../../../twins/aws/xml.ts'

test('what is written is read again', () => {
  // XML has no other control characters than these, and no halves of pairs.
  const text = fc.string({ unit: 'grapheme' }).map((one) => `${one}\r\n\t<&>"' `)
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const printed = xml([
        `List xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`,
        texts.map((one) => ['Key', one] as const),
      ])
      expect(
        parseXml(printed, 'List')
          ?.all('Key')
          .map((node) => node.text),
      ).toEqual(texts)
    }),
    { seed: 7 },
  )
})

test('numbers and spaces stay text; what is empty is empty', () => {
  const root = parseXml('<A><B> 007 </B><C/><B>true</B></A>', 'A')
  expect(root?.all('B').map(({ text }) => text)).toEqual([' 007 ', 'true'])
  expect([root?.one('C')?.text, root?.one('D')]).toEqual(['', undefined])
  expect(root?.tags).toEqual(['B', 'C'])
})

test.each(['', 'text', '<A>', '<A></B>', '<B/>', '<A/><A', '{"A":1}'])('%j is no document A', (text) => {
  expect(parseXml(text, 'A')).toBeUndefined()
})

test('a document with entities of its own is none', () => {
  expect(parseXml('<!DOCTYPE A [<!ENTITY a "aaaaaaaaaa">]><A><B>&a;</B></A>', 'A')).toBeUndefined()
})
