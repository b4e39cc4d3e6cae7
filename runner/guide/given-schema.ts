import { z } from 'zod'
import type { TwinDefinition } from '../../twins/twin.ts'

type Seeded = Pick<TwinDefinition<unknown>, 'name' | 'seed'>

/** What `given` of a scenario may hold where these twins stand; other names are a project's own twins. */
export const givenShape = (twins: readonly Seeded[]): z.ZodType =>
  z.object(Object.fromEntries(twins.map(({ name, seed }) => [name, seed.optional()]))).catchall(z.json())

/** The starting state that a twin takes, as JSON Schema. What only code can check of it is left out. */
export const seedJsonSchema = ({ seed }: Seeded): object =>
  z.toJSONSchema(seed, { io: 'input', unrepresentable: 'any', reused: 'inline' })
