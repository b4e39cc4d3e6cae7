import { type Gap, NotModelled } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'XML answers', why: 'Ask for .json, as the SDK does.' },
  { what: 'regions and edges', why: 'There is one region, at the addresses without one.' },
  { what: 'other products', why: 'Messages, Verify, Lookup and what they need are simulated.' },
  {
    what: 'other things that calls can do',
    why: 'Recordings, conferences, queues, speech recognition, machine detection, SIP and calls to third parties are not simulated.',
  },
  { what: 'calls by test credentials', why: 'What becomes of one that is not refused is documented nowhere.' },
  { what: 'subaccounts', why: 'There is one account.' },
  { what: 'accounts and keys by an API key', why: 'Standard keys may not; what they are told is not documented.' },
  { what: 'API keys of an account that no seed names', why: 'Whose they are is unknown: give the seed an account.' },
  { what: 'OAuth and public key validation', why: 'Credentials are Basic: account and token, or key and secret.' },
  { what: 'channels but SMS and WhatsApp', why: 'Messenger, RCS and clients are not simulated.' },
  { what: 'senders of WhatsApp in pools', why: 'Name the sender: which one a service would pick is not documented.' },
  {
    what: 'several media in one message of WhatsApp',
    why: 'WhatsApp takes one; what Twilio makes of more is not documented.',
  },
  { what: 'contents without a text', why: 'Carousels, flows, schedules and the like are drawn by WhatsApp.' },
  { what: 'changes to contents', why: 'Delete and create instead, as Twilio advised before there was an update.' },
  {
    what: 'options of a message',
    why: 'Links that are shortened, smart encoding, retention and TwiML apps are not simulated.',
  },
  { what: 'the bytes of media', why: 'Twilio fetches them from the address it is given; this twin keeps the address.' },
  { what: 'redaction before a message is final', why: 'What Twilio answers is not documented.' },
  { what: 'a sender outside the pool', why: 'What a service answers to a From that is not its own is not documented.' },
  { what: 'a validity out of range', why: 'What Twilio answers is not documented; 1 to 36,000 seconds are.' },
  { what: 'pages by number', why: 'Twilio has given them up: follow next_page_uri.' },
  {
    what: 'numbers that can be bought',
    why: 'Say under available_numbers of the seed which there are; they are local, and nobody knows where they are.',
  },
  { what: 'short codes, alpha senders and registrations', why: 'The pool of a service has phone numbers only.' },
  {
    what: 'channels of Verify',
    why: 'Codes go by sms, call and whatsapp; e-mail, RCS, SNA and auto are not simulated.',
  },
  {
    what: 'options of a verification',
    why: 'Templates, payments (PSD2), app hashes and channel settings are not simulated.',
  },
  { what: 'settings of Verify', why: 'Push, TOTP, passkeys, templates and WhatsApp are not simulated.' },
  {
    what: 'packages of Lookup',
    why: 'Only what a number itself tells is known; say under lookups of the seed what carriers and callers are.',
  },
  {
    what: 'the time a message takes',
    why: 'Assumed: sent within 2 seconds when nothing is before it in its sender’s queue, and delivered 0.5 to 4 seconds later.',
  },
  {
    what: 'the time a call takes',
    why: 'Assumed: it rings after 0.7 to 3 seconds, is answered 3 to 10 seconds later, a word takes 0.4 seconds to say and a file 5 to play.',
  },
  {
    what: 'callbacks by status',
    why: 'Assumed: of `sending` nobody is told. The vendor’s page shows the transitions as a picture.',
  },
  {
    what: 'retries of webhooks',
    why: 'Assumed: one a second apart, for `rc` times when `rp` says so, within 15 seconds. The times between are not published.',
  },
  {
    what: 'answers to incoming messages',
    why: 'Assumed: what begins with `<` is TwiML, JSON is an error, anything else is text. Real ones are told by their content type.',
  },
  { what: 'places of numbers', why: 'Assumed: city, state and zip are empty, as they are outside of North America.' },
  { what: 'fees of carriers', why: 'Assumed: none. They hang on the recipient’s carrier.' },
  { what: 'concurrency', why: 'Assumed: no limit; use the fault rate-limit. It depends on the account.' },
]

/** A parameter that the vendor knows and this twin does not, or that nobody knows. */
export const unknownParameter = (name: string, operation: string): NotModelled =>
  new NotModelled('twilio', `the parameter "${name}" of ${operation}`, 'Take it out, or model it in twins/twilio/.')
