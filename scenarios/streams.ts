import type { Peer, StreamEnd } from '../twins/stream.ts'
import type { RunnableWorld } from '../twins/world.ts'
import type { Pending } from './run.ts'
import type { Instruction } from './subject/subject.ts'

/** Connections that carry bytes and no HTTP: the subject's end of each belongs to a twin. */
export interface Streams {
  /** False: the twin refuses it. */
  open(id: string, connect: (peer: Peer) => StreamEnd | undefined): boolean
  data(id: string, step: string, bytes: Uint8Array): Promise<void>
  finish(id: string): void
  close(id: string): void
  has(id: string): boolean
  readonly pending: readonly Pending[]
}

/** The streams of one run. What a twin sends to a connection that is gone is dropped, as a wire would. */
export function createStreams(world: RunnableWorld, send: (instruction: Instruction) => void): Streams {
  const ends = new Map<string, StreamEnd>()
  let count = 0
  const peerOf = (id: string): Peer => {
    const alive = (task: () => void): void => {
      if (ends.has(id)) task()
    }
    const leave = (instruction: Instruction): void => {
      ends.delete(id)
      send(instruction)
    }
    return {
      name: String(++count),
      send: (bytes) => alive(() => send({ kind: 'data', id, bytes })),
      end: () => alive(() => leave({ kind: 'fin', id })),
      reset: () => alive(() => leave({ kind: 'reset', id, code: 'ECONNRESET' })),
    }
  }
  return {
    open(id, connect) {
      const end = connect(peerOf(id))
      if (end !== undefined) ends.set(id, end)
      return end !== undefined
    },
    async data(id, step, bytes) {
      // Copied: the bytes are a view of the channel's buffer.
      const copy = Uint8Array.from(bytes)
      await world.within({ step, key: step }, () => ends.get(id)?.data(copy, step))
    },
    finish: (id) => ends.get(id)?.finish(),
    close(id) {
      const end = ends.get(id)
      ends.delete(id)
      if (end?.waiting !== undefined) world.trace.record('call.given-up', { key: end.waiting.key }, end.waiting.step)
      end?.closed()
    },
    has: (id) => ends.has(id),
    get pending() {
      return [...ends.values()].flatMap(({ waiting }) =>
        waiting === undefined ? [] : [{ what: `call ${waiting.key}`, step: waiting.step, sinceMs: waiting.sinceMs }],
      )
    },
  }
}
