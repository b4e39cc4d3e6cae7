import type { Json } from '../trace.ts'
import type { GitHub } from './github.ts'

export const HAPPENINGS: readonly string[] = []

export function happen(_: GitHub, event: string, fields: Json): void {
  throw new Error(`github: expected one of ${HAPPENINGS.join(', ')}, got ${event} ${JSON.stringify(fields)}.`)
}
