import type { Json } from '../twins/trace.ts'
import { NotModelled } from '../twins/twin.ts'
import type { RunnableWorld } from '../twins/world.ts'
import {
  createResponseParser,
  type Headers,
  MalformedHttp,
  type Parser,
  printRequest,
  type ResponseMessage,
  Upgraded,
} from './http.ts'
import type { Answer, Pending } from './run.ts'
import type { Instruction } from './subject/subject.ts'

/** One request to the subject. */
export type Ask = {
  readonly step: string
  readonly port: number
  readonly method: string
  readonly target: string
  readonly headers: Headers
  readonly body: Uint8Array
}

/** The world as a client of the subject: one connection a request, raw bytes both ways. */
export interface Inbound {
  ask(ask: Ask, done: (answer: Answer) => void): void
  /** Nobody listens: the answer is a refused connection, at once. */
  refused(step: string, done: (answer: Answer) => void): void
  data(id: string, bytes: Uint8Array): void
  end(id: string): void
  broken(id: string, code: string): void
  /** The client stops waiting: the connection closes and `done` is never called. */
  hangUp(step: string): void
  has(id: string): boolean
  readonly pending: readonly Pending[]
}

type Open = {
  readonly id: string
  readonly ask: Ask
  readonly askedAtMs: number
  readonly parser: Parser<ResponseMessage>
  readonly done: (answer: Answer) => void
}

const isJson = (headers: Headers): boolean =>
  headers.some(([name, value]) => name.toLowerCase() === 'content-type' && /[/+]json\b/i.test(value))

/** A body as data: JSON when it says so and is, else text. */
function bodyOf(headers: Headers, bytes: Uint8Array): Json {
  const text = Buffer.from(bytes).toString()
  if (!isJson(headers)) return text
  try {
    const body: Json = JSON.parse(text)
    return body
  } catch {
    return text
  }
}

export function createInbound(world: RunnableWorld, send: (instruction: Instruction) => void): Inbound {
  const open = new Map<string, Open>()
  let count = 0

  const settle = (entry: Open, message: ResponseMessage | undefined, error: string | undefined): void => {
    open.delete(entry.id)
    const { step } = entry.ask
    const answer: Answer = {
      step,
      askedAtMs: entry.askedAtMs,
      answeredAtMs: world.clock.now(),
      status: message?.status ?? 0,
      headers: Object.fromEntries((message?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value])),
      body: message === undefined ? null : bodyOf(message.headers, message.body),
      error,
    }
    const { status, body } = answer
    world.trace.record(
      'app.answer',
      { id: step, status, body, afterMs: answer.answeredAtMs - answer.askedAtMs, error },
      step,
    )
    entry.done(answer)
  }

  const attempt = (entry: Open, read: () => readonly ResponseMessage[]): void => {
    try {
      const [message] = read()
      if (message === undefined) return
      send({ kind: 'fin', id: entry.id })
      settle(entry, message, undefined)
    } catch (error) {
      if (error instanceof Upgraded)
        throw new NotModelled(
          'client',
          `what is beyond HTTP: step ${entry.ask.step}: ${error.message}`,
          'A step of a scenario speaks HTTP: ask for what the service tells over HTTP.',
          'the client of a scenario',
        )
      if (!(error instanceof MalformedHttp)) throw error
      send({ kind: 'reset', id: entry.id, code: 'ECONNRESET' })
      settle(entry, undefined, error.message)
    }
  }

  return {
    ask(ask, done) {
      const id = `in${++count}`
      const { step, port, method, target, headers, body } = ask
      world.trace.record('app.request', { id: step, method, path: target }, step)
      open.set(id, { id, ask, askedAtMs: world.clock.now(), parser: createResponseParser(method), done })
      send({ kind: 'open', id, port, step })
      send({ kind: 'data', id, bytes: printRequest(method, target, headers, body) })
    },
    refused(step, done) {
      const nowMs = world.clock.now()
      const error = 'the connection was refused: the service does not listen'
      world.trace.record('app.answer', { id: step, status: 0, error }, step)
      done({ step, askedAtMs: nowMs, answeredAtMs: nowMs, status: 0, headers: {}, body: null, error })
    },
    data(id, bytes) {
      const entry = open.get(id)
      if (entry !== undefined) attempt(entry, () => entry.parser.push(bytes))
    },
    end(id) {
      const entry = open.get(id)
      if (entry === undefined) return
      attempt(entry, () => entry.parser.end())
      if (open.has(id)) settle(entry, undefined, 'the connection closed without an answer')
    },
    broken(id, code) {
      const entry = open.get(id)
      if (entry !== undefined) settle(entry, undefined, `the connection broke: ${code}`)
    },
    hangUp(step) {
      for (const entry of open.values()) {
        if (entry.ask.step !== step) continue
        open.delete(entry.id)
        world.trace.record('app.hung-up', { id: step }, step)
        send({ kind: 'reset', id: entry.id, code: 'ECONNRESET' })
      }
    },
    has: (id) => open.has(id),
    get pending() {
      return [...open.values()].map(({ ask, askedAtMs }) => ({
        what: `${ask.method} ${ask.target}`,
        step: ask.step,
        sinceMs: askedAtMs,
      }))
    },
  }
}
