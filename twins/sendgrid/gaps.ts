import type { Gap } from '../twin.ts'

/** What this twin does not model. A request that needs it ends the run as inconclusive. */
export const GAPS: readonly Gap[] = [
  { what: 'dynamic templates', why: 'Rendering of handlebars templates is not simulated; send the content.' },
  { what: 'scheduled sends', why: 'send_at and batches are not simulated; send when it is time.' },
  { what: 'unsubscribe groups', why: 'asm groups are not simulated; the global unsubscribe list is.' },
  { what: 'IP pools', why: 'Deliverability by pool is not simulated.' },
  { what: 'subusers', why: 'There is one account.' },
]
