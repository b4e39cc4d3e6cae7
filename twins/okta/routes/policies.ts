import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, shown } from '../ask.ts'
import { text } from '../org.ts'
import { hinted, type Resource, shownRow } from '../resource.ts'
import type { Row } from '../store.ts'
import { POLICIES } from '../tables/policies.ts'
import { invalid, notFound, OktaError, view, without } from '../wire.ts'

function findPolicy(ask: Ask): Row {
  const policy = ask.org.store.get('policies', ask.param('policyId'))
  if (policy === undefined) throw notFound(ask.param('policyId'), 'Policy')
  return policy
}

/** An app stands under a policy: the mapping's id is the app's. */
function mappingShown(ask: Ask, policy: Row, app: Row): Row {
  const { base } = ask
  const url = `${base}/api/v1/policies/${text(policy.id)}`
  const _links = {
    application: hinted(`${base}/api/v1/apps/${text(app.id)}`, 'GET'),
    self: hinted(`${url}/mappings/${text(app.id)}`, 'GET', 'DELETE'),
    policy: hinted(url, 'GET', 'PUT'),
  }
  return { id: app.id, _links: _links as Json }
}

const fieldOf = (policy: Row): '_accessPolicy' | '_enrollmentPolicy' | undefined =>
  policy.type === 'ACCESS_POLICY'
    ? '_accessPolicy'
    : policy.type === 'PROFILE_ENROLLMENT'
      ? '_enrollmentPolicy'
      : undefined

function mapped(ask: Ask, policy: Row): readonly Row[] {
  const field = fieldOf(policy)
  return field === undefined ? [] : ask.org.store.rows('apps').filter((app) => app[field] === policy.id)
}

/** Which apps a policy holds for, and copies of policies. */
export function addPolicyRoutes(on: On): void {
  const root = '/api/v1/policies/:policyId/mappings'
  const find = (ask: Ask): readonly [policy: Row, app: Row] => {
    const policy = findPolicy(ask)
    const app = mapped(ask, policy).find(({ id }) => id === ask.param('mappingId'))
    if (app === undefined) throw notFound(ask.param('mappingId'), 'PolicyMapping')
    return [policy, app]
  }
  on('policies.mappings.list', `GET ${root}`, (ask) => {
    const policy = findPolicy(ask)
    return ok(mapped(ask, policy).map((app) => view(mappingShown(ask, policy, app))))
  })
  on('policies.mappings.create', `POST ${root}`, (ask) => {
    const policy = findPolicy(ask)
    const field = fieldOf(policy)
    const { resourceId, resourceType } = ask.body()
    if (resourceType !== 'APP' || field === undefined)
      throw invalid('resourceType', 'resourceType: The field has an invalid value')
    const app = ask.org.store.get('apps', text(resourceId))
    if (app === undefined) throw notFound(text(resourceId), 'AppInstance')
    return shown(mappingShown(ask, policy, ask.org.store.put('apps', { ...app, [field]: policy.id })))
  })
  on('policies.mappings.get', `GET ${root}/:mappingId`, (ask) => {
    const [policy, app] = find(ask)
    return shown(mappingShown(ask, policy, app))
  })
  on('policies.mappings.delete', `DELETE ${root}/:mappingId`, (ask) => {
    const [policy, app] = find(ask)
    const { access_policy, enrollment_policy } = ask.org.ids
    const first = policy.type === 'ACCESS_POLICY' ? access_policy : enrollment_policy
    ask.org.store.put('apps', { ...app, [fieldOf(policy) ?? '']: first })
    return done()
  })
  on('policies.clone', 'POST /api/v1/policies/:policyId/clone', (ask) => {
    const { org } = ask
    const policy = findPolicy(ask)
    if (policy.type !== 'ACCESS_POLICY')
      throw new OktaError(400, 'E0000001', 'Api validation failed: policyId', ['Only access policies can be cloned.'])
    const now = org.now()
    const times = { created: now, lastUpdated: now }
    const copy = org.store.put('policies', {
      ...without(policy, '_links', '_embedded'),
      id: org.id('rst'),
      name: `[cloned] ${text(policy.name)}`,
      system: false,
      ...times,
    })
    for (const rule of org.store.rows(`policies/${text(policy.id)}/rules`))
      org.store.put(`policies/${text(copy.id)}/rules`, { ...without(rule, '_links'), id: org.id('rul'), ...times })
    return shown(shownRow(POLICIES[0] as Resource, ask, copy))
  })
}
