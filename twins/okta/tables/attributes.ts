import type { Row } from '../store.ts'

type Permission = 'READ_WRITE' | 'READ_ONLY' | 'HIDE'
type Attribute = readonly [name: string, title: string, permission: Permission, more?: Row]

/**
 * What the profile of every user has. Source: the default schema, https://developer.okta.com/docs/api/openapi/okta-management/management/tags/schema
 * (2026-11-26), as recorded orgs show it.
 */
const USER: readonly Attribute[] = [
  ['login', 'Username', 'READ_ONLY', { required: true, minLength: 5, maxLength: 100 }],
  ['firstName', 'First name', 'READ_WRITE', { required: true, minLength: 1, maxLength: 50 }],
  ['lastName', 'Last name', 'READ_WRITE', { required: true, minLength: 1, maxLength: 50 }],
  ['middleName', 'Middle name', 'READ_ONLY'],
  ['honorificPrefix', 'Honorific prefix', 'READ_ONLY'],
  ['honorificSuffix', 'Honorific suffix', 'READ_ONLY'],
  ['email', 'Primary email', 'READ_WRITE', { required: true, format: 'email' }],
  ['title', 'Title', 'READ_ONLY'],
  ['displayName', 'Display name', 'READ_ONLY'],
  ['nickName', 'Nickname', 'READ_ONLY'],
  ['profileUrl', 'Profile Url', 'READ_ONLY', { format: 'uri' }],
  ['secondEmail', 'Secondary email', 'READ_WRITE', { format: 'email' }],
  ['mobilePhone', 'Mobile phone', 'READ_WRITE', { maxLength: 100 }],
  ['primaryPhone', 'Primary phone', 'HIDE', { maxLength: 100 }],
  ['streetAddress', 'Street address', 'HIDE'],
  ['city', 'City', 'HIDE'],
  ['state', 'State', 'HIDE'],
  ['zipCode', 'Zip code', 'HIDE'],
  ['countryCode', 'Country code', 'HIDE', { format: 'country-code' }],
  ['postalAddress', 'Postal Address', 'HIDE'],
  ['preferredLanguage', 'Preferred language', 'READ_ONLY', { format: 'language-code' }],
  ['locale', 'Locale', 'READ_ONLY', { format: 'locale' }],
  ['timezone', 'Time zone', 'READ_ONLY', { format: 'timezone' }],
  ['userType', 'User type', 'READ_ONLY'],
  ['employeeNumber', 'Employee number', 'READ_ONLY'],
  ['costCenter', 'Cost center', 'READ_ONLY'],
  ['organization', 'Organization', 'READ_ONLY'],
  ['division', 'Division', 'READ_ONLY'],
  ['department', 'Department', 'READ_ONLY'],
  ['managerId', 'ManagerId', 'READ_ONLY'],
  ['manager', 'Manager', 'READ_ONLY'],
]

/** Attributes of what an OpenID Connect app knows of its users: name, title, description, where the claim is called otherwise. */
const CLAIMS: readonly (readonly [name: string, title: string, description: string, external?: string])[] = [
  ['name', 'Name', "End-User's full name in displayable form."],
  ['nickname', 'Nickname', 'Casual name of the End-User (may or may not be the same as the given_name)'],
  ['given_name', 'Given Name', 'Given name or first name of the End-User.'],
  ['middle_name', 'Middle Name', 'Middle name of the End-User.'],
  ['family_name', 'Family Name', 'Surname or last name of the End-User.'],
  ['email', 'Email', "End-User's preferred e-mail address."],
  ['profile', 'Profile URL', "URL of the End-User's profile page."],
  ['picture', 'Picture URL', "URL of the End-User's profile picture."],
  ['website', 'Website', "URL of the End-User's Web page or blog."],
  ['gender', 'Gender', "End-User's gender."],
  ['birthdate', 'Birthdate', "End-User's birthday, represented as an ISO 8601:2004 YYYY-MM-DD format."],
  ['zoneinfo', 'Time Zone', "String representing the End-User's time zone."],
  ['locale', 'Locale Name', "ISO3166‑1 country code in uppercase, separated by a dash (e.g. 'en-US')"],
  ['phone_number', 'Phone Number', "End-User's preferred telephone number in E.164 format."],
  ['street_address', 'Street Address', 'Full street address component.', 'address.street_address'],
  ['locality', 'Locality', 'City or locality component.', 'address.locality'],
  ['region', 'Region', 'State, province, prefecture, or region component.', 'address.region'],
  ['postal_code', 'Postal Code', 'Zip code or postal code component.', 'address.postal_code'],
  ['country', 'Country', 'Country name component.', 'address.country'],
  ['formatted', 'Formatted', 'Full mailing address, formatted for display.', 'address.formatted'],
]

const attribute = ([name, title, action, more = {}]: Attribute): readonly [string, Row] => [
  name,
  {
    title,
    type: 'string',
    mutability: 'READ_WRITE',
    scope: 'NONE',
    ...more,
    permissions: [{ principal: 'SELF', action }],
    master: { type: 'PROFILE_MASTER' },
  },
]

export const userBase = (): Row => Object.fromEntries(USER.map(attribute)) as Row

export const groupBase = (): Row =>
  Object.fromEntries([
    attribute(['name', 'Name', 'READ_WRITE', { description: 'Name', required: true, maxLength: 255 }]),
    attribute(['description', 'Description', 'READ_WRITE', { description: 'Description', maxLength: 1024 }]),
  ]) as Row

const USER_NAME: Row = { title: 'Username', type: 'string', required: true }

/** What an app knows of its users before anybody adds to it. */
export function appBase(signOnMode: string): Row {
  if (signOnMode !== 'OPENID_CONNECT') return { userName: { ...USER_NAME, scope: 'NONE', maxLength: 100 } }
  return {
    userName: { ...USER_NAME, externalName: 'preferred_username', scope: 'SELF' },
    ...Object.fromEntries(
      CLAIMS.map(([name, title, description, externalName]) => [
        name,
        { title, description, type: 'string', ...(externalName === undefined ? {} : { externalName }), scope: 'SELF' },
      ]),
    ),
  }
}

/** Which claim an OpenID Connect app is told which attribute of a user in, before anybody maps otherwise. */
const MAPPED: Readonly<Record<string, string>> = {
  nickname: 'nickName',
  given_name: 'firstName',
  middle_name: 'middleName',
  family_name: 'lastName',
  email: 'email',
  profile: 'profileUrl',
  phone_number: 'primaryPhone',
  street_address: 'streetAddress',
  locality: 'city',
  region: 'state',
  postal_code: 'zipCode',
  country: 'countryCode',
}

/** What an app is told of a user: every attribute it knows, null where nothing is mapped to it. */
export function toldOf(signOnMode: string, user: Row, custom: readonly string[]): Row {
  const more = custom.map((name) => [name, null])
  if (signOnMode !== 'OPENID_CONNECT') return Object.fromEntries(more) as Row
  const fixed: Row = {
    name: user.displayName ?? `${String(user.firstName ?? '')} ${String(user.lastName ?? '')}`.trim(),
    zoneinfo: user.timezone ?? 'America/Los_Angeles',
    locale: user.locale ?? 'en_US',
  }
  const claims = CLAIMS.map(([claim]) => [claim, fixed[claim] ?? user[MAPPED[claim] ?? ''] ?? null])
  return Object.fromEntries([...claims, ...more]) as Row
}
