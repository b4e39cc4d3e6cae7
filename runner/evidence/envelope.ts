import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { canonical, type Json } from '../../twins/trace.ts'
import { keyId } from './key.ts'

const TYPE = 'application/vnd.in-toto+json'

const shape = z.strictObject({
  payloadType: z.literal(TYPE),
  payload: z.base64(),
  signatures: z.array(z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.base64() })).length(1),
})

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What is signed: type and bytes, each with its length. Source: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md (2026-11-22). */
const preAuthentication = (body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${body.length} `), body])

/** A statement in a DSSE envelope with one ed25519 signature, as the text of a file: there is one spelling of it. */
export function seal(statement: Json, key: KeyObject): string {
  const body = Buffer.from(canonicalStrictly(statement))
  const signature = { keyid: keyId(key), sig: sign(null, preAuthentication(body), key).toString('base64') }
  return `${canonical({ payloadType: TYPE, payload: body.toString('base64'), signatures: [signature] })}\n`
}

export type Opened = {
  readonly statement: unknown
  /** Digest of the signed bytes. */
  readonly digest: string
  readonly keyId: string
}

/**
 * Opens an envelope that one of `keys` has signed. Every byte of the file counts: another spelling of the same JSON, a key id that is not the
 * signer's, base64 with loose bits are refused as well. Throws with what was expected.
 */
export function open(text: string, keys: readonly KeyObject[]): Opened {
  const envelope = shape.parse(parse(text))
  if (`${canonical(envelope)}\n` !== text) throw new Error('expected an envelope in its one spelling, got another')
  const body = decode(envelope.payload)
  const [signature] = envelope.signatures
  if (signature === undefined) throw new Error('expected one signature, got none')
  const signed = preAuthentication(body)
  const bytes = decode(signature.sig)
  const key = keys.find((one) => keyId(one) === signature.keyid)
  if (key === undefined)
    throw new Error(`expected a signature by a key that is trusted, got one by ${signature.keyid.slice(0, 16)}`)
  if (!verify(null, signed, key, bytes)) throw new Error('expected a good signature, got one that does not fit')
  const statement: unknown = parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  if (canonicalStrictly(statement as Json) !== body.toString('utf8'))
    throw new Error('expected a statement in its one spelling, got another')
  return { statement, digest: sha256(body), keyId: signature.keyid }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('expected JSON, got something else')
  }
}

function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new Error('expected base64 in its one spelling, got another')
  return bytes
}

/** RFC 8785 for JSON that holds no half characters; those it has no form for. */
function canonicalStrictly(value: Json): string {
  const text = canonical(value)
  // JSON.stringify spells a lone surrogate as an escape and nothing else in the range.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/i.test(text)) throw new Error('expected whole characters, got half of one')
  return text
}
