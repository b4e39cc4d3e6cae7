import { z } from 'zod'
import type { Json } from '../trace.ts'
import { NotModelled, notModelled, type TwinDefinition } from '../twin.ts'
import { createDatabase, LATENCY_MS } from './database.ts'
import { GAPS } from './gaps.ts'
import { PRICES } from './prices.ts'
import { OPERATIONS } from './sql.ts'
import { filled, type Seed, seedSchema } from './state.ts'

const RESTARTED = 'server.restarted'
const HAPPENINGS = [RESTARTED]

/** A PostgreSQL server at port 5432 of any host, behind its own protocol: PGlite, or a real server that the world steps. */
export const postgres: TwinDefinition<Seed> = {
  name: 'postgres',
  origins: ['tcp://*:5432'],
  apiVersions: ['18'],
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: OPERATIONS,
  happenings: HAPPENINGS,
  happeningFields: { [RESTARTED]: z.strictObject({}) },
  events: ['prepare', 'done', 'locked', 'cancelled', 'session.ended'],
  latencyMs: LATENCY_MS,
  filled,
  create(world, seed) {
    const database = createDatabase(world, seed)
    const http = (): never => {
      throw notModelled('postgres', GAPS, 'HTTP')
    }
    return {
      operationOf: () => undefined,
      fetch: http,
      failure: http,
      connect: database.connect,
      happen(event: string, _fields: Json) {
        if (event !== RESTARTED)
          throw new NotModelled('postgres', `the event ${event}`, `It knows ${HAPPENINGS.join(', ')}.`)
        database.restart()
      },
      snapshot: database.snapshot,
      restore: database.restore,
    }
  },
}
