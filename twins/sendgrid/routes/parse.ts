import { notModelled } from '../../twin.ts'
import { type Ask, badRequest, found, gone, type On, textOf } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import type { Fields, ParseSetting } from '../state.ts'

/** Where mail that comes in goes: github.com/twilio/sendgrid-oai tsg_webhooks_v3 (2026-11-26). */
const ROOT = '/v3/user/webhooks/parse/settings'
const scope = (verb: string): string => `user.webhooks.parse.settings.${verb}`

const bodyOf = ({ id, url, spam_check, send_raw }: ParseSetting): Fields => ({
  url,
  hostname: id,
  spam_check,
  send_raw,
})

export function addParse(on: On): void {
  const asked = ({ site, part }: Ask): ParseSetting => found(site.store.parse_settings.get(part('host').toLowerCase()))
  const changed = ({ body }: Ask, old: ParseSetting): ParseSetting => {
    if (body.send_raw === true) throw notModelled('sendgrid', GAPS, 'raw mails that come in')
    return {
      ...old,
      ...(body.url === undefined ? {} : { url: textOf(body, 'url') }),
      ...(typeof body.spam_check === 'boolean' ? { spam_check: body.spam_check } : {}),
    }
  }
  on('parse.settings.create', scope('create'), `POST ${ROOT}`, (ask) => {
    const id = textOf(ask.body, 'hostname').toLowerCase()
    const url = textOf(ask.body, 'url')
    if (ask.site.store.parse_settings.get(id) !== undefined) throw badRequest('hostname already exists', 'hostname')
    const setting = changed(ask, { id, url, spam_check: false, send_raw: false })
    return Response.json(bodyOf(ask.site.store.parse_settings.put(setting)), { status: 201 })
  })
  on('parse.settings.list', scope('read'), `GET ${ROOT}`, ({ site }) =>
    Response.json({ result: site.store.parse_settings.all().map(bodyOf) }),
  )
  on('parse.settings.get', scope('read'), `GET ${ROOT}/:host`, (ask) => Response.json(bodyOf(asked(ask))))
  on('parse.settings.update', scope('update'), `PATCH ${ROOT}/:host`, (ask) =>
    Response.json(bodyOf(ask.site.store.parse_settings.put(changed(ask, asked(ask))))),
  )
  on('parse.settings.delete', scope('delete'), `DELETE ${ROOT}/:host`, (ask) => {
    ask.site.store.parse_settings.remove(asked(ask).id)
    return gone()
  })
}
