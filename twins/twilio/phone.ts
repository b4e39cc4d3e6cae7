import { type CountryCode, parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/max'

/** The number in E.164 form, and the country it is from; undefined when nobody can have it. */
export function phoneOf(text: string): { readonly number: string; readonly country: string } | undefined {
  if (!/^\+[1-9]\d{1,14}$/.test(text)) return undefined
  const parsed = parsePhoneNumberFromString(text)
  if (parsed?.isValid() !== true) return undefined
  // Numbers that no country has, such as +883, are priced as their own.
  return { number: parsed.number, country: parsed.country ?? `+${parsed.countryCallingCode}` }
}

const isCountry = (text: string): text is CountryCode => /^[A-Z]{2}$/.test(text)

/** As Twilio shows a number in its refusals: `+1415555XXXX`. */
export const masked = (number: string): string => number.replace(/.{4}$/, 'XXXX')

/** https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id (2026-11-26): up to 11 letters, digits, spaces and some signs. */
export const isAlphanumeric = (from: string): boolean => /^(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11}$/.test(from)

export const isShortCode = (from: string): boolean => /^\d{3,6}$/.test(from)

/** Toll-free numbers of North America. */
const TOLL_FREE = /^\+1(800|833|844|855|866|877|888)/

/**
 * Segments per second that leave a sender: a long code of the US 1, a short code 100,
 * https://www.twilio.com/docs/api/errors/21611; one of WhatsApp 80, https://www.twilio.com/docs/whatsapp/api (2026-11-26). Assumed: toll-free numbers 3, senders of other countries 10.
 */
export function segmentsPerSecond(from: string): number {
  if (from.startsWith('whatsapp:')) return 80
  if (isShortCode(from)) return 100
  if (TOLL_FREE.test(from)) return 3
  return from.startsWith('+1') ? 1 : 10
}

/** `(415) 555-2671` */
export const nationalFormat = (number: string): string => parsePhoneNumberFromString(number)?.formatNational() ?? number

type Seen = {
  readonly calling_country_code: string | null
  readonly country_code: string | null
  readonly phone_number: string | null
  readonly national_format: string | null
  readonly errors: readonly string[]
}
const NOTHING: Seen = {
  calling_country_code: null,
  country_code: null,
  phone_number: null,
  national_format: null,
  errors: ['NOT_A_NUMBER'],
}
/** Words of Lookup: https://www.twilio.com/docs/lookup/v2-api (2026-11-26); INVALID_LENGTH and the like are libphonenumber's. */
const WORDS: Readonly<Record<string, string>> = { INVALID_COUNTRY: 'INVALID_COUNTRY_CODE' }

/** What a number tells of itself, in E.164 or in the form of a country. */
export function lookUp(text: string, country: string): Seen {
  const parsed = parsePhoneNumberFromString(text, isCountry(country) ? country : 'US')
  if (parsed === undefined) {
    const problem = validatePhoneNumberLength(text, isCountry(country) ? country : 'US')
    return problem === undefined ? NOTHING : { ...NOTHING, errors: [WORDS[problem] ?? problem] }
  }
  const problem = validatePhoneNumberLength(parsed.number)
  const errors = problem !== undefined ? [WORDS[problem] ?? problem] : parsed.isValid() ? [] : ['INVALID_BUT_POSSIBLE']
  return {
    calling_country_code: parsed.countryCallingCode,
    country_code: parsed.country ?? null,
    phone_number: parsed.number,
    national_format: parsed.formatNational(),
    errors,
  }
}
