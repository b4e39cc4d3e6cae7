import { createHash } from 'node:crypto'
import { canonical, type Json } from '../../twins/trace.ts'
import { printable } from '../gate/intake.ts'
import { createHookClient, type HookConfig, type HookOutcome, type Real } from './client.ts'
import { type ChangeRequest, type ChangeResult, problemSchema } from './contract.ts'
import type { HookLimits } from './conversation.ts'
import { type Answered, EXCHANGE_LIMITS, type Exchange } from './exchange.ts'
import { codeOf, HookFailure } from './failure.ts'
import { sign } from './signature.ts'
import { printUsage, readUsage } from './usage.ts'

/** What one check found: `wrong` says expected and got, `skipped` why there was nothing to look at. */
export type Finding = {
  readonly id: string
  readonly promise: string
  readonly status: 'ok' | 'wrong' | 'skipped'
  readonly found: string
}

export type ConformanceOptions = {
  readonly config: HookConfig
  readonly exchange: Exchange
  readonly real: Real
  readonly limits?: Partial<HookLimits>
  /** The commit that changes are asked for. */
  readonly base: string
  readonly fetch: ChangeRequest['base']['fetch']
  /** Names the requests of this run, so that no other run's answers are met. */
  readonly run: string
  /** What the agent is asked to do; three times at most. Undefined: only what costs nothing is checked. */
  readonly task: string | undefined
  readonly timeoutMs: number
}

type Suite = ConformanceOptions & {
  send(ask: {
    readonly method?: 'GET' | 'POST'
    readonly path: string
    readonly body?: Buffer
    readonly headers?: Readonly<Record<string, string>>
    readonly id?: string
    /** Signed at another time, over another body, or not at all. */
    readonly signed?: { readonly atMs?: number; readonly over?: Buffer } | false
    readonly bearer?: false
  }): Promise<Answered>
  request(nth: number, attempt: number, more?: Partial<ChangeRequest>): ChangeRequest
  change(request: ChangeRequest): Promise<HookOutcome<ChangeResult>>
}
type Outcome = { readonly wrong?: string; readonly skipped?: string; readonly found?: string }
type Check = { readonly id: string; readonly promise: string; run(suite: Suite): Promise<Outcome> }

const DEEP = Buffer.from('['.repeat(5000) + ']'.repeat(5000))
const OK: Outcome = {}
const bytesOf = (body: object): Buffer => Buffer.from(canonical(body as Json))

/** Wrong unless the answer is a problem document with this status and code. */
function expectProblem(answered: Answered, status: number, code?: string): Outcome {
  const got = `${answered.status} ${printable(answered.body.toString('utf8'), 80)}`
  if (answered.status !== status) return { wrong: `expected ${status}, got ${got}` }
  if (!/^application\/problem\+json/.test(answered.header('content-type') ?? ''))
    return { wrong: `expected application/problem+json, got ${answered.header('content-type') ?? 'none'}` }
  let told: unknown
  try {
    told = JSON.parse(answered.body.toString('utf8'))
  } catch {
    return { wrong: `expected a problem document, got ${got}` }
  }
  const parsed = problemSchema.safeParse(told)
  if (!parsed.success) return { wrong: `expected a problem document, got ${got}` }
  const found = codeOf(parsed.data.type)
  return code === undefined || found === code
    ? { found: `${status} ${found}` }
    : { wrong: `expected code ${code}, got ${found}` }
}

const post = (
  suite: Suite,
  body: Buffer,
  more: Omit<Parameters<Suite['send']>[0], 'path' | 'body'> = {},
): Promise<Answered> => suite.send({ path: 'v1/changes', body, ...more })

/** What every hook server promises, cheapest first. */
const CHECKS: readonly Check[] = [
  {
    id: 'describe',
    promise: 'GET v1/agent tells who it is and what it takes',
    async run({ config, real, limits, exchange }) {
      const described = await createHookClient(config, real, {
        exchange,
        ...(limits === undefined ? {} : { limits }),
      }).describe()
      if (described.kind === 'failed') return { wrong: described.message }
      const { name, version, does } = described.result
      return { found: printable(`${name} ${version}: ${does.join(', ')}`) }
    },
  },
  {
    id: 'unsigned',
    promise: 'a request without a signature is refused',
    async run(suite) {
      if (suite.config.secret === undefined) return { skipped: 'no secret was given' }
      return expectProblem(await post(suite, bytesOf(suite.request(0, 1)), { signed: false }), 401)
    },
  },
  {
    id: 'tampered',
    promise: 'a body that is not the signed one is refused',
    async run(suite) {
      if (suite.config.secret === undefined) return { skipped: 'no secret was given' }
      return expectProblem(
        await post(suite, bytesOf(suite.request(0, 1)), { signed: { over: Buffer.from('{}') } }),
        401,
      )
    },
  },
  {
    id: 'replayed',
    promise: 'a signature of ten minutes ago is refused',
    async run(suite) {
      if (suite.config.secret === undefined) return { skipped: 'no secret was given' }
      const atMs = suite.real.now() - 600_000
      return expectProblem(await post(suite, bytesOf(suite.request(0, 1)), { signed: { atMs } }), 401)
    },
  },
  {
    id: 'bearer',
    promise: 'a request without the bearer token is refused',
    async run(suite) {
      if (suite.config.bearer === undefined) return { skipped: 'no bearer token was given' }
      return expectProblem(await post(suite, bytesOf(suite.request(0, 1)), { bearer: false }), 401)
    },
  },
  {
    id: 'not-json',
    promise: 'a body that is not JSON is refused',
    run: async (suite) => expectProblem(await post(suite, Buffer.from('{')), 400, 'invalid-body'),
  },
  {
    id: 'deep-json',
    promise: 'a body that is nested 5000 deep is refused',
    run: async (suite) => expectProblem(await post(suite, DEEP), 400, 'invalid-body'),
  },
  {
    id: 'incomplete',
    promise: 'a request that lacks a field is refused',
    async run(suite) {
      const { goal: _, ...rest } = suite.request(0, 1)
      return expectProblem(await post(suite, bytesOf(rest)), 400, 'invalid-body')
    },
  },
  {
    id: 'version',
    promise: 'a version it does not speak is refused',
    run: async (suite) =>
      expectProblem(
        await post(suite, bytesOf({ ...suite.request(0, 1), specVersion: '9.9' })),
        400,
        'unsupported-version',
      ),
  },
  {
    id: 'media',
    promise: 'a body of another type is refused',
    run: async (suite) =>
      expectProblem(
        await post(suite, bytesOf(suite.request(0, 1)), { headers: { 'content-type': 'text/plain' } }),
        415,
        'unsupported-media',
      ),
  },
  {
    id: 'oversize',
    promise: 'a body larger than it says it takes is refused',
    async run(suite) {
      const { config, real, exchange, limits } = suite
      const described = await createHookClient(config, real, {
        exchange,
        ...(limits === undefined ? {} : { limits }),
      }).describe()
      if (described.kind === 'failed') return { skipped: 'it did not say how much' }
      const { maxBytes } = described.result
      if (maxBytes > 33_554_432) return { skipped: `it takes ${maxBytes} bytes` }
      const text = 'x'.repeat(maxBytes)
      const body = Buffer.from(JSON.stringify({ ...suite.request(0, 1), goal: { text, sha256: '', origin: null } }))
      try {
        return expectProblem(await post(suite, body), 413, 'too-large')
      } catch (error) {
        // Hanging up in the middle of it is an answer too.
        if (error instanceof HookFailure && error.code === 'connection-lost') return { found: 'it hung up' }
        throw error
      }
    },
  },
  {
    id: 'nowhere',
    promise: 'a task that is not there is not found',
    run: async (suite) => expectProblem(await suite.send({ method: 'GET', path: 'v1/tasks/nowhere' }), 404),
  },
  {
    id: 'change',
    promise: 'a change is answered: with this request, attempt and token, and the base it was for',
    async run(suite) {
      if (suite.task === undefined) return { skipped: 'no change was to be asked for' }
      const outcome = await suite.change(suite.request(1, 2))
      if (outcome.kind === 'failed') return { wrong: `${outcome.code}: ${outcome.message}` }
      const { status, usage } = outcome.result
      return { found: `${status}; ${printUsage(readUsage(usage))}` }
    },
  },
  {
    id: 'redelivery',
    promise: 'the same request again gets the same answer',
    async run(suite) {
      if (suite.task === undefined) return { skipped: 'no change was to be asked for' }
      const [first, second] = [await suite.change(suite.request(1, 2)), await suite.change(suite.request(1, 2))]
      if (first.kind === 'failed') return { wrong: first.message }
      if (second.kind === 'failed') return { wrong: second.message }
      const same = JSON.stringify(first.result) === JSON.stringify(second.result)
      return same ? OK : { wrong: 'expected the first answer again, got another one' }
    },
  },
  {
    id: 'other-body',
    promise: 'another request under the same key is refused',
    async run(suite) {
      if (suite.task === undefined) return { skipped: 'no change was to be asked for' }
      const other = suite.request(1, 2, { runToken: 'another' })
      return expectProblem(await post(suite, bytesOf(other), { id: keyOf(other) }), 422, 'idempotency-mismatch')
    },
  },
  {
    id: 'older',
    promise: 'an attempt older than the newest is refused',
    async run(suite) {
      if (suite.task === undefined) return { skipped: 'no change was to be asked for' }
      const older = suite.request(1, 1)
      return expectProblem(await post(suite, bytesOf(older), { id: keyOf(older) }), 409, 'superseded')
    },
  },
  {
    id: 'cancel',
    promise: 'a task can be cancelled, twice, only by its own request; no result comes of it',
    async run(suite) {
      if (suite.task === undefined) return { skipped: 'no change was to be asked for' }
      const request = suite.request(2, 1)
      const started = await post(suite, bytesOf(request), { id: keyOf(request) })
      if (started.status === 200) return { skipped: 'it answered at once' }
      if (started.status !== 202) return { wrong: `expected 202, got ${started.status}` }
      const place = (started.header('location') ?? '').replace(/^\//, '')
      const word = {
        specVersion: '1.0',
        type: 'cancel.requested',
        requestId: request.requestId,
        attempt: 1,
        reason: 'conformance',
      }
      const cancel = (more: object): Promise<Answered> =>
        suite.send({ path: `${place}/cancel`, body: bytesOf({ ...word, ...more }) })
      const before = await suite.send({ method: 'GET', path: place })
      if (before.body.includes('"state":"done"')) return { skipped: 'it was done before it could be cancelled' }
      for (const time of ['once', 'twice']) {
        const { status } = await cancel({})
        if (status !== 202) return { wrong: `expected 202 for cancelling ${time}, got ${status}` }
      }
      const foreign = await cancel({ requestId: 'somebody-else' })
      if (foreign.status < 400) return { wrong: `expected a foreign cancel to be refused, got ${foreign.status}` }
      const after = await suite.send({ method: 'GET', path: place })
      return after.body.includes('"state":"done"') && after.body.includes('"completed"')
        ? { wrong: 'expected no result after cancelling, got one' }
        : OK
    },
  },
  {
    id: 'deadline',
    promise: 'work that outlasts its deadline ends without a change',
    async run(suite) {
      if (suite.task === undefined) return { skipped: 'no change was to be asked for' }
      const short = suite.request(3, 1, {
        budget: { deadline: new Date(suite.real.now() + 1).toISOString(), timeoutMs: 1 },
      })
      const outcome = await suite.change(short)
      if (outcome.kind === 'failed') return { found: outcome.code }
      return outcome.result.status === 'completed' ? { wrong: 'expected no change after 1 ms, got one' } : OK
    },
  },
]

const keyOf = ({ requestId, attempt }: ChangeRequest): string => `changes_${requestId}_${attempt}`

/** Holds a hook server to the contract. Never throws for what the server does. */
export async function runConformance(
  options: ConformanceOptions,
  onFinding: (finding: Finding) => void = () => undefined,
): Promise<readonly Finding[]> {
  const suite = createSuite(options)
  const findings: Finding[] = []
  for (const { id, promise, run } of CHECKS) {
    let outcome: Outcome
    try {
      outcome = await run(suite)
    } catch (error) {
      if (!(error instanceof HookFailure)) throw error
      outcome = { wrong: `${error.code}: ${error.message}` }
    }
    const { wrong, skipped, found } = outcome
    const status = wrong !== undefined ? 'wrong' : skipped !== undefined ? 'skipped' : 'ok'
    const finding: Finding = { id, promise, status, found: wrong ?? skipped ?? found ?? '' }
    findings.push(finding)
    onFinding(finding)
  }
  return findings
}

function createSuite(options: ConformanceOptions): Suite {
  const { config, real, exchange, run, base, fetch, timeoutMs } = options
  const root = new URL(config.url.endsWith('/') ? config.url : `${config.url}/`)
  const limits = { ...EXCHANGE_LIMITS, ...options.limits }
  const deadline = new Date(real.now() + timeoutMs * 4).toISOString()
  const text = options.task ?? ''
  return {
    ...options,
    send({ method = 'POST', path, body, headers, id = `check_${run}`, signed = {}, bearer }) {
      const raw = body ?? Buffer.alloc(0)
      const signature =
        config.secret === undefined || signed === false
          ? { 'webhook-id': id }
          : sign(config.secret, id, signed.atMs ?? real.now(), signed.over ?? raw)
      const auth: Record<string, string> =
        config.bearer === undefined || bearer === false ? {} : { authorization: `Bearer ${config.bearer}` }
      const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
      const all = {
        ...auth,
        ...signature,
        ...content,
        'idempotency-key': `"${id}"`,
        prefer: 'respond-async',
        ...headers,
      }
      const ask = { method, url: new URL(path, root), headers: all, ...(body === undefined ? {} : { body }) }
      return exchange(ask, limits, new AbortController().signal)
    },
    request: (nth, attempt, more = {}) => ({
      specVersion: '1.0',
      type: 'change.requested',
      requestId: `check_${run}_${nth}`,
      attempt,
      runToken: `token_${run}`,
      goal: { text, sha256: createHash('sha256').update(text).digest('hex'), origin: null },
      base: { commit: base, fetch },
      scope: { allow: ['**'], deny: [], tier: null, maxFiles: 20, maxBytes: 262_144 },
      feedback: [],
      budget: { deadline, timeoutMs },
      reply: { accept: ['patch', 'files'] },
      ...more,
    }),
    // A client of its own for each question: what one remembers must not stand in for what the server does.
    change: (request) =>
      createHookClient(config, real, {
        exchange,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      }).change(request, { signal: new AbortController().signal }),
  }
}

/** The findings as a table, with a last line that counts. */
export function printFindings(findings: readonly Finding[]): string {
  const word = { ok: 'ok     ', wrong: 'WRONG  ', skipped: 'skipped' }
  const lines = findings.map(
    ({ id, promise, status, found }) =>
      `${word[status]} ${id.padEnd(11)} ${promise}${found === '' ? '' : `\n${' '.repeat(20)}${found}`}`,
  )
  const count = (status: Finding['status']): number => findings.filter((one) => one.status === status).length
  return `${lines.join('\n')}\n${count('ok')} kept, ${count('wrong')} broken, ${count('skipped')} not looked at\n`
}
