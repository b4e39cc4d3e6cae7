import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'DPoP', why: 'Proofs of possession and their nonces are not checked; use a bearer token.' },
  { what: 'filters over lists and objects', why: 'Filters and searches compare single values of a row.' },
  { what: 'expanded resources', why: 'Statistics and embedded assignments are not worked out.' },
  {
    what: 'factors on devices of their own',
    why: 'Security keys, WebAuthn, hardware tokens and other vendors’ factors sign with keys that nobody holds here.',
  },
  {
    what: 'codes of factors',
    why: 'Assumed: wrong codes of a factor do not lock a user out; answers do not wait for a telephony hook.',
  },
  {
    what: 'provisioning connections',
    why: 'Provisioning into other services is not simulated; features of an app exist where the seed names them.',
  },
  {
    what: 'further steps on the sign-in page',
    why: 'The page takes a password; sign in with POST /api/v1/authn where a factor or a new password is asked for, and take the CAPTCHA off the page.',
  },
  {
    what: 'the sign-in page',
    why: 'Assumed: a plain form stands for the widget; it posts username and password to /login/login.htm and leads back.',
  },
  { what: 'hybrid flows', why: 'A code comes alone, or tokens do; a code with tokens beside it is not given out.' },
  {
    what: 'messages to other windows',
    why: 'okta_post_message needs a browser’s windows; use query, fragment or form_post.',
  },
  {
    what: 'request objects',
    why: 'Signed and pushed authorization requests are not read; say everything in the query.',
  },
  {
    what: 'filters of event hooks',
    why: 'Comparisons and counts of targets are read, of the fields that Okta’s page on event hooks lists; say the condition with those.',
  },
  {
    what: 'effects of settings',
    why: 'Assumed: log streams, realm assignments, threat insight, zones that block, behaviours and devices are kept and change nothing else.',
  },
  { what: 'consent pages', why: 'Nobody is asked; set the consent_method of the app to TRUSTED.' },
  {
    what: 'token inline hooks',
    why: 'Tokens are issued without waiting for a service; take the hook out of the rule.',
  },
  { what: 'other grants', why: 'Token exchange, SAML, CIBA, OTP and interaction code grants are not simulated.' },
  {
    what: 'assurance of app policies',
    why: 'Assumed: rules of app sign-in policies admit and deny; how many factors they want is not held against the session.',
  },
  {
    what: 'factors that are set up while signing in',
    why: 'Give the user a factor first, by the API or the seed; a sign-in can then be asked for it.',
  },
  {
    what: 'password hashes of bcrypt and password import hooks',
    why: 'Digests and PBKDF2 are checked; bcrypt is not, and no service is asked for a password.',
  },
  {
    what: 'password changes that a rule denies',
    why: 'What the vendor answers is not known; deny the reset of passwords instead, which is modelled.',
  },
  {
    what: 'conditions on networks, devices and risk',
    why: 'A request does not say where it comes from, on what device, or how risky it is; rules by people and groups are worked out.',
  },
  {
    what: 'common passwords',
    why: 'Assumed: a policy that excludes common passwords knows eight of them.',
  },
  {
    what: 'names and functions of the expression language',
    why: 'Directories, devices, risk and time are not seen by expressions; attributes, groups, strings, arrays and numbers are.',
  },
  {
    what: 'taking an app from one member of a group',
    why: 'What the vendor answers for a user whom a group brings is not known; take the user out of the group.',
  },
  {
    what: 'app profiles of groups',
    why: 'Assumed: the group of the first priority gives an app user its whole profile; values of several groups are not combined.',
  },
  {
    what: 'event hook verification',
    why: 'Assumed: verify answers before the challenge has come back; the hook is VERIFIED as soon as it has.',
  },
  {
    what: 'event hook retries',
    why: 'Assumed: the one retry comes after a second; a retry that waits is not part of a snapshot.',
  },
  {
    what: 'facts that no recording shows',
    why: 'Assumed: what the sources mark as unconfirmed was not held against the vendor’s pages.',
  },
  { what: 'search lag', why: 'Assumed: a search sees a change at once; in Okta it may lag behind.' },
  {
    what: 'rate limits',
    why: 'Assumed: per minute as published for Workforce Identity; concurrency and per-user limits are not counted.',
  },
  { what: 'SAML', why: 'Assumed: metadata and keys are shown with a certificate that is none; no assertion is made.' },
]
