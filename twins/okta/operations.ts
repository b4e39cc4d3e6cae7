import type { On } from './ask.ts'
import { addDocuments } from './documents.ts'
import { addOauthRoutes } from './oauth/routes.ts'
import { addResource } from './resource.ts'
import { addAccountRoutes } from './routes/account.ts'
import { addAppRoutes } from './routes/apps.ts'
import { addGroupRoutes } from './routes/groups.ts'
import { addRoleRoutes } from './routes/roles.ts'
import { addServerRoutes } from './routes/servers.ts'
import { addUserRoutes } from './routes/users.ts'
import { RESOURCES } from './tables/index.ts'

/** Every route of an org, in the order in which all worlds register them: literal paths before those with parameters. */
export function addRoutes(on: On, open: On): void {
  addDocuments(on, open)
  for (const resource of RESOURCES) addResource(on, resource)
  addGroupRoutes(on)
  addAccountRoutes(on)
  addUserRoutes(on)
  addRoleRoutes(on)
  addAppRoutes(on)
  addServerRoutes(on)
  addOauthRoutes(open)
}

function names(): readonly string[] {
  const found = new Set<string>()
  const collect: On = (operation) => void found.add(operation)
  addRoutes(collect, collect)
  return [...found]
}

/** Their names, for faults. */
export const OPERATIONS: readonly string[] = names()
