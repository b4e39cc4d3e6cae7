import type { DomainMutator } from '../mutator.ts'
import { accessMutators } from './access.ts'
import { effectMutators } from './effects.ts'
import { moneyMutators } from './money.ts'
import { retryMutators } from './retry.ts'
import { timeMutators } from './time.ts'

/** All domain faults, in the order in which they are planted. */
export const domainMutators: readonly DomainMutator[] = [
  ...effectMutators,
  ...retryMutators,
  ...moneyMutators,
  ...timeMutators,
  ...accessMutators,
]
