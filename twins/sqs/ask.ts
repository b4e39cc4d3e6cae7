import { z } from 'zod'
import { type Credential, EXAMPLE_CREDENTIAL, principalOf } from '../aws/credentials.ts'
import { type Identity, identify, sha256 } from '../aws/sigv4.ts'
import type { Json } from '../trace.ts'
import { NotModelled } from '../twin.ts'
import type { Account } from './account.ts'
import { placeOf, type Queue } from './state.ts'
import { invalid, malformed, missing, noQueue, REFUSED_SIGNATURES, type Refused } from './wire.ts'

/** A request to SQS whose signature holds: its parameters, and where it was asked. */
export type Ask = {
  readonly account: Account
  /** Whose key signed it; undefined where nobody did. */
  readonly principal: string | undefined
  readonly body: { readonly [parameter: string]: Json | undefined }
  readonly region: string
  /** `https://sqs.us-east-1.amazonaws.com`, under which the client knows this endpoint. */
  readonly endpoint: string
}

export type Answer = { readonly [field: string]: Json | undefined }
/** Answers; null where AWS sends no body at all. */
export type Handler = (ask: Ask) => Answer | null

const HOST = /^sqs\.([a-z0-9-]+)\.amazonaws\.com$/

export const regionOf = (url: URL): string => HOST.exec(url.hostname)?.[1] ?? ''

/** Reads a request and checks its signature. Throws what AWS refuses. */
export async function readAsk(request: Request, account: Account, seed: readonly Credential[]): Promise<Ask> {
  const url = new URL(request.url)
  const region = regionOf(url)
  const text = await request.text()
  const header = (name: string): string | undefined => request.headers.get(name) ?? undefined
  const credentials = seed.length === 0 ? [EXAMPLE_CREDENTIAL] : seed
  const identity = identify(
    { method: request.method, url, header, bodyHash: () => sha256(text), bodyLength: Buffer.byteLength(text) },
    {
      service: 'sqs',
      region,
      credentials,
      nowMs: account.world.clock.now(),
      pathOnce: false,
    },
  )
  const refused = refusalOf(identity, account.world.clock.now())
  if (refused !== undefined) throw refused
  if (identity.kind === 'signed' && /^[0-9a-f]{64}$/.test(identity.payload) && identity.payload !== sha256(text))
    throw REFUSED_SIGNATURES.mismatch(MISMATCH)
  const body = z.record(z.string(), z.json()).safeParse(readJson(text === '' ? '{}' : text))
  if (!body.success) throw malformed()
  const principal = identity.kind === 'signed' ? principalOf(credentials, identity.key, account.id) : undefined
  return { account, principal, body: body.data, region, endpoint: url.origin }
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
const compact = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html (2026-11-26). */
function refusalOf(identity: Identity, nowMs: number): Refused | undefined {
  switch (identity.kind) {
    case 'signed':
    case 'anonymous': // Whether a queue takes it, its policy says.
      return undefined
    case 'malformed':
      return REFUSED_SIGNATURES.incomplete(identity.what)
    case 'unknown-key':
      return REFUSED_SIGNATURES.unknownKey()
    case 'bad-token':
      return identity.expired ? REFUSED_SIGNATURES.expiredToken() : REFUSED_SIGNATURES.unknownKey()
    case 'wrong-scope':
      return REFUSED_SIGNATURES.mismatch(`Credential should be scoped to a valid ${identity.what}.`)
    case 'skewed': {
      const { signedAt, signedMs } = identity
      const quarterMs = 15 * 60_000
      return REFUSED_SIGNATURES.mismatch(
        signedMs < nowMs
          ? `Signature expired: ${signedAt} is now earlier than ${compact(nowMs - quarterMs)} (${compact(nowMs)} - 15 min.)`
          : `Signature not yet current: ${signedAt} is still later than ${compact(nowMs + quarterMs)} (${compact(nowMs)} + 15 min.)`,
      )
    }
    case 'expired':
    case 'not-yet':
    case 'mismatch':
      return REFUSED_SIGNATURES.mismatch(MISMATCH)
    default:
      return identity satisfies never
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A parameter that is text; an empty one counts as missing. */
export function textOf({ body }: Pick<Ask, 'body'>, parameter: string): string {
  const value = body[parameter]
  if (value === undefined || value === null || value === '') throw missing(parameter)
  if (typeof value !== 'string') throw malformed()
  return value
}

export function optionalText({ body }: Pick<Ask, 'body'>, parameter: string): string | undefined {
  const value = body[parameter]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw malformed()
  return value
}

/** A whole number between two bounds; `refuse` makes the error for one that is not. */
export function optionalNumber(
  { body }: Pick<Ask, 'body'>,
  parameter: string,
  { min, max }: { readonly min: number; readonly max: number },
  refuse: (value: number) => Error,
): number | undefined {
  const value = body[parameter]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw malformed()
  if (!Number.isInteger(value) || value < min || value > max) throw refuse(value)
  return value
}

export function texts({ body }: Pick<Ask, 'body'>, parameter: string): Readonly<Record<string, string>> {
  const parsed = z.record(z.string(), z.string()).safeParse(body[parameter] ?? {})
  if (!parsed.success) throw malformed()
  return parsed.data
}

export function list({ body }: Pick<Ask, 'body'>, parameter: string): readonly string[] {
  const parsed = z.array(z.string()).safeParse(body[parameter] ?? [])
  if (!parsed.success) throw malformed()
  return parsed.data
}

/** A queue of an account that is not this one. */
export const notOurs = ({ id }: Account, owner: string): NotModelled =>
  new NotModelled(
    'sqs',
    'queues of other accounts',
    `There is one account in a world. It is ${id}, and the queue is of ${owner}: name yours as "account" under given.sqs and given.s3.`,
  )

/** The queue that `QueueUrl` names; its host does not matter, its region is that of the endpoint. */
export function queueOf(ask: Ask): Queue {
  const { account, body, region } = ask
  const given = body.QueueUrl
  if (typeof given !== 'string') throw noQueue()
  const [, owner, name, ...more] = URL.canParse(given) ? new URL(given).pathname.split('/') : given.split('/')
  if (name === undefined || more.length > 0) throw noQueue()
  if (owner !== undefined && owner !== account.id && /^\d{12}$/.test(owner)) throw notOurs(account, owner)
  const queue = account.store.queues.get(placeOf({ region, name }))
  if (queue === undefined) throw noQueue()
  return queue
}

export const urlOf = ({ account, endpoint }: Ask, { name }: Pick<Queue, 'name'>): string =>
  `${endpoint}/${account.id}/${name}`

/** A page of a list: its token is where the next one begins. */
export function page<T>(
  ask: Ask,
  rows: readonly T[],
  usual: number,
): { readonly rows: readonly T[]; readonly NextToken?: string } {
  const max =
    optionalNumber(ask, 'MaxResults', { min: 1, max: 1000 }, (value) =>
      invalid(value, 'MaxResults', 'MaxResults must be an integer between 1 and 1000.'),
    ) ?? usual
  const token = optionalText(ask, 'NextToken')
  const from =
    token === undefined
      ? 0
      : Number(
          Buffer.from(token, 'base64')
            .toString()
            .replace(/^from /, ''),
        )
  if (!Number.isInteger(from)) throw invalid(token, 'NextToken', 'It is not a token of this list.')
  const end = from + max
  return {
    rows: rows.slice(from, end),
    ...(end < rows.length ? { NextToken: Buffer.from(`from ${end}`).toString('base64') } : {}),
  }
}
