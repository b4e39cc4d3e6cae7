import { randomBytes } from 'node:crypto'
import { createProgress, type Progress } from '../gate/progress.ts'

/** Progress for someone who waits in real time. */
export const realProgress = (): Progress => createProgress(process.stderr, () => performance.now())

/** The instant at which something is written down, as ISO 8601. */
export const instant = (): string => new Date().toISOString()

/** Real milliseconds, for how long something took. */
export const realMs = (): number => performance.now()

/** A word that nobody can know beforehand. */
export const freshWord = (): string => `m_${randomBytes(8).toString('hex')}`
