import type { Ask } from '../ask.ts'
import type { Document } from '../documents.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import { findUser } from '../routes/user-shape.ts'
import type { Row } from '../store.ts'
import { invalid } from '../wire.ts'

const ON = {
  sendEmailForNewDeviceEnabled: true,
  sendEmailForFactorEnrollmentEnabled: true,
  sendEmailForFactorResetEnabled: true,
  sendEmailForPasswordChangedEnabled: true,
  reportSuspiciousActivityEnabled: true,
}

/** Texts of the sign-in page; null is Okta's own wording. */
const WIDGET: Row = {
  signInLabel: null,
  usernameLabel: null,
  usernameInfoTip: null,
  passwordLabel: null,
  passwordInfoTip: null,
  showPasswordVisibilityToggle: true,
  showUserIdentifier: true,
  forgotPasswordLabel: null,
  forgotPasswordUrl: null,
  unlockAccountLabel: null,
  unlockAccountUrl: null,
  helpLabel: null,
  helpUrl: null,
  customLink1Label: null,
  customLink1Url: null,
  customLink2Label: null,
  customLink2Url: null,
  authenticatorPageCustomLinkLabel: null,
  authenticatorPageCustomLinkUrl: null,
  classicRecoveryFlowEmailOrUsernameLabel: null,
  widgetGeneration: 'G2',
}
const SIGN_IN: Row = { pageContent: null, widgetVersion: null, widgetCustomizations: WIDGET as never }
/** Sent by GET, and by no PUT. */
const PROMPT: Row = { title: null, subtitle: null, acceptButtonText: null, rejectButtonText: null }
const withPrompt = (row: Row): Row => ({
  ...row,
  widgetCustomizations: { postAuthKeepMeSignedInPrompt: PROMPT, ...rowOf(row.widgetCustomizations) } as never,
})
const brand = { brandId: ['brands', 'Brand'] } as const
const never = (): undefined => undefined

const page = (name: 'sign-in' | 'error', state: 'customized' | 'preview'): Document => ({
  name: `brands.pages.${name === 'error' ? 'error' : 'sign_in'}.${state}`,
  path: `/api/v1/brands/:brandId/pages/${name}/${state}`,
  verbs: ['get', 'replace', 'delete'],
  kind: name === 'error' ? 'ErrorPage' : 'SignInPage',
  parents: brand,
  initial: never,
  blank: () => (name === 'error' ? { pageContent: null } : SIGN_IN),
  ...(name === 'error' ? {} : { got: withPrompt }),
})

/** `{ href, hints }` below a setting. */
const link = (ask: Ask, path: string, ...methods: readonly string[]): never =>
  hinted(`${ask.base}/api/v1/${path}`, ...methods) as never

const ORG: readonly Document[] = [
  {
    name: 'org',
    path: '/api/v1/org',
    verbs: ['get', 'replace', 'update'],
    check({ companyName }) {
      if (companyName === '') throw invalid('companyName', 'companyName: The field cannot be left blank')
    },
    initial: ({ org }) => ({
      id: org.ids.org,
      subdomain: org.seed.org ?? 'acme',
      companyName: org.seed.org ?? 'acme',
      status: 'ACTIVE',
      expiresAt: null,
      created: org.now(),
      lastUpdated: org.now(),
      website: null,
      phoneNumber: null,
      endUserSupportHelpURL: null,
      supportPhoneNumber: null,
      address1: null,
      address2: null,
      city: null,
      state: null,
      country: null,
      postalCode: null,
    }),
    links: (_, __, ask) => ({
      preferences: { href: `${ask.base}/api/v1/org/preferences` },
      uploadLogo: link(ask, 'org/logo', 'POST'),
      oktaCommunication: { href: `${ask.base}/api/v1/org/privacy/oktaCommunication` },
      logo: null,
      oktaSupport: { href: `${ask.base}/api/v1/org/privacy/oktaSupport` },
      contacts: { href: `${ask.base}/api/v1/org/contacts` },
    }),
  },
  {
    name: 'org.captcha',
    path: '/api/v1/org/captcha',
    verbs: ['get', 'replace'],
    initial: () => ({ captchaId: null, enabledPages: null }),
    blank: () => ({ enabledPages: null }),
    check({ captchaId }, { org }) {
      if (text(captchaId) !== '' && org.store.get('captchas', text(captchaId)) === undefined)
        throw invalid('captchaId', 'captchaId: Invalid CAPTCHA ID. The value of captchaId cannot be null.')
    },
    links: (url) => ({ self: hinted(url, 'GET', 'PUT') }),
  },
  {
    name: 'org.contacts',
    path: '/api/v1/org/contacts/:type',
    verbs: ['get', 'replace'],
    kind: 'OrgContactType',
    initial: ({ org, param }) =>
      param('type') === 'BILLING' || param('type') === 'TECHNICAL' ? { userId: org.ids.admin } : undefined,
    check: ({ userId }, ask) => void findUser(ask, text(userId)),
    links: (_, row, { base }) => ({ user: { href: `${base}/api/v1/users/${text(row.userId)}` } }),
  },
  {
    name: 'org.third_party_admin',
    path: '/api/v1/org/orgSettings/thirdPartyAdminSetting',
    verbs: ['get', 'update'],
    initial: () => ({ thirdPartyAdmin: false }),
  },
  {
    name: 'org.auto_assign_admin_app',
    path: '/api/v1/org/settings/autoAssignAdminAppSetting',
    verbs: ['get', 'update'],
    initial: () => ({ autoAssignAdminAppSetting: true }),
  },
  {
    name: 'org.client_privileges',
    path: '/api/v1/org/settings/clientPrivilegesSetting',
    verbs: ['get', 'replace'],
    initial: () => ({ clientPrivilegesSetting: true }),
  },
  {
    name: 'security_notifications',
    path: '/api/internal/org/settings/security-notification-settings',
    verbs: ['get', 'replace'],
    initial: () => ({ ...ON, customizedEmailsList: [], customizedEmailsWithReportButtonList: [] }),
  },
  {
    name: 'first_party_app_settings',
    path: '/api/v1/first-party-app-settings/:appName',
    verbs: ['get', 'replace'],
    initial: () => ({ sessionIdleTimeoutMinutes: 15, sessionMaxLifetimeMinutes: 720 }),
  },
]

const PROTECTION: readonly Document[] = [
  {
    name: 'threats.configuration',
    path: '/api/v1/threats/configuration',
    verbs: ['get', 'update'],
    initial: ({ org }) => ({ action: 'none', excludeZones: [], created: org.now(), lastUpdated: org.now() }),
    check({ action }) {
      if (action !== undefined && !['none', 'audit', 'block'].includes(text(action)))
        throw invalid('action', 'action: The field is not valid')
    },
    links: (url) => ({ self: hinted(url, 'GET', 'POST') }),
  },
  {
    name: 'rate_limits.admin_notifications',
    path: '/api/v1/rate-limit-settings/admin-notifications',
    verbs: ['get', 'replace'],
    initial: () => ({ notificationsEnabled: true }),
  },
  {
    name: 'rate_limits.warning_threshold',
    path: '/api/v1/rate-limit-settings/warning-threshold',
    verbs: ['get', 'replace'],
    initial: () => ({ warningThreshold: 60 }),
  },
  {
    name: 'rate_limits.per_client',
    path: '/api/v1/rate-limit-settings/per-client',
    verbs: ['get', 'replace'],
    initial: () => ({ defaultMode: 'ENFORCE', useCaseModeOverrides: null }),
    blank: () => ({ useCaseModeOverrides: null }),
    check({ defaultMode }) {
      if (text(defaultMode) === '') throw invalid('defaultMode', 'defaultMode: The field cannot be left blank')
    },
  },
  {
    name: 'attack_protection.user_lockout',
    path: '/attack-protection/api/v1/user-lockout-settings',
    verbs: ['get', 'replace'],
    listed: true,
    initial: () => ({ preventBruteForceLockoutFromUnknownDevices: false }),
  },
  {
    name: 'attack_protection.authenticators',
    path: '/attack-protection/api/v1/authenticator-settings',
    verbs: ['get', 'replace'],
    listed: true,
    initial: () => ({ verifyKnowledgeSecondWhen2faRequired: false }),
  },
]

/** Settings that exist once, or once for each brand. */
export const SETTINGS: readonly Document[] = [
  {
    name: 'organization',
    path: '/.well-known/okta-organization',
    verbs: ['get'],
    initial: ({ org, base }) => ({
      id: org.ids.org,
      cell: 'ok14',
      _links: { organization: { href: base } },
      pipeline: org.seed.engine === 'classic' ? 'v1' : 'idx',
      settings: {
        analyticsCollectionEnabled: true,
        bugReportingEnabled: true,
        omEnabled: false,
        pssoEnabled: false,
        desktopMFAEnabled: false,
        itpEnabled: true,
      },
    }),
  },
  ...ORG,
  ...PROTECTION,
  page('sign-in', 'customized'),
  page('sign-in', 'preview'),
  page('error', 'customized'),
  page('error', 'preview'),
  {
    name: 'brands.pages.sign_in.default',
    path: '/api/v1/brands/:brandId/pages/sign-in/default',
    verbs: ['get'],
    parents: brand,
    initial: () => ({
      ...SIGN_IN,
      pageContent: '<!DOCTYPE html>\n<html>{{{SignInWidgetResources}}}</html>\n',
      widgetVersion: '^7',
    }),
    got: withPrompt,
  },
  {
    name: 'brands.pages.error.default',
    path: '/api/v1/brands/:brandId/pages/error/default',
    verbs: ['get'],
    parents: brand,
    initial: () => ({ pageContent: '<!DOCTYPE html>\n<html>{{errorSummary}}</html>\n' }),
  },
  {
    name: 'brands.pages.sign_out',
    path: '/api/v1/brands/:brandId/pages/sign-out/customized',
    verbs: ['get', 'replace'],
    parents: brand,
    initial: () => ({ type: 'OKTA_DEFAULT' }),
    blank: () => ({}),
  },
  {
    name: 'brands.email_templates.settings',
    path: '/api/v1/brands/:brandId/templates/email/:template/settings',
    verbs: ['get', 'replace'],
    parents: brand,
    initial: () => ({ recipients: 'ALL_USERS' }),
    blank: () => ({}),
    putBare: true,
    check({ recipients }) {
      if (!['ALL_USERS', 'ADMINS_ONLY', 'NO_USERS'].includes(text(recipients)))
        throw invalid('recipients', 'recipients: The field is not valid')
    },
    links: (url) => ({ self: hinted(url, 'GET', 'PUT'), template: hinted(url.replace(/\/settings$/, ''), 'GET') }),
  },
]
