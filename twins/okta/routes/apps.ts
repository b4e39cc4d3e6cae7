import { type Ask, done, gap, type On, ok, page, type Reply, shown } from '../ask.ts'
import { appTarget, tell, userTarget } from '../events.ts'
import { parseExpression } from '../expression.ts'
import { PUBLIC_JWKS, signingKey } from '../keys.ts'
import { type Org, rowOf, text } from '../org.ts'
import { hinted, type Links } from '../resource.ts'
import type { Row } from '../store.ts'
import { EXPRESSIONS, invalid, merged, notFound, OktaError, view, without } from '../wire.ts'
import { findGroup } from './groups.ts'
import { findUser } from './users.ts'

const BLANK = 'The field cannot be left blank'
/** Templates of the catalogue and what they sign on with. */
const MODES: Readonly<Record<string, string>> = {
  bookmark: 'BOOKMARK',
  oidc_client: 'OPENID_CONNECT',
  template_swa: 'BROWSER_PLUGIN',
  template_swa3field: 'BROWSER_PLUGIN',
  template_basic_auth: 'BASIC_AUTH',
  template_sps: 'SECURE_PASSWORD_STORE',
  template_wsfed: 'WS_FEDERATION',
}
const PASSWORDS = new Set(['BROWSER_PLUGIN', 'AUTO_LOGIN', 'BASIC_AUTH', 'SECURE_PASSWORD_STORE'])
const SWA: Row = { loginUrlRegex: null, redirectUrl: null, checkbox: null }
const APP_SETTINGS: Readonly<Record<string, Row>> = {
  template_swa: SWA,
  template_basic_auth: { loginUrlRegex: null },
}
const SAML: Row = {
  defaultRelayState: null,
  ssoAcsUrl: '',
  idpIssuer: EXPRESSIONS.issuer,
  audience: '',
  recipient: '',
  destination: '',
  subjectNameIdTemplate: EXPRESSIONS.user,
  subjectNameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  responseSigned: true,
  assertionSigned: true,
  signatureAlgorithm: 'RSA_SHA256',
  digestAlgorithm: 'SHA256',
  honorForceAuthn: true,
  authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  spIssuer: null,
  requestCompressed: false,
  attributeStatements: [],
  inlineHooks: [],
  assertionEncryption: { enabled: false },
  allowMultipleAcsEndpoints: false,
  acsEndpoints: [],
  samlSignedRequestEnabled: false,
  slo: { enabled: false },
}
const OVERRIDES = ['audienceOverride', 'destinationOverride', 'recipientOverride', 'ssoAcsUrlOverride']

export function findApp(ask: Ask, id: string = ask.param('appId')): Row {
  const app = ask.org.store.get('apps', id)
  if (app === undefined) throw notFound(id, 'AppInstance')
  return app
}

/** What an app of a kind holds where nothing was said. */
export function blankApp(org: Org, id: string, name: string, mode: string): Row {
  const link = MODES[name] === undefined || name === 'oidc_client' ? `${name}_link` : 'login'
  return {
    id,
    orn: `orn:okta:idp:${org.ids.org}:apps:${name}:${id}`,
    name,
    accessibility: { selfService: false, errorRedirectUrl: null, loginRedirectUrl: null },
    visibility: {
      autoLaunch: false,
      autoSubmitToolbar: false,
      hide: { iOS: mode === 'OPENID_CONNECT', web: mode === 'OPENID_CONNECT' },
      appLinks: { [link]: true },
    },
    features: [],
    signOnMode: mode,
    credentials: {
      ...(PASSWORDS.has(mode) && MODES[name] !== undefined
        ? { scheme: 'EDIT_USERNAME_AND_PASSWORD', revealPassword: false }
        : {}),
      userNameTemplate: { template: EXPRESSIONS.login, type: 'BUILT_IN' },
      signing: mode === 'SAML_2_0' || mode === 'OPENID_CONNECT' ? { kid: signingKey(0).kid } : {},
    },
    universalLogout:
      mode === 'SAML_2_0' || mode === 'OPENID_CONNECT'
        ? { status: 'DISABLED', supportType: 'FULL', identityStack: 'NOT_SHARED', protocol: 'GLOBAL_TOKEN_REVOCATION' }
        : { status: 'UNSUPPORTED' },
    settings: {
      app: APP_SETTINGS[name] ?? {},
      notifications: { vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null } },
      manualProvisioning: false,
      implicitAssignment: false,
      emOptInStatus: 'NONE',
      notes: { admin: null, enduser: null },
      ...(mode === 'SAML_2_0' ? { signOn: SAML } : {}),
      ...(mode === 'OPENID_CONNECT' ? { oauthClient: CLIENT } : {}),
    },
  } as Row
}
const CLIENT: Row = {
  client_uri: null,
  logo_uri: null,
  redirect_uris: [],
  response_types: ['code'],
  grant_types: ['authorization_code'],
  application_type: 'web',
  consent_method: 'TRUSTED',
  issuer_mode: 'DYNAMIC',
  idp_initiated_login: { mode: 'DISABLED', default_scope: [] },
  wildcard_redirect: 'DISABLED',
  dpop_bound_access_tokens: false,
  participate_slo: false,
}

/** Secrets go out of sight, and what was left blank is not shown. */
function tidied(app: Row): Row {
  const credentials = rowOf(app.credentials)
  const { password, userName, ...others } = credentials
  const template = rowOf(credentials.userNameTemplate)
  const secret = text(rowOf(password).value)
  const custom = template.type === 'CUSTOM' ? { userNameTemplate: { pushStatus: 'DONT_PUSH', ...template } } : {}
  const shared = credentials.scheme === 'SHARED_USERNAME_AND_PASSWORD' ? { password: {} } : {}
  const asked = rowOf(rowOf(app.settings).signOn)
  const signOn: Row = asked.defaultRelayState === '' ? { ...asked, defaultRelayState: null } : asked
  const settings =
    app.signOnMode === 'SAML_2_0'
      ? { settings: { ...rowOf(app.settings), signOn: without(signOn, ...OVERRIDES) as never } as never }
      : {}
  return {
    ...app,
    credentials: { ...others, ...custom, ...shared, ...(text(userName) === '' ? {} : { userName }) } as never,
    ...settings,
    ...(secret === '' ? {} : { _password: secret }),
  }
}

/** Lists of an app's settings replace each other, links of its name do not. */
const laid = (base: Row, body: Row): Row => {
  const clean = dropNulls(
    without(body, 'id', 'name', 'status', 'created', 'lastUpdated', '_links', '_embedded', 'orn', 'features'),
  )
  return merged(base, clean)
}
const dropNulls = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([field, value]) =>
      value === null
        ? []
        : [[field, typeof value === 'object' && !Array.isArray(value) ? (dropNulls(rowOf(value)) as never) : value]],
    ),
  )

function createApp(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  const label = text(body.label)
  if (label === '') throw invalid('label', `label: ${BLANK}`)
  const given = text(body.name)
  const mode = text(body.signOnMode) || MODES[given] || ''
  if (given === '' && mode === '') throw invalid('signOnMode', `signOnMode: ${BLANK}`)
  // An app of one's own is named after the org and its label.
  const made = Number(org.store.get('~org', 'apps')?.made ?? org.seed.apps_made ?? 0) + 1
  if (given === '') org.store.put('~org', { id: 'apps', made })
  const own = `${org.seed.org ?? 'acme'}_${label.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}_${made}`
  const id = org.id('0oa')
  const app = tidied(laid(blankApp(org, id, given || own, mode), body))
  const now = org.now()
  const status = ask.query.get('activate') === 'false' ? 'INACTIVE' : 'ACTIVE'
  const row = org.store.put('apps', {
    ...(mode === 'OPENID_CONNECT' ? withClient(org, app, body) : app),
    label,
    status,
    created: now,
    lastUpdated: now,
    _accessPolicy: org.ids.access_policy,
    _externalKey: org.id('exk'),
    _link: mode === 'SAML_2_0' || MODES[given] === undefined ? org.id('aln') : '2557',
  })
  tell(org, 'application.lifecycle.create', [appTarget(row)])
  if (status === 'ACTIVE') tell(org, 'application.lifecycle.activate', [appTarget(row)])
  return shown(appShown(row, ask))
}

function withClient(org: Org, app: Row, body: Row): Row {
  const asked = rowOf(rowOf(body.credentials).oauthClient)
  const method = text(asked.token_endpoint_auth_method) || 'client_secret_basic'
  const hasSecret = method.startsWith('client_secret')
  const oauthClient: Row = {
    autoKeyRotation: true,
    pkce_required: method === 'none',
    ...asked,
    client_id: text(asked.client_id) || text(app.id),
    ...(hasSecret ? { client_secret: text(asked.client_secret) || org.world.id('', 64) } : {}),
    token_endpoint_auth_method: method,
  }
  return { ...app, credentials: { ...rowOf(app.credentials), oauthClient: oauthClient as never } }
}

export function appLinksOf(app: Row, { base, org }: Ask): Links {
  const url = `${base}/api/v1/apps/${text(app.id)}`
  const names = Object.keys(rowOf(rowOf(app.visibility).appLinks))
  const status = app.status === 'ACTIVE' ? 'deactivate' : 'activate'
  const saml = app.signOnMode === 'SAML_2_0'
  return {
    ...(saml
      ? {
          help: {
            href: `${base.replace('.', '-admin.')}/app/${text(app.name)}/${text(app.id)}/setup/help/SAML_2_0/instructions`,
            type: 'text/html',
          },
          metadata: { href: `${url}/sso/saml/metadata`, type: 'application/xml' },
        }
      : {}),
    uploadLogo: hinted(`${url}/logo`, 'POST'),
    appLinks: names.map((name) => ({
      name,
      href: `${base}/home/${text(app.name)}/${text(app.id)}/${text(app._link) || '1'}`,
      type: 'text/html',
    })),
    ...(org.seed.engine === 'classic'
      ? {}
      : {
          profileEnrollment: { href: `${base}/api/v1/policies/${org.ids.enrollment_policy}` },
          policies: hinted(`${url}/policies`, 'PUT'),
          accessPolicy: { href: `${base}/api/v1/policies/${text(app._accessPolicy) || org.ids.access_policy}` },
        }),
    groups: { href: `${url}/groups` },
    logo: [{ name: 'medium', href: 'https://ok14static.oktacdn.com/assets/img/logos/default.png', type: 'image/png' }],
    ...(app.signOnMode === 'OPENID_CONNECT'
      ? {
          clientCredentials: [{ name: 'secrets', href: `${url}/credentials/secrets` }],
        }
      : {}),
    users: { href: `${url}/users` },
    [status]: { href: `${url}/lifecycle/${status}` },
  }
}
const appShown = (app: Row, ask: Ask): Row => ({ ...app, _links: appLinksOf(app, ask) })
/** The secret of a client is shown when it is made, and not again. */
function withoutSecret(app: Row): Row {
  const credentials = rowOf(app.credentials)
  if (credentials.oauthClient === undefined) return app
  return {
    ...app,
    credentials: { ...credentials, oauthClient: without(rowOf(credentials.oauthClient), 'client_secret') as never },
  }
}
const appAgain = (app: Row, ask: Ask): Row => appShown(withoutSecret(app), ask)

function replaceApp(ask: Ask): Reply {
  const { org } = ask
  const before = findApp(ask)
  const body = ask.body()
  if (text(body.label) === '') throw invalid('label', `label: ${BLANK}`)
  const base = merged(blankApp(ask.org, text(before.id), text(before.name), text(before.signOnMode)), {
    credentials: before.credentials,
  })
  const app = tidied(laid(base, body))
  const kept = Object.fromEntries(Object.entries(before).filter(([field]) => field.startsWith('_')))
  const row = org.store.put('apps', {
    ...without(app, '_links'),
    ...kept,
    label: text(body.label),
    status: before.status,
    created: before.created,
    lastUpdated: org.now(),
  })
  tell(org, 'application.lifecycle.update', [appTarget(row)])
  return shown(appAgain(row, ask))
}

function turnApp(ask: Ask, status: 'ACTIVE' | 'INACTIVE'): Reply {
  const app = ask.org.store.put('apps', { ...findApp(ask), status, lastUpdated: ask.org.now() })
  tell(ask.org, status === 'ACTIVE' ? 'application.lifecycle.activate' : 'application.lifecycle.deactivate', [
    appTarget(app),
  ])
  return ok({})
}

function deleteApp(ask: Ask): Reply {
  const app = findApp(ask)
  if (app.status === 'ACTIVE')
    throw new OktaError(403, 'E0000056', 'Delete application forbidden.', [
      'The application must be deactivated before deletion.',
    ])
  for (const user of ask.org.store.rows(`apps/${text(app.id)}/users`))
    ask.org.store.remove(`users/${text(user.id)}/apps`, text(app.id))
  for (const group of ask.org.store.rows(`apps/${text(app.id)}/groups`))
    ask.org.store.remove(`groups/${text(group.id)}/apps`, text(app.id))
  ask.org.store.remove('apps', text(app.id))
  tell(ask.org, 'application.lifecycle.delete', [appTarget(app)])
  return done()
}

function listApps(ask: Ask): Reply {
  const expand = ask.query.get('expand')
  if (expand !== null) {
    if (!/^(user|group)\/[0-9A-Za-z]{20}$/.test(expand)) throw invalid('RequestParams', 'Expand query is malformed.')
    throw gap('expanded resources')
  }
  let rows = ask.org.store.rows('apps')
  const filter = ask.query.get('filter') ?? ''
  if (filter !== '') rows = rows.filter(parseExpression(filter))
  const q = ask.query.get('q')?.toLowerCase() ?? ''
  if (q !== '')
    rows = rows.filter(({ label, name }) => [label, name].some((value) => text(value).toLowerCase().startsWith(q)))
  return page(ask, rows, 20, 200, (row) => view(appAgain(row, ask)))
}

const assignedGroup = (app: Row, group: Row, { base }: Ask): Row => ({
  ...group,
  _links: {
    app: { href: `${base}/api/v1/apps/${text(app.id)}` },
    self: { href: `${base}/api/v1/apps/${text(app.id)}/groups/${text(group.id)}` },
    group: { href: `${base}/api/v1/groups/${text(group.id)}` },
  },
})
const assignedUser = (app: Row, user: Row, { base }: Ask): Row => ({
  ...user,
  _links: {
    app: { href: `${base}/api/v1/apps/${text(app.id)}` },
    user: { href: `${base}/api/v1/users/${text(user.id)}` },
  },
})

function groupRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/groups'
  const find = (ask: Ask): readonly [app: Row, row: Row] => {
    const app = findApp(ask)
    const row = ask.org.store.get(`apps/${text(app.id)}/groups`, ask.param('groupId'))
    if (row === undefined) throw notFound(ask.param('groupId'), 'ApplicationGroupAssignment')
    return [app, row]
  }
  on('apps.groups.list', `GET ${root}`, (ask) => {
    const app = findApp(ask)
    return page(ask, ask.org.store.rows(`apps/${text(app.id)}/groups`), 20, 200, (row) =>
      view(assignedGroup(app, row, ask)),
    )
  })
  on('apps.groups.assign', `PUT ${root}/:groupId`, (ask) => {
    const app = findApp(ask)
    const group = findGroup(ask)
    const path = `apps/${text(app.id)}/groups`
    const priority = ask.body().priority ?? ask.org.store.rows(path).length
    const row = ask.org.store.put(path, {
      id: group.id,
      lastUpdated: ask.org.now(),
      priority,
      profile: ask.body().profile ?? {},
    })
    ask.org.store.put(`groups/${text(group.id)}/apps`, { id: app.id })
    return shown(assignedGroup(app, row, ask))
  })
  on('apps.groups.get', `GET ${root}/:groupId`, (ask) => {
    const [app, row] = find(ask)
    return shown(assignedGroup(app, row, ask))
  })
  on('apps.groups.unassign', `DELETE ${root}/:groupId`, (ask) => {
    const [app, row] = find(ask)
    ask.org.store.remove(`apps/${text(app.id)}/groups`, text(row.id))
    ask.org.store.remove(`groups/${text(row.id)}/apps`, text(app.id))
    return done()
  })
}

function userRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/users'
  const find = (ask: Ask): readonly [app: Row, row: Row] => {
    const app = findApp(ask)
    const row = ask.org.store.get(`apps/${text(app.id)}/users`, ask.param('userId'))
    if (row === undefined) throw notFound(ask.param('userId'), 'AppUser')
    return [app, row]
  }
  on('apps.users.list', `GET ${root}`, (ask) => {
    const app = findApp(ask)
    return page(ask, ask.org.store.rows(`apps/${text(app.id)}/users`), 50, 500, (row) =>
      view(assignedUser(app, row, ask)),
    )
  })
  on('apps.users.assign', `POST ${root}`, (ask) => {
    const app = findApp(ask)
    const body = ask.body()
    const user = findUser(ask, text(body.id))
    if (user.status === 'DEPROVISIONED')
      throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
    const now = ask.org.now()
    const { login, email } = rowOf(user.profile)
    const userName = text(rowOf(body.credentials).userName) || text(login)
    const row = ask.org.store.put(`apps/${text(app.id)}/users`, {
      id: user.id,
      externalId: null,
      created: now,
      lastUpdated: now,
      scope: 'USER',
      status: user.status === 'STAGED' ? 'STAGED' : 'ACTIVE',
      statusChanged: now,
      passwordChanged: null,
      syncState: 'DISABLED',
      credentials: { userName },
      profile: merged(
        app.signOnMode === 'OPENID_CONNECT' ? { preferred_username: userName, email } : {},
        rowOf(body.profile),
      ) as never,
    })
    ask.org.store.put(`users/${text(user.id)}/apps`, { id: app.id })
    tell(ask.org, 'application.user_membership.add', [userTarget(user), appTarget(app)])
    return shown(assignedUser(app, row, ask))
  })
  on('apps.users.get', `GET ${root}/:userId`, (ask) => {
    const [app, row] = find(ask)
    return shown(assignedUser(app, row, ask))
  })
  on('apps.users.unassign', `DELETE ${root}/:userId`, (ask) => {
    const [app, row] = find(ask)
    ask.org.store.remove(`apps/${text(app.id)}/users`, text(row.id))
    ask.org.store.remove(`users/${text(row.id)}/apps`, text(app.id))
    tell(ask.org, 'application.user_membership.remove', [
      userTarget(rowOf(ask.org.store.get('users', text(row.id)))),
      appTarget(app),
    ])
    return done()
  })
}

/** The certificate is no certificate: nobody can verify SAML assertions that the twin never makes. */
const CERTIFICATE = Buffer.from('backlot: no certificate, SAML assertions are not modelled').toString('base64')
const metadata = (app: Row, { base }: Ask): string => {
  const at = `${base}/app/${text(app.name)}/${text(app._externalKey)}/sso/saml`
  const service = (binding: string): string =>
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${at}"/>`
  const format = text(rowOf(rowOf(app.settings).signOn).subjectNameIdFormat)
  return `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="http://www.okta.com/${text(app._externalKey)}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>${format}</md:NameIDFormat>${service('HTTP-POST')}${service('HTTP-Redirect')}</md:IDPSSODescriptor></md:EntityDescriptor>`
}

function credentialRoutes(on: On): void {
  on('apps.keys.list', 'GET /api/v1/apps/:appId/credentials/keys', (ask) => {
    const { created } = findApp(ask)
    const { n = '', e = '', kid } = { ...PUBLIC_JWKS[0], kid: signingKey(0).kid }
    const made = text(created)
    const expiresAt = `${Number(made.slice(0, 4)) + 10}${made.slice(4)}`
    return ok([
      {
        kty: 'RSA',
        created: made,
        lastUpdated: made,
        expiresAt,
        kid,
        use: 'sig',
        x5c: [CERTIFICATE],
        'x5t#S256': signingKey(0).kid,
        e,
        n,
      },
    ])
  })
  on('apps.saml_metadata', 'GET /api/v1/apps/:appId/sso/saml/metadata', (ask) => {
    const app = findApp(ask)
    if (app.signOnMode !== 'SAML_2_0') throw notFound(text(app.id), 'AppInstance')
    return new Response(metadata(app, ask), { headers: { 'Content-Type': 'application/xml;charset=UTF-8' } })
  })
  on('apps.policies.assign', 'PUT /api/v1/apps/:appId/policies/:policyId', (ask) => {
    const app = findApp(ask)
    const policy = ask.param('policyId')
    if (ask.org.store.get('policies', policy) === undefined) throw notFound(policy, 'Policy')
    ask.org.store.put('apps', { ...app, _accessPolicy: policy })
    return done()
  })
  on('policies.apps', 'GET /api/v1/policies/:policyId/app', (ask) => {
    const id = ask.param('policyId')
    if (ask.org.store.get('policies', id) === undefined) throw notFound(id, 'Policy')
    return ok(
      ask.org.store
        .rows('apps')
        .filter((app) => app._accessPolicy === id)

        .map((app) => view(appAgain(app, ask))),
    )
  })
  on('apps.id_token_settings.get', 'GET /api/v1/internal/apps/:appId/settings/oauth/idToken', (ask) => {
    const app = findApp(ask)
    return ok({ ...idToken(app), issuer: ask.base, audience: clientIdOf(app) })
  })
  on('apps.id_token_settings.update', 'POST /api/v1/internal/apps/:appId/settings/oauth/idToken', (ask) => {
    const app = ask.org.store.put('apps', { ...findApp(ask), _issuerMode: ask.body().issuerMode ?? null })
    return ok(idToken(app))
  })
  on('apps.tokens.list', 'GET /api/v1/apps/:appId/tokens', (ask) => {
    const { id } = findApp(ask)
    if (ask.org.store.rows('~refresh').some((token) => token.client === id)) throw gap('lists of grants and tokens')
    return ok([])
  })
  on('apps.tokens.revoke', 'DELETE /api/v1/apps/:appId/tokens', (ask) => {
    const { id } = findApp(ask)
    for (const token of ask.org.store.rows('~refresh'))
      if (token.client === id) ask.org.store.remove('~refresh', text(token._key))
    return done()
  })
}
const clientIdOf = (app: Row): string => text(rowOf(rowOf(app.credentials).oauthClient).client_id)
const idToken = (app: Row): Row =>
  ({
    issuer: null,
    orgUrl: null,
    customUrl: null,
    audience: null,
    issuerMode: app._issuerMode ?? text(rowOf(rowOf(app.settings).oauthClient).issuer_mode),
  }) as never

function connectionRoutes(on: On): void {
  const unknown = { status: 'UNKNOWN', profile: { authScheme: 'UNKNOWN' } }
  const root = '/api/v1/apps/:appId/connections/default'
  const connection = (ask: Ask): Reply => {
    findApp(ask)
    return ok(unknown)
  }
  on('apps.connections.get', `GET ${root}`, connection)
  on('apps.connections.update', `POST ${root}`, (ask) => {
    if (rowOf(ask.body().profile).authScheme !== 'UNKNOWN') throw gap('provisioning connections')
    return connection(ask)
  })
  for (const step of ['activate', 'deactivate'])
    on(`apps.connections.${step}`, `POST ${root}/lifecycle/${step}`, (ask) => {
      findApp(ask)
      return done()
    })
}

export function addAppRoutes(on: On): void {
  on('apps.create', 'POST /api/v1/apps', createApp)
  on('apps.list', 'GET /api/v1/apps', listApps)
  on('apps.get', 'GET /api/v1/apps/:appId', (ask) => shown(appAgain(findApp(ask), ask)))
  on('apps.replace', 'PUT /api/v1/apps/:appId', replaceApp)
  on('apps.delete', 'DELETE /api/v1/apps/:appId', deleteApp)
  on('apps.activate', 'POST /api/v1/apps/:appId/lifecycle/activate', (ask) => turnApp(ask, 'ACTIVE'))
  on('apps.deactivate', 'POST /api/v1/apps/:appId/lifecycle/deactivate', (ask) => turnApp(ask, 'INACTIVE'))
  groupRoutes(on)
  userRoutes(on)
  credentialRoutes(on)
  connectionRoutes(on)
}
