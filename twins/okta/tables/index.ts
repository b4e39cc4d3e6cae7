import type { Resource } from '../resource.ts'
import { CUSTOMIZATION } from './customization.ts'
import { INTEGRATIONS } from './integrations.ts'
import { OTHERS } from './others.ts'
import { POLICIES } from './policies.ts'
import { SECURITY } from './security.ts'
import { SERVERS } from './servers.ts'

/** Every resource that behaves as most do. */
export const RESOURCES: readonly Resource[] = [
  ...SECURITY,
  ...CUSTOMIZATION,
  ...POLICIES,
  ...SERVERS,
  ...OTHERS,
  ...INTEGRATIONS,
]
