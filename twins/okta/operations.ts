import type { On } from './ask.ts'
import { addDocuments } from './documents.ts'
import { addOauthRoutes } from './oauth/routes.ts'
import { addResource } from './resource.ts'
import { addAccountRoutes } from './routes/account.ts'
import { addAppRoutes } from './routes/apps.ts'
import { addAuthenticatorRoutes } from './routes/authenticators.ts'
import { addBrandRoutes } from './routes/brands.ts'
import { addCredentialRoutes } from './routes/credentials.ts'
import { addGroupRoutes } from './routes/groups.ts'
import { addIdpRoutes } from './routes/idps.ts'
import { addOrgRoutes } from './routes/org.ts'
import { addOrgFactorRoutes } from './routes/org-factors.ts'
import { addPolicyRoutes } from './routes/policies.ts'
import { addResourceSetRoutes } from './routes/resource-sets.ts'
import { addRoleRoutes } from './routes/roles.ts'
import { addSchemaRoutes } from './routes/schemas.ts'
import { addServerRoutes } from './routes/servers.ts'
import { addSessionRoutes } from './routes/sessions.ts'
import { addTokenRoutes } from './routes/tokens.ts'
import { addUserRoutes } from './routes/users.ts'
import { addMoreUserRoutes } from './routes/users-more.ts'
import { RESOURCES } from './tables/index.ts'

/** Every route of an org, in the order in which all worlds register them: literal paths before those with parameters. */
export function addRoutes(on: On, open: On): void {
  addDocuments(on, open)
  addOrgRoutes(on)
  addOrgFactorRoutes(on)
  addIdpRoutes(on)
  addBrandRoutes(on)
  addAuthenticatorRoutes(on)
  for (const resource of RESOURCES) addResource(on, resource)
  addGroupRoutes(on)
  addAccountRoutes(on)
  addSessionRoutes(on)
  addTokenRoutes(on)
  addMoreUserRoutes(on)
  addUserRoutes(on)
  addCredentialRoutes(on)
  addPolicyRoutes(on)
  addSchemaRoutes(on)
  addRoleRoutes(on)
  addResourceSetRoutes(on)
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
