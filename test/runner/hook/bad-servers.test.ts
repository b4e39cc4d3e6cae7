import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createHookClient, type HookConfig } from '../../../runner/hook/client.ts'
import type { ChangeRequest } from '../../../runner/hook/contract.ts'
import type { HookLimits } from '../../../runner/hook/conversation.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { sign } from '../../../runner/hook/signature.ts'
import {
  changeRequest,
  going,
  patch,
  ROOMY,
  resultFor,
  SECRET,
  type Served,
  serve,
  serveRaw,
  sha256,
} from './support.ts'

type Row = {
  readonly what: string
  readonly server: () => Promise<Served>
  readonly code: string
  readonly says: RegExp
  readonly asks?: Partial<ChangeRequest>
  readonly config?: Partial<HookConfig>
  /** The limit it is about, in milliseconds. For all others a busy machine must not look like a slow server. */
  readonly limits?: Partial<HookLimits>
  /** How often the server is asked; a question that cannot get better is asked once. */
  readonly tried?: number
}

const request = changeRequest()
const JSON_TYPE = { 'content-type': 'application/json' }
type Handle = (response: ServerResponse, request: IncomingMessage, body: string, port: number) => void
const http = (handle: Handle) => (): Promise<Served> =>
  serve((asked, response, body, port) => handle(response, asked, body, port))
const raw = (handle: (socket: Socket, nth: number) => void) => (): Promise<Served> => serveRaw(handle)
/** Answers 200 with a body. */
const says = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  http((response) => response.writeHead(200, headers).end(body))
const result = (more: object = {}): string => JSON.stringify(resultFor(request, more))
/** Answers 202, then what `poll` does. */
const tasked = (poll: Handle, location = '/v1/tasks/1') =>
  http((response, asked, body, port) => {
    if (asked.method === 'POST' && asked.url?.endsWith('/cancel') === true) response.writeHead(202).end()
    else if (asked.method === 'POST') response.writeHead(202, { ...JSON_TYPE, location }).end('{}')
    else poll(response, asked, body, port)
  })
const file = (more: object): object => ({
  change: {
    kind: 'files',
    baseCommit: 'a'.repeat(40),
    files: [{ path: 'a.ts', op: 'put', mode: '100644', content: 'x', encoding: 'utf8', sha256: sha256('x'), ...more }],
  },
})
const drip = (socket: Socket, head: string, piece: string, everyMs: number): void => {
  socket.write(head)
  const timer = setInterval(() => socket.write(piece), everyMs)
  socket.on('close', () => clearInterval(timer))
}
const head = (more: string): string => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}\r\n`
const signedAnswer =
  (secret: string, id: string | undefined, atMs: number): Handle =>
  (response, asked) => {
    const body = Buffer.from(result())
    response
      .writeHead(200, { ...JSON_TYPE, ...sign(secret, id ?? String(asked.headers['webhook-id']), atMs, body) })
      .end(body)
  }
const OTHER_SECRET = `whsec_${Buffer.from('quite another one, also 32 bytes').toString('base64')}`

const ROWS: readonly Row[] = [
  // Slow
  {
    limits: { headersMs: 150 },
    what: 'never answers',
    server: http(() => undefined),
    code: 'no-202',
    says: /within 150 ms, got none. Answer 202/,
  },
  {
    limits: { headersMs: 150 },
    what: 'sends its headers a byte at a time',
    server: raw((s) => drip(s, 'HTTP/1.1 200 OK\r\nx: ', 'y', 20)),
    code: 'no-202',
    says: /within 150 ms/,
  },
  {
    limits: { headersMs: 150 },
    what: 'sends 102 Processing for ever',
    server: raw((s) => drip(s, '', 'HTTP/1.1 102 Processing\r\n\r\n', 20)),
    code: 'no-202',
    says: /within 150 ms/,
  },
  {
    limits: { idleMs: 100 },
    what: 'stops in the middle of the body',
    server: raw((s) => s.write(`${head('content-length: 500\r\n')}{"spec`)),
    code: 'slow-body',
    says: /within 100 ms, got none/,
  },
  {
    limits: { totalMs: 350 },
    what: 'sends its body a byte at a time',
    server: raw((s) => drip(s, head('content-length: 15000\r\n'), ' ', 20)),
    code: 'slow-body',
    says: /whole answer within 350 ms/,
  },
  // Large
  {
    what: 'sends a body without end',
    server: raw((s) => drip(s, head('transfer-encoding: chunked\r\n'), `1000\r\n${'x'.repeat(4096)}\r\n`, 1)),
    code: 'too-large',
    says: /at most 20000 bytes/,
  },
  {
    what: 'announces more than it may send',
    server: raw((s) => s.write(head('content-length: 99999999\r\n'))),
    code: 'too-large',
    says: /at most 20000 bytes/,
  },
  {
    what: 'sends headers without end',
    server: raw((s) => drip(s, 'HTTP/1.1 200 OK\r\n', `x-${'y'.repeat(900)}: z\r\n`, 1)),
    code: 'too-large',
    says: /small headers/,
  },
  {
    what: 'sends a change larger than the scope',
    server: says(result({ change: patch('x'.repeat(12_000)) })),
    code: 'too-large',
    says: /a diff of at most 10000 bytes, got 12000/,
  },
  {
    what: 'sends more files than the scope',
    server: says(
      result({
        change: {
          kind: 'files',
          baseCommit: 'a'.repeat(40),
          files: Array.from({ length: 11 }, (_, n) => ({ path: `f${n}`, op: 'delete' })),
        },
      }),
    ),
    code: 'too-large',
    says: /at most 10 files, got 11/,
  },
  // Elsewhere
  {
    what: 'redirects',
    server: http((r, _, __, port) => r.writeHead(307, { location: `http://127.0.0.1:${port}/other` }).end()),
    code: 'redirect',
    says: /got 307. Redirects are not followed/,
  },
  {
    what: 'points to another host',
    server: tasked(() => undefined, 'http://169.254.169.254/latest/meta-data'),
    code: 'foreign-location',
    says: /got one on http:\/\/169.254.169.254. It was not asked/,
  },
  {
    what: 'points to another port',
    server: tasked(() => undefined, 'http://127.0.0.1:1/x'),
    code: 'foreign-location',
    says: /expected a Location on/,
  },
  {
    what: 'points to a file',
    server: tasked(() => undefined, 'file:///etc/passwd'),
    code: 'foreign-location',
    says: /expected a Location on/,
  },
  {
    what: 'says 202 without a Location',
    server: http((r) => r.writeHead(202, JSON_TYPE).end('{}')),
    code: 'bad-location',
    says: /202 with a Location/,
  },
  {
    what: 'redirects a poll',
    server: tasked((r) => r.writeHead(302, { location: '/v1/tasks/2' }).end()),
    code: 'redirect',
    says: /got 302/,
  },
  // Lying
  {
    what: 'plays an old answer',
    server: says(result({ runToken: 'rt_0' })),
    code: 'wrong-answer',
    says: /runToken to be the one of this run, got another/,
  },
  {
    what: 'answers another request',
    server: says(result({ requestId: 'cr_2' })),
    code: 'wrong-answer',
    says: /requestId to be "cr_1", got "cr_2"/,
  },
  {
    what: 'answers another attempt',
    server: says(result({ attempt: 2 })),
    code: 'wrong-answer',
    says: /attempt to be "1", got "2"/,
  },
  {
    what: 'answers another kind of question',
    server: says(result({ type: 'critique.result' })),
    code: 'invalid-result',
    says: /type/,
  },
  {
    what: 'changes another base',
    server: says(result({ change: patch(undefined, 'b'.repeat(40)) })),
    code: 'wrong-base',
    says: /expected a change of a{40}, got one of b{40}/,
  },
  {
    what: 'sends a diff that is not whole',
    server: says(result({ change: { ...patch(), sha256: sha256('other') } })),
    code: 'wrong-digest',
    says: /the diff to have the sha256/,
  },
  {
    what: 'sends a file that is not whole',
    server: says(result(file({ content: 'y' }))),
    code: 'wrong-digest',
    says: /a\.ts to have the sha256/,
  },
  {
    what: 'sends a kind nobody asked for',
    server: says(
      result({ change: { kind: 'gitRef', remote: 'https://x.test/r', ref: 'main', commit: 'c'.repeat(40) } }),
    ),
    code: 'unsupported-reply',
    says: /expected patch or files, got gitRef/,
  },
  {
    what: 'is done but brings no change',
    server: says(result({ change: undefined })),
    code: 'invalid-result',
    says: /change/,
  },
  {
    what: 'writes outside the repository',
    server: says(result(file({ path: '../../etc/cron.d/x' }))),
    code: 'invalid-result',
    says: /a path inside the repository/,
  },
  {
    what: 'promises a length and sends less',
    server: raw((s) => s.end(`${head('content-length: 900\r\n')}${result()}`)),
    code: 'connection-lost',
    says: /a connection that ended.*Tried 3 times/,
    tried: 3,
  },
  {
    what: 'promises a length and sends more',
    server: raw((s) => s.end(`${head('content-length: 20\r\n')}${result()}`)),
    code: 'bad-answer',
    says: /expected HTTP\/1.1/,
  },
  {
    what: 'sends two different lengths',
    server: raw((s) => s.end(`${head('content-length: 20\r\ncontent-length: 30\r\n')}${result()}`)),
    code: 'bad-answer',
    says: /expected HTTP\/1.1/,
  },
  {
    what: 'signs with another secret',
    server: http(signedAnswer(OTHER_SECRET, undefined, Date.now())),
    config: { secret: SECRET },
    code: 'bad-signature',
    says: /by a known key, got another/,
  },
  {
    what: 'plays an answer signed for another message',
    server: http(signedAnswer(SECRET, 'changes_cr_0_1', Date.now())),
    config: { secret: SECRET },
    code: 'bad-signature',
    says: /webhook-id of the request, got another/,
  },
  {
    what: 'plays an answer signed an hour ago',
    server: http(signedAnswer(SECRET, undefined, Date.now() - 3_600_000)),
    config: { secret: SECRET },
    code: 'bad-signature',
    says: /within 300 s, got one 360\d s away/,
  },
  {
    what: 'does not sign where it has to',
    server: says(result()),
    config: { secret: SECRET, signedAnswers: true },
    code: 'bad-signature',
    says: /webhook-id/,
  },
  // Garbled
  {
    what: 'sends what is not JSON',
    server: says('<html>\u001b[2Jhello</html>'),
    code: 'bad-json',
    says: /expected JSON, got "<html>\\u\{1b\}\[2J/,
  },
  { what: 'sends nothing', server: says(''), code: 'bad-json', says: /got nothing/ },
  {
    what: 'sends bytes that are no UTF-8',
    server: says(Buffer.from([0x22, 0xff, 0x22])),
    code: 'bad-json',
    says: /not UTF-8/,
  },
  {
    what: 'sends deep JSON',
    server: says('['.repeat(9000) + ']'.repeat(9000)),
    code: 'bad-json',
    says: /more than 32 levels/,
  },
  {
    what: 'sends a key that reaches the prototype',
    server: says(`{"__proto__":{"status":"completed"},${result().slice(1)}`),
    code: 'bad-json',
    says: /a key "__proto__"/,
  },
  {
    what: 'sends a huge number',
    server: says(result({ usage: { inputTokens: 1 } }).replace('"inputTokens":1', '"inputTokens":1e999')),
    code: 'bad-json',
    says: /a number too large to be one/,
  },
  {
    what: 'sends a number beyond what counts exactly',
    server: says(result({ usage: { inputTokens: 2 ** 60 } })),
    code: 'invalid-result',
    says: /usage\.inputTokens/,
  },
  {
    what: 'reports a cost below nothing',
    server: says(result({ usage: { costUsd: -1 } })),
    code: 'invalid-result',
    says: /usage\.costUsd/,
  },
  {
    what: 'sends a field nobody knows',
    server: says(result({ verdict: 'pass' })),
    code: 'invalid-result',
    says: /verdict/,
  },
  {
    what: 'speaks another version',
    server: says(result({ specVersion: '2.0' })),
    code: 'unsupported-version',
    says: /expected specVersion "1.0", got "2.0"/,
  },
  {
    what: 'sends HTML',
    server: says(result(), { 'content-type': 'text/html' }),
    code: 'unsupported-media',
    says: /expected application\/json, got text\/html/,
  },
  {
    what: 'packs its body',
    server: says(gzipSync(result()), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    code: 'unsupported-encoding',
    says: /packed with gzip/,
  },
  {
    what: 'sends a bomb',
    server: says(gzipSync('0'.repeat(9_000_000)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    code: 'unsupported-encoding',
    says: /plain body/,
  },
  {
    what: 'speaks another protocol',
    server: raw((s) => s.end('SSH-2.0-OpenSSH_9.2\r\n')),
    code: 'bad-answer',
    says: /expected HTTP\/1.1/,
  },
  {
    what: 'changes the protocol',
    server: raw((s) => s.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')),
    code: 'bad-answer',
    says: /101/,
  },
  {
    what: 'says 204',
    server: http((r) => r.writeHead(204).end()),
    code: 'bad-answer',
    says: /expected 200 or 202, got 204/,
  },
  // Failing
  {
    what: 'fails with 500',
    server: http((r) => r.writeHead(500).end('oops')),
    code: 'agent-error',
    says: /got 500 agent-error/,
    tried: 1,
  },
  {
    what: 'is busy for ever',
    server: http((r) => r.writeHead(429, { 'retry-after': '0' }).end()),
    code: 'http-429',
    says: /Tried 3 times/,
    tried: 3,
  },
  {
    what: 'is busy for longer than there is time',
    server: http((r) => r.writeHead(503, { 'retry-after': '3600' }).end()),
    code: 'agent-error',
    says: /wants 3[0-9]+ ms more/,
    tried: 1,
  },
  {
    what: 'has no attempts left',
    server: http((r) =>
      r.writeHead(429, { 'content-type': 'application/problem+json' }).end(
        JSON.stringify({
          type: 'urn:backlot:problem:attempts-exhausted',
          title: 'x',
          status: 429,
          detail: 'three were three',
          retryable: false,
        }),
      ),
    ),
    code: 'attempts-exhausted',
    says: /three were three/,
    tried: 1,
  },
  {
    what: 'resets every connection',
    server: raw((s) => s.resetAndDestroy()),
    code: 'connection-lost',
    says: /Tried 3 times/,
    tried: 3,
  },
  {
    what: 'resets in the middle of the body',
    server: raw((s) => {
      s.write(`${head('content-length: 500\r\n')}{`)
      setTimeout(() => s.resetAndDestroy(), 20)
    }),
    code: 'connection-lost',
    says: /Tried 3 times/,
    tried: 3,
  },
  {
    what: 'says 202 for ever',
    server: tasked((r) => r.writeHead(200, JSON_TYPE).end('{"state":"running"}')),
    asks: { budget: { deadline: '2999-01-01T00:00:00Z', timeoutMs: 250 } },
    code: 'agent-timeout',
    says: /expected a result within 250 ms, got none/,
  },
  {
    what: 'forgets the task',
    server: tasked((r) => r.writeHead(404).end()),
    code: 'http-404',
    says: /GET \/v1\/tasks\/1: expected an answer, got 404/,
  },
  {
    what: 'dies while it is polled',
    server: async () => {
      let close = (): unknown => undefined
      const served = await tasked(() => close())()
      close = () => served.close()
      return served
    },
    code: 'unreachable',
    says: /Tried 3 times/,
  },
  {
    what: 'ends the task with a problem',
    server: tasked((r) =>
      r.writeHead(200, JSON_TYPE).end(
        JSON.stringify({
          state: 'failed',
          problem: {
            type: 'urn:backlot:problem:agent-error',
            title: 'x',
            status: 500,
            detail: 'no model\u202e today',
            retryable: false,
          },
        }),
      ),
    ),
    code: 'agent-error',
    says: /the agent failed: no model\\u\{202e\} today/,
  },
  {
    what: 'ends the task with the answer of another',
    server: tasked((r) =>
      r
        .writeHead(200, JSON_TYPE)
        .end(JSON.stringify({ state: 'done', result: resultFor(request, { runToken: 'rt_0' }) })),
    ),
    code: 'wrong-answer',
    says: /runToken/,
  },
]

test.each(ROWS)('a server that $what', async ({ server, code, says: wanted, asks, config, limits, tried }) => {
  const served = await server()
  const client = createHookClient({ ...served.config, ...config }, REAL, { limits: { ...ROOMY, ...limits } })
  const outcome = await client.change(changeRequest(asks), going())
  await served.close()
  expect(outcome).toMatchObject({ kind: 'failed', code })
  expect(outcome.kind === 'failed' && outcome.message).toMatch(wanted)
  // No result, whole or in parts: there is nothing that could be applied.
  expect(outcome).not.toHaveProperty('result')
  if (tried !== undefined) expect(served.seen).toHaveLength(tried)
})

test('the table knows more than thirty kinds', () => {
  expect(new Set(ROWS.map(({ what }) => what)).size).toBeGreaterThan(50)
})

test('the same table against a server without a fault: a result', async () => {
  const served = await says(result())()
  const outcome = await createHookClient(served.config, REAL, { limits: ROOMY }).change(request, going())
  await served.close()
  expect(outcome).toEqual({ kind: 'result', result: resultFor(request) })
})

test.each([
  ['nobody listens', 'http://127.0.0.1:1/', 'unreachable', /expected a connection, got ECONNREFUSED/],
  ['there is no such host', 'https://no-such-host.invalid/', 'unreachable', /ENOTFOUND|EAI_AGAIN/],
])('%s: tried again, then told', async (_, url, code, wanted) => {
  const outcome = await createHookClient({ url }, REAL, { limits: ROOMY }).change(request, going())
  expect(outcome).toMatchObject({ kind: 'failed', code })
  expect(outcome.kind === 'failed' && outcome.message).toMatch(wanted)
})
