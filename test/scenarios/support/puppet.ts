import {
  createRequestParser,
  createResponseParser,
  type Parser,
  printRequest,
  type RequestMessage,
  type ResponseMessage,
} from '../../../scenarios/http.ts'
import type { Effect, Instruction, RunningSubject, StartOptions, Turn } from '../../../scenarios/subject/subject.ts'

/** What a puppet's program can do. Everything happens at once, in the caller's process: no runtime is involved. */
export type Strings = {
  listen(port: number): void
  /** Calls out; `answer` is undefined when the connection broke. */
  call(step: string, url: string, body: string, done: (answer: ResponseMessage | undefined) => void): void
  after(delayMs: number, task: () => void): void
  log(step: string, text: string): void
  effect(effect: Effect): void
  nowMs(): number
}
export type Program = {
  boot(strings: Strings): void
  serve(
    strings: Strings,
    request: RequestMessage & { readonly step: string },
    reply: (status: number, body: string) => void,
  ): void
}

/** A subject whose program is a function: it plays the same seam as a real one, turn by turn. */
export function puppet(program: Program, options: StartOptions): RunningSubject {
  let nowMs = options.epochMs
  let effects: Effect[] = []
  let timers: { readonly atMs: number; readonly task: () => void }[] = []
  const servers = new Map<string, { readonly step: string; readonly parser: Parser<RequestMessage> }>()
  type Call = {
    readonly wire: Uint8Array
    readonly step: string
    readonly parser: Parser<ResponseMessage>
    readonly done: (answer: ResponseMessage | undefined) => void
  }
  const calls = new Map<string, Call>()
  const effect = (one: Effect): void => void effects.push(one)
  let count = 0
  const strings: Strings = {
    effect,
    listen: (port) => effect({ kind: 'listen', port }),
    log: (step, text) => effect({ kind: 'log', stream: 'stdout', text, step }),
    nowMs: () => nowMs,
    after: (delayMs, task) => void timers.push({ atMs: nowMs + delayMs, task }),
    call(step, url, body, done) {
      const id = `c${++count}`
      const { hostname, port, protocol, pathname, host } = new URL(url)
      const tls = protocol === 'https:'
      const wire = printRequest(
        'POST',
        pathname,
        [
          ['Host', host],
          ['Content-Type', 'application/json'],
          ['Connection', 'keep-alive'],
        ],
        new TextEncoder().encode(body),
      )
      calls.set(id, { wire, step, parser: createResponseParser('POST'), done })
      effect({ kind: 'connect', id, host: hostname, port: Number(port || (tls ? 443 : 80)), tls, step })
    },
  }
  const settle = (id: string, answer: ResponseMessage | undefined): void => {
    const call = calls.get(id)
    calls.delete(id)
    call?.done(answer)
  }
  const apply = (instruction: Instruction): void => {
    switch (instruction.kind) {
      case 'open':
        servers.set(instruction.id, { step: instruction.step, parser: createRequestParser(() => undefined) })
        return
      case 'data': {
        const { id, bytes } = instruction
        const server = servers.get(id)
        for (const request of server?.parser.push(bytes) ?? []) {
          program.serve(strings, { ...request, step: server?.step ?? 'boot' }, (status, body) => {
            const text = `HTTP/1.1 ${status} Whatever\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
            effect({ kind: 'data', id, step: server?.step ?? 'boot', bytes: new TextEncoder().encode(text) })
          })
        }
        const [answer] = calls.get(id)?.parser.push(bytes) ?? []
        if (answer !== undefined) settle(id, answer)
        return
      }
      case 'accept': {
        const call = calls.get(instruction.id)
        if (call !== undefined) effect({ kind: 'data', id: instruction.id, step: call.step, bytes: call.wire })
        return
      }
      case 'refuse':
      case 'reset':
        settle(instruction.id, undefined)
        return
      case 'signal':
        effect({ kind: 'exited', code: 0, error: undefined })
        return
      case 'run': {
        timers.sort((a, b) => a.atMs - b.atMs)
        while (effects.length === 0 && timers[0] !== undefined && timers[0].atMs < instruction.untilMs) {
          const timer = timers.shift()
          if (timer === undefined) return
          nowMs = timer.atMs
          timer.task()
        }
        return
      }
      case 'fin':
        return
      default:
        instruction satisfies never
    }
  }
  const turn = (): Turn => {
    const taken = effects
    effects = []
    const nextMs = timers.length === 0 ? undefined : Math.min(...timers.map(({ atMs }) => atMs))
    return { nowMs, nextMs, unrefOnly: false, draws: {}, effects: taken }
  }
  program.boot(strings)
  return {
    tier: 'D3',
    boot: turn(),
    turn(atMs, instructions) {
      nowMs = atMs
      for (const instruction of instructions) apply(instruction)
      return turn()
    },
    restart(next) {
      nowMs = next.epochMs
      timers = []
      servers.clear()
      calls.clear()
      program.boot(strings)
      return turn()
    },
    close: () => undefined,
  }
}
