import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'API versions other than 2022-11-28', why: '2026-03-10 breaks shapes that this twin keeps.' },
  { what: 'rendered Markdown', why: 'Nothing here renders Markdown; ask for the raw file.' },
  { what: 'timelines', why: 'Use the events, comments and reviews that a timeline is made of.' },
  { what: 'app manifests that a seed does not name', why: 'The form that makes the code is a page for people.' },
]
