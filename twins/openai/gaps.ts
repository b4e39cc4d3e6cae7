import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'a turn that no script foresees', why: 'The seed says answers: scripted, and none of its turns matches.' },
  { what: 'input other than text', why: 'Tokens of images, audio and files are not counted.' },
  { what: 'tools other than functions', why: 'Built-in tools act on services that no twin stands in for.' },
  { what: 'several choices', why: 'n is 1: seeded answers are one text each.' },
  { what: 'log probabilities', why: 'A script has no distribution to take them from.' },
  { what: 'background responses', why: 'The queue of background work is not simulated.' },
  { what: 'conversations', why: 'State is kept by previous_response_id only.' },
  { what: 'service tiers', why: 'Priority and flex prices are not in the price list; the default tier is.' },
  {
    what: 'structured output without a script',
    why: 'A seeded text meets no schema: give the answer as a turn of the seed.',
  },
]
