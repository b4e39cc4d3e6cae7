import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'a turn that no script foresees', why: 'The seed says answers: scripted, and none of its turns matches.' },
  {
    what: 'input other than text',
    why: 'Tokens of images, audio and files are not counted: give a turn with tokens.input.',
  },
  {
    what: 'hosted tools without a script',
    why: 'They act on services that no twin stands in for: give a turn with items.',
  },
  {
    what: 'moderation without a script',
    why: 'What it finds cannot be made up: give a turn with moderation, or moderations in the seed.',
  },
  { what: 'several choices', why: 'n is 1: seeded answers are one text each.' },
  { what: 'log probabilities', why: 'A script has no distribution to take them from.' },
  { what: 'stored prompts', why: 'They live in the dashboard.' },
  { what: 'audio output and predictions', why: 'Answers are texts.' },
  { what: 'the priority tier', why: 'Its prices are not in the price list.' },
  {
    what: 'search of vector stores',
    why: 'What a search finds is the model’s, and so the script’s.',
  },
  {
    what: 'structured output without a script',
    why: 'A seeded text meets no schema: give the answer as a turn of the seed.',
  },
  { what: 'batches of completions, images and videos', why: 'Nothing here makes them.' },
  { what: 'events of other resources', why: 'Evals, fine-tuning, calls, videos and agents are not built.' },
  {
    what: 'paces of batches',
    why: 'Assumed: a second to be looked at, a minute (or batch_ms) for all requests in their order, a second to end, two to be given up.',
  },
  {
    what: 'words that batches are refused with',
    why: 'Assumed: the codes of the errors are the vendor’s, most wordings are not recorded.',
  },
  { what: 'attempts of webhooks', why: 'Assumed: their steps; the vendor says 72 hours with exponential back-off.' },
  { what: 'flex prices', why: 'Assumed: those of the default tier; the price list has no others.' },
  { what: 'background work', why: 'Assumed: it begins after one second and ends after three.' },
  { what: 'embeddings', why: 'Assumed: unit vectors that hang on the text alone; what is alike does not lie close.' },
  { what: 'traces of agents', why: 'Assumed: they are taken with 204, and nobody reads them again.' },
  { what: 'vector stores without a name', why: 'Assumed: their name is null.' },
  { what: 'encrypted reasoning', why: 'Assumed: an opaque text that hangs on the item’s id.' },
]
