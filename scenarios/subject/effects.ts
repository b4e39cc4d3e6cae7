import type { Effect, Passed, Turn } from './subject.ts'
import { type Frame, ProtocolError } from './wire.ts'

type Meta = { readonly [key: string]: unknown }

/** What a subject sent, checked piece by piece: it comes from code that nobody trusts. */
export type Report = { readonly turn: Turn; readonly flood: boolean; readonly cannotRestart: string | undefined }

const text = (meta: Meta, name: string, longest: number): string => {
  const value = meta[name]
  if (typeof value !== 'string' || value.length > longest)
    throw new ProtocolError(`expected ${name} to be a string of at most ${longest} characters`)
  return value
}
const id = (meta: Meta): string => text(meta, 'id', 40)
const step = (meta: Meta): string => text(meta, 'step', 400)
const port = (meta: Meta): number => {
  const value = meta.port
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new ProtocolError('expected a port')
  return value
}
const record = (value: unknown): Meta => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new ProtocolError('expected an object')
  return value as Meta
}

function effectOf(kind: Frame['kind'], meta: Meta, bytes: Uint8Array): Effect {
  switch (kind) {
    case 'listen':
    case 'unlisten':
      return { kind, port: port(meta) }
    case 'connect':
      return {
        kind,
        id: id(meta),
        host: text(meta, 'host', 255).toLowerCase(),
        port: port(meta),
        tls: meta.tls === true,
        step: step(meta),
        stands: meta.stands === true,
      }
    case 'data':
      return { kind, id: id(meta), step: step(meta), bytes }
    case 'fin':
      return { kind, id: id(meta) }
    case 'reset':
      return { kind, id: id(meta), code: text(meta, 'code', 40) }
    case 'log':
      return {
        kind,
        stream: meta.stream === 'stderr' ? 'stderr' : 'stdout',
        text: text(meta, 'text', 1 << 20),
        step: step(meta),
      }
    case 'escape':
      return {
        kind,
        what: text(meta, 'what', 400),
        where: text(meta, 'where', 2000),
        wayOut: text(meta, 'wayOut', 400),
      }
    case 'exited':
      return {
        kind,
        code: Number.isInteger(meta.code) ? Number(meta.code) : 1,
        error: meta.error === undefined ? undefined : text(meta, 'error', 8000),
      }
    default:
      throw new ProtocolError(`unexpected ${kind} from the subject`)
  }
}

const MUTANTS_MAX = 100_000
const counts = (value: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(record(value))
      .slice(0, MUTANTS_MAX)
      .filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  )
const passedOf = (meta: Meta): Passed => ({
  loading: counts(meta.loading),
  serving: counts(meta.serving),
  hits: typeof meta.hits === 'number' ? meta.hits : 0,
  ticks: typeof meta.ticks === 'number' ? meta.ticks : 0,
})

/** The turn that frames make. Time must lie in `nowMs..latestMs`: the subject does not decide what time it is. Throws `ProtocolError`. */
export function readReport(frames: readonly Frame[], nowMs: number, latestMs: number): Report {
  const last = frames.at(-1)
  if (last?.kind !== 'idle') throw new ProtocolError('expected the turn to end at rest')
  const idle = record(last.meta)
  const at = idle.now
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < nowMs || at > latestMs) {
    throw new ProtocolError(`expected a time in ${nowMs}..${latestMs}, got ${String(at)}`)
  }
  const next = idle.next
  if (next !== undefined && (typeof next !== 'number' || !Number.isSafeInteger(next) || next < at)) {
    throw new ProtocolError(`expected the next timer at ${at} or later, got ${String(next)}`)
  }
  const draws: Record<string, number> = {}
  for (const [name, count] of Object.entries(record(idle.draws)).slice(0, 50))
    if (typeof count === 'number') draws[name.slice(0, 40)] = count
  let flood = false
  let cannotRestart: string | undefined
  const effects = frames.slice(0, -1).map(({ kind, meta, bytes }) => {
    const known = record(meta)
    const effect = effectOf(kind, known, bytes)
    if (effect.kind === 'exited' && known.flood === true) flood = true
    if (effect.kind === 'exited' && known.restart === true) cannotRestart = effect.error
    return effect
  })
  const passed = idle.passed === undefined ? undefined : passedOf(record(idle.passed))
  const turn = { nowMs: at, nextMs: next, unrefOnly: idle.unref === true, draws, effects, passed }
  return { turn, flood, cannotRestart }
}
