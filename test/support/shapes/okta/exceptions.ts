/**
 * Where Okta's answers are known to differ from Okta's own document (5.1.0, from which the SDK is made). Recordings of Okta itself show
 * the rows of RECORDED and the values; those of DOCUMENTED stand in examples on its pages, or in the document of its other SDKs.
 */

/** Models whose fields are the org's own: profiles, and the schemas of apps. */
export const OPEN: ReadonlySet<string> = new Set([
  'AppUserProfile',
  'GroupAssignmentProfile',
  'GroupProfile',
  'UserProfile',
  'UserSchemaBaseProperties',
])

/** Model → fields that it has beyond its description. */
const RECORDED: Readonly<Record<string, string>> = {
  Application: 'credentials name settings',
  ApplicationLinks: 'clientCredentials policies profileEnrollment uploadLogo',
  AuthServerLinks: 'keys',
  AuthenticatorKeyCustomAppSettings: 'oauthClientId',
  AuthenticatorKeyGoogleOtp: 'settings',
  AuthenticatorKeyOktaVerifySettings: 'userVerificationMethods',
  AuthenticatorKeyOnprem: 'provider',
  AuthenticatorLinks: 'enroll',
  AuthorizationServer: 'default',
  AuthorizationServerPolicyRuleUserCondition: 'exclude',
  AutoLoginApplicationSettings: 'app manualProvisioning',
  BasicApplicationSettings: 'manualProvisioning',
  BasicApplicationSettingsApplication: 'loginUrlRegex',
  BehaviorRuleAnomalousDevice: '_links',
  BehaviorRuleAnomalousIP: '_links',
  BehaviorRuleAnomalousLocation: '_links',
  BehaviorRuleVelocity: '_links',
  BookmarkApplicationSettings: 'manualProvisioning',
  Brand: '_links',
  Device: '_embedded',
  DeviceAssuranceAndroidPlatform: 'resourceDisplayName resourceId resourceType',
  DeviceAssuranceChromeOSPlatform: 'resourceDisplayName resourceId resourceType',
  DeviceAssuranceWindowsPlatform: 'resourceDisplayName resourceId resourceType',
  DeviceListEmbedded: 'originatedFrom',
  DeviceProfile: 'authenticatorAppKey',
  EmailCustomizationLinks: 'settings',
  EventHookLinks: 'activate delete',
  FederatedClaimRequestBody: 'created id lastUpdated',
  GroupLinks: 'owners',
  GroupRule: 'allGroupsValid',
  HrefObject: 'method',
  HrefObjectSelfLink: 'method rel',
  IamRole: 'isCloneable',
  IdPKeyCredential: 'alg',
  IdentityProviderPolicy: 'transformedUsernameMatchingEnabled trustClaims',
  LinksSelf: 'background-image favicon logo type',
  OAuth2Claim: 'apiResourceId',
  OAuth2Scope: 'apiResourceId',
  OpenIdConnectApplicationSettings: 'app manualProvisioning',
  SamlApplicationSettings: 'app manualProvisioning',
  SamlApplicationSettingsSignOn: 'samlSignedRequestEnabled',
  SamlTrustCredentials: 'revocation revocationCacheLifetime',
  SubscriptionLinks: 'subscribe unsubscribe',
  SwaApplicationSettings: 'manualProvisioning',
  SwaApplicationSettingsApplication: 'checkbox redirectUrl',
  UserCredentials: 'emails',
  UserFactorLinks: 'questions',
  UserSchema: 'description',
  UserTypeLinksSchema: 'method rel',
  WellKnownOrgMetadataSettings: 'op4wEnabled',
}
const DOCUMENTED: Readonly<Record<string, string>> = {
  // MFA_ENROLL policies of the classic engine have settings of the type FACTORS: /docs/reference/api/policy.
  AuthenticatorEnrollmentPolicySettings: 'factors',
  // A key is shown where it is read, not only where it is made.
  HookKey: '_embedded',
  LinksSelf: 'refresh user',
  LogEvent: 'device',
  // Keys that sign are taken for keys that encrypt: both are of the type RSA.
  OAuth2ClientJsonEncryptionKeyResponse: 'alg',
  OAuth2ClientJsonWebKeyRsaResponse: 'alg use',
  // Keys that are in use lead to what puts them out of use, as secrets of clients do.
  OAuthResourceServerKeyLinks: 'deactivate',
  ResourceSetBindingEditResponse: 'id',
  // All templates have it; of this one nothing is recorded.
  SecurePasswordStoreApplicationSettings: 'manualProvisioning',
  Session: 'mfaActive',
  // What expires a password answers with another, and no user.
  User: 'tempPassword',
  // A push that waits for its device says how long, and shows its code: activate and verify of the Factors API.
  UserFactor: 'hints href',
  UserFactorActivateResponse: 'expiresAt factorResult',
  UserFactorActivateResponseLinks: 'qrcode',
  UserFactorPushProfile: 'keys',
  UserFactorPushTransactionWaitingNoNMC: 'expiresAt',
  UserLinks: 'delete',
  // Numbers have bounds as strings have lengths.
  UserSchemaAttribute: 'maximum minimum',
}

/** Model → fields that it lacks though they are called required. */
const LACKING: Readonly<Record<string, string>> = {
  LogStreamSettingsSplunk: 'token',
  PolicyPeopleCondition: 'groups',
  SamlApplicationSettingsSignOn:
    'allowMultipleAcsEndpoints assertionSigned audience authnContextClassRef destination digestAlgorithm honorForceAuthn idpIssuer recipient requestCompressed responseSigned signatureAlgorithm ssoAcsUrl subjectNameIdFormat subjectNameIdTemplate',
  UserCondition: 'include',
}

/** Model → required fields that are null in recordings. */
const UNSET: Readonly<Record<string, string>> = {
  // An app of the catalogue that nobody signs on to.
  Application: 'signOnMode',
}

/** Enumeration → values beyond the described ones. */
const VALUES: Readonly<Record<string, string>> = {
  OAuth2ClientJsonEncryptionKeyResponseUseEnum: 'sig',
  DomainValidationStatus: 'FAILED_TO_VERIFY',
  DynamicNetworkZoneProxyTypeEnum: ' TorAnonymizer',
  EmailDomainDNSRecordType: 'cname',
  HttpMethod: 'PATCH',
}
/** Enumerations that are names of customers' own. */
const OWN: ReadonlySet<string> = new Set(['OpenIdConnectApplicationNameEnum'])

/** Calls that are made with another status than described, as recordings of Okta show. */
const STATUSES: ReadonlySet<string> = new Set([
  'POST /api/v1/apps/*/group-push/mappings 200',
  'POST /api/v1/domains 201',
  'POST /api/v1/email-domains 201',
  'POST /api/v1/groups/*/roles 201',
  'POST /api/v1/realm-assignments 200',
  'PUT /api/v1/apps/*/federated-claims/* 200',
])

/** Fields whose kind is another than described: lists of links, lists that are called objects. */
const KINDS: ReadonlySet<string> = new Set([
  'AttackProtectionAuthenticatorSettings', // Lists of one, in the document of the Java and Go SDKs.
  'UserLockoutSettings',
  'EventHookFilterMap',
  'GroupSchemaAttributeEnumInner', // Plain values.
  'HrefObject', // A step with several ways leads to a list of them.
  'UserSchemaAttributeEnum', // Numbers where the attribute is one.
])

const has = (table: Readonly<Record<string, string>>, model: string, field: string): boolean =>
  table[model]?.split(' ').includes(field) === true

export const isStatus = (call: string, status: number): boolean => STATUSES.has(`${call} ${status}`)
export const isBeyond = (model: string, field: string): boolean =>
  OPEN.has(model) || has(RECORDED, model, field) || has(DOCUMENTED, model, field)
export const mayLack = (model: string, field: string): boolean => has(LACKING, model, field)
export const mayBeNull = (model: string, field: string): boolean => has(UNSET, model, field)
export const isValue = (of: string, value: string): boolean => OWN.has(of) || has(VALUES, of, value)
export const isOtherKind = (model: string): boolean => KINDS.has(model)
