import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createRawServer, type Server as RawServer, type Socket } from 'node:net'
import type { CallOptions, HookConfig } from '../../../runner/hook/client.ts'
import type { Change, ChangeRequest, ChangeResult } from '../../../runner/hook/contract.ts'
import type { HookLimits } from '../../../runner/hook/conversation.ts'

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

export const BASE: string = 'a'.repeat(40)
export const SECRET: string = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`
export const DIFF: string = 'diff --git a/x.txt b/x.txt\n--- a/x.txt\n+++ b/x.txt\n@@ -1 +1 @@\n-a\n+b\n'

export function changeRequest(more: Partial<ChangeRequest> = {}): ChangeRequest {
  return {
    specVersion: '1.0',
    type: 'change.requested',
    requestId: 'cr_1',
    attempt: 1,
    runToken: 'rt_1',
    goal: { text: 'Make it so.', sha256: sha256('Make it so.'), origin: null },
    base: { commit: BASE, fetch: null },
    scope: { allow: ['**'], deny: [], tier: null, maxFiles: 10, maxBytes: 10_000 },
    feedback: [],
    budget: { deadline: '2999-01-01T00:00:00Z', timeoutMs: 60_000 },
    reply: { accept: ['patch', 'files'] },
    ...more,
  }
}

export const patch = (diff: string = DIFF, baseCommit: string = BASE): Change => ({
  kind: 'patch',
  format: 'git-diff',
  baseCommit,
  diff,
  sha256: sha256(diff),
})

/** A right answer to a request; `more` spoils it. */
export const resultFor = (request: ChangeRequest, more: object = {}): ChangeResult =>
  ({
    specVersion: '1.0',
    type: 'change.result',
    requestId: request.requestId,
    attempt: request.attempt,
    runToken: request.runToken,
    status: 'completed',
    change: patch(),
    agent: { name: 'test', version: '1' },
    ...more,
  }) as ChangeResult

/** Short pauses, and limits that no busy machine meets; a test about a limit makes that one tight. */
export const ROOMY: HookLimits = {
  connectMs: 60_000,
  headersMs: 60_000,
  idleMs: 60_000,
  totalMs: 120_000,
  headerBytes: 4096,
  bodyBytes: 20_000,
  triesMax: 3,
  backoffMs: 5,
  pollMs: 5,
  pollMinMs: 2,
  pollMaxMs: 20,
  cancelMs: 60_000,
}

export const going = (): CallOptions => ({ signal: new AbortController().signal })

export type Served = { readonly config: HookConfig; readonly seen: string[]; close(): Promise<void> }

/** A real server on loopback. `seen` lists its requests. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse, body: string, port: number) => void,
): Promise<Served> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handle(request, response, Buffer.concat(chunks).toString(), portOf(server)))
    response.on('error', () => undefined)
  })
  return listen(server, seen)
}

/** The same, a level lower: whatever bytes one likes, as soon as the first of the request are there. */
export async function serveRaw(handle: (socket: Socket, nth: number) => void): Promise<Served> {
  const seen: string[] = []
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      seen.push(data.toString().split('\r\n')[0] ?? '')
      handle(socket, seen.length)
    })
  })
  return listen(server, seen)
}

const portOf = (server: Server | RawServer): number => (server.address() as AddressInfo).port

async function listen(server: Server | RawServer, seen: string[]): Promise<Served> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    config: { url: `http://127.0.0.1:${portOf(server)}/` },
    seen,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => done())
      }),
  }
}
