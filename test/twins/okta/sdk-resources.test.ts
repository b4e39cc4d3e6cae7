import { test } from 'vitest'
import { life, openClient, type Step, walk } from './sdk.ts'

const ADA = '00u00000000000000ada'
const CHANNEL = { type: 'HTTP', version: '1.0.0', config: { uri: 'https://shop.test/hook', method: 'POST' } }
/** A certificate of nobody's, whose key was thrown away. */
const CERTIFICATE = {
  x5c: [
    'MIIBfTCCASOgAwIBAgIUPzuxaOHvAaKicmrKzHWBqJpejrwwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIaWRwLnRlc3QwIBcNMjYx' +
      'MTI2MTM1NjI2WhgPMjEyNjExMDIxMzU2MjZaMBMxETAPBgNVBAMMCGlkcC50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE' +
      'Txmhmx/Am2fcBO0Ko+PGRYGhdgA9QvQp8yQ3kUE+nXBvcdTw3FNcxO8XFCmSGEk1O+prdKiaoz+Dxg3CPmFLzKNTMFEwHQYDVR0O' +
      'BBYEFDMG1yu2YTzFskVvRjPtbODkpUsuMB8GA1UdIwQYMBaAFDMG1yu2YTzFskVvRjPtbODkpUsuMA8GA1UdEwEB/wQFMAMBAf8w' +
      'CgYIKoZIzj0EAwIDSAAwRQIgTQbK4/A7B1IOBgXi+iKz8w5pdAjTYSKLzI0SteKx3pYCIQDMRRv0JgK1yvBGUIuBTf4aje/geMhH' +
      'tMEAqyzTIDDBKA==',
  ],
}
const scopes = (type: string): object[] => [{ type }]
const zone = { type: 'IP', name: 'Office', gateways: [{ type: 'CIDR', value: '203.0.113.0/24' }] }
const origin = { name: 'Shop', origin: 'https://shop.test', scopes: scopes('CORS') }
const eventHook = { name: 'People', events: { type: 'EVENT_TYPE', items: ['user.lifecycle.create'] }, channel: CHANNEL }
const inlineHook = { name: 'Tokens', type: 'com.okta.oauth2.tokens.transform', version: '1.0.0', channel: CHANNEL }
const behavior = {
  name: 'New city',
  type: 'ANOMALOUS_LOCATION',
  settings: { granularity: 'CITY', maxEventsUsedForEvaluation: 20 },
}
const assurance = { name: 'Phones', platform: 'ANDROID', osVersion: { minimum: '12' } }
const stream = {
  type: 'aws_eventbridge',
  name: 'Events',
  settings: { accountId: '123456789012', eventSourceName: 'okta', region: 'us-east-1' },
}
const captcha = { name: 'Robots', type: 'HCAPTCHA', siteKey: 'site', secretKey: 'secret' }
const email = { brandId: 'bnd', domain: 'acme.example', displayName: 'Acme', userName: 'noreply' }
const smtp = { host: 'smtp.acme.example', port: 587, username: 'u', password: 'p', enabled: true, alias: 'Main' }
const provider = {
  name: 'Push',
  providerType: 'FCM',
  configuration: { fileName: 'a.json', serviceAccountJson: { project_id: 'p' } },
}
const oidc = {
  type: 'OIDC',
  name: 'Partner',
  protocol: {
    type: 'OIDC',
    endpoints: {
      authorization: { url: 'https://idp.test/authorize', binding: 'HTTP-REDIRECT' },
      token: { url: 'https://idp.test/token', binding: 'HTTP-POST' },
    },
    scopes: ['openid'],
    issuer: { url: 'https://idp.test' },
    credentials: { client: { client_id: 'c', client_secret: 's' } },
  },
  policy: {
    accountLink: { action: 'AUTO' },
    provisioning: { action: 'AUTO' },
    subject: { userNameTemplate: { template: 'idpuser.email' } },
  },
}
const linked = {
  primary: { name: 'manager', title: 'Manager', type: 'USER' },
  associated: { name: 'report', title: 'Report', type: 'USER' },
}
const uiSchema = { uiSchema: { buttonLabel: 'Go', label: 'Sign up', type: 'Group', elements: [] } }
const ssf = {
  name: 'Signals',
  type: 'okta',
  settings: { well_known_url: 'https://signals.test/.well-known/ssf-configuration' },
}
const assignment = {
  name: 'Everybody',
  priority: 1,
  actions: { assignUserToRealm: { realmId: 'guo1' } },
  conditions: { expression: { value: 'true' }, profileSourceId: 'x' },
}

const WALKS: Readonly<Record<string, readonly Step[]>> = {
  zones: life('networkZoneApi', 'NetworkZone', 'zoneId', 'zone', zone, {
    second: { ...zone, name: 'Home' },
    switches: true,
    shows: { name: 'Office', status: 'ACTIVE' },
  }),
  'trusted origins': life('trustedOriginApi', 'TrustedOrigin', 'trustedOriginId', 'trustedOrigin', origin, {
    second: { ...origin, name: 'Site' },
    switches: true,
    shows: { origin: 'https://shop.test' },
  }),
  behaviors: life('behaviorApi', 'BehaviorDetectionRule', 'behaviorId', 'rule', behavior, {
    second: { ...behavior, name: 'Other' },
    switches: true,
    shows: { type: 'ANOMALOUS_LOCATION' },
  }),
  'device assurance': life(
    'deviceAssuranceApi',
    'DeviceAssurancePolicy',
    'deviceAssuranceId',
    'deviceAssurance',
    assurance,
    { second: { ...assurance, name: 'Tablets' }, plural: 'DeviceAssurancePolicies', shows: { platform: 'ANDROID' } },
  ),
  'event hooks': life('eventHookApi', 'EventHook', 'eventHookId', 'eventHook', eventHook, {
    second: { ...eventHook, name: 'Others' },
    switches: true,
    inside: [['eventHookApi.verifyEventHook']],
    shows: { verificationStatus: 'UNVERIFIED' },
  }),
  'inline hooks': life('inlineHookApi', 'InlineHook', 'inlineHookId', 'inlineHook', inlineHook, {
    second: { ...inlineHook, name: 'Others' },
    switches: true,
    inside: [['inlineHookApi.updateInlineHook', { inlineHook: { name: 'Third' } }, { is: { name: 'Third' } }]],
  }),
  'log streams': life('logStreamApi', 'LogStream', 'logStreamId', 'instance', stream, {
    second: { ...stream, name: 'Others' },
    switches: true,
  }),
  captchas: [
    ...life('captchaApi', 'CaptchaInstance', 'captchaId', 'instance', captcha, {
      second: { ...captcha, name: 'Others' },
      inside: [['captchaApi.updateCaptchaInstance', { instance: captcha }]],
    }),
    ['captchaApi.getOrgCaptchaSettings'],
    ['captchaApi.replacesOrgCaptchaSettings', { orgCAPTCHASettings: { captchaId: null, enabledPages: [] } }],
  ],
  'email domains': [
    ['customizationApi.createBrand', { CreateBrandRequest: { name: 'Shop' } }, { keep: 'brandId' }],
    ...life('emailDomainApi', 'EmailDomain', 'emailDomainId', 'emailDomain', email),
  ],
  'email servers': [
    ['emailServerApi.createEmailServer', { emailServerPost: smtp }, { keep: 'emailServerId' }],
    ['emailServerApi.getEmailServer'],
    ['emailServerApi.listEmailServers'],
    ['emailServerApi.updateEmailServer', { emailServerRequest: { alias: 'Other' } }],
    ['emailServerApi.deleteEmailServer'],
    ['emailServerApi.getEmailServer', {}, { fails: 404 }],
  ],
  'push providers': life('pushProviderApi', 'PushProvider', 'pushProviderId', 'pushProvider', provider, {
    second: { ...provider, name: 'Other' },
  }),
  'hook keys': life(
    'hookKeyApi',
    'HookKey',
    'hookKeyId',
    'keyRequest',
    { name: 'K' },
    { second: { name: 'L' }, shows: { name: 'K', isUsed: false } },
  ),
  'sms templates': life(
    'templateApi',
    'SmsTemplate',
    'templateId',
    'smsTemplate',
    { name: 'C', type: 'SMS_VERIFY_CODE', template: 'Code' },
    {
      second: { name: 'D', type: 'SMS_VERIFY_CODE', template: 'Your code' },
      inside: [
        ['templateApi.updateSmsTemplate', { smsTemplate: { name: 'E', type: 'SMS_VERIFY_CODE', template: 'X' } }],
      ],
    },
  ),
  'user types': life(
    'userTypeApi',
    'UserType',
    'typeId',
    'userType',
    { name: 'contractor', displayName: 'Contractor' },
    {
      second: { name: 'contractor', displayName: 'C', description: 'D' },
      inside: [['userTypeApi.updateUserType', { userType: { displayName: 'E' } }, { is: { displayName: 'E' } }]],
    },
  ),
  realms: life(
    'realmApi',
    'Realm',
    'realmId',
    'body',
    { profile: { name: 'Cars' } },
    { second: { profile: { name: 'Bikes' } } },
  ),
  'realm assignments': life('realmAssignmentApi', 'RealmAssignment', 'assignmentId', 'body', assignment, {
    second: { ...assignment, name: 'Others' },
    switches: true,
  }),
  'security events': life(
    'ssfReceiverApi',
    'SecurityEventsProviderInstance',
    'securityEventProviderId',
    'instance',
    ssf,
    { second: { ...ssf, name: 'Others' }, switches: true },
  ),
  'linked objects': [
    ['linkedObjectApi.createLinkedObjectDefinition', { linkedObject: linked }, { is: linked }],
    ['linkedObjectApi.getLinkedObjectDefinition', { linkedObjectName: 'report' }, { is: linked }],
    ['linkedObjectApi.listLinkedObjectDefinitions'],
    [
      'userApi.setLinkedObjectForUser',
      { associatedUserId: ADA, primaryRelationshipName: 'manager', primaryUserId: 'me' },
    ],
    ['userApi.listLinkedObjectsForUser', { userId: ADA, relationshipName: 'manager' }, { is: [{}] }],
    ['userApi.deleteLinkedObjectForUser', { userId: ADA, relationshipName: 'manager' }],
    ['userApi.listLinkedObjectsForUser', { userId: ADA, relationshipName: 'manager' }, { is: [] }],
    ['linkedObjectApi.deleteLinkedObjectDefinition', { linkedObjectName: 'manager' }],
    ['linkedObjectApi.getLinkedObjectDefinition', { linkedObjectName: 'manager' }, { fails: 404 }],
  ],
  'ui schemas': [
    ['uiSchemaApi.createUISchema', { uischemabody: uiSchema }, { keep: 'id' }],
    ['uiSchemaApi.getUISchema'],
    ['uiSchemaApi.listUISchemas'],
    ['uiSchemaApi.replaceUISchemas', { updateUISchemaBody: uiSchema }],
    ['uiSchemaApi.deleteUISchemas'],
    ['uiSchemaApi.getUISchema', {}, { fails: 404 }],
  ],
  domains: [
    [
      'customDomainApi.createCustomDomain',
      { domain: { domain: 'login.acme.example', certificateSourceType: 'MANUAL' } },
      { keep: 'domainId' },
    ],
    ['customDomainApi.getCustomDomain'],
    ['customDomainApi.listCustomDomains'],
    [
      'customDomainApi.upsertCertificate',
      { certificate: { type: 'PEM', certificate: 'c', certificateChain: 'd', privateKey: 'k' } },
    ],
    ['customDomainApi.deleteCustomDomain'],
    ['customDomainApi.getCustomDomain', {}, { fails: 404 }],
  ],
  'principal rate limits': [
    [
      'principalRateLimitApi.createPrincipalRateLimitEntity',
      { entity: { principalId: 'tok', principalType: 'SSWS_TOKEN', defaultPercentage: 50 } },
      { keep: 'principalRateLimitId' },
    ],
    ['principalRateLimitApi.getPrincipalRateLimitEntity', {}, { is: { defaultPercentage: 50 } }],
    ['principalRateLimitApi.listPrincipalRateLimitEntities', { filter: 'principalType eq "SSWS_TOKEN"' }],
    [
      'principalRateLimitApi.replacePrincipalRateLimitEntity',
      { entity: { principalId: 'tok', principalType: 'SSWS_TOKEN', defaultPercentage: 60 } },
    ],
  ],
  'api service integrations': [
    [
      'apiServiceIntegrationsApi.createApiServiceIntegrationInstance',
      { postAPIServiceIntegrationInstanceRequest: { type: 'my_app_cie', grantedScopes: ['okta.logs.read'] } },
      { keep: 'apiServiceId' },
    ],
    ['apiServiceIntegrationsApi.getApiServiceIntegrationInstance'],
    ['apiServiceIntegrationsApi.listApiServiceIntegrationInstances'],
    ['apiServiceIntegrationsApi.deleteApiServiceIntegrationInstance'],
    ['apiServiceIntegrationsApi.getApiServiceIntegrationInstance', {}, { fails: 404 }],
  ],
  'identity providers': [
    ['identityProviderApi.createIdentityProviderKey', { jsonWebKey: CERTIFICATE }, { keep: 'keyId', keyed: 'kid' }],
    ['identityProviderApi.getIdentityProviderKey'],
    ['identityProviderApi.listIdentityProviderKeys'],
    ['identityProviderApi.deleteIdentityProviderKey'],
    ...life('identityProviderApi', 'IdentityProvider', 'idpId', 'identityProvider', oidc, {
      second: { ...oidc, name: 'Other' },
      switches: true,
      inside: [
        [
          'identityProviderApi.linkUserToIdentityProvider',
          { userId: ADA, userIdentityProviderLinkRequest: { externalId: 'e1' } },
        ],
        ['identityProviderApi.listIdentityProviderApplicationUsers', {}, { is: [{ id: ADA, externalId: 'e1' }] }],
        ['identityProviderApi.getIdentityProviderApplicationUser', { userId: ADA }],
        ['identityProviderApi.listUserIdentityProviders', { userId: ADA }, { is: [{ name: 'Other' }] }],
        ['identityProviderApi.unlinkUserFromIdentityProvider', { userId: ADA }],
        [
          'identityProviderApi.generateIdentityProviderSigningKey',
          { validityYears: 2 },
          { keep: 'keyId', keyed: 'kid' },
        ],
        ['identityProviderApi.getIdentityProviderSigningKey'],
        ['identityProviderApi.listIdentityProviderSigningKeys'],
        ['identityProviderApi.listActiveIdentityProviderSigningKey'],
      ],
    }),
    ['profileMappingApi.listProfileMappings'],
  ],
}

test.each(Object.keys(WALKS))('the SDK walks through %s', async (name) => {
  const { client } = await openClient({
    users: [{ id: ADA, login: 'ada@acme.example' }],
    features: ['REALMS'],
    rate_limit: 10_000,
  })
  await walk(client, WALKS[name] ?? [])
})
