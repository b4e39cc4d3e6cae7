import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** Asks a worker thread and blocks until it has answered: a world's turn ends before anything else happens. */
export interface Bridge<Request, Reply> {
  /** Throws what the worker threw, and when it does not answer in time. */
  ask(request: Request, withinMs?: number): Reply
  /** False once it has not answered in time: then another one is needed. */
  readonly alive: boolean
}

/** What a worker is given to answer with. */
export type BridgeEnd = { readonly port: MessagePort; readonly bell: SharedArrayBuffer }

type Answer<Reply> = { readonly reply: Reply } | { readonly error: string; readonly stack: string }

/** Real time for one request: longer is a statement that does not end. */
const ANSWER_MS_MAX = 60_000
/** For one that starts a database: a busy machine takes its time. */
export const START_MS_MAX = 300_000

/** Starts a worker from a module that calls `answerBridge`. It ends with this thread. */
export function openBridge<Request, Reply>(module: URL, what: string, data: object = {}): Bridge<Request, Reply> {
  const bell = new SharedArrayBuffer(4)
  const rung = new Int32Array(bell)
  const { port1, port2 } = new MessageChannel()
  const end: BridgeEnd = { port: port2, bell }
  const worker = new Worker(module, {
    workerData: { ...data, end },
    transferList: [port2],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  worker.on('error', () => undefined)
  worker.unref()
  port1.unref()
  let broken: string | undefined
  return {
    ask(request, withinMs = ANSWER_MS_MAX) {
      if (broken !== undefined) throw new Error(`${what}: ${broken}`)
      const before = Atomics.load(rung, 0)
      port1.postMessage(request)
      let how = Atomics.wait(rung, 0, before, withinMs)
      // The bell of the answer before may ring when that has been read already.
      while (how === 'ok' && Atomics.load(rung, 0) === before) how = Atomics.wait(rung, 0, before, withinMs)
      const got = receiveMessageOnPort(port1)?.message as Answer<Reply> | undefined
      if (got === undefined) {
        broken = `expected an answer within ${withinMs / 1000} s of real time, got none (${how}). Does a statement loop?`
        void worker.terminate()
        throw new Error(`${what}: ${broken}`)
      }
      if ('error' in got) throw new Error(`${what}: ${got.error}`, { cause: got.stack })
      return got.reply
    },
    get alive() {
      return broken === undefined
    },
  }
}

/** The worker's end: answers one request after another. */
export function answerBridge<Request, Reply>(
  { port, bell }: BridgeEnd,
  answer: (request: Request) => Reply | Promise<Reply>,
): void {
  const rung = new Int32Array(bell)
  const post = (message: Answer<Reply>): void => {
    port.postMessage(message)
    Atomics.add(rung, 0, 1)
    Atomics.notify(rung, 0)
  }
  port.on('message', async (request: Request) => {
    try {
      post({ reply: await answer(request) })
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' }
      post({ error: message, stack: stack ?? '' })
    }
  })
}
