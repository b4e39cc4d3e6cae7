import { card, hexOf, iban, ip, isIban, isLuhn, phone, reformat, type Stream, sameShape, uuid } from './substitute.ts'

/** A kind of value that nobody may see, how it is told, and what stands in for it. */
export type Kind = {
  readonly type: string
  /** The whole value is one. */
  readonly is: (value: string) => boolean
  readonly make: (value: string, stream: Stream) => string
}

const whole =
  (pattern: RegExp): ((value: string) => boolean) =>
  (value) =>
    pattern.test(value)

/** Keeps what tells whose token it is; `sk_live_` becomes the test key's, so that no tool takes it for a real one. */
const prefixed =
  (prefix: RegExp) =>
  (value: string, stream: Stream): string => {
    const kept = prefix.exec(value)?.[0] ?? ''
    return kept.replace('_live_', '_test_') + sameShape(value.slice(kept.length), stream)
  }

/**
 * Credentials that are known by their shape. Sources: the vendors' pages on key formats and the rules of public secret scanners
 * (GitHub's list of supported patterns, gitleaks), read 2026-11-26.
 */
const TOKENS: readonly (readonly [string, RegExp, RegExp])[] = [
  ['stripe-key', /^(sk|rk|pk)_(live|test)_\w{8,}$/, /^(sk|rk|pk)_(live|test)_/],
  ['webhook-secret', /^whsec_[\w+/=-]{8,}$/, /^whsec_/],
  ['aws-access-key', /^(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}$/, /^(AKIA|ASIA|AROA|AIDA)/],
  ['github-token', /^(gh[pousr]_\w{20,}|github_pat_\w{20,})$/, /^(gh[pousr]_|github_pat_)/],
  ['gitlab-token', /^gl(pat|dt|rt|ptt|soat)-[\w-]{16,}$/, /^gl\w+-/],
  ['slack-token', /^xox[abposr]-[\w-]{8,}$/, /^xox[abposr]-/],
  ['slack-app-token', /^xapp-[\w-]{8,}$/, /^xapp-/],
  ['openai-key', /^sk-(proj-|svcacct-|admin-|ant-)?[\w-]{16,}$/, /^sk-(proj-|svcacct-|admin-|ant-)?/],
  ['sendgrid-key', /^SG\.[\w-]{6,}(\.[\w-]+)?$/, /^SG\./],
  ['twilio-sid', /^(AC|SK)[0-9a-f]{32}$/, /^(AC|SK)/],
  ['google-api-key', /^AIza[\w-]{30,}$/, /^AIza/],
  ['google-oauth', /^(ya29\.|1\/\/)[\w.-]{10,}$/, /^(ya29\.|1\/\/)/],
  ['npm-token', /^npm_\w{30,}$/, /^npm_/],
  ['pypi-token', /^pypi-[\w-]{20,}$/, /^pypi-/],
  ['docker-token', /^dckr_pat_[\w-]{20,}$/, /^dckr_pat_/],
  ['shopify-token', /^shp(at|ca|pa|ss)_[0-9a-fA-F]{16,}$/, /^shp\w+_/],
  ['square-token', /^(sq0\w{3}-|EAAA)[\w-]{20,}$/, /^(sq0\w{3}-|EAAA)/],
  ['mailgun-key', /^key-[0-9a-z]{24,}$/, /^key-/],
  ['mailchimp-key', /^[0-9a-f]{32}-us\d{1,2}$/, /^/],
  ['atlassian-token', /^ATATT3[\w=-]{20,}$/, /^ATATT3/],
  ['digitalocean-token', /^do[opr]_v1_[0-9a-f]{32,}$/, /^do[opr]_v1_/],
  ['hashicorp-token', /^hv[sbr]\.[\w-]{16,}$/, /^hv[sbr]\./],
  ['linear-key', /^lin_(api|oauth)_\w{20,}$/, /^lin_\w+_/],
  ['notion-token', /^(secret|ntn)_\w{30,}$/, /^(secret|ntn)_/],
  ['telegram-token', /^\d{8,10}:[\w-]{30,}$/, /^/],
  ['discord-token', /^[MNO][\w-]{22,}\.[\w-]{5,}\.[\w-]{20,}$/, /^[MNO]/],
  ['hugging-face-token', /^hf_\w{20,}$/, /^hf_/],
  ['okta-token', /^00[\w-]{38,40}$/, /^00/],
  ['databricks-token', /^dapi[0-9a-f]{32}$/, /^dapi/],
  ['age-key', /^AGE-SECRET-KEY-1[0-9A-Z]{50,}$/, /^AGE-SECRET-KEY-1/],
]

/** Kinds in the order in which they are tried. */
export const KINDS: readonly Kind[] = [
  ...TOKENS.map(([type, pattern, prefix]): Kind => ({ type, is: whole(pattern), make: prefixed(prefix) })),
  {
    type: 'private-key',
    is: (value) => /-----BEGIN [A-Z ]+-----/.test(value),
    make: (value, stream) => {
      const label = /-----BEGIN ([A-Z ]+)-----/.exec(value)?.[1] ?? 'KEY'
      return `-----BEGIN ${label}-----\n${hexOf(stream, 64)}\n-----END ${label}-----\n`
    },
  },
  {
    type: 'email',
    is: whole(/^[^\s@<>"]{1,64}@[^\s@<>"]{1,255}\.[^\s@<>".]{2,24}$/u),
    make: (value, stream) =>
      `${sameShape(value.slice(0, value.indexOf('@')), stream)}@${hexOf(stream, 6)}.example.test`,
  },
  { type: 'uuid', is: whole(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i), make: uuid },
  {
    type: 'iban',
    is: (value) => /^[A-Z]{2}\d{2}[ A-Z0-9]{10,36}$/i.test(value) && isIban(value.replaceAll(' ', '').toUpperCase()),
    make: iban,
  },
  {
    type: 'card',
    is: (value) => /^\d[\d -]{11,22}\d$/.test(value) && isLuhn(value.replaceAll(/\D/g, '')) && isCardLength(value),
    make: card,
  },
  { type: 'mac', is: whole(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i), make: sameShape },
  {
    type: 'ip',
    is: whole(/^(\d{1,3}(\.\d{1,3}){3}|(?=.*:.*:)[0-9a-f:]{3,39}(%\w+)?)$/i),
    make: ip,
  },
  {
    type: 'phone',
    is: whole(/^(\+\d[\d ().-]{6,20}\d|\(?0\d{1,4}\)?[ /-]\d[\d -]{4,14}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})$/),
    make: phone,
  },
  {
    type: 'national-id',
    is: whole(/^\d{3}-\d{2}-\d{4}$/),
    make: (value, stream) => reformat(value, `900${sameShape('000000', stream)}`),
  },
]

const isCardLength = (value: string): boolean => {
  const { length } = value.replaceAll(/\D/g, '')
  return length >= 13 && length <= 19
}

/** Names whose values are secrets, whatever they look like. */
export const SECRET_NAME: RegExp =
  /pass(word|wd|phrase|code)?$|^pw$|^pwd$|passwd|secret|token|(^|[_-])(auth|authorization|jwt|session|sessionid|sid|csrf|xsrf|otp|pin|cvv|cvc|nonce|signature|sig|hmac|credential|credentials|cookie|assertion|saml\w*|code_verifier|private_?key|access_?key|api_?key|apikey|client_?id|x-api-key|refresh|bearer|ticket|seed|mnemonic|salt|hash)$|ApiKey$|AccessKey$|SessionId$/i

/** Names whose values are about a person. */
export const PERSON_NAME: RegExp =
  /(^|[_-])(name|names|firstname|first_name|lastname|last_name|surname|given_?name|family_?name|full_?name|display_?name|nick_?name|user_?name|login|maiden|email|mail|e-?mail|phone|mobile|tel|telephone|fax|address|address_?\d?|street|line_?\d|city|town|zip|zip_?code|postcode|postal_?code|ssn|tax_?id|vat|passport|license|licence|iban|bic|account_?number|routing_?number|birth\w*|dob|gender|ip|ip_?address|latitude|longitude|lat|lng|lon|geo|company|employer|person|recipient|sender|contact|to|from|cc|bcc)$|(First|Last|Full|Display|Given|Family|User|Nick)Name$|(Phone|Email|Address|Street|City|Zip|PostalCode|BirthDate)$/i

/** Names whose values people wrote: the whole of it must not be seen, its words are words. */
export const PROSE_NAME: RegExp =
  /(^|[_-])(subject|description|note|notes|comment|message|text|summary|title|body|content|statement_descriptor|say|prompt|input|output|instructions)$/i

/** Names whose values are words of a vendor or a protocol, the same for everybody. */
export const WORD_NAME: RegExp =
  /^(currency|locale|lang|language|timezone|time_zone|tz|status|state|type|kind|object|method|mode|unit|event|action|version|api_version|model|role|scope|grant_type|response_type|content-type|accept|accept-language|format|encoding|interval|reason|brand|funding|network|country|channel_type|op|alg|typ|severity|level|priority|category|order_by|sort|direction|result|outcome|object_type|resource_type|media_type|mime_type)$|(Type|Status|Mode|Currency|Locale|Method|Kind)$/i
