import { decodeUri } from '../aws/sigv4.ts'
import type { Element, Node } from '../aws/xml.ts'
import { malformedXml, NAMESPACE, Refused } from './wire.ts'

type Tags = Readonly<Record<string, string>>

const invalidTag = (message: string): Refused => new Refused(400, 'InvalidTag', message)

/** Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html (2026-11-26). */
function checked(pairs: readonly (readonly [string, string])[], max: number): Tags {
  if (pairs.length > max)
    throw new Refused(400, 'BadRequest', `${max === 10 ? 'Object' : 'Bucket'} tags cannot be greater than ${max}`)
  const tags = new Map<string, string>()
  for (const [key, value] of pairs) {
    if (key === '' || key.length > 128) throw invalidTag('The TagKey you have provided is invalid')
    if (value.length > 256) throw invalidTag('The TagValue you have provided is invalid')
    if (key.startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester')
    if (tags.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key')
    tags.set(key, value)
  }
  return Object.fromEntries(tags)
}

export const OBJECT_TAGS_MAX = 10
export const BUCKET_TAGS_MAX = 50

/** `a=1&b=2`, as the header has them. */
export function tagsOfHeader(text: string | undefined): Tags {
  if (text === undefined || text === '') return {}
  const decode = (part: string): string => decodeUri(part.replaceAll('+', ' '))
  const pairs = text.split('&').map((pair): [string, string] => {
    const [key = '', ...value] = pair.split('=')
    return [decode(key), decode(value.join('='))]
  })
  return checked(pairs, OBJECT_TAGS_MAX)
}

/** `<Tagging><TagSet><Tag>…`. */
export function tagsOfXml(root: Node, max: number): Tags {
  const set = root.one('TagSet')
  if (set === undefined) throw malformedXml()
  const pairs = set.all('Tag').map((tag): [string, string] => {
    const [key, value] = [tag.one('Key'), tag.one('Value')]
    if (key === undefined || value === undefined) throw malformedXml()
    return [key.text, value.text]
  })
  return checked(pairs, max)
}

export const tagging = (tags: Tags): Element => [
  `Tagging ${NAMESPACE}`,
  [
    [
      'TagSet',
      Object.entries(tags).map(
        ([key, value]): Element => [
          'Tag',
          [
            ['Key', key],
            ['Value', value],
          ],
        ],
      ),
    ],
  ],
]
