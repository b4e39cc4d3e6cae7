import type { Ask } from '../ask.ts'
import { PASSWORDS } from '../assignments.ts'
import { signingKey } from '../keys.ts'
import { type Org, rowOf, text } from '../org.ts'
import { hinted, type Links } from '../resource.ts'
import type { Row } from '../store.ts'
import { EXPRESSIONS, invalid, merged, notFound, without } from '../wire.ts'

/** Templates of the catalogue and what they sign on with. */
export const MODES: Readonly<Record<string, string>> = {
  bookmark: 'BOOKMARK',
  oidc_client: 'OPENID_CONNECT',
  template_swa: 'BROWSER_PLUGIN',
  template_swa3field: 'BROWSER_PLUGIN',
  template_basic_auth: 'BASIC_AUTH',
  template_sps: 'SECURE_PASSWORD_STORE',
  template_wsfed: 'WS_FEDERATION',
}
/** What a template cannot do without: required in Okta's document 5.1.0. Those of `template_swa3field` are not told apart there. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  bookmark: ['url'],
  template_swa: ['buttonField', 'passwordField', 'url', 'usernameField'],
  template_basic_auth: ['authURL', 'url'],
  template_sps: ['passwordField', 'url', 'usernameField'],
}
const OPTIONAL = [1, 2, 3].flatMap((n) => [`optionalField${n}`, `optionalField${n}Value`])
const APP_SETTINGS: Readonly<Record<string, Row>> = {
  template_swa: { loginUrlRegex: null, redirectUrl: null, checkbox: null },
  template_swa3field: { loginUrlRegex: null, redirectUrl: null },
  template_sps: Object.fromEntries(OPTIONAL.map((field) => [field, null])),
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
/** An app of the catalogue brings its addresses along; they can be overridden. */
const CATALOGUE_SAML: Row = {
  defaultRelayState: null,
  ssoAcsUrlOverride: null,
  audienceOverride: null,
  recipientOverride: null,
  destinationOverride: null,
  attributeStatements: [],
}
const OVERRIDES = ['audienceOverride', 'destinationOverride', 'recipientOverride', 'ssoAcsUrlOverride']

export function findApp(ask: Ask, id: string = ask.param('appId')): Row {
  const app = ask.org.store.get('apps', id)
  if (app === undefined) throw notFound(id, 'AppInstance')
  return app
}

/** Refuses an app whose template lacks what it needs. Assumed: the words; recordings show complete apps only. */
export function checkSettings(name: string, app: Row): void {
  const settings = rowOf(rowOf(app.settings).app)
  for (const field of NEEDED[name] ?? [])
    if (text(settings[field]) === '')
      throw invalid(`settings.app.${field}`, `settings.app.${field}: The field cannot be left blank`)
}

/** What an app of a kind holds where nothing was said. */
export function blankApp(org: Org, id: string, name: string, mode: string): Row {
  const own = name.startsWith(`${org.seed.org ?? 'acme'}_`)
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
      ...(mode === 'SAML_2_0' ? { signOn: own ? SAML : CATALOGUE_SAML } : {}),
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
export function tidied(app: Row): Row {
  const credentials = rowOf(app.credentials)
  const { password, userName, ...others } = credentials
  const template = rowOf(credentials.userNameTemplate)
  const secret = text(rowOf(password).value)
  const custom = template.type === 'CUSTOM' ? { userNameTemplate: { pushStatus: 'DONT_PUSH', ...template } } : {}
  const shared = credentials.scheme === 'SHARED_USERNAME_AND_PASSWORD' ? { password: {} } : {}
  const asked = rowOf(rowOf(app.settings).signOn)
  const signOn: Row = asked.defaultRelayState === '' ? { ...asked, defaultRelayState: null } : asked
  const customised = app.signOnMode === 'SAML_2_0' && asked.ssoAcsUrl !== undefined
  const inner = rowOf(rowOf(app.settings).app)
  const settings: Row = {
    ...rowOf(app.settings),
    app: Object.fromEntries(
      Object.entries(inner).map(([field, value]) => [field, value === '' ? null : value]),
    ) as never,
    ...(app.signOnMode === 'SAML_2_0'
      ? { signOn: (customised ? without(signOn, ...OVERRIDES) : signOn) as never }
      : {}),
  }
  return {
    ...app,
    credentials: { ...others, ...custom, ...shared, ...(text(userName) === '' ? {} : { userName }) } as never,
    settings: settings as never,
    ...(secret === '' ? {} : { _password: secret }),
  }
}

/** Lists of an app's settings replace each other, links of its name do not. */
export const laid = (base: Row, body: Row): Row => {
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

export function withClient(org: Org, app: Row, body: Row): Row {
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

function appLinksOf(app: Row, { base, org }: Ask): Links {
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
      href: `${base}/home/${text(app.name)}/${text(app.id)}/${text(app._aln) || '1'}`,
      type: 'text/html',
    })),
    ...(org.seed.engine === 'classic'
      ? {}
      : {
          profileEnrollment: {
            href: `${base}/api/v1/policies/${text(app._enrollmentPolicy) || org.ids.enrollment_policy}`,
          },
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
/** An app that an org had from before keeps the links it had, but for those that lead on from its status and its policies. */
function keptLinks(app: Row, links: Links): Links {
  const had = rowOf(app._had)
  if (app._had === undefined) return links
  const { activate: _, deactivate: __, ...rest } = had
  const moving = ['activate', 'deactivate', 'accessPolicy', 'profileEnrollment']
  return { ...rest, ...Object.fromEntries(Object.entries(links).filter(([rel]) => moving.includes(rel))) } as Links
}
/** Hooks that an app's assertions go through, with the way to each. */
function withHooks(app: Row, { base }: Ask): Row {
  const settings = rowOf(app.settings)
  const signOn = rowOf(settings.signOn)
  const hooks = signOn.inlineHooks
  if (!Array.isArray(hooks) || hooks.length === 0) return app
  const shown = hooks.map(rowOf).map((hook) => ({
    ...hook,
    _links: { self: hinted(`${base}/api/v1/inlineHooks/${text(hook.id)}`, 'GET', 'PUT', 'DELETE') },
  }))
  return { ...app, settings: { ...settings, signOn: { ...signOn, inlineHooks: shown as never } } as never }
}

export const appShown = (app: Row, ask: Ask): Row => ({
  ...withHooks(app, ask),
  _links: keptLinks(app, appLinksOf(app, ask)),
})
/** The secret of a client is shown when it is made, and not again. */
function withoutSecret(app: Row): Row {
  const credentials = rowOf(app.credentials)
  if (credentials.oauthClient === undefined) return app
  return {
    ...app,
    credentials: { ...credentials, oauthClient: without(rowOf(credentials.oauthClient), 'client_secret') as never },
  }
}
export const appAgain = (app: Row, ask: Ask): Row => appShown(withoutSecret(app), ask)
