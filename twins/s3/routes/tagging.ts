import { bucketOf, type Handler, keyOf, xmlOf } from '../ask.ts'
import { receivedBody, versionHeaders } from '../content.ts'
import { notify } from '../notifications.ts'
import type { StoredObject } from '../state.ts'
import { BUCKET_TAGS_MAX, OBJECT_TAGS_MAX, tagging, tagsOfXml } from '../tags.ts'
import { document, noSuchTagSet } from '../wire.ts'
import { objectOf } from './objects.ts'

const change =
  (status: number, event: string, next: (ask: Parameters<Handler>[0]) => StoredObject['tags']): Handler =>
  (ask) => {
    const bucket = bucketOf(ask)
    const object = objectOf(ask, bucket, keyOf(ask))
    const tagged = { ...object, tags: next(ask) }
    ask.account.store.replace(tagged)
    notify(ask.account, bucket, `ObjectTagging:${event}`, tagged)
    return new Response(null, { status, headers: versionHeaders(bucket, object) })
  }

export const put: Handler = change(200, 'Put', (ask) => {
  receivedBody(ask)
  return tagsOfXml(xmlOf(ask, 'Tagging'), OBJECT_TAGS_MAX)
})
export const remove: Handler = change(204, 'Delete', () => ({}))
export const get: Handler = (ask) => {
  const bucket = bucketOf(ask)
  const object = objectOf(ask, bucket, keyOf(ask))
  return document(tagging(object.tags), versionHeaders(bucket, object))
}

export const putBucket: Handler = (ask) => {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  bucket.tags = tagsOfXml(xmlOf(ask, 'Tagging'), BUCKET_TAGS_MAX)
  return new Response(null, { status: 204 })
}
export const removeBucket: Handler = (ask) => {
  bucketOf(ask).tags = {}
  return new Response(null, { status: 204 })
}
export const getBucket: Handler = (ask) => {
  const { tags, name } = bucketOf(ask)
  if (Object.keys(tags).length === 0) throw noSuchTagSet({ BucketName: name })
  return document(tagging(tags))
}
