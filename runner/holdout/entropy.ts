import { randomBytes } from 'node:crypto'

/** A secret: salts of commitments, and what variants are made from. Nothing of a run depends on it but which variants there are. */
export const newSecret = (): string => randomBytes(32).toString('hex')
