import { type Ask, created, found, gone, method, type On, onlyKnown } from '../ask.ts'
import { onlyTested, pretendToBuy } from '../magic.ts'
import { PAGING, uriPage } from '../paging.ts'
import { nationalFormat, phoneOf } from '../phone.ts'
import type { PhoneNumber } from '../state.ts'
import { numberBody, Refusal, sidOf } from '../wire.ts'
import { forSale, hasAreaCode } from './available.ts'

const ROOT = '/2010-04-01/Accounts/:account/IncomingPhoneNumbers'
const SETTINGS = [
  'FriendlyName',
  'SmsUrl',
  'SmsMethod',
  'SmsFallbackUrl',
  'SmsFallbackMethod',
  'StatusCallback',
  'StatusCallbackMethod',
  'VoiceUrl',
]

export const newNumber = (id: string, phone_number: string, nowMs: number): PhoneNumber => ({
  id,
  phone_number,
  friendly_name: nationalFormat(phone_number),
  sms_url: '',
  sms_method: 'POST',
  sms_fallback_url: '',
  sms_fallback_method: 'POST',
  status_callback: '',
  status_callback_method: 'POST',
  voice_url: '',
  service: null,
  created_ms: nowMs,
  updated_ms: nowMs,
})

function changed(ask: Ask, number: PhoneNumber): PhoneNumber {
  const text = (name: string, otherwise: string): string => (ask.has(name) ? ask.param(name) : otherwise)
  return {
    ...number,
    friendly_name: text('FriendlyName', number.friendly_name),
    sms_url: text('SmsUrl', number.sms_url),
    sms_method: method(ask, 'SmsMethod', number.sms_method),
    sms_fallback_url: text('SmsFallbackUrl', number.sms_fallback_url),
    sms_fallback_method: method(ask, 'SmsFallbackMethod', number.sms_fallback_method),
    status_callback: text('StatusCallback', number.status_callback),
    status_callback_method: method(ask, 'StatusCallbackMethod', number.status_callback_method),
    voice_url: text('VoiceUrl', number.voice_url),
    updated_ms: ask.site.now(),
  }
}

export function addNumbers(on: On): void {
  const asked = (ask: Ask): PhoneNumber => found(ask, ask.site.store.numbers.get(ask.part('number')))
  const shown = (ask: Ask, number: PhoneNumber): Response => Response.json(numberBody(ask.account.id, number))

  on('numbers.list', `GET ${ROOT}.json`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['PhoneNumber', 'FriendlyName', ...PAGING])
    const [number, name] = [ask.param('PhoneNumber').replaceAll('*', ''), ask.param('FriendlyName')]
    const rows = ask.site.store.numbers
      .all()
      .filter((row) => row.phone_number.includes(number) && (name === '' || row.friendly_name === name))
    return uriPage(ask, 'incoming_phone_numbers', rows, (row) => numberBody(ask.account.id, row))
  })
  on('numbers.create', `POST ${ROOT}.json`, (ask) => {
    onlyKnown(ask, ['PhoneNumber', 'AreaCode', ...SETTINGS])
    if (ask.via === 'test') return pretendToBuy(ask)
    const code = ask.param('AreaCode')
    const some = code === '' ? undefined : forSale(ask).find((number) => hasAreaCode(number, code))
    // https://www.twilio.com/docs/api/errors/21452 (2026-11-26).
    if (code !== '' && some === undefined) throw new Refusal(400, 21452, `No phone numbers found for area code ${code}`)
    const phone = phoneOf(some ?? ask.param('PhoneNumber'))
    // https://www.twilio.com/docs/api/errors/21421, /21422 (2026-11-26).
    if (phone === undefined) throw new Refusal(400, 21421, `${ask.param('PhoneNumber')} is not valid`)
    if (ask.site.store.numbers.find(phone.number).length > 0)
      throw new Refusal(400, 21422, `${phone.number} is not available`)
    ask.site.charge(`number.${phone.country}`, 1)
    const number = newNumber(sidOf(ask.site.world, 'PN'), phone.number, ask.site.now())
    ask.site.note('number.bought', { sid: number.id, phone_number: number.phone_number })
    return created(numberBody(ask.account.id, ask.site.store.numbers.put(changed(ask, number))))
  })
  on('numbers.fetch', `GET ${ROOT}/:number`, (ask) => {
    onlyTested(ask)
    return shown(ask, asked(ask))
  })
  on('numbers.update', `POST ${ROOT}/:number`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, SETTINGS)
    return shown(ask, ask.site.store.numbers.put(changed(ask, asked(ask))))
  })
  on('numbers.delete', `DELETE ${ROOT}/:number`, (ask) => {
    onlyTested(ask)
    ask.site.store.numbers.remove(asked(ask).id)
    return gone()
  })
}
