import type { Json } from '../trace.ts'
import { type Ask, type On, ok } from './ask.ts'
import type { Row } from './store.ts'
import { merged, view, without } from './wire.ts'

/** A setting that exists once: always there, replaced as a whole or in part. */
type Document = {
  readonly name: string
  /** From the root, without parameters. */
  readonly path: string
  readonly verbs: readonly ('get' | 'replace')[]
  readonly initial: (ask: Ask) => Row
}

const ON = {
  sendEmailForNewDeviceEnabled: true,
  sendEmailForFactorEnrollmentEnabled: true,
  sendEmailForFactorResetEnabled: true,
  sendEmailForPasswordChangedEnabled: true,
  reportSuspiciousActivityEnabled: true,
}

export const DOCUMENTS: readonly Document[] = [
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
    name: 'security_notifications',
    path: '/api/internal/org/settings/security-notification-settings',
    verbs: ['get', 'replace'],
    initial: () => ({ ...ON, customizedEmailsList: [], customizedEmailsWithReportButtonList: [] }),
  },
]

const read = (document: Document, ask: Ask): Row =>
  ask.org.store.get('~documents', document.path) ?? { _key: document.path, ...document.initial(ask) }

export function addDocuments(on: On, open: On): void {
  for (const document of DOCUMENTS) {
    const door = document.path.startsWith('/.well-known') ? open : on
    if (document.verbs.includes('get'))
      door(`${document.name}.get`, `GET ${document.path}`, (ask) => ok(view(read(document, ask))))
    if (document.verbs.includes('replace'))
      door(`${document.name}.replace`, `PUT ${document.path}`, (ask) => {
        const row = { ...merged(read(document, ask), without(ask.body(), '_links')), _key: document.path }
        return ok(view(ask.org.store.put('~documents', row)) as Json)
      })
  }
}
