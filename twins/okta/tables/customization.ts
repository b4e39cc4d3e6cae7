import type { Json } from '../../trace.ts'
import { type Org, text } from '../org.ts'
import { hinted, type Resource } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, without } from '../wire.ts'

const NO_APP = { appInstanceId: null, appLinkName: null, classicApplicationUri: null }
const TOUCH_POINTS = {
  signInPageTouchPointVariant: 'OKTA_DEFAULT',
  endUserDashboardTouchPointVariant: 'OKTA_DEFAULT',
  errorPageTouchPointVariant: 'OKTA_DEFAULT',
  emailTemplateTouchPointVariant: 'OKTA_DEFAULT',
}
export const FIRST_THEME: Row = {
  logo: 'https://ok14static.oktacdn.com/assets/img/logos/okta-logo.png',
  favicon: 'https://ok14static.oktacdn.com/favicon.ico',
  backgroundImage: null,
  primaryColorHex: '#1662dd',
  primaryColorContrastHex: '#000000',
  secondaryColorHex: '#ebebed',
  secondaryColorContrastHex: '#000000',
  ...TOUCH_POINTS,
}
const dns = (domain: string, value: string) => [
  { recordType: 'TXT', fqdn: `_oktaverification.${domain}`, verificationValue: value },
  { recordType: 'cname', fqdn: `mail.${domain.toLowerCase()}`, verificationValue: 'u00000000.wl002.sendgrid.net' },
  {
    recordType: 'cname',
    fqdn: `p03._domainkey.${domain.toLowerCase()}`,
    verificationValue: 'p03.domainkey.u00000000.wl002.sendgrid.net',
  },
  {
    recordType: 'cname',
    fqdn: `p032._domainkey.${domain.toLowerCase()}`,
    verificationValue: 'p032.domainkey.u00000000.wl002.sendgrid.net',
  },
]

/** How an org looks and sends mail. */
export const CUSTOMIZATION: readonly Resource[] = [
  {
    name: 'brands',
    path: 'brands',
    kind: 'Brand',
    prefix: 'bnd',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    created: 201,
    times: 'none',
    required: { name: 'The field cannot be left blank' },
    defaults: {
      removePoweredByOkta: false,
      customPrivacyPolicyUrl: null,
      agreeToCustomPrivacyPolicy: false,
      isDefault: false,
      defaultApp: NO_APP,
    },
    keeps: ['isDefault', 'emailDomainId'],
    shape: (row) => ({
      ...row,
      customPrivacyPolicyUrl: row.customPrivacyPolicyUrl === '' ? null : row.customPrivacyPolicyUrl,
    }),
    links: (row, url) => ({
      themes: hinted(`${url}/themes`, 'GET'),
      self: hinted(url, ...(row.isDefault === true ? ['GET', 'PUT'] : ['GET', 'PUT', 'DELETE'])),
      ...(row.emailDomainId === undefined
        ? {}
        : {
            emailDomain: hinted(
              `${url.slice(0, url.indexOf('/brands/'))}/email-domains/${text(row.emailDomainId)}`,
              'GET',
              'PUT',
            ),
          }),
    }),
    onCreate: (row, { org }) =>
      void org.store.put(`brands/${text(row.id)}/themes`, { id: org.id('the'), ...FIRST_THEME }),
  },
  {
    name: 'brands.themes',
    path: 'brands/:brandId/themes',
    kind: 'Theme',
    prefix: 'the',
    verbs: ['list', 'get', 'replace'],
    times: 'none',
    keeps: ['logo', 'favicon', 'backgroundImage', 'primaryColorContrastHex', 'secondaryColorContrastHex'],
    parents: { brandId: ['brands', 'Brand'] },
    links: (_, url) => ({
      favicon: hinted(`${url}/favicon`, 'POST', 'DELETE'),
      self: hinted(url, 'GET', 'PUT'),
      logo: hinted(`${url}/logo`, 'POST', 'DELETE'),
      'background-image': hinted(`${url}/background-image`, 'POST', 'DELETE'),
    }),
  },
  {
    name: 'brands.email_customizations',
    path: 'brands/:brandId/templates/email/:template/customizations',
    kind: 'EmailTemplateCustomization',
    prefix: 'oel',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    created: 201,
    parents: { brandId: ['brands', 'Brand'] },
    required: {
      language: 'The field cannot be left blank',
      subject: 'The field cannot be left blank',
      body: 'The field cannot be left blank',
    },
    shape(row, ask, before) {
      const path = `brands/${ask.param('brandId')}/templates/email/${ask.param('template')}/customizations`
      const others = ask.org.store.rows(path).filter(({ id }) => id !== row.id)
      if (before === undefined && others.some(({ language }) => language === row.language))
        throw invalid('language', 'language: An email template customization for that language already exists.')
      // The first one is the default, whatever was asked for.
      return { ...row, isDefault: others.length === 0 ? true : (row.isDefault ?? false) }
    },
    links: (_, url) => {
      const template = url.slice(0, url.indexOf('/customizations'))
      return {
        preview: hinted(`${url}/preview`, 'GET'),
        template: hinted(template, 'GET'),
        settings: hinted(`${template}/settings`, 'GET', 'PUT'),
        self: hinted(url, 'GET', 'PUT', 'DELETE'),
        test: hinted(`${template}/test`, 'POST'),
      }
    },
  },
  {
    name: 'email_servers',
    path: 'email-servers',
    kind: 'EmailServer',
    prefix: 'ces',
    verbs: ['create', 'list', 'get', 'patch', 'delete'],
    created: 201,
    times: 'none',
    hidden: ['password'],
    required: { alias: 'The field cannot be left blank', host: 'The field cannot be left blank' },
    listed: { as: 'email-servers' },
  },
  {
    name: 'email_domains',
    path: 'email-domains',
    kind: 'EmailDomain',
    prefix: 'OeD',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    created: 201,
    times: 'none',
    keeps: ['domain', 'validationStatus', 'validationSubdomain', 'dnsValidationRecords', '_brandId'],
    required: { displayName: 'The field cannot be left blank', userName: 'The field cannot be left blank' },
    shape(row, { org }, before) {
      if (before !== undefined) return row
      if (text(row.domain) === '') throw invalid('domain', 'domain: The field cannot be left blank')
      return {
        validationStatus: 'NOT_STARTED',
        validationSubdomain: 'mail',
        ...without(row, 'brandId'),
        _brandId: row.brandId,
        dnsValidationRecords: dns(text(row.domain), org.world.draw('dns').text(32, '0123456789abcdef')),
      }
    },
    onCreate: (row, { org }) => setEmailDomain(org, row, row.id),
    onChange: (row, { org }, verb) => {
      if (verb === 'delete') setEmailDomain(org, row, undefined)
    },
  },
  {
    name: 'domains',
    path: 'domains',
    kind: 'Domain',
    prefix: 'OcD',
    verbs: ['create', 'list', 'get', 'delete'],
    created: 201,
    times: 'none',
    required: { domain: 'The field cannot be left blank', certificateSourceType: 'The field cannot be left blank' },
    shape: (row, { org }) => ({
      ...row,
      validationStatus: 'NOT_STARTED',
      brandId: row.brandId ?? brandOf(org, text(row.domain)),
      dnsRecords: [
        {
          recordType: 'TXT',
          fqdn: `_oktaverification.${text(row.domain)}`,
          values: [org.world.draw('dns').text(32, '0123456789abcdef')],
        },
        { recordType: 'CNAME', fqdn: text(row.domain), values: [`${org.seed.org ?? 'acme'}.customdomains.okta.com`] },
      ],
    }),
    listed: {
      as: 'domains',
      without: ['dnsRecords'],
      show: (row) => ({ ...row, _links: without(row._links as Row, 'verify') as Json }),
    },
    links: (row, url, { base }) => ({
      self: hinted(url, 'GET', 'DELETE', 'PUT'),
      verify: hinted(`${url}/verify`, 'POST'),
      brand: hinted(`${base}/api/v1/brands/${text(row.brandId)}`, 'GET', 'PUT', 'DELETE'),
    }),
  },
]

/** A domain that names no brand gets one of its own. */
function brandOf(org: Org, domain: string): Json {
  const row = org.store.put('brands', {
    id: org.id('bnd'),
    name: domain,
    removePoweredByOkta: false,
    customPrivacyPolicyUrl: null,
    agreeToCustomPrivacyPolicy: false,
    isDefault: false,
    locale: 'en',
    defaultApp: NO_APP,
  })
  org.store.put(`brands/${text(row.id)}/themes`, { id: org.id('the'), ...FIRST_THEME })
  return row.id ?? null
}

/** A brand names the domain it sends mail from. */
function setEmailDomain(org: Org, domain: Row, id: Json | undefined): void {
  const brand =
    org.store.get('brands', text(domain._brandId)) ??
    org.store.rows('brands').find((row) => row.emailDomainId === domain.id)
  if (brand === undefined) return
  const kept = without(brand, 'emailDomainId', '_links')
  org.store.put('brands', id === undefined ? kept : { ...kept, emailDomainId: id })
}
