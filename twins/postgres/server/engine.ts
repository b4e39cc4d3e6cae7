import { NotModelled } from '../../twin.ts'
import type { At, Engine } from '../engine.ts'

export function openServer(_sql: readonly string[], _at: At): Engine {
  throw new NotModelled('postgres', 'engine: server', 'Leave the engine out, which means PGlite.')
}
