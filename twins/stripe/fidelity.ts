import type { FidelityProfile } from '../fidelity.ts'

/** How recordings of Stripe are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => headers.set('Authorization', 'Bearer sk_test_fidelity'),
}
