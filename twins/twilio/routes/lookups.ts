import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { type On, onlyKnown } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { onlyTested } from '../magic.ts'
import { lookUp } from '../phone.ts'

/** Packages that cost, and that only carriers know: lib/rest/lookups/v2/phoneNumber.d.ts of twilio 6.2 (2026-11-26). */
const PACKAGES = [
  'caller_name',
  'sim_swap',
  'call_forwarding',
  'line_status',
  'line_type_intelligence',
  'identity_match',
  'reassigned_number',
  'sms_pumping_risk',
  'phone_number_quality_score',
  'pre_fill',
]

export function addLookups(on: On): void {
  on('lookups.fetch', 'GET /v2/PhoneNumbers/:number', (ask) => {
    onlyTested(ask)
    onlyKnown(ask, ['Fields', 'CountryCode'])
    const fields = ask
      .param('Fields')
      .split(',')
      .filter((field) => field !== '' && field !== 'validation')
    const seen = lookUp(ask.part('number'), ask.param('CountryCode') || 'US')
    const known = ask.site.seed.lookups?.[seen.phone_number ?? '']
    const packages = fields.map((name): readonly [string, Json] => {
      const held = known?.[name]
      if (held === undefined || !PACKAGES.includes(name)) throw notModelled('twilio', GAPS, 'packages of Lookup')
      ask.site.charge(`lookup.${name}`, 1)
      return [name, held]
    })
    return Response.json({
      calling_country_code: seen.calling_country_code,
      country_code: seen.country_code,
      phone_number: seen.phone_number,
      national_format: seen.national_format,
      valid: seen.errors.length === 0,
      validation_errors: seen.errors,
      ...Object.fromEntries(PACKAGES.map((name) => [name, null])),
      ...Object.fromEntries(packages),
      url: `https://lookups.twilio.com/v2/PhoneNumbers/${seen.phone_number ?? ask.part('number')}`,
    })
  })
}
