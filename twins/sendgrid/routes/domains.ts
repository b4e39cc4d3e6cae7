import { type Ask, badRequest, found, gone, type On, pageOf, textOf } from '../ask.ts'
import type { Site } from '../site.ts'
import type { Domain, Fields } from '../state.ts'

const ROOT = '/v3/whitelabel/domains'
const USER = 12_345_678

/** Whether an address is of a domain that may send: https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication (2026-11-26). */
export const isAuthenticated = ({ store }: Site, from: string): boolean =>
  store.domains.find(from.slice(from.lastIndexOf('@') + 1).toLowerCase()).some(({ valid }) => valid)

/** Three CNAMEs with automatic security, an MX and two TXTs without: same source. */
function recordsOf({ id, domain, subdomain, automatic, valid }: Domain): Fields {
  const record = (type: string, host: string, data: string): Fields => ({ valid, type, host, data })
  const own = `u${USER}.wl${id}.sendgrid.net`
  return automatic
    ? {
        mail_cname: record('cname', `${subdomain}.${domain}`, own),
        dkim1: record('cname', `s1._domainkey.${domain}`, `s1.domainkey.${own}`),
        dkim2: record('cname', `s2._domainkey.${domain}`, `s2.domainkey.${own}`),
      }
    : {
        mail_server: record('mx', `${subdomain}.${domain}`, 'mx.sendgrid.net.'),
        subdomain_spf: record('txt', `${subdomain}.${domain}`, 'v=spf1 include:sendgrid.net ~all'),
        dkim: record('txt', `m1._domainkey.${domain}`, 'k=rsa; t=s; p=MIGf'),
      }
}

const bodyOf = (domain: Domain): Fields => ({
  id: Number(domain.id),
  user_id: USER,
  subdomain: domain.subdomain,
  domain: domain.domain,
  username: 'backlot',
  ips: [],
  custom_spf: domain.custom_spf,
  default: domain.is_default,
  legacy: false,
  automatic_security: domain.automatic,
  valid: domain.valid,
  dns: recordsOf(domain),
})

/** Domains whose mail is signed. Source: https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication (2026-11-26). */
export function addDomains(on: On): void {
  const asked = ({ site, part }: Ask): Domain => found(site.store.domains.get(part('domain')))
  /** One domain at the most is the one that is used where none fits. */
  const put = ({ site }: Ask, domain: Domain): Domain => {
    if (domain.is_default)
      for (const other of site.store.domains.all())
        if (other.is_default && other.id !== domain.id) site.store.domains.put({ ...other, is_default: false })
    return site.store.domains.put(domain)
  }
  on('domains.create', 'whitelabel.create', `POST ${ROOT}`, (ask) => {
    const domain = textOf(ask.body, 'domain').toLowerCase()
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) throw badRequest('invalid domain', 'domain')
    const id = String(1 + ask.site.store.domains.all().reduce((most, row) => Math.max(most, Number(row.id)), 1000))
    const subdomain = typeof ask.body.subdomain === 'string' ? ask.body.subdomain : `em${id}`
    const row = put(ask, {
      id,
      domain,
      subdomain,
      is_default: ask.body.default === true,
      automatic: ask.body.automatic_security !== false,
      custom_spf: ask.body.custom_spf === true,
      valid: false,
    })
    return Response.json(bodyOf(row), { status: 201 })
  })
  on('domains.list', 'whitelabel.read', `GET ${ROOT}`, (ask) => {
    const wanted = ask.query('domain').toLowerCase()
    const rows = ask.site.store.domains.all().filter(({ domain }) => wanted === '' || domain === wanted)
    return Response.json(pageOf(ask, rows).map(bodyOf))
  })
  on('domains.default', 'whitelabel.read', `GET ${ROOT}/default`, ({ site }) =>
    Response.json(
      site.store.domains
        .all()
        .filter(({ is_default }) => is_default)
        .map(bodyOf),
    ),
  )
  on('domains.get', 'whitelabel.read', `GET ${ROOT}/:domain`, (ask) => Response.json(bodyOf(asked(ask))))
  on('domains.update', 'whitelabel.update', `PATCH ${ROOT}/:domain`, (ask) => {
    const before = asked(ask)
    const is = (name: string, otherwise: boolean): boolean =>
      ask.body[name] === undefined ? otherwise : ask.body[name] === true
    const next = {
      ...before,
      is_default: is('default', before.is_default),
      custom_spf: is('custom_spf', before.custom_spf),
    }
    return Response.json(bodyOf(put(ask, next)))
  })
  on('domains.delete', 'whitelabel.delete', `DELETE ${ROOT}/:domain`, (ask) => {
    const { id } = asked(ask)
    ask.site.store.domains.remove(id)
    ask.site.store.published.remove(id)
    return gone()
  })
  on('domains.validate', 'whitelabel.update', `POST ${ROOT}/:domain/validate`, (ask) => {
    const before = asked(ask)
    const valid = before.valid || ask.site.store.published.get(before.id) !== undefined
    const domain = ask.site.store.domains.put({ ...before, valid })
    ask.site.note('domain.validated', { domain: domain.domain, valid })
    const results = Object.entries(recordsOf(domain)).map(([name, record]) => {
      const { type, host } = record as { readonly type: string; readonly host: string }
      const reason = valid
        ? null
        : `Expected your ${type.toUpperCase()} record at "${host}" to be set, but none was found.`
      return [name, { valid, reason }]
    })
    return Response.json({ id: Number(domain.id), valid, validation_results: Object.fromEntries(results) })
  })
}
