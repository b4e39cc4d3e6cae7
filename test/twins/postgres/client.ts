import { postgres } from '../../../twins/postgres/index.ts'
import type { Seed } from '../../../twins/postgres/state.ts'
import { fieldsOf, message, messagesIn, query, rowsIn } from '../../../twins/postgres/wire.ts'
import type { StreamEnd } from '../../../twins/stream.ts'
import type { Twin } from '../../../twins/twin.ts'
import { createWorld, type RunnableWorld } from '../../../twins/world.ts'

/** A client of a few lines, so that a test can say exactly what goes over the wire, and when. */
export type Client = {
  readonly end: StreamEnd
  /** Everything that has come and was not taken yet. */
  take(): Buffer
  /** Sends bytes and lets `ms` pass. */
  say(bytes: Uint8Array, ms?: number): Promise<Buffer>
  rows(sql: string): Promise<readonly Readonly<Record<string, string | null>>[]>
  /** SQLSTATE of the error in the answer. */
  error(sql: string): Promise<string | undefined>
  readonly over: () => string | undefined
}

export type Database = {
  readonly world: RunnableWorld
  readonly twin: Twin
  client(parameters?: object): Promise<Client>
}

export const codeIn = (bytes: Uint8Array): string | undefined => {
  const error = messagesIn(bytes).find(({ type }) => type === 'E')
  return error === undefined ? undefined : fieldsOf(error.body).C
}
export const typesIn = (bytes: Uint8Array): string =>
  messagesIn(bytes)
    .map(({ type }) => type)
    .join('')

/** A world with a database in it and nobody else. */
export function openDatabase(seed: Seed, worldSeed = '1'): Database {
  const world = createWorld({ seed: worldSeed, startsAt: '2030-01-01T00:00:00Z' })
  const twin = postgres.create(world, postgres.seed.parse(seed))
  let count = 0
  return {
    world,
    twin,
    async client(parameters = {}) {
      let got: Buffer[] = []
      let over: string | undefined
      const ended = (how: string) => (): void => {
        over = how
      }
      const peer = {
        name: String(++count),
        send: (bytes: Uint8Array) => void got.push(Buffer.from(bytes)),
        end: ended('end'),
        reset: ended('reset'),
      }
      const end = twin.connect?.(peer, 'test')
      if (end === undefined) throw new Error('the connection was refused')
      const take = (): Buffer => {
        const taken = Buffer.concat(got)
        got = []
        return taken
      }
      const say = async (bytes: Uint8Array, ms = 100): Promise<Buffer> => {
        await end.data(bytes, 'test')
        await world.clock.advance(ms)
        return take()
      }
      const words = Object.entries({ user: 'test', ...parameters }).flat()
      const body = message('', 196_608, ...words, Buffer.alloc(1)).subarray(1)
      await say(body)
      return {
        end,
        take,
        say,
        rows: async (sql) => rowsIn(await say(query(sql))),
        error: async (sql) => codeIn(await say(query(sql))),
        over: () => over,
      }
    },
  }
}
