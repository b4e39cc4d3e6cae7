import { type Gap, type NotModelled, notModelled } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'a turn that no script foresees', why: 'The seed says answers: scripted, and none of its turns matches.' },
  {
    what: 'input other than text',
    why: 'Tokens of images and documents are not counted: give a turn with tokens.input.',
  },
  {
    what: 'counting tokens of input other than text',
    why: 'Tokens of images and documents are not known, and a count has no turn.',
  },
  {
    what: 'hosted tools without a script',
    why: 'They act on services that no twin stands in for: give a turn with blocks.',
  },
  {
    what: 'forced tool calls without a script',
    why: 'A seeded answer is a text: give the call as a turn of the seed.',
  },
  {
    what: 'structured output without a script',
    why: 'A seeded text meets no schema: give the answer as a turn of the seed.',
  },
  { what: 'the rest of the API', why: 'Skills, agents, sessions, administration and text completions are not built.' },
  { what: 'containers that are not, or no longer, known', why: 'How they are refused is not recorded.' },
  { what: 'lists of models by lifecycle', why: 'The catalogue of retired models is not complete.' },
  { what: 'unknown cursors of lists', why: 'How they are refused is not recorded.' },
  {
    what: 'acts on batches that come too soon or too late',
    why: 'How the API refuses to cancel what has ended, or to give or delete what has not, is not recorded.',
  },
  { what: 'other API versions', why: 'Built on 2023-06-01 and 2026-10-21, which the SDKs send.' },
  { what: 'models without a price', why: 'The price list has no row for them, and a call is never free.' },
  { what: 'fast mode', why: 'Its prices are not in the price list.' },
  { what: 'inference geography', why: 'It has a surcharge that the price list lacks: leave it out or say global.' },
  {
    what: 'parameters of betas',
    why: 'Fallbacks, threads, diagnostics, profiles, skills, edits of the context and the like change answers in ways that are not built.',
  },
  {
    what: 'token counts',
    why: 'Assumed: one token for every four letters of a word, as no tokenizer is public; a turn can say what it took.',
  },
  {
    what: 'the cache minimum of each model',
    why: 'Assumed: 1,024 tokens for Sonnet 4.6 and models newer than Opus 4.7; sources differ, or say nothing.',
  },
  { what: 'the cache behind images', why: 'Assumed: a prefix is cached by its text, images and documents included.' },
  {
    what: 'the time a batch takes',
    why: 'Assumed: a minute, unless the seed has batch_ms, and all is done at once at its end; a second to give it up.',
  },
  {
    what: 'what is said of batches',
    why: 'Assumed: refusals of unknown and double ids, and of lists of a wrong length, are worded as elsewhere.',
  },
  { what: 'refusals of files', why: 'Assumed: their wordings; what a caller uploads cannot be fetched again.' },
  {
    what: 'thoughts bound to what came before',
    why: 'Assumed: to the system, the tools and the messages before them, whatever model signed them.',
  },
  { what: 'pings', why: 'Assumed: one, behind the first block’s start; the API sends them anywhere.' },
  { what: 'what a broken stream costs', why: 'Assumed: as much as a whole one, as the answer was made.' },
  { what: 'signatures', why: 'Assumed: opaque texts that hang on the message; any that comes back is believed.' },
  { what: 'retired models', why: 'Assumed: they still answer, as recordings of them do.' },
  {
    what: 'capabilities of models, and when they were deprecated or retired',
    why: 'Assumed: unsaid (null); the list comes from the SDK, which has no more.',
  },
  {
    what: 'rate limits',
    why: 'Assumed: one set of limits, applied to each model apart; none unless the seed has some.',
  },
  {
    what: 'what 2026-10-21 says of documents and citations',
    why: 'Assumed: their refusals are worded like those of unknown parameters.',
  },
  {
    what: 'effort by model',
    why: 'Assumed: Opus 4.7 and newer and Sonnet 5 take all levels, Opus 4.6 and Sonnet 4.6 all but xhigh, Opus 4.5 the first three.',
  },
]

/** The error for a row of the list above. */
export const gap = (what: string): NotModelled => notModelled('anthropic', GAPS, what)
