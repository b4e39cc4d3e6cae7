import { sign, wasKnown } from '../aws/fidelity.ts'
import type { FidelityProfile } from '../fidelity.ts'
import { type Exchange, headerOf } from '../har.ts'
import type { Json } from '../trace.ts'
import { placeOf, routeOf } from './place.ts'

/** Recordings say nothing of the buckets they were made in but what their answers show. */
export const FIDELITY: FidelityProfile = {
  authorize(headers, exchange, sending) {
    if (!wasKnown(exchange)) return
    const { region } = placeOf(sending.url)
    sign(headers, sending, { service: 's3', region, pathOnce: true })
  },
  given,
}

type Bucket = { readonly region: string; versioning: boolean; readonly objects: Map<string, Json> }

/** Buckets that were there, and the objects that a recording reads before it writes them. */
function given(exchanges: readonly Exchange[]): Json {
  const buckets = new Map<string, Bucket>()
  const [made, touched] = [new Set<string>(), new Set<string>()]
  for (const exchange of exchanges) {
    const url = new URL(exchange.url)
    const { bucket: name, key, region } = placeOf(url)
    if (name === undefined || made.has(name)) continue
    const header = (wanted: string): string | undefined => headerOf(exchange.requestHeaders, wanted.toLowerCase())
    const route = routeOf(exchange.method, url, header)
    const answer = Buffer.from(exchange.responseBody ?? new Uint8Array())
    if (route.kind === 'operation' && route.name === 'PUT bucket' && exchange.status === 200) made.add(name)
    const missing = exchange.status === 404 && (/NoSuchBucket/.test(answer.toString()) || key === undefined)
    if (made.has(name) || missing) continue
    const bucket = buckets.get(name) ?? { region, versioning: false, objects: new Map() }
    buckets.set(name, bucket)
    if (headerOf(exchange.responseHeaders, 'x-amz-version-id') !== undefined) bucket.versioning = true
    if (key === undefined) continue
    const place = `${name}/${key}`
    const read = route.kind === 'operation' && route.name === 'GET object' && exchange.status === 200
    if (read && !touched.has(place)) bucket.objects.set(key, objectOf(key, exchange, answer))
    touched.add(place)
  }
  return {
    buckets: [...buckets].map(([name, { region, versioning, objects }]) => ({
      name,
      region,
      versioning,
      objects: [...objects.values()],
    })),
  }
}

function objectOf(key: string, { responseHeaders }: Exchange, body: Buffer): Json {
  const metadata = responseHeaders.flatMap(([name, value]): [string, string][] =>
    name.toLowerCase().startsWith('x-amz-meta-') ? [[name.toLowerCase().replace('x-amz-meta-', ''), value]] : [],
  )
  return {
    key,
    base64: body.toString('base64'),
    content_type: headerOf(responseHeaders, 'content-type') ?? 'binary/octet-stream',
    metadata: Object.fromEntries(metadata),
  }
}
