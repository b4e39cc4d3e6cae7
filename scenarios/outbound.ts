import type { Network, WireAnswer } from '../twins/network.ts'
import { NotModelled } from '../twins/twin.ts'
import type { RunnableWorld } from '../twins/world.ts'
import {
  CONTINUE,
  createRequestParser,
  MalformedHttp,
  type Parser,
  printChunk,
  printResponseHead,
  type RequestMessage,
  Upgraded,
} from './http.ts'
import type { Escape, Pending } from './run.ts'
import { createStreams } from './streams.ts'
import type { Effect, Instruction } from './subject/subject.ts'
import { originOf } from './subject/wire.ts'

/** The world's end of the connections a subject opens to its dependencies. */
export interface Outbound {
  connect(effect: Extract<Effect, { kind: 'connect' }>): void
  data(id: string, step: string, bytes: Uint8Array): Promise<void>
  /** The subject will send no more; an answer still on its way arrives all the same. */
  finish(id: string): void
  /** The subject broke the connection; an answer still on its way is dropped and traced as given up. */
  close(id: string): void
  has(id: string): boolean
  readonly pending: readonly Pending[]
  readonly inFlight: boolean
}

type Connection = {
  readonly id: string
  readonly origin: string
  readonly twin: string
  readonly parser: Parser<RequestMessage>
  readonly waiting: { readonly step: string; readonly message: RequestMessage }[]
  /** The step of the request that is being read; taken from its first bytes. */
  reading: string
  current: { readonly step: string; readonly key: string; readonly sinceMs: number; readonly held: boolean } | undefined
  /** The subject has half-closed: close when nothing is left to answer. */
  finishing: boolean
  closed: boolean
}

const isOwnMachine = (host: string): boolean => /^(localhost|127\.[\d.]+|::1)$/.test(host)

/** By what proxies are called, and where they listen. */
const mayBeProxy = (host: string, port: number): boolean =>
  /(^|[.-])(proxy|squid|zscaler)\d*[.-]/.test(`${host}.`) || port === 3128 || port === 1080

/** Connections of one run. `send` queues an instruction for the next turn; `escaped` is told of hosts that no twin stands in for; at `reach` the subject may take connections as accepted. */
export function createOutbound(
  world: RunnableWorld,
  network: Network,
  send: (instruction: Instruction) => void,
  escaped: (attempt: Omit<Escape, 'atMs'>) => void,
  reach: ReadonlySet<string> = new Set(),
): Outbound {
  const connections = new Map<string, Connection>()
  const streams = createStreams(world, send)
  const cause = (step: string): { step: string; key: string } => ({ step, key: step })

  const later = (step: string, delayMs: number, label: string, task: () => void): void => {
    void world.within(cause(step), () => {
      world.clock.schedule(delayMs, task, label)
    })
  }

  /** Takes the next waiting request of a connection: answers on one connection come in order. */
  const next = async (connection: Connection): Promise<void> => {
    if (connection.current !== undefined || connection.closed) return
    const request = connection.waiting.shift()
    if (request === undefined) return
    const { step, message } = request
    connection.current = {
      step,
      key: `${message.method} ${connection.origin}${message.target}`,
      sinceMs: world.clock.now(),
      held: false,
    }
    const url = /^https?:/.test(message.target) ? message.target : `${connection.origin}${message.target}`
    const answer = await network.handle({
      step,
      method: message.method,
      url,
      headers: message.headers,
      body: message.body,
    })
    connection.current = { ...connection.current, key: answer.key, held: answer.kind === 'held' }
    play(connection, step, message.method, answer)
  }

  const play = (connection: Connection, step: string, method: string, answer: WireAnswer): void => {
    const { id } = connection
    const alive = (): boolean => !connection.closed
    switch (answer.kind) {
      case 'silence':
        return
      case 'reset':
        later(step, answer.afterMs, `${answer.key} reset`, () => {
          if (!alive()) return
          world.trace.record('call.broken', { key: answer.key })
          drop(connection)
          send({ kind: 'reset', id, code: 'ECONNRESET' })
        })
        return
      case 'response': {
        const total = answer.chunks.reduce((bytes, chunk) => bytes + chunk.bytes.length, 0)
        const bodyless = method === 'HEAD' || answer.status === 204 || answer.status === 304
        const framing = bodyless ? 'none' : answer.chunks.length > 1 || answer.cut ? 'chunked' : 'sized'
        let afterMs = answer.afterMs
        const chunks = bodyless ? [] : answer.chunks
        const last = Math.max(chunks.length - 1, 0)
        for (let at = 0; at <= last; at++) {
          const chunk = chunks[at]
          afterMs += chunk?.afterMs ?? 0
          later(step, afterMs, `${answer.key} answer`, () => {
            if (!alive()) return
            const parts: Uint8Array[] = []
            if (at === 0)
              parts.push(printResponseHead(answer.status, answer.headers, framing, total, world.clock.now()))
            if (chunk !== undefined) parts.push(framing === 'chunked' ? printChunk(chunk.bytes) : chunk.bytes)
            if (at === last && framing === 'chunked' && !answer.cut) parts.push(printChunk(new Uint8Array(0)))
            send({
              kind: 'data',
              id,
              bytes: parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
            })
            if (at < last) return
            world.trace.record('call.answered', { key: answer.key, status: answer.status })
            if (answer.cut) {
              drop(connection)
              later(step, 1, `${answer.key} cut`, () => send({ kind: 'reset', id, code: 'ECONNRESET' }))
              return
            }
            connection.current = undefined
            if (connection.waiting.length > 0) return next(connection)
            if (connection.finishing) hangUp(connection)
            return
          })
        }
        return
      }
      case 'held':
        answer.whenAnswered((late) => {
          if (!alive()) return
          if (connection.current !== undefined) connection.current = { ...connection.current, held: false }
          play(connection, step, method, late)
        })
        return
      default:
        answer satisfies never
    }
  }

  const drop = (connection: Connection): void => {
    connection.closed = true
    connections.delete(connection.id)
  }

  const hangUp = (connection: Connection): void => {
    drop(connection)
    send({ kind: 'fin', id: connection.id })
  }

  return {
    connect({ id, host, port, tls, step, stands }) {
      const origin = originOf(host, port, tls)
      const twin = network.twinAt(host, port, tls)
      if (twin === undefined) {
        escaped({
          what: `a connection to ${origin}, where no twin stands`,
          where: `step ${step}`,
          wayOut: isOwnMachine(host)
            ? `Nothing else runs on the service's machine: switch off what it calls there by subject.env in backlot.yaml (OpenTelemetry: OTEL_SDK_DISABLED: "true"), or give it the address of a twin.`
            : mayBeProxy(host, port)
              ? `If this is a proxy, the world needs none: twins stand at their real addresses. Leave its address (HTTPS_PROXY and the like) out of subject.env in backlot.yaml. If it is a dependency, name a twin for it.`
              : `Name a twin for ${host} in backlot.yaml, or take the call out of the service.`,
        })
        later(step, 0, `${origin} unknown`, () => send({ kind: 'refuse', id, code: 'ENOTFOUND' }))
        return
      }
      const refuse = (): void =>
        later(step, 0, `${origin} refused`, () => send({ kind: 'refuse', id, code: 'ECONNREFUSED' }))
      const accept = (): void => {
        if (!(stands === true && reach.has(origin)))
          later(step, 0, `${origin} accept`, () => send({ kind: 'accept', id }))
      }
      const stream = network.twins.get(twin)?.connect
      // A twin that speaks bytes decides for itself whom it refuses.
      if (stream !== undefined) return streams.open(id, (peer) => stream(peer, step)) ? accept() : refuse()
      if (network.refuses(twin, step)) return refuse()
      const parser = createRequestParser(() => send({ kind: 'data', id, bytes: CONTINUE }))
      connections.set(id, {
        id,
        origin,
        twin,
        parser,
        waiting: [],
        reading: step,
        current: undefined,
        finishing: false,
        closed: false,
      })
      accept()
    },
    async data(id, step, bytes) {
      if (streams.has(id)) return streams.data(id, step, bytes)
      const connection = connections.get(id)
      if (connection === undefined) return
      if (connection.parser.idle) connection.reading = step
      try {
        for (const message of connection.parser.push(bytes))
          connection.waiting.push({ step: connection.reading, message })
      } catch (error) {
        // A service could handle a broken connection; that nobody stands for a WebSocket is not the service's doing.
        if (error instanceof Upgraded)
          throw new NotModelled(
            connection.twin,
            `what is beyond HTTP: ${error.message}, at ${connection.origin} (step ${connection.reading})`,
            'Twins speak HTTP: poll, or receive webhooks.',
          )
        if (!(error instanceof MalformedHttp)) throw error
        world.trace.record('call.malformed', { origin: connection.origin, what: error.message }, step)
        drop(connection)
        later(step, 0, 'malformed request', () => send({ kind: 'reset', id, code: 'ECONNRESET' }))
        return
      }
      await next(connection)
    },
    finish(id) {
      streams.finish(id)
      const connection = connections.get(id)
      if (connection === undefined) return
      connection.finishing = true
      if (connection.current === undefined && connection.waiting.length === 0) hangUp(connection)
    },
    close(id) {
      streams.close(id)
      const connection = connections.get(id)
      if (connection === undefined) return
      if (connection.current !== undefined) {
        world.trace.record('call.given-up', { key: connection.current.key }, connection.current.step)
      }
      drop(connection)
    },
    has: (id) => connections.has(id),
    get pending() {
      // Whoever listens on a long poll has not been left without an answer.
      return [...connections.values()].flatMap(({ current }) =>
        current === undefined || current.held
          ? []
          : [{ what: `call ${current.key}`, step: current.step, sinceMs: current.sinceMs }],
      )
    },
    get inFlight() {
      return [...connections.values()].some(({ current }) => current !== undefined)
    },
  }
}
