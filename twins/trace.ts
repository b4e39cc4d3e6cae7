import { createHash } from 'node:crypto'

/** Plain data: what a trace, a snapshot, a scenario or a verdict consists of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Version of the event shape below; part of every hash, so two versions never look equal. */
export const TRACE_SCHEMA = 'backlot.trace/v1'

/**
 * One thing that happened. `atMs` is virtual milliseconds since the Unix epoch and may tie; `index` is the total order.
 * `step` names the step that caused it (`boot` for what the subject does unasked). Rules address `fields` by dot path.
 */
export type TraceEvent = {
  readonly index: number
  readonly atMs: number
  readonly type: string
  readonly step: string
  readonly fields: { readonly [key: string]: Json | undefined }
}

export type Trace = readonly TraceEvent[]

/** Takes events in order; `hash()` covers every event so far and identifies the behaviour, and throws when some were let go. */
export interface Recorder {
  readonly events: Trace
  /** `step` when it is not the one the world is at. */
  record(type: string, fields: TraceEvent['fields'], step?: string): void
  hash(): string
  /** Tells `listener` of every event from now on, after it is recorded. */
  watch(listener: (event: TraceEvent) => void): void
}

/** JSON with sorted keys and without `undefined`: equal data gives equal text. Throws on what JSON cannot hold. */
export function canonical(value: Json | undefined): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`canonical: expected a finite number, got ${value}.`)
      return JSON.stringify(value)
    case 'undefined':
      throw new Error('canonical: expected JSON, got undefined.')
    default:
      return value === null ? 'null' : canonicalObject(value)
  }
}

// Every event of every run passes here: text is put together as it comes, without lists in between.
function canonicalObject(value: readonly Json[] | { readonly [key: string]: Json | undefined }): string {
  if (Array.isArray(value)) {
    let items = ''
    for (const item of value) items += items === '' ? canonical(item) : `,${canonical(item)}`
    return `[${items}]`
  }
  const fields = value as { readonly [key: string]: Json | undefined }
  let text = ''
  for (const key of Object.keys(fields).sort()) {
    const item = fields[key]
    if (item === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(item)}`
  }
  return `{${text}}`
}

/** SHA-256 of the canonical form, in hex. */
export const digest = (value: Json): string => createHash('sha256').update(canonical(value)).digest('hex')

/**
 * A recorder whose hash rolls over each event as it comes. `now` and `step` are read at the moment of recording. It lets old events
 * go so that there are `eventsMax` at most; those that stay keep their `index`.
 */
export function createRecorder(
  now: () => number,
  step: () => string,
  eventsMax: number = Number.POSITIVE_INFINITY,
): Recorder {
  const events: TraceEvent[] = []
  let next = 0
  const rolling = createHash('sha256').update(TRACE_SCHEMA)
  let hashed = 0
  const listeners: ((event: TraceEvent) => void)[] = []
  return {
    events,
    watch: (listener) => void listeners.push(listener),
    record(type, fields, claimed) {
      const event = { index: next++, atMs: now(), type, step: claimed ?? step(), fields }
      // A half at a time: to take the first of a long list away costs as much as to take many.
      if (events.length >= eventsMax) events.splice(0, events.length - (eventsMax >> 1))
      events.push(event)
      for (const listener of listeners) listener(event)
    },
    hash() {
      if (next > events.length) throw new Error(`hash: expected a whole trace, got one without its first events.`)
      // Hashed late and in one go: runs that nobody compares do not pay for it.
      for (; hashed < events.length; hashed++) rolling.update(canonical(events[hashed])).update('\n')
      return rolling.copy().digest('hex')
    },
  }
}
