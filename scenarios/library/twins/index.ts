import type { TwinDefinition } from '../../../twins/twin.ts'
import { accounts } from './accounts.ts'
import { cache } from './cache.ts'
import { certificates } from './certificates.ts'
import { config } from './config.ts'
import { database } from './database.ts'
import { dependency } from './dependency.ts'
import { exchange } from './exchange.ts'
import { locks } from './locks.ts'
import { objects } from './objects.ts'
import { presence } from './presence.ts'
import { queue } from './queue.ts'
import { time } from './time.ts'

/** Twins for the roles that no vendor's twin plays, each by the name of its role. */
export const LIBRARY_TWINS: readonly TwinDefinition<unknown>[] = [
  accounts,
  cache,
  certificates,
  config,
  database,
  dependency,
  exchange,
  locks,
  objects,
  presence,
  queue,
  time,
]
