import { createProgress, type Progress } from '../gate/progress.ts'

/** Progress for someone who waits in real time. */
export const realProgress = (): Progress => createProgress(process.stderr, () => performance.now())

/** The instant at which something is written down, as ISO 8601. */
export const instant = (): string => new Date().toISOString()
