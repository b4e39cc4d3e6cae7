import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import type { z } from 'zod'
import type { Real } from './client.ts'
import { type Problem, SPEC_VERSION } from './contract.ts'
import { HookFailure, type ProblemCode, problem } from './failure.ts'
import { explain, readJson } from './json.ts'
import { sign, signatureProblem } from './signature.ts'

export type DoorOptions = {
  readonly real: Real
  /** Secrets that may have signed a request; the first signs answers. Two while they are changed, none for no signatures. */
  readonly secrets: readonly string[]
  readonly bearer: string | undefined
  readonly bodyBytes: number
  readonly retryAfterS: number
}

/** Where requests come in and answers leave: nothing passes unread, unsigned or too large. */
export interface Door {
  /** Every answer leaves here, signed with the id of its request, so that an old one cannot be played for a new one. */
  send(c: Context, status: number, body: object | undefined, headers?: Record<string, string>): Response
  refuse(c: Context, told: Problem): Response
  /** Who may ask. Without secrets and bearer: everybody who reaches the server. */
  unwelcome(c: Context, raw: Buffer): Problem | undefined
  /** A POST body by its schema; throws `Refused` before anything of it is believed. */
  read<T extends object>(c: Context, schema: z.ZodType<T>): Promise<{ readonly value: T; readonly raw: Buffer }>
}

const JSON_TYPE = { 'content-type': 'application/json' }

export function createDoor({ real, secrets, bearer, bodyBytes, retryAfterS }: DoorOptions): Door {
  const send = (
    c: Context,
    status: number,
    body: object | undefined,
    headers: Record<string, string> = {},
  ): Response => {
    const raw = Buffer.from(body === undefined ? '' : JSON.stringify(body))
    const [secret] = secrets
    const id = c.req.header('webhook-id')
    // Nobody gets our signature who had none: what is signed is chosen by the asker in part.
    const signed = secret === undefined || id === undefined || status === 401 ? {} : sign(secret, id, real.now(), raw)
    return new Response(raw.length === 0 ? null : raw, { status, headers: { ...JSON_TYPE, ...headers, ...signed } })
  }
  const refuse = (c: Context, told: Problem): Response =>
    send(c, told.status, told, {
      'content-type': 'application/problem+json',
      ...(told.retryable ? { 'retry-after': `${retryAfterS}` } : {}),
    })

  const unwelcome = (c: Context, raw: Buffer): Problem | undefined => {
    if (bearer !== undefined && !sameText(c.req.header('authorization') ?? '', `Bearer ${bearer}`))
      return problem('bad-signature', 'expected the bearer token of this agent')
    const wrong =
      secrets.length === 0 ? undefined : signatureProblem(secrets, (name) => c.req.header(name), raw, real.now())
    return wrong === undefined ? undefined : problem('bad-signature', wrong)
  }

  const read = async <T extends object>(c: Context, schema: z.ZodType<T>): Promise<{ value: T; raw: Buffer }> => {
    const raw = await capped(c.req.raw, bodyBytes)
    const wrong = unwelcome(c, raw)
    if (wrong !== undefined) throw new Refused(wrong)
    if (!/^application\/json(;|$)/i.test(c.req.header('content-type') ?? ''))
      throw new Refused(problem('unsupported-media', 'expected content-type: application/json'))
    const encoding = c.req.header('content-encoding') ?? 'identity'
    if (encoding !== 'identity') throw new Refused(problem('unsupported-media', 'expected a body that is not packed'))
    const json = tellingWhy('invalid-body', () => readJson(raw, 'body'))
    if (json !== null && typeof json === 'object' && 'specVersion' in json && json.specVersion !== SPEC_VERSION)
      throw new Refused(problem('unsupported-version', `expected specVersion "${SPEC_VERSION}"`))
    const parsed = schema.safeParse(json)
    if (!parsed.success) throw new Refused(problem('invalid-body', explain(parsed.error)))
    return { value: parsed.data, raw }
  }
  return { send, refuse, unwelcome, read }
}

/** A request that goes no further, with what it is told. */
export class Refused extends Error {
  readonly told: Problem
  constructor(told: Problem) {
    super(told.detail)
    this.told = told
  }
}

function tellingWhy<T>(code: ProblemCode, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof HookFailure) throw new Refused(problem(code, error.message))
    throw error
  }
}

const sameText = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The body, read up to a cap. */
async function capped(request: Request, bytesMax: number): Promise<Buffer> {
  const tooLarge = (): Refused => new Refused(problem('too-large', `expected at most ${bytesMax} bytes`))
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > bytesMax) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
