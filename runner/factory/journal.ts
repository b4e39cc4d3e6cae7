import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { canonical } from '../../twins/trace.ts'
import { eventSchema, type FactoryEvent } from './events.ts'

/** Append-only, one event a line, each line bound to the one before. */
export interface Journal {
  readonly events: readonly FactoryEvent[]
  /** On disk when it returns. */
  append(event: FactoryEvent): void
  close(): void
}

const line = z.strictObject({ seq: z.int().min(0), prev: z.string(), event: eventSchema })
const START = '0'.repeat(64)
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Opens a journal, or begins it. A last line that a kill cut off never happened; any other damage throws. */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true })
  const found = read(path)
  if (existsSync(path)) truncateSync(path, found.bytes)
  const events = [...found.events]
  let head = found.head
  const file = openSync(path, 'a')
  return {
    events,
    append(event) {
      const text = canonical({ seq: events.length, prev: head, event })
      appendFileSync(file, `${text}\n`)
      fsyncSync(file)
      head = hashOf(text)
      events.push(event)
    },
    close: () => closeSync(file),
  }
}

/** What a journal says, without opening it for more. */
export const readJournal = (path: string): readonly FactoryEvent[] => read(path).events

type Found = { readonly events: readonly FactoryEvent[]; readonly head: string; readonly bytes: number }

function read(path: string): Found {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
  const events: FactoryEvent[] = []
  let head = START
  for (const [at, row] of whole.toString('utf8').split('\n').slice(0, -1).entries()) {
    const parsed = line.safeParse(parse(row))
    if (!parsed.success || parsed.data.seq !== at || parsed.data.prev !== head)
      throw new Error(
        `${path}:${at + 1}: expected the event that follows, got something else. The file was damaged: move its folder away, and the next run begins anew.`,
      )
    events.push(parsed.data.event)
    head = hashOf(row)
  }
  return { events, head, bytes: whole.length }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
