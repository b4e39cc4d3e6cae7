import type { FidelityProfile } from '../fidelity.ts'

/** How recordings of GitHub are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => headers.set('Authorization', 'token fidelity'),
}
