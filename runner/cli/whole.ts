import { InvalidArgumentError } from 'commander'

/** An option's value as a whole number of 1 or more. */
export const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number of 1 or more.')
  return value
}

/** An option's value as a number from 0 to 100. */
export const percentage = (text: string): number => {
  const value = Number(text)
  if (!(value >= 0 && value <= 100) || text.trim() === '')
    throw new InvalidArgumentError('Expected a number from 0 to 100.')
  return value
}

/** An option's value as a port. */
export const portNumber = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535 || text.trim() === '')
    throw new InvalidArgumentError('Expected a port from 0 to 65535.')
  return value
}
