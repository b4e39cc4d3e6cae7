import type { FidelityProfile } from '../fidelity.ts'
import { given } from './given.ts'

const SINCE = 'Newer than some of the recordings; the API has no versions to pin.'

/** How recordings of Okta are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => {
    if (headers.has('authorization') && !headers.get('authorization')?.startsWith('DPoP'))
      headers.set('Authorization', 'SSWS fidelity')
  },
  url: (url) => new URL(url.pathname + url.search, `https://${url.hostname.split('.')[0]}.okta.com`),
  given,
  ignores: [
    ...[
      'orn',
      '*.orn',
      '**.manualProvisioning',
      '**.implicitAssignment',
      '**.dpop_bound_access_tokens',
      '**.assertionEncryption',
      '**.trustClaims',
      '**.transformedUsernameMatchingEnabled',
      '**.universalLogout',
      'universalLogout',
      '**.emOptInStatus',
      '**.participate_slo',
      '**.isCloneable',
      'isCloneable',
    ].map((at) => ({ at, what: 'extra' as const, why: SINCE })),
    ...['universalLogout', '**.universalLogout'].map((at) => ({
      at,
      what: 'type' as const,
      why: 'Null before the feature reached an org.',
    })),
    ...['_links.settings', '*._links.settings'].map((at) => ({ at, what: 'extra' as const, why: SINCE })),
    { at: 'events.items.*', what: 'value', why: 'Okta keeps the types of a hook in no order.' },
    { at: 'grantedScopes.*', what: 'value', why: 'Okta keeps the scopes of an integration in no order.' },
    { at: '**.mappings', what: 'extra', why: SINCE },
    { at: 'diskEncryptionType.include.*', what: 'value', why: 'Okta keeps them in no order.' },
    { at: '**.primary.methods.*', what: 'value', why: 'Okta keeps the methods of a rule in no order.' },
    { at: '*._embedded', what: 'extra', why: SINCE },
    { at: '**.displayRemediationMode', what: 'extra', why: 'Sent by orgs that can show how to remedy a device.' },
    { at: 'displayRemediationMode', what: 'extra', why: 'Sent by orgs that can show how to remedy a device.' },
    { at: '**.signOn.defaultRelayState', what: 'type', why: 'A blank one was shown as such until 2025.' },
    { at: '**.signOn.spIssuer', what: 'type', why: 'Some orgs fill it in by themselves.' },
    { at: 'locations.**', what: 'value', why: 'Okta keeps the places of a zone in no order.' },
    {
      at: 'x5t#S256',
      what: 'value',
      why: 'A certificate that was read from an app and sent back is the recorded one.',
    },
    { at: 'n', what: 'value', why: 'A certificate that was read from an app and sent back is the recorded one.' },
    { at: '**.credentials.emails', what: 'missing', why: 'Only orgs that verify mail addresses send it.' },
    { at: 'credentials.emails', what: 'missing', why: 'Only orgs that verify mail addresses send it.' },
    { at: '_links.resetFactors', what: 'extra', why: 'Sent where the org has factors to reset.' },
  ],
}
