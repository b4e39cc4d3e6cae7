import { notModelled } from '../../twin.ts'
import { type Ask, missing, type On, onlyKnown } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { onlyTested } from '../magic.ts'
import { PAGING } from '../paging.ts'
import { nationalFormat, phoneOf } from '../phone.ts'
import type { Fields } from '../state.ts'
import { VERSION } from '../wire.ts'

const ROOT = '/2010-04-01/Accounts/:account/AvailablePhoneNumbers'
/** Keys on a telephone: `Contains` may spell. */
const KEYS = 'abc2def3ghi4jkl5mno6pqrs7tuv8wxyz9'
const keyOf = (letter: string): string => /\d/.exec(KEYS.slice(KEYS.indexOf(letter)))?.[0] ?? letter
/** Capabilities that every number here has. */
const EVERY = ['SmsEnabled', 'MmsEnabled', 'VoiceEnabled']
const KNOWN = ['AreaCode', 'Contains', ...EVERY, 'FaxEnabled', 'Beta', 'ExcludeAllAddressRequired', ...PAGING]

/** Numbers that the seed says can be bought, until somebody has: https://www.twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource (2026-11-26). */
export function forSale({ site }: Ask): readonly string[] {
  const stock = site.seed.available_numbers
  if (stock === undefined) throw notModelled('twilio', GAPS, 'numbers that can be bought')
  return stock.filter((number) => site.store.numbers.find(number).length === 0)
}

const digitsOf = (number: string): string => number.replace(/^\+1(?=\d{10}$)/, '').replace(/^\+/, '')

export const hasAreaCode = (number: string, code: string): boolean => digitsOf(number).startsWith(code)

/** `Contains=555****`, `Contains=sale`: digits, letters of keys, and a star for any digit. */
function matches(number: string, contains: string): boolean {
  const wanted = contains
    .toLowerCase()
    .replaceAll(/[a-z]/g, keyOf)
    .replace(/^\+1(?=[\d*]{10}$)/, '')
  const pattern = wanted.replaceAll(/[^\d*]/g, '').replaceAll('*', '\\d')
  return new RegExp(pattern).test(digitsOf(number))
}

/** Assumed: nothing is known of where a number is. */
const bodyOf = (number: string, country: string): Fields => ({
  address_requirements: 'none',
  beta: false,
  capabilities: { voice: true, sms: true, mms: true, fax: false },
  friendly_name: nationalFormat(number),
  iso_country: country,
  lata: null,
  latitude: null,
  locality: null,
  longitude: null,
  phone_number: number,
  postal_code: null,
  rate_center: null,
  region: null,
})

export function addAvailable(on: On): void {
  on('available_numbers.local.list', `GET ${ROOT}/:country/Local.json`, (ask) => {
    onlyTested(ask)
    onlyKnown(ask, KNOWN, ['numbers that can be bought', ask.names.filter((name) => /^(Near|In|Distance)/.test(name))])
    const country = ask.part('country')
    if (!/^[A-Z]{2}$/.test(country)) throw missing(ask)
    const [code, contains] = [ask.param('AreaCode'), ask.param('Contains')]
    const none = EVERY.some((name) => ask.param(name).toLowerCase() === 'false')
    const size = Number(ask.param('PageSize') || 30)
    const rows = forSale(ask)
      .filter((number) => !none && phoneOf(number)?.country === country)
      .filter((number) => code === '' || hasAreaCode(number, code))
      .filter((number) => contains === '' || matches(number, contains))
      .slice(0, size)
    // One page, and no more of it: the list is another one each time.
    return Response.json({
      available_phone_numbers: rows.map((number) => bodyOf(number, country)),
      uri: `/${VERSION}/Accounts/${ask.account.id}/AvailablePhoneNumbers/${country}/Local.json${ask.url.search}`,
    })
  })
}
