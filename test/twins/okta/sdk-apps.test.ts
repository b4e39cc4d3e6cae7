import { test } from 'vitest'
import { ADA, SEED, STAFF, WIKI } from './acme.ts'
import { life, openClient, type Step, walk } from './sdk.ts'

const client = {
  name: 'oidc_client',
  label: 'Shop',
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
  settings: {
    oauthClient: {
      application_type: 'web',
      redirect_uris: ['https://shop.test/cb'],
      grant_types: ['authorization_code'],
    },
  },
}
const saml = {
  label: 'Saml',
  signOnMode: 'SAML_2_0',
  settings: {
    signOn: {
      ssoAcsUrl: 'https://sp.test/acs',
      audience: 'sp',
      recipient: 'https://sp.test/acs',
      destination: 'https://sp.test/acs',
    },
  },
}
const serverPolicy = {
  type: 'OAUTH_AUTHORIZATION_POLICY',
  name: 'All',
  priority: 1,
  conditions: { clients: { include: ['ALL_CLIENTS'] } },
}
const serverRule = {
  type: 'RESOURCE_ACCESS',
  name: 'Rule',
  priority: 1,
  conditions: {
    people: { groups: { include: ['EVERYONE'] } },
    grantTypes: { include: ['authorization_code'] },
    scopes: { include: ['*'] },
  },
}
const claim = {
  name: 'dept',
  claimType: 'RESOURCE',
  valueType: 'EXPRESSION',
  value: 'user.department',
  status: 'ACTIVE',
}
const rsa = { kid: 'k1', kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB', n: 'wA', status: 'ACTIVE' }

const WALKS: Readonly<Record<string, readonly Step[]>> = {
  'an app, who has it, and what hangs on it': [
    ['applicationApi.createApplication', { application: client }, { keep: 'appId' }],
    ['applicationApi.replaceApplication', { application: { ...client, label: 'Store' } }, { is: { label: 'Store' } }],
    ['applicationApi.listApplications', { q: 'Sto' }, { is: [{ label: 'Store' }] }],
    ['applicationApi.assignGroupToApplication', { groupId: STAFF, applicationGroupAssignment: { priority: 0 } }],
    ['applicationApi.getApplicationGroupAssignment', { groupId: STAFF }],
    ['applicationApi.listApplicationGroupAssignments', {}, { is: [{ id: STAFF }] }],
    [
      'applicationApi.updateGroupAssignmentToApplication',
      { groupId: STAFF, jsonPatchOperation: [{ op: 'replace', path: '/priority', value: 1 }] },
    ],
    ['applicationApi.listApplicationUsers', {}, { is: [{ id: ADA, scope: 'GROUP' }] }],
    ['applicationApi.unassignApplicationFromGroup', { groupId: STAFF }],
    ['applicationApi.assignUserToApplication', { appUser: { id: ADA } }],
    ['applicationApi.getApplicationUser', { userId: ADA }, { is: { scope: 'USER' } }],
    ['applicationApi.updateApplicationUser', { userId: ADA, appUser: { profile: { nickname: 'A' } } }],
    ['applicationApi.unassignUserFromApplication', { userId: ADA }],
    [
      'applicationApi.grantConsentToScope',
      { oAuth2ScopeConsentGrant: { scopeId: 'okta.users.read', issuer: 'https://acme.okta.com' } },
      { keep: 'grantId' },
    ],
    ['applicationApi.getScopeConsentGrant'],
    ['applicationApi.revokeScopeConsentGrant'],
    ['applicationApi.listOAuth2TokensForApplication', {}, { is: [] }],
    ['applicationApi.revokeOAuth2TokensForApplication'],
    ['applicationApi.generateApplicationKey', { validityYears: 2 }, { keep: 'keyId', keyed: 'kid' }],
    ['applicationApi.getApplicationKey'],
    ['applicationApi.listApplicationKeys'],
    ['applicationApi.getDefaultProvisioningConnectionForApplication'],
    ['applicationApi.activateDefaultProvisioningConnectionForApplication'],
    ['applicationApi.deactivateDefaultProvisioningConnectionForApplication'],
    ['applicationSSOPublicKeysApi.createOAuth2ClientSecret', {}, { keep: 'secretId' }],
    ['applicationSSOPublicKeysApi.getOAuth2ClientSecret'],
    ['applicationSSOPublicKeysApi.listOAuth2ClientSecrets'],
    ['applicationSSOPublicKeysApi.deactivateOAuth2ClientSecret'],
    ['applicationSSOPublicKeysApi.activateOAuth2ClientSecret'],
    ['applicationSSOPublicKeysApi.deactivateOAuth2ClientSecret'],
    ['applicationSSOPublicKeysApi.deleteOAuth2ClientSecret'],
    ['applicationSSOPublicKeysApi.addJwk', { addJwkRequest: rsa }, { keep: 'keyId' }],
    ['applicationSSOPublicKeysApi.getJwk'],
    ['applicationSSOPublicKeysApi.listJwk'],
    ['applicationSSOPublicKeysApi.deactivateOAuth2ClientJsonWebKey'],
    ['applicationSSOPublicKeysApi.activateOAuth2ClientJsonWebKey'],
    ['applicationSSOPublicKeysApi.deactivateOAuth2ClientJsonWebKey'],
    ['applicationSSOPublicKeysApi.deletejwk'],
    [
      'applicationApi.createFederatedClaim',
      { federatedClaimRequestBody: { name: 'role', expression: 'appuser.role' } },
      { keep: 'claimId' },
    ],
    ['applicationApi.getFederatedClaim'],
    ['applicationApi.listFederatedClaims'],
    ['applicationApi.replaceFederatedClaim', { federatedClaim: { name: 'role', expression: 'user.title' } }],
    ['applicationApi.deleteFederatedClaim'],
    [
      'groupPushMappingApi.createGroupPushMapping',
      { body: { sourceGroupId: STAFF, targetGroupName: 'Staff' } },
      { keep: 'mappingId' },
    ],
    ['groupPushMappingApi.getGroupPushMapping'],
    ['groupPushMappingApi.listGroupPushMappings'],
    ['groupPushMappingApi.updateGroupPushMapping', { body: { status: 'INACTIVE' } }],
    ['groupPushMappingApi.deleteGroupPushMapping', { deleteTargetGroup: false }],
    ['schemaApi.getApplicationUserSchema', { appInstanceId: WIKI }],
    [
      'schemaApi.updateApplicationUserProfile',
      {
        appInstanceId: WIKI,
        body: {
          definitions: {
            custom: { id: '#custom', type: 'object', properties: { role: { title: 'Role', type: 'string' } } },
          },
        },
      },
    ],
    ['applicationApi.deactivateApplication'],
    ['applicationApi.activateApplication'],
    ['applicationApi.deactivateApplication'],
    ['applicationApi.deleteApplication'],
    ['applicationApi.getApplication', {}, { fails: 404 }],
    ['applicationApi.listFeaturesForApplication', { appId: WIKI }],
    ['applicationApi.getFeatureForApplication', { appId: WIKI, name: 'USER_PROVISIONING' }],
    ['applicationApi.createApplication', { application: saml }, { keep: 'appId' }],
    ['profileMappingApi.listProfileMappings', { targetId: WIKI }],
    ['profileMappingApi.getProfileMapping', { mappingId: 'prm1' }],
    [
      'profileMappingApi.updateProfileMapping',
      {
        mappingId: 'prm1',
        profileMapping: { properties: { userName: { expression: 'user.email', pushStatus: 'PUSH' } } },
      },
    ],
  ],
  'authorization servers': [
    ...life(
      'authorizationServerApi',
      'AuthorizationServer',
      'authServerId',
      'authorizationServer',
      { name: 'Shop', audiences: ['api://shop'] },
      {
        second: { name: 'Store', audiences: ['api://shop'] },
        switches: true,
        inside: [
          ...life(
            'authorizationServerApi',
            'OAuth2Scope',
            'scopeId',
            'oAuth2Scope',
            { name: 'orders' },
            { second: { name: 'orders', description: 'All' } },
          ),
          ...life('authorizationServerApi', 'OAuth2Claim', 'claimId', 'oAuth2Claim', claim, {
            second: { ...claim, name: 'department' },
          }),
          ...life('authorizationServerApi', 'AuthorizationServerPolicy', 'policyId', 'policy', serverPolicy, {
            second: { ...serverPolicy, name: 'Others' },
            plural: 'AuthorizationServerPolicies',
            switches: true,
            inside: life(
              'authorizationServerApi',
              'AuthorizationServerPolicyRule',
              'ruleId',
              'policyRule',
              serverRule,
              { second: { ...serverRule, name: 'Other' }, switches: true },
            ),
          }),
          ['authorizationServerApi.listAuthorizationServerKeys'],
          ['authorizationServerApi.rotateAuthorizationServerKeys', { use: { use: 'sig' } }],
          ['authorizationServerApi.createAssociatedServers', { associatedServerMediated: { trusted: ['default'] } }],
          ['authorizationServerApi.listAssociatedServersByTrustedType', { trusted: true }, { is: [{ id: 'default' }] }],
          ['authorizationServerApi.deleteAssociatedServer', { associatedServerId: 'default' }],
          ['authorizationServerApi.listOAuth2ClientsForAuthorizationServer', {}, { is: [] }],
          ['authorizationServerApi.listRefreshTokensForAuthorizationServerAndClient', { clientId: 'shop' }],
          ['authorizationServerApi.revokeRefreshTokensForAuthorizationServerAndClient', { clientId: 'shop' }],
          [
            'oauth2ResourceServerCredentialsKeysApi.addOAuth2ResourceServerJsonWebKey',
            { oAuth2ResourceServerJsonWebKeyRequestBody: { ...rsa, use: 'enc' } },
            { keep: 'keyId' },
          ],
          ['oauth2ResourceServerCredentialsKeysApi.getOAuth2ResourceServerJsonWebKey'],
          ['oauth2ResourceServerCredentialsKeysApi.listOAuth2ResourceServerJsonWebKeys'],
          ['oauth2ResourceServerCredentialsKeysApi.deactivateOAuth2ResourceServerJsonWebKey'],
          ['oauth2ResourceServerCredentialsKeysApi.activateOAuth2ResourceServerJsonWebKey'],
          ['oauth2ResourceServerCredentialsKeysApi.deactivateOAuth2ResourceServerJsonWebKey'],
          ['oauth2ResourceServerCredentialsKeysApi.deleteOAuth2ResourceServerJsonWebKey'],
        ],
      },
    ),
  ],
  policies: [
    ['policyApi.createPolicy', { policy: { type: 'ACCESS_POLICY', name: 'Apps' } }, { keep: 'policyId' }],
    ['policyApi.clonePolicy', {}, { is: { name: '[cloned] Apps' } }],
    [
      'policyApi.mapResourceToPolicy',
      { policyMappingRequest: { resourceId: WIKI, resourceType: 'APP' } },
      { keep: 'mappingId' },
    ],
    ['policyApi.getPolicyMapping'],
    ['policyApi.listPolicyMappings', {}, { is: [{ id: WIKI }] }],
    ['policyApi.listPolicyApps', {}, { is: [{ id: WIKI }] }],
    ['policyApi.deletePolicyResourceMapping'],
    ['applicationApi.assignApplicationPolicy', { appId: WIKI }],
    ...life(
      'policyApi',
      'Policy',
      'policyId',
      'policy',
      { type: 'OKTA_SIGN_ON', name: 'Staff' },
      {
        second: { type: 'OKTA_SIGN_ON', name: 'Others', priority: 1 },
        switches: true,
        lists: false,
        inside: [
          ['policyApi.listPolicies', { type: 'OKTA_SIGN_ON' }, { is: [{ type: 'OKTA_SIGN_ON' }, { name: 'Others' }] }],
          ...life(
            'policyApi',
            'PolicyRule',
            'ruleId',
            'policyRule',
            { type: 'SIGN_ON', name: 'Rule' },
            { second: { type: 'SIGN_ON', name: 'Other' }, switches: true },
          ),
        ],
      },
    ),
  ],
}

test.each(Object.keys(WALKS))('the SDK walks through %s', async (name) => {
  const { client: sdk } = await openClient(SEED)
  await walk(sdk, WALKS[name] ?? [])
})
