import { stripe } from '../twins/stripe/index.ts'
import type { TwinDefinition } from '../twins/twin.ts'

/** Every twin a project can name. A seed's type is the definition's own affair: it is parsed by its schema wherever it enters. */
export const TWINS: readonly TwinDefinition<unknown>[] = [
  stripe,
] as readonly unknown[] as readonly TwinDefinition<unknown>[]
