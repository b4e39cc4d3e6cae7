import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, page, shown } from '../ask.ts'
import { text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, notFound, view } from '../wire.ts'

/** Mails that Okta sends. Source: https://developer.okta.com/docs/guides/custom-email/main/ (2026-11-26). */
const TEMPLATES = [
  'AccountLockout',
  'ActiveDirectoryPasswordReset',
  'ActiveDirectoryPasswordUnlock',
  'ActiveDirectorySelfServiceUnlock',
  'ActiveDirectoryUserActivation',
  'AuthenticatorEnrolled',
  'AuthenticatorReset',
  'ChangeEmailConfirmation',
  'EmailChallenge',
  'EmailChangeConfirmation',
  'EmailFactorVerification',
  'ForgotPassword',
  'ForgotPasswordDenied',
  'IGAReviewerEndNotification',
  'IGAReviewerNotification',
  'IGAReviewerPendingNotification',
  'IGAReviewerReassigned',
  'LDAPPasswordReset',
  'LDAPPasswordUnlock',
  'LDAPSelfServiceUnlock',
  'LDAPUserActivation',
  'MyAccountChangeConfirmation',
  'NewSignOnNotification',
  'OktaVerifyActivation',
  'PasswordChanged',
  'PasswordResetByAdmin',
  'PendingEmailChange',
  'RegistrationActivation',
  'RegistrationEmailVerification',
  'SelfServiceUnlock',
  'SelfServiceUnlockOnUnlockedAccount',
  'UserActivation',
]

function checkBrand(ask: Ask): string {
  const id = ask.param('brandId')
  if (ask.org.store.get('brands', id) === undefined) throw notFound(id, 'Brand')
  return id
}

function templateShown(ask: Ask, name: string): Row {
  const url = `${ask.base}/api/v1/brands/${ask.param('brandId')}/templates/email/${name}`
  const _links = {
    settings: hinted(`${url}/settings`, 'GET', 'PUT'),
    self: hinted(url, 'GET'),
    defaultContent: hinted(`${url}/default-content`, 'GET'),
    customizations: hinted(`${url}/customizations`, 'GET', 'POST', 'DELETE'),
    test: hinted(`${url}/test`, 'POST'),
  }
  return { name, _links: _links as Json }
}

/** Templates that the seed names are those of an org; a new brand has all of them. */
function templates(on: On): void {
  const root = '/api/v1/brands/:brandId/templates/email'
  const names = (ask: Ask): readonly string[] => {
    const kept = ask.org.store.rows(`brands/${checkBrand(ask)}/templates/email`).map(({ name }) => text(name))
    return kept.length === 0 ? TEMPLATES : kept
  }
  const find = (ask: Ask): string => {
    const name = ask.param('template')
    if (!names(ask).includes(name) && !TEMPLATES.includes(name)) throw notFound(name, 'EmailTemplate')
    return name
  }
  on('brands.email_templates.list', `GET ${root}`, (ask) => {
    const rows = names(ask).map((name) => ({ _key: name, ...templateShown(ask, name) }))
    return page(ask, rows, 200, 200)
  })
  on('brands.email_templates.get', `GET ${root}/:template`, (ask) => shown(templateShown(ask, find(ask))))
  on('brands.email_templates.default_content', `GET ${root}/:template/default-content`, (ask) => {
    const name = find(ask)
    const url = `${ask.base}/api/v1/brands/${ask.param('brandId')}/templates/email/${name}`
    return ok({
      subject: `${name}`,
      body: `<!DOCTYPE html>\n<html><body>${name}</body></html>\n`,
      _links: {
        preview: hinted(`${url}/default-content/preview`, 'GET'),
        template: hinted(url, 'GET'),
        self: hinted(`${url}/default-content`, 'GET'),
        test: hinted(`${url}/test`, 'POST'),
      },
    })
  })
  on('brands.email_templates.test', `POST ${root}/:template/test`, (ask) => {
    find(ask)
    return done()
  })
}

/** Pictures of a theme: where one went is all that is kept of it. */
function pictures(on: On): void {
  for (const [name, field, status] of [
    ['logo', 'logo', 200],
    ['favicon', 'favicon', 201],
    ['background-image', 'backgroundImage', 201],
  ] as const)
    on(
      `brands.themes.upload_${name.replace('-', '_')}`,
      `POST /api/v1/brands/:brandId/themes/:themeId/${name}`,
      (ask) => {
        const path = `brands/${checkBrand(ask)}/themes`
        const theme = ask.org.store.get(path, ask.param('themeId'))
        if (theme === undefined) throw notFound(ask.param('themeId'), 'Theme')
        const url = `https://ok14static.oktacdn.com/fs/bco/4/${ask.org.id('fs0')}`
        ask.org.store.put(path, { ...theme, [field]: url })
        return { status, body: { url } }
      },
    )
}

export function addBrandRoutes(on: On): void {
  templates(on)
  pictures(on)
  on('brands.domains', 'GET /api/v1/brands/:brandId/domains', (ask) => {
    const id = checkBrand(ask)
    return ok({
      domains: ask.org.store
        .rows('domains')
        .filter((row) => row.brandId === id)
        .map(view),
    })
  })
  on('brands.pages.sign_in.widget_versions', 'GET /api/v1/brands/:brandId/pages/sign-in/widget-versions', (ask) => {
    checkBrand(ask)
    return ok(['*', '^1', '^2', '^3', '^4', '^5', '^6', '^7'])
  })
  on('domains.replace', 'PUT /api/v1/domains/:domainId', (ask) => {
    const domain = ask.org.store.get('domains', ask.param('domainId'))
    if (domain === undefined) throw notFound(ask.param('domainId'), 'Domain')
    const brandId = text(ask.body().brandId)
    if (ask.org.store.get('brands', brandId) === undefined) throw invalid('brandId', 'brandId: Invalid brand ID.')
    return shown(ask.org.store.put('domains', { ...domain, brandId }))
  })
  on('domains.certificate', 'PUT /api/v1/domains/:domainId/certificate', (ask) => {
    const domain = ask.org.store.get('domains', ask.param('domainId'))
    if (domain === undefined) throw notFound(ask.param('domainId'), 'Domain')
    const { type, certificate, privateKey } = ask.body()
    if (text(type) === '' || text(certificate) === '' || text(privateKey) === '')
      throw invalid('certificate', 'certificate: The field cannot be left blank')
    return done()
  })
}
