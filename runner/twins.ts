import type { TwinDefinition } from '../twins/twin.ts'
import { TWIN_NAMES, twinByName } from './twins-by-name.ts'

/** All twins, for whoever needs every one. That takes its time: by its name one alone is loaded. */
export const TWINS: readonly TwinDefinition<unknown>[] = (await Promise.all(TWIN_NAMES.map(twinByName))).filter(
  (twin) => twin !== undefined,
)
