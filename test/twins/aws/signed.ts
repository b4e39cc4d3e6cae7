import { createHash, createHmac } from 'node:crypto'
import { amzDate } from '../../../twins/aws/sigv4.ts'
import { CREDENTIALS, STARTS_AT } from './support.ts'

type Unsigned = {
  readonly service: string
  readonly method: string
  /** Its path and query are taken as they stand: already encoded, and sorted. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly atMs?: number
}

/** A request signed by hand, where chance and clock are out of reach of an SDK. */
export function signed({
  service,
  method,
  url,
  headers = {},
  body = '',
  atMs = Date.parse(STARTS_AT),
}: Unsigned): Request {
  const { host, pathname, search, hostname } = new URL(url)
  const region = /[.]([a-z]+-[a-z]+-\d)[.]/.exec(hostname)?.[1] ?? 'us-east-1'
  const date = amzDate(atMs)
  const hash = createHash('sha256').update(body).digest('hex')
  const all: Record<string, string> = { host, 'x-amz-content-sha256': hash, 'x-amz-date': date }
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value
  const names = Object.keys(all).sort()
  const canonical = [
    method,
    pathname,
    search
      .slice(1)
      .split('&')
      .map((pair) => (pair === '' || pair.includes('=') ? pair : `${pair}=`))
      .join('&'),
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    all['x-amz-content-sha256'] ?? hash,
  ].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [date.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${CREDENTIALS.secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return new Request(url, {
    method,
    headers: {
      ...all,
      authorization: `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    ...(body.length === 0 || method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.from(body) }),
  })
}
