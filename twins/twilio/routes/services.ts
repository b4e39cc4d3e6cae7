import { type Ask, created, flag, found, gone, method, type On, onlyKnown } from '../ask.ts'
import { onlyTested } from '../magic.ts'
import { metaPage, PAGING } from '../paging.ts'
import { phoneOf } from '../phone.ts'
import type { PhoneNumber, Service } from '../state.ts'
import { poolBody, Refusal, serviceBody, sidOf } from '../wire.ts'

const ROOT = '/v1/Services'
/** lib/rest/messaging/v1/service.d.ts of twilio 6.2 (2026-11-26). */
const SETTINGS = [
  'FriendlyName',
  'InboundRequestUrl',
  'InboundMethod',
  'FallbackUrl',
  'FallbackMethod',
  'StatusCallback',
  'StickySender',
  'MmsConverter',
  'SmartEncoding',
  'ScanMessageContent',
  'FallbackToLongCode',
  'AreaCodeGeomatch',
  'ValidityPeriod',
  'SynchronousValidation',
  'Usecase',
  'UseInboundWebhookOnNumber',
]
/** https://www.twilio.com/docs/api/errors/21714 (2026-11-26). */
const POOL_MAX = 400

export const newService = (id: string, friendly_name: string, nowMs: number): Service => ({
  id,
  friendly_name,
  inbound_request_url: null,
  inbound_method: 'POST',
  fallback_url: null,
  fallback_method: 'POST',
  status_callback: null,
  sticky_sender: true,
  mms_converter: true,
  smart_encoding: true,
  area_code_geomatch: true,
  validity_period: 36_000,
  usecase: 'undeclared',
  use_inbound_webhook_on_number: false,
  created_ms: nowMs,
  updated_ms: nowMs,
})

function changed(ask: Ask, service: Service): Service {
  const url = (name: string, otherwise: string | null): string | null =>
    ask.has(name) ? ask.param(name) || null : otherwise
  return {
    ...service,
    friendly_name: ask.param('FriendlyName') || service.friendly_name,
    inbound_request_url: url('InboundRequestUrl', service.inbound_request_url),
    inbound_method: method(ask, 'InboundMethod', service.inbound_method),
    fallback_url: url('FallbackUrl', service.fallback_url),
    fallback_method: method(ask, 'FallbackMethod', service.fallback_method),
    status_callback: url('StatusCallback', service.status_callback),
    sticky_sender: flag(ask, 'StickySender', service.sticky_sender),
    mms_converter: flag(ask, 'MmsConverter', service.mms_converter),
    smart_encoding: flag(ask, 'SmartEncoding', service.smart_encoding),
    area_code_geomatch: flag(ask, 'AreaCodeGeomatch', service.area_code_geomatch),
    validity_period: Number(ask.param('ValidityPeriod') || service.validity_period),
    usecase: ask.param('Usecase') || service.usecase,
    use_inbound_webhook_on_number: flag(ask, 'UseInboundWebhookOnNumber', service.use_inbound_webhook_on_number),
    updated_ms: ask.site.now(),
  }
}

export function addServices(on: On): void {
  const asked = (ask: Ask): Service => found(ask, ask.site.store.services.get(ask.part('service')))
  const shown = (ask: Ask, service: Service): Response => Response.json(serviceBody(ask.account.id, service))

  on('messaging.services.create', `POST ${ROOT}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, SETTINGS)
    if (ask.param('FriendlyName') === '')
      throw new Refusal(400, 20001, 'Missing required parameter FriendlyName in the post body')
    const service = newService(sidOf(ask.site.world, 'MG'), ask.param('FriendlyName'), ask.site.now())
    return created(serviceBody(ask.account.id, ask.site.store.services.put(changed(ask, service))))
  })
  on('messaging.services.list', `GET ${ROOT}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, PAGING)
    return metaPage(ask, 'services', ask.site.store.services.all(), (row) => serviceBody(ask.account.id, row))
  })
  on('messaging.services.fetch', `GET ${ROOT}/:service`, (ask) => {
    onlyTested(ask)
    return shown(ask, asked(ask))
  })
  on('messaging.services.update', `POST ${ROOT}/:service`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, SETTINGS)
    return shown(ask, ask.site.store.services.put(changed(ask, asked(ask))))
  })
  on('messaging.services.delete', `DELETE ${ROOT}/:service`, (ask) => {
    onlyTested(ask)
    const { store } = ask.site
    const { id } = asked(ask)
    for (const number of store.numbers.find(`in ${id}`)) store.numbers.put({ ...number, service: null })
    store.services.remove(id)
    return gone()
  })
  addPool(on, asked)
}

/** The sender pool: phone numbers of a service. */
function addPool(on: On, asked: (ask: Ask) => Service): void {
  const POOL = `${ROOT}/:service/PhoneNumbers`
  const body = (ask: Ask, service: string, number: PhoneNumber) =>
    poolBody(ask.account.id, service, number, phoneOf(number.phone_number)?.country ?? '')
  const member = (ask: Ask): PhoneNumber =>
    found(
      ask,
      ask.site.store.numbers.find(`in ${asked(ask).id}`).find(({ id }) => id === ask.part('number')),
    )

  on('messaging.services.numbers.create', `POST ${POOL}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['PhoneNumberSid'])
    const { id } = asked(ask)
    const { store } = ask.site
    const number = store.numbers.get(ask.param('PhoneNumberSid'))
    if (number === undefined)
      throw new Refusal(404, 20404, `The requested resource ${ask.param('PhoneNumberSid')} was not found`)
    if (number.service === id)
      throw new Refusal(409, 21710, 'Phone Number or Short Code is already in the Messaging Service')
    if (number.service !== null)
      throw new Refusal(409, 21712, 'Phone Number or Short Code is associated with another Messaging Service')
    if (store.numbers.find(`in ${id}`).length >= POOL_MAX)
      throw new Refusal(412, 21714, 'Messaging Service Number Pool size limit reached')
    return created(body(ask, id, store.numbers.put({ ...number, service: id, updated_ms: ask.site.now() })))
  })
  on('messaging.services.numbers.list', `GET ${POOL}`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, PAGING)
    const { id } = asked(ask)
    return metaPage(ask, 'phone_numbers', ask.site.store.numbers.find(`in ${id}`), (row) => body(ask, id, row))
  })
  on('messaging.services.numbers.fetch', `GET ${POOL}/:number`, (ask) => {
    onlyTested(ask)
    return Response.json(body(ask, asked(ask).id, member(ask)))
  })
  on('messaging.services.numbers.delete', `DELETE ${POOL}/:number`, (ask) => {
    onlyTested(ask)
    ask.site.store.numbers.put({ ...member(ask), service: null })
    return gone()
  })
}
